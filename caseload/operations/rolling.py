"""How a rhythm becomes sessions: which days are lost, what is taken, which rows are kept.

The parts of `rhythms`; nothing here checks who asks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Model, ProtectedError, Q
from django.utils.translation import gettext as _

from accounts.models import Absence, Practice
from caseload.calendar import DAY, Cause, Lost, Meeting, Rhythm, Skipped, Span, instant, roll
from caseload.models import Assignment, Break, Cadence, ClosedDay, Room, Session
from caseload.operations.diary import (
    Taken,
    book,
    booked_beside,
    is_ended,
    refuse_ended_room,
    release,
    room_is_taken,
    rooms_free_all_through,
    taken_during,
)
from core.dates import day as day_in_words
from core.dates import listed
from core.errors import RuleBroken

DAYS_NAMED = 4  # in a refusal; the rest is "…"


@dataclass(frozen=True)
class RolledOut:
    """What became of a rhythm: the number of sessions planned, days without one, days without the room."""

    planned: int = 0
    skipped: tuple[Skipped, ...] = ()
    without_room: tuple[date, ...] = ()


@dataclass(frozen=True)
class Fitted:
    """Meetings after a look at the diary: with the room, without it, and days that are left out."""

    meetings: tuple[Meeting, ...]
    without_room: frozenset[date] = frozenset()
    left_out: tuple[Skipped, ...] = ()


def plan(cadence: Cadence, span: Span, *, lenient: bool, reuse: "Reuse | None" = None) -> RolledOut:
    """Write the sessions of `cadence` over `span`, with their bookings; days it has given stay as they are.

    `lenient`: where the room is taken the session is planned without one, where the therapist is taken the
    day is left out. Otherwise RuleBroken says which days, and what is free.
    """
    reuse = reuse or Reuse()
    rolled = roll(rhythm_of(cadence), span, lost_days(cadence, span))
    known = days_given(cadence, span)
    wanted = [meeting for meeting in rolled.meetings if meeting.day not in known]
    fitted = fit(wanted, cadence, lenient=lenient)
    sessions = [session_of(meeting, cadence, fitted, reuse) for meeting in fitted.meetings]
    reuse.drop_the_rest()
    save(sessions, reuse.beside)
    return RolledOut(
        planned=len(sessions),
        skipped=tuple(sorted([*rolled.skipped, *fitted.left_out])),
        without_room=tuple(sorted(fitted.without_room)),
    )


def rhythm_of(cadence: Cadence) -> Rhythm:
    return Rhythm(
        weekday=cadence.weekday,
        starts_at=cadence.starts_at,
        minutes=cadence.minutes,
        every_weeks=cadence.every_weeks,
        anchor=cadence.starts_on,
        zone=Practice.objects.current().tzinfo,
    )


def lost_days(cadence: Cadence, span: Span) -> Lost:
    """Return the days in `span` on which this therapist and this client do not meet."""
    in_span = Q(starts_on__lte=span.last, ends_on__gte=span.first)
    away = Absence.objects.filter(in_span, user=cadence.assignment.therapist_id)
    pauses = Break.objects.filter(in_span, assignment=cadence.assignment_id)
    site = cadence.room.site if cadence.room else None
    closed = ClosedDay.objects.closing(site).filter(on__range=(span.first, span.last))
    return Lost(
        closed={row.on: row.name for row in closed},
        away=[Span(row.starts_on, row.ends_on) for row in away],
        on_break=[Span(row.starts_on, row.ends_on) for row in pauses],
    )


def days_given(cadence: Cadence, span: Span) -> set[date]:
    """Return the days that have their session: of this rhythm, or settled under an earlier one."""
    settled = ~Q(state=Session.State.PLANNED) & Q(assignment=cadence.assignment_id)
    given = Session.objects.filter(
        Q(cadence=cadence) | settled, cadence_day__range=(span.first, span.last)
    )
    return {day for day in given.values_list("cadence_day", flat=True) if day}


def fit(meetings: Sequence[Meeting], cadence: Cadence, *, lenient: bool) -> Fitted:
    """Hold the meetings against what therapist and room have taken already."""
    if not meetings:
        return Fitted(())
    person, room = cadence.assignment.therapist, cadence.room
    begin, end = meetings[0].starts_at, meetings[-1].ends_at
    taken = taken_during(begin, end, people=[person], rooms=[room] if room else [])
    busy = clashing(meetings, taken, person)
    full = [one for one in clashing(meetings, taken, room) if one not in busy] if room else []
    after = [one for one in meetings if room and one not in busy and is_ended(room, one.day)]
    if not lenient:
        if room and after:
            refuse_ended_room(room, after[0].day)
        refuse(meetings, busy, full, room)
    return Fitted(
        meetings=tuple(one for one in meetings if one not in busy),
        without_room=frozenset(one.day for one in (*full, *after)),
        left_out=tuple(Skipped(one.day, Cause.BUSY) for one in busy),
    )


def clashing(meetings: Iterable[Meeting], taken: Sequence[Taken], what: Model) -> list[Meeting]:
    mine = [one for one in taken if one.who == what.pk]
    return [
        meeting
        for meeting in meetings
        if any(one.overlaps(meeting.starts_at, meeting.ends_at) for one in mine)
    ]


def refuse(
    meetings: Sequence[Meeting], busy: Sequence[Meeting], full: Sequence[Meeting], room: Room | None
) -> None:
    """Raise RuleBroken with the days that clash, and the rooms that are free on every day."""
    if busy:
        said = _("There is already a session at that time.")
        raise RuleBroken(f"{said} {days_in_words(busy)}")
    if full:
        ranges = [(meeting.starts_at, meeting.ends_at) for meeting in meetings]
        free = rooms_free_all_through(ranges, meetings[0].day)
        raise RuleBroken(f"{room_is_taken(str(room), free)} {days_in_words(full)}")


def days_in_words(meetings: Sequence[Meeting]) -> str:
    """Return “Days: Wed 25 Nov and Wed 2 Dec.”"""
    days = [day_in_words(one.day, meetings[0].day) for one in meetings]
    if len(days) > DAYS_NAMED:
        days = [", ".join(days[:DAYS_NAMED]) + " …"]
    return _("Days: %(days)s.") % {"days": listed(days)}


class Reuse:
    """Planned sessions of the rhythm before, kept by their week: what was planned for one stays planned.

    `weeks` moves them: a session of the tenth that becomes one of the fifteenth is still the same meeting.
    """

    def __init__(self, sessions: Sequence[Session] = (), weeks: int = 0) -> None:
        moved = timedelta(weeks=weeks)
        self.beside = booked_beside(sessions) if sessions else {}
        self.by_week = {
            monday_of(row.cadence_day) + moved: row for row in sessions if row.cadence_day
        }

    def __len__(self) -> int:
        return len(self.by_week)

    def take(self, day: date) -> Session | None:
        return self.by_week.pop(monday_of(day), None)

    def drop_the_rest(self) -> None:
        """Delete what the new rhythm has no meeting for; what something holds on to stays, as an extra one."""
        for session in self.by_week.values():
            try:
                session.delete()
            except ProtectedError:
                session.cadence, session.cadence_day, session.is_extra = None, None, True
                session.save(update_fields=["cadence", "cadence_day", "is_extra"])
                book([session], self.beside)


def monday_of(day: date) -> date:
    return day - DAY * day.weekday()


def session_of(meeting: Meeting, cadence: Cadence, fitted: Fitted, reuse: Reuse) -> Session:
    """Return the row for a meeting, new or kept; it is not saved yet."""
    session = reuse.take(meeting.day) or Session(episode_id=cadence.episode_id)
    session.assignment, session.cadence = cadence.assignment, cadence
    session.cadence_day = meeting.day
    session.starts_at, session.ends_at = meeting.starts_at, meeting.ends_at
    session.mode = cadence.mode
    session.room = None if meeting.day in fitted.without_room else cadence.room
    session.revision += 0 if session._state.adding else 1
    return session


KEPT = ["cadence", "cadence_day", "starts_at", "ends_at", "mode", "room", "revision"]


def save(sessions: Sequence[Session], beside: Mapping[UUID, Sequence[UUID]]) -> None:
    """Write the rows, and take the people and rooms they need."""
    kept = [row for row in sessions if not row._state.adding]
    Session.objects.bulk_create([row for row in sessions if row._state.adding])
    Session.objects.bulk_update(kept, KEPT)
    if sessions:
        book(sessions, beside)


def end_running(
    assignment: Assignment, from_day: date, not_before: date, weeks_moved: int = 0
) -> Reuse:
    """End the rhythms that run on `from_day` or later; return their planned sessions, released.

    Sessions before `not_before` stay: what is past waits for its answer, was it held or not.
    """
    running = assignment.cadences.filter(Q(ends_on=None) | Q(ends_on__gte=from_day))
    first = max(from_day, not_before)
    planned = Session.objects.planned().filter(cadence__in=running, cadence_day__gte=first)
    reuse = Reuse(list(planned.select_related("assignment")), weeks_moved)
    release(reuse.by_week.values())
    for cadence in running:
        if cadence.starts_on >= from_day:
            cadence.delete()
        else:
            cadence.ends_on = from_day - DAY
            cadence.save(update_fields=["ends_on"])
    return reuse


def first_instant(day: date) -> datetime:
    """Return the first moment of `day` in the practice's zone."""
    return instant(day, time(), Practice.objects.current().tzinfo)
