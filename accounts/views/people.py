"""The people of the practice: a practice admin invites, gives roles, suspends."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import InvitationForm, RolesForm
from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from accounts.operations import closing
from accounts.operations import people as operations
from accounts.sign_in.proof import fresh_proof_required, has_factor
from core.clock import now
from core.errors import RuleBroken


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def people(request: AuthedRequest) -> HttpResponse:
    everybody = User.objects.by_name().prefetch_related("roles_held")
    return render(request, "accounts/people.html", {"people": everybody})


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def invite_person(request: AuthedRequest) -> HttpResponse:
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            invitation, code = operations.invite_person(
                by=request.user, at=now(), **form.cleaned_data
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session["invitation_code"] = code
            return redirect("accounts:invitation_made", pk=invitation.user_id)
    status = 422 if form.errors else 200
    return render(request, "accounts/invite_person.html", {"form": form}, status=status)


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def invitation_made(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the one-time link once; only its digest is kept."""
    person = get_object_or_404(User, pk=pk)
    code = request.session.get("invitation_code", "")
    path = reverse("accounts:accept_invitation", args=[code]) if code else ""
    address = request.build_absolute_uri(path) if path else ""
    return render(request, "accounts/invitation_made.html", {"person": person, "address": address})


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One person: roles, and whether they may sign in."""
    shown = get_object_or_404(User.objects.prefetch_related("roles_held"), pk=pk)
    form = RolesForm(
        request.POST if request.method == "POST" else None, initial={"roles": shown.roles}
    )
    if form.is_valid():
        try:
            operations.give_roles(person=shown, roles=form.cleaned_data["roles"])
        except RuleBroken as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    context = {"person": shown, "form": form, "has_factor": has_factor(shown)}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def suspend_access(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        try:
            closing.suspend_access(person=shown, by=request.user, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("accounts:person", pk=pk)
        messages.success(request, _("Access has ended. It can be given back at any time."))
        return redirect("accounts:people")
    context = {
        "person": shown,
        "confirm_label": _("Suspend access"),
        "cancel_url": reverse("accounts:person", args=[pk]),
    }
    return render(request, "accounts/suspend_access.html", context)


@require_http_methods(["POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required(back="accounts:person")
def restore_access(request: AuthedRequest, pk: UUID) -> HttpResponse:
    closing.restore_access(person=get_object_or_404(User, pk=pk))
    messages.success(request, _("Access is open again."))
    return redirect("accounts:person", pk=pk)


@require_http_methods(["POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required(back="accounts:person")
def renew_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    _invitation, code = operations.renew_invitation(person=shown, by=request.user, at=now())
    request.session["invitation_code"] = code
    return redirect("accounts:invitation_made", pk=pk)
