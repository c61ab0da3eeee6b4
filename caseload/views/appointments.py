"""Appointments from one's own calendar elsewhere: looked at, matched with one's work, applied, taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from accounts.operations.jobs import UNDER_WAY
from caseload.forms.appointments import SourceForm, WhoseForm
from caseload.models import Appointment, AppointmentRun, AppointmentSource, Assignment
from caseload.operations.appointments import jobs as operations
from core.clock import now, today
from core.dates import at as day_and_clock
from core.errors import RuleBroken
from core.http import sent_to, show, taken

Verdict = Appointment.Verdict
WORKS = (Role.THERAPIST, Role.SUPERVISOR)
SHOWN = 100  # of one kind; the others are counted
ORDER = (
    Verdict.NEW,
    Verdict.CHANGED,
    Verdict.GONE,
    Verdict.REFUSED,
    Verdict.SAME,
    Verdict.LEFT_OUT,
)


@dataclass(frozen=True)
class Line:
    """One appointment as the page shows it; `called` is the client, where one was matched."""

    row: Appointment
    called: str
    why: str


@dataclass(frozen=True)
class Group:
    """Appointments of one kind: how many, and the first of them."""

    verdict: str
    label: str
    count: int
    lines: Sequence[Line]
    is_open: bool


@require_safe
@require_role(*WORKS)
def appointments(request: AuthedRequest) -> HttpResponse:
    """The calendars one has brought in, and how their newest reading went."""
    runs = AppointmentRun.objects.select_related("job").defer("text")
    sources = AppointmentSource.objects.in_use().filter(user=request.user)
    newest = list(sources.prefetch_related(Prefetch("runs", queryset=runs)))
    return render(request, "caseload/appointments/appointments.html", {"sources": newest})


@require_http_methods(["GET", "POST"])
@require_role(*WORKS)
def add_appointments(request: AuthedRequest) -> HttpResponse:
    """Give an address or a file; nothing is changed by that."""
    form = SourceForm(sent_to(request), request.FILES or None)
    made: list[AppointmentRun] = []

    def add() -> None:
        made.append(operations.add_source(**form.cleaned_data, by=request.user, at=now()))

    if taken(form, add):
        return redirect("caseload:reading", pk=made[0].pk)
    return show(request, "caseload/appointments/add_appointments.html", form=form)


@require_safe
@require_role(*WORKS)
def reading(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One reading: its progress while it runs, what it would do, what it did."""
    run = own_run(request, pk)
    if run.job and run.job.state in UNDER_WAY:
        part = "_progress.html" if request.htmx else "progress.html"
        return render(request, f"caseload/appointments/{part}", {"run": run, "job": run.job})
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return report(request, run, None)


def own_run(request: AuthedRequest, pk: UUID) -> AppointmentRun:
    rows = AppointmentRun.objects.select_related("source", "job").defer("text")
    run: AppointmentRun = get_object_or_404(rows, pk=pk, user=request.user)
    return run


def report(request: AuthedRequest, run: AppointmentRun, form: WhoseForm | None) -> HttpResponse:
    rows = list(run.appointments.all())
    works = works_of(request)
    form = form or WhoseForm(series=series_of(rows), works=works)
    groups = [group for verdict in ORDER if (group := group_of(verdict, rows, dict(works))).count]
    context = {
        "run": run,
        "groups": groups,
        "form": form,
        "skipped": skipped_words(run),
        "acts": sum(one.count for one in groups if one.verdict in (*ORDER[:3],)),
        "has_new_links": any(row.verdict == Verdict.SAME for row in rows),
    }
    status = 422 if form.errors else 200
    return render(request, "caseload/appointments/reading.html", context, status=status)


def works_of(request: AuthedRequest) -> list[tuple[UUID, str]]:
    """Return one's own work by key, as people are called; two with one name differ by their code."""
    works = Assignment.objects.editable_by(request.user).filter(therapist=request.user)
    rows = works.exclude(ends_on__lt=today()).with_who().by_name()
    return [(work.pk, f"{work.episode.called} {work.episode.codes}") for work in rows]


def series_of(rows: Sequence[Appointment]) -> list[tuple[str, str]]:
    """Return the series that nobody was found for: its key, what it says and when it is first."""
    first: dict[str, Appointment] = {}
    for row in rows:
        if row.verdict == Verdict.UNMATCHED:
            first.setdefault(row.series, row)
    return [
        (series, f"{row.words or '–'} · {day_and_clock(row.starts_at)}")
        for series, row in first.items()
    ]


def group_of(verdict: str, rows: Sequence[Appointment], works: dict[UUID, str]) -> Group:
    of_kind = [row for row in rows if row.verdict == verdict]
    lines = [
        Line(row, works.get(row.assignment_key, "") if row.assignment_key else "", why_of(row))
        for row in of_kind[:SHOWN]
    ]
    is_open = verdict not in (Verdict.SAME, Verdict.LEFT_OUT)
    return Group(str(verdict), str(Verdict(verdict).label), len(of_kind), lines, is_open)


def why_of(row: Appointment) -> str:
    """Return why an appointment is what it is, where that is not plain."""
    return {
        "outside": _("outside the days of this work"),
        "taken": _("you have a session then, or the room is taken"),
        "touched": _("changed here since: it stays"),
        "cancelled": _("cancelled there"),
    }.get(row.why, "")


def skipped_words(run: AppointmentRun) -> list[str]:
    """Return what of the calendar is no appointment, counted."""

    def said(count: int, why: str) -> str:
        return {
            "all_day": ngettext("%(n)s whole day", "%(n)s whole days", count),
            "too_long": ngettext(
                "%(n)s longer than eight hours", "%(n)s longer than eight hours", count
            ),
            "too_often": ngettext(
                "%(n)s that repeats within a day", "%(n)s that repeat within a day", count
            ),
            "broken": ngettext("%(n)s that cannot be read", "%(n)s that cannot be read", count),
        }[why] % {"n": count}

    return [said(count, why) for why, count in sorted(run.skipped.items())]


@require_POST
@require_role(*WORKS)
def match_appointments(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say whose the series are that no name was found for; the calendar is compared again."""
    run = own_run(request, pk)
    rows = list(run.appointments.filter(verdict=Verdict.UNMATCHED))
    form = WhoseForm(request.POST, series=series_of(rows), works=works_of(request))

    def say() -> None:
        operations.say_whose(run=run, said=form.said(), by=request.user)

    if taken(form, say):
        return redirect("caseload:reading", pk=pk)
    return report(request, run, form)


def acted(
    act: Callable[[AuthedRequest, AppointmentRun], object],
) -> Callable[[AuthedRequest, UUID], HttpResponse]:
    """Return the page that does `act` with a reading and shows it again."""

    @require_POST
    @require_role(*WORKS)
    def page(request: AuthedRequest, pk: UUID) -> HttpResponse:
        try:
            act(request, own_run(request, pk))
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        return redirect("caseload:reading", pk=pk)

    return page


def ask(kind: str) -> Callable[[AuthedRequest, AppointmentRun], object]:
    return lambda request, run: operations.ask_for(kind, run=run, by=request.user)


apply_reading = acted(ask(operations.APPLY))
look_again = acted(ask(operations.READ))
stop_reading = acted(lambda _request, run: operations.stop(run=run, at=now()))


@require_http_methods(["GET", "POST"])
@require_role(*WORKS)
def undo_reading(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a reading back, after asking."""
    run = own_run(request, pk)
    if request.method == "POST":
        return acted(ask(operations.UNDO))(request, pk)
    context: dict[str, Any] = {
        "run": run,
        "confirm_label": _("Take this reading back"),
        "cancel_url": reverse("caseload:reading", args=[pk]),
    }
    return render(request, "caseload/appointments/undo_reading.html", context)


@require_POST
@require_role(*WORKS)
def discard_reading(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.discard(run=own_run(request, pk), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("caseload:reading", pk=pk)
    messages.success(request, _("Discarded. Nothing has been changed."))
    return redirect("caseload:appointments")


# --- one calendar ----------------------------------------------------------------------------------------
def own_source(request: AuthedRequest, pk: UUID) -> AppointmentSource:
    rows = AppointmentSource.objects.in_use()
    source: AppointmentSource = get_object_or_404(rows, pk=pk, user=request.user)
    return source


@require_POST
@require_role(*WORKS)
def read_appointments(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Read a calendar again, from its address or a new file."""
    source, file = own_source(request, pk), request.FILES.get("file")
    try:
        run = operations.read_source(source=source, file=file, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("caseload:appointments")
    return redirect("caseload:reading", pk=run.pk)


@require_POST
@require_role(*WORKS)
def set_nightly(request: AuthedRequest, pk: UUID) -> HttpResponse:
    is_nightly = request.POST.get("nightly") == "yes"
    operations.set_nightly(source=own_source(request, pk), is_nightly=is_nightly, by=request.user)
    said = _("It is read each night.") if is_nightly else _("It is not read by itself any more.")
    messages.success(request, said)
    return redirect("caseload:appointments")


@require_POST
@require_role(*WORKS)
def end_appointments(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Stop reading a calendar."""
    operations.end_source(source=own_source(request, pk), by=request.user, at=now())
    messages.success(request, _("The address is forgotten. Sessions that came from it stay."))
    return redirect("caseload:appointments")
