"""Today: what waits for a decision, the day's sessions, this week, small things, one's departure."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from caseload.calendar import instant
from caseload.models import Session
from core import dates
from core.clock import now, today
from desk import today as rows
from desk.day import Day
from endings.models import Departure, Ending, Review
from endings.models.exceptions import WAITS
from referrals.models import FollowUp
from reminders.due import Due
from reminders.operations.reading import due_in_sql
from reminders.operations.subjects import subjects_of
from reminders.rules import IN_THE_CASELOAD, ROWS_OF

DAY = timedelta(days=1)
ANSWERS_STAND = timedelta(days=7)


@require_safe
def show_today(request: AuthedRequest) -> HttpResponse:
    """One's day from the facts, in a constant number of queries."""
    on = today()
    day = read_day(request, on)
    sessions = rows.sessions_of(day)
    decisions, waiting = rows.decisions_of(day), rows.waiting_of(day)
    soon, small = rows.soon_of(day), rows.small_things_of(day)
    context = {
        "heading": dates.long_day(on, on),
        "lead": rows.lead_of(sessions),
        "decisions": decisions,
        "sessions": sessions,
        "soon": soon,
        "small": small,
        "waiting": waiting,
        "departure": day.departure,
        "bar": rows.bar_of(day),
        "is_quiet": not any((decisions, sessions, soon, small, waiting)),
    }
    return render(request, "desk/today.html", context)


def read_day(request: AuthedRequest, on: date) -> Day:
    """Read everything that the page says: eight queries, however many clients."""
    user = request.user
    standing = due_in_sql(on=on, person=user, practice=request.practice)
    return Day(
        person=user,
        on=on,
        shortest=request.practice.notice_shortest,
        standing=standing,
        sessions=sessions_on(request, on),
        endings=endings_for(request, standing),
        follow_ups=follow_ups_for(request, standing),
        reviews=reviews_for(request, now()),
        subjects=subjects_of(user, [(one.occasion, one.about_id) for one in others(standing)]),
        departure=Departure.objects.editable_by(user).open().first(),
    )


def others(standing: list[Due]) -> list[Due]:
    """Return what is neither about an ending nor a list of its own: people who wait, breaks, risk, files."""
    return [one for one in standing if ROWS_OF[one.occasion] in IN_THE_CASELOAD]


def sessions_on(request: AuthedRequest, on: date) -> list[Session]:
    """Return one's sessions of the day that were not called off."""
    zone = request.practice.tzinfo
    begin, end = (instant(day, datetime.min.time(), zone) for day in (on, on + DAY))
    mine = Session.objects.editable_by(request.user).of_therapist(request.user)
    return list(
        mine.between(begin, end).exclude(state=Session.State.CANCELLED).with_who().in_order()
    )


def endings_for(request: AuthedRequest, standing: list[Due]) -> dict[UUID, Ending]:
    """Return one's own endings, and those about which something stands open."""
    about = [one.about_id for one in standing]
    mine = Q(assignment__therapist=request.user) | Q(carried_by=request.user) | Q(pk__in=about)
    seen = Ending.objects.visible_to(request.user).standing().filter(mine)
    shown = seen.select_related("client", "assignment__therapist").defer("decided", "problems")
    return {ending.pk: ending for ending in shown}


def follow_ups_for(request: AuthedRequest, standing: list[Due]) -> dict[UUID, FollowUp]:
    mine = FollowUp.objects.editable_by(request.user).still_open()
    asked = mine.filter(pk__in=[one.about_id for one in standing]).select_related("client")
    return {follow_up.pk: follow_up for follow_up in asked}


def reviews_for(request: AuthedRequest, at: datetime) -> list[Review]:
    """Return what waits for one's answer, and what one was answered in the last days."""
    user = request.user
    waits = (Q(reviewer=user) | Q(second_reviewer=user)) & WAITS
    answered = Q(author=user, decided_at__gte=at - ANSWERS_STAND) & ~Q(decided_by=user)
    seen = Review.objects.visible_to(user).filter(waits | answered)
    return list(seen.select_related("author", "decided_by").most_pressing_first())
