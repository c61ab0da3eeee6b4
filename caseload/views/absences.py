"""One's own absences, and what is planned in them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Absence, Role, User
from accounts.operations.rights import tell_of_rights
from caseload.forms.work import AbsenceForm
from caseload.models import Session
from caseload.operations import absences as operations
from caseload.operations.absences import Away
from caseload.views.answers import sent_to, show, taken
from core.clock import now, today
from core.dates import on_day
from core.errors import RuleBroken

WORKS = (Role.THERAPIST, Role.SUPERVISOR)


def own_absence(request: AuthedRequest, pk: UUID) -> Absence:
    return get_object_or_404(Absence.objects.select_related("user"), pk=pk, user=request.user)


@require_safe
@require_role(*WORKS)
def absences(request: AuthedRequest) -> HttpResponse:
    """Absences that are and that come; each says how many sessions still stand in it."""
    rows = list(
        Absence.objects.filter(user=request.user, ends_on__gte=today()).select_related("deputy")
    )
    last = max((row.ends_on for row in rows), default=today())
    mine = Session.objects.editable_by(request.user).of_therapist(request.user).planned()
    days = [
        on_day(at) for at in mine.filter(starts_at__gte=now()).values_list("starts_at", flat=True)
    ]
    inside = {
        row.pk: sum(row.starts_on <= day <= row.ends_on for day in days if day <= last)
        for row in rows
    }
    shown = [(row, inside[row.pk]) for row in rows]
    return render(request, "caseload/absences.html", {"absences": shown, "today": today()})


@require_http_methods(["GET", "POST"])
@require_role(*WORKS)
def record_absence(request: AuthedRequest) -> HttpResponse:
    form = AbsenceForm(sent_to(request), today=today(), user=request.user)

    def record() -> None:
        operations.record_absence(
            user=request.user, away=Away(**form.cleaned_data), by=request.user, on=today()
        )

    if taken(form, record):
        messages.success(
            request, _("Saved. Sessions in these days stay until you decide about them.")
        )
        return redirect("caseload:absences")
    return show(request, "caseload/record_absence.html", form=form)


@require_POST
@require_role(*WORKS)
def end_absence(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Be back from today on, or take back what lies ahead."""
    try:
        planned = operations.end_absence(
            absence=own_absence(request, pk), on=today(), by=request.user
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(count)s session planned.", "%(count)s sessions planned.", planned)
        messages.success(request, f"{_('Saved.')} {text % {'count': planned}}")
    return redirect("caseload:absences")


@require_POST
@require_role(*WORKS)
def cancel_sessions_in_absence(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Cancel what is planned in an absence; each can be taken back on its own page."""
    count = operations.cancel_sessions_in_absence(
        absence=own_absence(request, pk), by=request.user, at=now()
    )
    text = ngettext("%(count)s session cancelled.", "%(count)s sessions cancelled.", count)
    messages.success(request, text % {"count": count})
    return redirect("caseload:absences")


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def record_absence_of(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody else is away, and who stands in: for who calls in sick. What is planned stays with the deputy."""
    person = get_object_or_404(User.objects.who_work_here(), pk=pk)
    form = AbsenceForm(sent_to(request), today=today(), user=person)

    def record() -> None:
        operations.record_absence(
            user=person, away=Away(**form.cleaned_data), by=request.user, on=today()
        )

    if taken(form, record):
        if form.cleaned_data["deputy"]:
            tell_of_rights(person, "deputy")
        messages.success(
            request, _("Saved. Sessions in these days stay until somebody decides about them.")
        )
        return redirect("accounts:person", pk=pk)
    return show(request, "caseload/record_absence_of.html", form=form, person=person)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def end_absence_of(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody is back from today on, or does not go after all."""
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk)
    try:
        operations.end_absence(absence=absence, on=today(), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("accounts:person", pk=absence.user_id)
