"""Who and what is taken when: numbers and ranges only, also of colleagues (decision 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Booking, Room, Session
from core.dates import listed, whole_date
from core.errors import RuleBroken

Range = tuple[datetime, datetime]
NOBODY: Mapping[UUID, Sequence[UUID]] = MappingProxyType({})
LAWS_OF_BOOKING = {"no_two_bookings_of_one_room", "no_person_in_two_bookings_at_once"}


@dataclass(frozen=True)
class Taken:
    """A person or a room is taken during `[begin, end)`; by whom is not said."""

    who: UUID
    begin: datetime
    end: datetime

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        return self.begin < end and begin < self.end


def _ask(function: str, *arguments: Any) -> list[tuple[Any, ...]]:
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"select * from sight.{function}({marks})", arguments)  # noqa: S608 -- our names
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def taken_during(
    begin: datetime, end: datetime, *, people: Iterable[User] = (), rooms: Iterable[Room] = ()
) -> list[Taken]:
    """Return what is taken of `people` and `rooms` during `[begin, end)`, in order of time."""
    keys = [[row.pk for row in people], [row.pk for row in rooms]]
    rows = _ask("taken_during", *keys, begin, end)
    taken = [Taken(user or room, during.lower, during.upper) for user, room, during in rows]
    return sorted(taken, key=lambda one: one.begin)


def busy_ranges(of: User | Room, begin: datetime, end: datetime) -> list[Range]:
    """Return when a person or a room is taken during `[begin, end)`."""
    asked = {"people": [of]} if isinstance(of, User) else {"rooms": [of]}
    return [(one.begin, one.end) for one in taken_during(begin, end, **asked)]


def free_rooms(begin: datetime, end: datetime) -> list[Room]:
    """Return the rooms that nobody has taken during `[begin, end)`, by site and name."""
    free = [row[0] for row in _ask("free_rooms", begin, end)]
    return list(Room.objects.filter(pk__in=free))


def rooms_free_all_through(ranges: Sequence[Range], day: date) -> list[Room]:
    """Return the rooms that are free during each of `ranges`."""
    if not ranges:
        return []
    rooms = Room.objects.in_use(day)
    first, last = min(begin for begin, _end in ranges), max(end for _begin, end in ranges)
    taken = taken_during(first, last, rooms=rooms)
    busy = {one.who for one in taken for begin, end in ranges if one.overlaps(begin, end)}
    return [room for room in rooms if room.pk not in busy]


def meetings_planned(begin: datetime, end: datetime) -> int:
    """Return how many meetings of the whole practice are planned during `[begin, end)`: a number, no names."""
    return int(_ask("meetings_planned", begin, end)[0][0])


def book(sessions: Sequence[Session], beside: Mapping[UUID, Sequence[UUID]] = NOBODY) -> None:
    """Take therapist and room of each planned session; each needs its assignment with the therapist.

    `beside`: who else takes part, by session, as `booked_beside` gives it.
    Raises RuleBroken where a person or a room is taken already; the database decides.
    """
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(
                [
                    booking
                    for session in sessions
                    for booking in bookings_of(session, beside.get(session.pk, ()))
                ]
            )
    except IntegrityError as error:
        raise refusal_of(error, sessions) from error


def bookings_of(session: Session, beside: Sequence[UUID]) -> list[Booking]:
    during = DateTimeTZRange(session.starts_at, session.ends_at)
    people = [session.assignment.therapist_id, *beside]
    taken = [Booking(session=session, user_id=person, during=during) for person in people]
    if session.room_id is not None:
        taken.append(Booking(session=session, room_id=session.room_id, during=during))
    return taken


def booked_beside(sessions: Iterable[Session]) -> dict[UUID, list[UUID]]:
    """Return who takes part in sessions besides the therapist, as in a meeting of three."""
    rows = (
        Booking.objects.filter(session__in=[session.pk for session in sessions], user__isnull=False)
        .exclude(user=F("session__assignment__therapist"))
        .values_list("session", "user")
    )
    beside: dict[UUID, list[UUID]] = {}
    for session, person in rows:
        beside.setdefault(session, []).append(person)
    return beside


def release(sessions: Iterable[Session]) -> None:
    """Give back what the sessions had taken."""
    Booking.objects.filter(session__in=[session.pk for session in sessions]).delete()


def law_of(error: IntegrityError) -> str:
    """Return the name of the constraint that said no."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def refusal_of(error: IntegrityError, sessions: Sequence[Session]) -> RuleBroken:
    """Put what the database refused into words, with the rooms that are free all through."""
    law = law_of(error)
    if law not in LAWS_OF_BOOKING:  # pragma: no cover -- a law that bookings do not have yet
        raise error
    if law == "no_person_in_two_bookings_at_once":
        return RuleBroken(_("There is already a session at that time."))
    rooms = {session.room for session in sessions if session.room is not None}
    ranges = [(session.starts_at, session.ends_at) for session in sessions]
    free = rooms_free_all_through(ranges, sessions[0].starts_at.date())
    return RuleBroken(room_is_taken(listed(sorted(str(room) for room in rooms)), free))


def is_ended(room: Room, day: date) -> bool:
    return room.ended_on is not None and room.ended_on <= day


def refuse_ended_room(room: Room, day: date) -> None:
    """Raise RuleBroken where a room is used no longer on `day`, with what to do."""
    if room.ended_on is not None and is_ended(room, day):
        said = {"room": str(room), "day": whole_date(room.ended_on)}
        text = _("%(room)s is not in use from %(day)s on. Choose another room, or none for now.")
        raise RuleBroken(text % said)


def room_is_taken(room: str, free: Sequence[Room]) -> str:
    """Say that a room is taken, and which are free."""
    if not free:
        return _("%(room)s is taken at that time. No other room is free then.") % {"room": room}
    return _("%(room)s is taken at that time. Free: %(free)s.") % {
        "room": room,
        "free": listed(free),
    }
