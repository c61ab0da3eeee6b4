"""What a person does for themselves: comes in by invitation, chooses settings."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import AcceptInvitationForm, OwnSettingsForm
from accounts.http import AuthedRequest
from accounts.operations import people as operations
from core.clock import now
from core.errors import RuleBroken
from core.http import offer_undo


@login_not_required
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, code: str) -> HttpResponse:
    initial = {"language": translation.get_language()}
    form = AcceptInvitationForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            person = operations.accept_invitation(code=code, at=now(), **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            record_authentication(request, person, method="password")
            answer: HttpResponse = perform_login(request, Login(user=person, email=person.email))
            return answer
    status = 422 if form.errors else 200
    return render(request, "accounts/accept_invitation.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def own_settings(request: AuthedRequest) -> HttpResponse:
    form = OwnSettingsForm(request.POST if request.method == "POST" else None, by=request.user)
    before = dict(form.initial)
    if form.is_valid():
        person = operations.change_own_settings(by=request.user, **form.cleaned_data)
        offer_undo(request, reverse("accounts:own_settings"), before)
        with translation.override(person.language):
            messages.success(request, _("Saved."))
        return redirect("accounts:own_settings")
    status = 422 if form.errors else 200
    return render(request, "accounts/own_settings.html", {"form": form}, status=status)
