"""What the front desk may know and do: who comes when and where, whether they have been told. Nothing clinical.

Somebody at the front desk has no road to sessions; PostgreSQL speaks and acts for them, and asks who acts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Absence, User
from caseload.models import Client, ClosedDay, ContactChannel, Room
from caseload.operations.diary import (
    LAWS_OF_BOOKING,
    free_rooms,
    law_of,
    room_is_taken,
    taken_during,
)
from caseload.operations.sessions import When
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken


@dataclass(frozen=True)
class Guest:
    """Somebody who comes: who, how to reach them, and `told`: "told", "not_told", or nothing is ending."""

    client: Client
    channels: Sequence[ContactChannel]
    told: str


@dataclass(frozen=True)
class DeskBooking:
    """One booking as the front desk sees it; the kind of the work is not in it."""

    pk: UUID
    starts_at: datetime
    ends_at: datetime
    mode: str
    state: str
    arrived_at: datetime | None
    revision: int
    room_id: UUID | None
    room: str
    site_id: UUID | None
    site: str
    therapist_id: UUID
    therapist: str
    guests: Sequence[Guest]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def bookings_between(begin: datetime, end: datetime, *, by: User) -> list[DeskBooking]:
    """Return the bookings that begin in `[begin, end)`, in order; three queries for any number.

    PostgreSQL refuses where nobody at the front desk is acting.
    """
    found = ask("select * from sight.desk_bookings(%s, %s)", begin, end)
    rows = [(row[:-1], json.loads(row[-1])) for row in found]
    keys = {UUID(one["id"]) for _row, said in rows for one in said}
    known = Client.objects.visible_to(by).in_bulk(keys)
    ways: dict[UUID, list[ContactChannel]] = {}
    channels = ContactChannel.objects.visible_to(by).filter(client__in=keys)
    for channel in channels.exclude(consented_on=None).order_by("kind", "pk"):
        ways.setdefault(channel.client_id, []).append(channel)
    return [booking_of(row, guests_of(said, known, ways)) for row, said in rows]


def booking_of(row: Sequence[Any], guests: Sequence[Guest]) -> DeskBooking:
    """Return a row in the order of `desk_bookings`; nothing is an empty name where there is no room."""
    said = dict(zip(DeskBooking.__dataclass_fields__, row, strict=False))
    said |= {name: said[name] or "" for name in ("room", "site")}
    return DeskBooking(**said, guests=guests)


def guests_of(
    said: Sequence[Mapping[str, str]],
    known: Mapping[UUID, Client],
    ways: Mapping[UUID, Sequence[ContactChannel]],
) -> list[Guest]:
    keys = [(UUID(one["id"]), one["told"]) for one in said]
    return [Guest(known[key], ways.get(key, ()), told) for key, told in keys if key in known]


@transaction.atomic
def sign_in(*, session: UUID, at: datetime | None) -> None:
    """Write down when somebody arrived, or take it back with `at=None`. Raises RuleBroken for what is not planned."""
    if not ask("select sight.desk_sign_in(%s, %s)", session, at)[0][0]:
        raise RuleBroken(_("This session is not planned any more, or it is of another day."))


@transaction.atomic
def move_booking(*, booking: DeskBooking, to: When, by: User) -> None:
    """Move one booking with everybody in it; the rules of both sides are kept.

    Raises RuleBroken on closed days, outside the therapist's days and the work, where somebody or a room is
    taken, and where the work is about to end: then its therapist moves it. ChangedMeanwhile where somebody
    acted on it first.
    """
    day = on_day(to.starts_at)
    refuse_outside(booking, day)
    refuse_day(booking, to, day)
    place = to.room.pk if to.room else None
    try:
        with transaction.atomic():
            moved = ask(
                "select sight.desk_move(%s, %s, %s, %s, %s)",
                booking.pk,
                booking.revision,
                to.starts_at,
                to.ends_at,
                place,
            )[0][0]
    except IntegrityError as error:
        raise refusal_of(error, to) from error
    if not moved:
        raise ChangedMeanwhile


def obstacles(*, booking: DeskBooking, to: When) -> list[str]:
    """Return what `move_booking` would refuse, before anything is saved; empty where it fits."""
    day = on_day(to.starts_at)
    found: list[str] = []
    for rule in (partial(refuse_outside, booking, day), partial(refuse_day, booking, to, day)):
        try:
            rule()
        except RuleBroken as refusal:
            found.append(str(refusal))
    therapist = User.objects.get(pk=booking.therapist_id)
    rooms = [to.room] if to.room else []
    own = (booking.starts_at, booking.ends_at)
    taken = taken_during(to.starts_at, to.ends_at, people=[therapist], rooms=rooms)
    others = {
        one.who
        for one in taken
        if (one.begin, one.end) != own or one.who not in (therapist.pk, booking.room_id)
    }
    if therapist.pk in others:
        found.append(_("There is already a session at that time."))
    if to.room and to.room.pk in others:
        found.append(room_is_taken(str(to.room), free_rooms(to.starts_at, to.ends_at)))
    return found


def refuse_outside(booking: DeskBooking, day: date) -> None:
    """Refuse what is not the front desk's to move. The sentence is the same for every cause."""
    found = ask("select * from sight.desk_session(%s)", booking.pk)
    begins_on, ends_on, therapists_own = found[0]
    if therapists_own or day < begins_on or (ends_on and day > ends_on):
        raise RuleBroken(
            _("%(name)s moves this session. Please ask them.") % {"name": booking.therapist}
        )


def refuse_day(booking: DeskBooking, to: When, day: date) -> None:
    """Refuse days on which the site or the therapist is not there."""
    site = to.room.site if to.room else None
    if ClosedDay.objects.closing(site).filter(on=day).exists():
        raise RuleBroken(_("The practice is closed on that day."))
    therapist = User.objects.get(pk=booking.therapist_id)
    away = Absence.objects.on(day).filter(user=therapist).exists()
    if away or day.weekday() not in therapist.working_days:
        raise RuleBroken(_("%(name)s is not here on that day.") % {"name": booking.therapist})


def refusal_of(error: IntegrityError, to: When) -> RuleBroken:
    law = law_of(error)
    if law not in LAWS_OF_BOOKING:  # pragma: no cover -- a law that bookings do not have yet
        raise error
    if law == "no_person_in_two_bookings_at_once":
        return RuleBroken(_("There is already a session at that time."))
    free: list[Room] = free_rooms(to.starts_at, to.ends_at)
    return RuleBroken(room_is_taken(str(to.room), free))


def ask(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
