"""Sessions as a list and as a week, one by one: moved, cancelled, held, missed, taken back, added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.calendar import DAY, WEEK, instant
from caseload.forms.sessions import SessionForm
from caseload.models import Assignment, ClosedDay, Session
from caseload.models.sessions import SessionQuerySet
from caseload.operations import sessions as operations
from caseload.operations.absences import days_away
from caseload.operations.sessions import When
from caseload.views.answers import back_to, revision_of, sent_to, show, taken
from caseload.views.reading import shows
from core.clock import now, today
from core.dates import asked_day as day_asked_for
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from core.parts import Link

PER_PAGE = 50
COMING, OPEN, PAST = "coming", "open", "past"


def own_session(request: AuthedRequest, pk: UUID) -> Session:
    sessions = Session.objects.editable_by(request.user).with_who()
    session: Session = get_object_or_404(sessions, pk=pk)
    shows(request, *session.episode.people)
    return session


@require_safe
@require_role(Role.THERAPIST, Role.SUPERVISOR)
def sessions(request: AuthedRequest) -> HttpResponse:
    """One's sessions as a list: those that come, those without an answer, those that were."""
    at, which = now(), request.GET.get("show", COMING)
    mine = Session.objects.editable_by(request.user)
    unanswered = mine.without_answer(at).count()
    page = Paginator(chosen(mine, which, at), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "which": which if which in (OPEN, PAST) else COMING,
        "views": switches(which, unanswered),
        "unanswered": unanswered,
        "undo_from": at - operations.MAY_BE_UNDONE_FOR,
        "at": at,
    }
    return render(request, "caseload/sessions.html", context)


def chosen(mine: SessionQuerySet, which: str, at: datetime) -> SessionQuerySet:
    rows = mine.with_who()
    if which == OPEN:
        return rows.without_answer(at).in_order()
    if which == PAST:
        return rows.filter(starts_at__lt=at).order_by("-starts_at", "pk")
    return rows.filter(ends_at__gt=at).in_order()


def switches(which: str, unanswered: int) -> list[Link]:
    """The ways to look at sessions; the address changes."""
    here = reverse("caseload:sessions")
    return [
        Link(reverse("caseload:week"), _("Week"), "calendar", current=which == "week"),
        Link(here, _("Coming"), current=which == COMING),
        Link(f"{here}?show={OPEN}", _("Were they held?"), count=unanswered, current=which == OPEN),
        Link(f"{here}?show={PAST}", _("Past"), current=which == PAST),
    ]


@dataclass(frozen=True)
class Day:
    """One day of a week: its sessions, and why nobody should meet on it."""

    on: date
    sessions: list[Session]
    closed: str | None
    is_away: bool

    @property
    def problem(self) -> str:
        """Why nobody should meet on this day, or nothing."""
        if self.is_away:
            return _("You are away")
        return self.closed or ""


@require_safe
@require_role(Role.THERAPIST, Role.SUPERVISOR)
def week(request: AuthedRequest) -> HttpResponse:
    """One week, day by day; `?on=` any day of it."""
    monday = monday_of(asked_day(request))
    zone = request.practice.tzinfo
    begin, end = (instant(day, datetime.min.time(), zone) for day in (monday, monday + WEEK))
    mine = Session.objects.editable_by(request.user)
    by_day: dict[date, list[Session]] = {}
    for session in mine.between(begin, end).with_who().in_order():
        by_day.setdefault(on_day(session.starts_at), []).append(session)
    context = {
        "days": list(days_of_week(request, monday, by_day)),
        "monday": monday,
        "before": monday - WEEK,
        "after": monday + WEEK,
        "views": switches("week", mine.without_answer(now()).count()),
        "at": now(),
        "undo_from": now() - operations.MAY_BE_UNDONE_FOR,
        "today": today(),
    }
    return render(request, "caseload/week.html", context)


def days_of_week(
    request: AuthedRequest, monday: date, by_day: Mapping[date, list[Session]]
) -> list[Day]:
    """Return Monday to Sunday; days off that are empty are left out."""
    span = (monday, monday + WEEK - DAY)
    closed = {
        row.on: row.name or _("Closed")
        for row in ClosedDay.objects.closing(None).filter(on__range=span)
    }
    away = days_away(request.user, *span)
    days = [monday + DAY * number for number in range(7)]
    return [
        Day(on, by_day.get(on, []), closed.get(on), on in away)
        for on in days
        if on in by_day or on.weekday() in request.user.working_days
    ]


def asked_day(request: AuthedRequest) -> date:
    """Return the day that the address names, or today."""
    return day_asked_for(request.GET.get("on", ""), today()) or today()


def monday_of(day: date) -> date:
    return day - DAY * day.weekday()


@require_safe
def session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One session and what can be done with it; who may only see the work sees it without acts."""
    visible = Session.objects.visible_to(request.user).with_who()
    shown: Session = get_object_or_404(visible, pk=pk)
    shows(request, *shown.episode.people)
    at = now()
    context = {
        "session": shown,
        "may_act": Session.objects.editable_by(request.user).filter(pk=pk).exists(),
        "has_begun": shown.starts_at <= at,
        "may_be_undone": may_be_undone(shown, at),
    }
    return render(request, "caseload/session.html", context)


def may_be_undone(session: Session, at: datetime) -> bool:
    """Say whether *held*, *missed* or *cancelled* is young enough to be taken back."""
    settled_at = session.state_at
    return settled_at is not None and at - settled_at <= operations.MAY_BE_UNDONE_FOR


def when(request: AuthedRequest, said: Mapping[str, Any]) -> When:
    """Return what a form says, in the practice's zone."""
    starts_at = instant(said["on"], said["clock"], request.practice.tzinfo)
    return When(starts_at, said["minutes"], said["mode"], said["room"])


@require_http_methods(["GET", "POST"])
def add_extra_session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Plan a session beside the rhythm."""
    works = Assignment.objects.editable_by(request.user).with_who()
    work: Assignment = get_object_or_404(works, pk=pk)
    shows(request, *work.episode.people)
    form = SessionForm(sent_to(request), today=today(), initial={"mode": work.usual_mode})

    def add() -> None:
        operations.add_extra_session(
            assignment=work, when=when(request, form.cleaned_data), by=request.user
        )

    if taken(form, add):
        messages.success(request, _("Planned."))
        return redirect(work.episode.people[0])
    return show(request, "caseload/add_extra_session.html", form=form, work=work)


def settled(
    act: Callable[..., Session], done: Promise
) -> Callable[[AuthedRequest, UUID], HttpResponse]:
    """Return the page that does `act` at once; each can be taken back, so none asks first."""

    @require_POST
    def page(request: AuthedRequest, pk: UUID) -> HttpResponse:
        session = own_session(request, pk)
        try:
            act(session=session, by=request.user, at=now(), revision=revision_of(request))
        except ChangedMeanwhile:
            return changed(request, session)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, str(done))
        return back_to(request, session)

    return page


def changed(request: AuthedRequest, session: Session) -> HttpResponse:
    """Somebody else acted on this session first: show how it stands now."""
    messages.warning(
        request, _("Somebody changed this session meanwhile. This is how it stands now.")
    )
    return redirect("caseload:session", pk=session.pk)


cancel_session = settled(operations.cancel_session, gettext_lazy("Cancelled."))
mark_attended = settled(operations.mark_attended, gettext_lazy("Recorded as held."))
mark_missed = settled(operations.mark_missed, gettext_lazy("Recorded as missed."))
undo_state = settled(operations.undo_state, gettext_lazy("Undone."))
