"""The notice of an ending, from its sessions and the practice's policy (R2)."""

from datetime import date

from accounts.models import Practice
from caseload.models import Session
from core.dates import on_day
from endings.models import Ending
from endings.notice import Notice, NoticePolicy, NoticeWindow, notice_on, window

STANDS = [Session.State.PLANNED, Session.State.ATTENDED]


def policy_of(practice: Practice) -> NoticePolicy:
    """Return what the practice has agreed on, in the form of the pure rules."""
    return NoticePolicy(
        shortest_days=practice.notice_shortest,
        longest_days=practice.notice_longest,
        meetings_after=practice.notice_meetings,
        spread_days=practice.notice_spread,
        options=practice.options_asked,
        follow_up_days=tuple(practice.follow_up_days) or NoticePolicy.follow_up_days,
    )


def meetings_of(ending: Ending) -> list[date]:
    """Return the days of the sessions that stand, planned or held, in order. One query."""
    standing = Session.objects.filter(assignment=ending.assignment_id, state__in=STANDS)
    return [on_day(moment) for moment in standing.in_order().values_list("starts_at", flat=True)]


def last_day_of(ending: Ending, meetings: list[date]) -> date | None:
    """Return the day of the last session: held, planned, else the last meeting before the last day."""
    if ending.last_held_on or ending.last_on:
        return ending.last_held_on or ending.last_on
    departure = ending.departure
    if departure is None:
        return None
    return max((day for day in meetings if day <= departure.last_day), default=departure.last_day)


def notice_given(ending: Ending, told_on: date, policy: NoticePolicy) -> Notice | None:
    """Return what a telling on `told_on` leaves; None where no last session is known."""
    meetings = meetings_of(ending)
    last_on = last_day_of(ending, meetings)
    return None if last_on is None else notice_on(told_on, meetings, last_on, policy)


def window_of(ending: Ending, policy: NoticePolicy) -> NoticeWindow | None:
    """Return the notice window as the plan last put it, else as the sessions give it."""
    if ending.window_opens_on and ending.window_closes_on:
        return NoticeWindow(ending.window_opens_on, ending.window_closes_on)
    meetings = meetings_of(ending)
    last_on = last_day_of(ending, meetings)
    return None if last_on is None else window(meetings, last_on, policy)
