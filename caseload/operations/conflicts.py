"""What stands in the way of a move, said before anything is saved. Nothing here changes anything.

A person or a room that is taken cannot be taken twice: the database refuses it, so it is said as final. Everything
else is said and may be meant: a session on a closed day can be what both have agreed on (R23).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.models import Absence, Practice, User
from caseload.calendar import Cause, Rhythm, Skipped, Span, roll
from caseload.models import Assignment, Break, Cadence, ClosedDay, Room, Session
from caseload.operations.diary import (
    Range,
    Taken,
    booked_beside,
    free_rooms,
    room_is_taken,
    taken_during,
)
from caseload.operations.rhythms import AHEAD
from caseload.operations.rolling import clashing, days_in_words, lost_days
from caseload.operations.sessions import When
from core.dates import clock, listed, on_day
from core.dates import day as day_in_words
from core.dates import local as local_time


class Obstacle(StrEnum):
    """Why a time does not fit; the first two cannot be meant."""

    TAKEN = "taken"
    ROOM_TAKEN = "room_taken"
    CLOSED = "closed"
    AWAY = "away"
    DAY_OFF = "day_off"
    ON_BREAK = "on_break"
    OUTSIDE = "outside"
    SKIPPED = "skipped"


FINAL = {Obstacle.TAKEN, Obstacle.ROOM_TAKEN}


@dataclass(frozen=True)
class Conflict:
    """One thing in the way, in words; `on` is the practice's day that it is about."""

    why: Obstacle
    on: date
    text: str

    @property
    def is_final(self) -> bool:
        """Whether the database will refuse it."""
        return self.why in FINAL

    @property
    def may_be_meant(self) -> bool:
        """Whether somebody has to say that it is meant."""
        return self.why not in FINAL and self.why != Obstacle.SKIPPED

    def __str__(self) -> str:
        return self.text


def meant(conflicts: Iterable[Conflict]) -> str:
    """Return what somebody agrees to by moving it all the same: it is asked again where this changes."""
    said = {f"{one.why}:{one.on.isoformat()}" for one in conflicts if one.may_be_meant}
    return " ".join(sorted(said))


def conflicts_of_move(
    *, session: Session, to: When, following: bool, at: datetime
) -> list[Conflict]:
    """Return what stands in the way of moving a session to `to`; empty where it fits.

    `following`: it and those after it in its rhythm. The session needs its assignment with the therapist.
    """
    if following and session.cadence is not None and session.cadence_day is not None:
        return conflicts_of_rhythm(session, session.cadence, to, on_day(at))
    beside = list(User.objects.filter(pk__in=booked_beside([session]).get(session.pk, ())))
    everybody = [session.assignment.therapist, *beside]
    taken = taken_by_others([session], (to.starts_at, to.ends_at), everybody, to.room)
    return [
        *people_taken(everybody, to, taken),
        *room_taken(to, taken),
        *wrong_day(session.assignment, to),
    ]


def taken_by_others(
    own: Sequence[Session], during: Range, people: Sequence[User], room: Room | None
) -> list[Taken]:
    """Return what is taken of people and room, but not by the sessions that move themselves."""
    ranges = {(row.starts_at, row.ends_at) for row in own}
    mine = {person.pk for person in people} | {row.room_id for row in own}
    found = taken_during(*during, people=people, rooms=[room] if room else [])
    return [one for one in found if not ((one.begin, one.end) in ranges and one.who in mine)]


def people_taken(people: Sequence[User], to: When, taken: Sequence[Taken]) -> Iterator[Conflict]:
    day = on_day(to.starts_at)
    for person in people:
        times = [hours_of(one) for one in taken if one.who == person.pk]
        if times:
            said = _("%(name)s has a session already: %(times)s.")
            text = said % {"name": person.name, "times": listed(times)}
            yield Conflict(Obstacle.TAKEN, day, text)


def hours_of(one: Taken) -> str:
    return f"{clock(one.begin)}–{clock(one.end)}"


def room_taken(to: When, taken: Sequence[Taken]) -> Iterator[Conflict]:
    if to.room and any(one.who == to.room.pk for one in taken):
        free = free_rooms(to.starts_at, to.ends_at)
        text = room_is_taken(str(to.room), free)
        yield Conflict(Obstacle.ROOM_TAKEN, on_day(to.starts_at), text)


def wrong_day(work: Assignment, to: When) -> Iterator[Conflict]:
    """Yield why nobody meets on that day: the practice, the therapist, the work itself."""
    on, therapist = on_day(to.starts_at), work.therapist
    said = {"name": therapist.name, "day": day_in_words(on, on)}
    closed = ClosedDay.objects.closing(to.room.site if to.room else None).filter(on=on).first()
    if closed:
        text = _("The practice is closed on %(day)s.") % said
        yield Conflict(Obstacle.CLOSED, on, f"{text} {closed.name}".rstrip())
    if Absence.objects.on(on).filter(user=therapist).exists():
        yield Conflict(Obstacle.AWAY, on, _("%(name)s is away on %(day)s.") % said)
    elif on.weekday() not in therapist.working_days:
        yield Conflict(Obstacle.DAY_OFF, on, _("%(name)s does not work on %(day)s.") % said)
    if Break.objects.on(on).filter(assignment=work).exists():
        yield Conflict(Obstacle.ON_BREAK, on, _("This work is on a break on %(day)s.") % said)
    if on < work.starts_on:
        yield Conflict(Obstacle.OUTSIDE, on, _("This work begins after %(day)s.") % said)
    if work.ends_on and on > work.ends_on:
        last = day_in_words(work.ends_on, on)
        yield Conflict(Obstacle.OUTSIDE, on, _("This work ends on %(day)s.") % {"day": last})


def conflicts_of_rhythm(
    session: Session, cadence: Cadence, to: When, today: date
) -> list[Conflict]:
    """Return what stands in the way of this session and those that follow it, day by day."""
    work, begin = session.assignment, local_time(to.starts_at)
    wanted = Cadence(
        assignment=work, room=to.room, starts_on=begin.date(), every_weeks=cadence.every_weeks
    )
    zone = Practice.objects.current().tzinfo
    rhythm = Rhythm(
        begin.weekday(), begin.time(), to.minutes, cadence.every_weeks, begin.date(), zone
    )
    last = min(day for day in (today + AHEAD, work.ends_on) if day)
    if last < begin.date():
        return list(wrong_day(work, to))
    span = Span(max(begin.date(), today), last)
    rolled = roll(rhythm, span, lost_days(wanted, span))
    off = (
        [] if begin.weekday() in work.therapist.working_days else list(day_off(work, begin.date()))
    )
    if not rolled.meetings:
        return [*off, *left_out(rolled.skipped)]
    during = (rolled.meetings[0].starts_at, rolled.meetings[-1].ends_at)
    moving = that_move(session, cadence, today)
    taken = taken_by_others(moving, during, [work.therapist], to.room)
    found = []
    if busy := clashing(rolled.meetings, taken, work.therapist):
        said = _("There is already a session at that time.")
        found.append(Conflict(Obstacle.TAKEN, busy[0].day, f"{said} {days_in_words(busy)}"))
    if to.room and (full := clashing(rolled.meetings, taken, to.room)):
        said = _("%(room)s is taken at that time.") % {"room": to.room}
        found.append(Conflict(Obstacle.ROOM_TAKEN, full[0].day, f"{said} {days_in_words(full)}"))
    return [*found, *off, *left_out(rolled.skipped)]


def that_move(session: Session, cadence: Cadence, today: date) -> list[Session]:
    """Return the sessions of the rhythm that move along: what they take now is free then."""
    first = max(min(session.cadence_day or today, on_day(session.starts_at)), today)
    rows = Session.objects.planned().filter(cadence=cadence, cadence_day__gte=first)
    return list(rows)


def day_off(work: Assignment, on: date) -> Iterator[Conflict]:
    said = {"name": work.therapist.name, "day": day_in_words(on, on)}
    yield Conflict(Obstacle.DAY_OFF, on, _("%(name)s does not work on %(day)s.") % said)


def left_out(skipped: Sequence[Skipped]) -> Iterator[Conflict]:
    """Yield one line for the days on which the rhythm has no session; they are left out by themselves."""
    if skipped:
        days = listed([named(one) for one in skipped[:6]]) + (" …" if len(skipped) > 6 else "")
        text = _("Days without a session: %(days)s.") % {"days": days}
        yield Conflict(Obstacle.SKIPPED, skipped[0].day, text)


def named(one: Skipped) -> str:
    """Return “25 Dec (Holiday)”."""
    said = {Cause.AWAY: _("away"), Cause.ON_BREAK: _("on a break"), Cause.CLOSED: one.name}
    why = said.get(one.cause) or _("Closed")
    return f"{day_in_words(one.day, one.day)} ({why})"
