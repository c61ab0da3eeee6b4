"""Ending access, and helping somebody back in: acts of a practice admin, each with a fresh proof."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms.sign_in import SignInPolicyForm
from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from accounts.operations import closing
from accounts.operations.policy import POLICY_TIMES, set_sign_in_policy
from accounts.operations.second_factor import forget_second_factor
from accounts.sign_in.open_work import in_words
from accounts.sign_in.proof import fresh_proof_required
from core.clock import now
from core.errors import RuleBroken
from core.http import sent_to, show
from core.tasks import send_after_commit


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def close_account(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Close an account for good; while anything is open, show what, and who can help (decision 20)."""
    person = get_object_or_404(User, pk=pk)
    standing = closing.open_with(person)
    if request.method == "POST" and not standing:
        try:
            closing.close_account(person=person, by=request.user, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:person", pk=pk)
        messages.success(request, _("The account is closed."))
        return redirect("accounts:people")
    context = {
        "person": person,
        "standing": in_words(standing),
        "confirm_label": _("Close the account"),
        "cancel_url": reverse("accounts:person", args=[pk]),
    }
    status = 422 if request.method == "POST" else 200
    template = "sign_in/still_open.html" if standing else "sign_in/close_account.html"
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def reset_second_factor(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """For a lost phone: app, passkeys and codes are forgotten, and the person is told by mail."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        try:
            forget_second_factor(person=person)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            send_after_commit("accounts.tasks.send_notice", person.pk, "forgotten")
            messages.success(request, _("Reset. They set it up again when they next sign in."))
        return redirect("accounts:person", pk=pk)
    context = {
        "person": person,
        "confirm_label": _("Reset the second step"),
        "cancel_url": reverse("accounts:person", args=[pk]),
    }
    return render(request, "sign_in/reset_second_factor.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def sign_in_policy(request: AuthedRequest) -> HttpResponse:
    """Whether everybody needs a second step, and how long one stays signed in."""
    now_is = {
        name: getattr(request.practice, name) for name in ("second_factor_required", *POLICY_TIMES)
    }
    form = SignInPolicyForm(sent_to(request), initial=now_is)
    if form.is_valid():
        set_sign_in_policy(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("sign_in:policy")
    return show(request, "sign_in/policy.html", form=form)
