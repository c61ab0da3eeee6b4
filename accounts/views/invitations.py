"""Invitations: many at once out of a spreadsheet, and those that are still open."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import InviteManyForm
from accounts.http import AuthedRequest, require_role
from accounts.invitation_sheet import Line, Problem, read_sheet
from accounts.models import Invitation, Role
from accounts.operations import invitations as operations
from accounts.operations import ways_in
from accounts.sign_in.proof import fresh_proof_required
from core.clock import now
from core.errors import RuleBroken
from core.http import sent_to, show

CODES = "invitation_codes"


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def invitations(request: AuthedRequest) -> HttpResponse:
    """Who was invited and has not come in; links that were just made are shown this once."""
    at = now()
    codes = request.session.pop(CODES, {}) if CODES in request.session else {}
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    rows = waiting.select_related("user", "invited_by").order_by("-invited_at", "user__sort_key")
    context = {
        "rows": [(row, links_of(codes).get(str(row.user_id), "")) for row in rows],
        "at": at,
    }
    return render(request, "accounts/invitations.html", context)


def links_of(codes: Mapping[str, str]) -> dict[str, str]:
    return {key: operations.address_of(code) for key, code in codes.items()}


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
@fresh_proof_required
def invite_many(request: AuthedRequest) -> HttpResponse:
    """Look at the lines of a spreadsheet first; then invite those that are right, and keep the others."""
    form = InviteManyForm(sent_to(request), request.FILES or None)
    lines: list[Line] = []
    if form.is_valid():
        known = operations.who_can_sign_in()
        lines = read_sheet(form.cleaned_data["sheet"], names_of_roles(), known)
        if request.POST.get("act") == "invite" and any(not line.problems for line in lines):
            return invited(request, form, lines)
    ready = [line for line in lines if not line.problems]
    context = {
        "form": form,
        "sheet": form.cleaned_data.get("sheet", "") if form.is_bound and form.is_valid() else "",
        "lines": [(line, shown(line)) for line in lines],
        "ready": len(ready),
        "wrong": len(lines) - len(ready),
    }
    return show(request, "accounts/invite_many.html", **context)


def invited(request: AuthedRequest, form: InviteManyForm, lines: list[Line]) -> HttpResponse:
    codes = operations.invite_many(lines=lines, by=request.user, at=now())
    shown = ways_in.that_may_be_shown(codes, request.practice)
    request.session[CODES] = {str(person.pk): code for person, code in shown.items()}
    if form.cleaned_data["by_mail"]:
        operations.mail_invitations(shown, request.practice)
    text = ngettext("%(count)s person invited.", "%(count)s people invited.", len(codes))
    messages.success(request, text % {"count": len(codes)})
    left = sum(bool(line.problems) for line in lines)
    if left:
        text = ngettext("%(count)s line was left out.", "%(count)s lines were left out.", left) % {
            "count": left
        }
        messages.warning(request, text)
    return redirect("accounts:invitations")


def names_of_roles() -> dict[str, str]:
    """Return what each role is called in any of our languages, in small letters."""
    names = {role.value.replace("_", " "): role.value for role in Role}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names |= {str(role.label).lower(): role.value for role in Role}
    return names


def shown(line: Line) -> tuple[str, str]:
    """Return the roles of a line in words, and what is wrong with it."""
    roles = ", ".join(str(Role(role).label) for role in line.roles)
    return roles, " ".join(str(Problem(problem).label) for problem in line.problems)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def withdraw_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.withdraw_invitation(
            invitation=get_object_or_404(Invitation, pk=pk), by=request.user, at=now()
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. The link works no longer; a new one can be made."))
    return redirect("accounts:invitations")
