"""What stands in a week of a person, a room or a site, as far as whoever reads may know it.

One's own work, and work one stands in for, is shown with its client. Everything else is a range that says “taken”
and not by whom (decision 4). At the front desk PostgreSQL says who comes (`endings.operations.front_desk`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Role, Site, User
from caseload.models import ClosedDay, Room, Session
from caseload.operations.absences import days_away
from caseload.operations.diary import taken_during
from core.dates import listed, on_day
from desk.week import DAY, Block, Off, without
from endings.operations.front_desk import DeskBooking, bookings_between

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Asked:
    """Which week, who reads it, and the instant from which a session can still be moved."""

    by: User
    monday: date
    begin: datetime
    end: datetime
    at: datetime

    @property
    def sunday(self) -> date:
        return self.monday + 6 * DAY

    @property
    def is_at_the_desk(self) -> bool:
        """Whether the reader sees by the sight of the front desk: not where they have work of their own."""
        return self.by.holds(Role.FRONT_DESK)


def week_of_person(person: User, asked: Asked) -> list[Block]:
    """Return one person's week: sessions by name where the reader acts, else what is taken."""
    known = own_sessions(asked, therapist=person)
    if asked.is_at_the_desk and person != asked.by:
        known = [block for one, block in desk_blocks(asked) if one.therapist_id == person.pk]
    taken = taken_during(asked.begin, asked.end, people=[person])
    return [*known, *without([Block(one.begin, one.end) for one in taken], known)]


def week_of_rooms(rooms: Sequence[Room], asked: Asked) -> list[Block]:
    """Return what is taken of rooms; each block says of which."""
    names = {room.pk: room.name for room in rooms}
    known = own_sessions(asked, rooms=rooms)
    if asked.is_at_the_desk:
        known = [block for one, block in desk_blocks(asked) if one.room_id in names]
    taken = [
        Block(one.begin, one.end, room=one.who)
        for one in taken_during(asked.begin, asked.end, rooms=rooms)
    ]
    return [*known, *without(taken, known)]


def own_sessions(
    asked: Asked, *, therapist: User | None = None, rooms: Sequence[Room] = ()
) -> list[Block]:
    """Return sessions in which the reader acts, of a therapist or in rooms."""
    if not (asked.by.holds(Role.THERAPIST) or asked.by.holds(Role.SUPERVISOR)):
        return []
    rows = Session.objects.editable_by(asked.by).between(asked.begin, asked.end)
    rows = rows.of_therapist(therapist) if therapist else rows.filter(room__in=rooms)
    return [block_of(session, asked) for session in rows.with_who().in_order()]


def block_of(session: Session, asked: Asked) -> Block:
    planned = session.state == Session.State.PLANNED
    open_to_move = planned and session.starts_at > asked.at
    return Block(
        begins=session.starts_at,
        ends=session.ends_at,
        label=session.episode.called,
        aside=session.where,
        state="" if planned else str(session.get_state_display()),
        kind="own" if planned else "over",
        url=session.get_absolute_url(),
        move_url=reverse("caseload:move_session", args=[session.pk]) if open_to_move else "",
        room=session.room_id,
    )


def desk_blocks(asked: Asked) -> list[tuple[DeskBooking, Block]]:
    bookings = bookings_between(asked.begin, asked.end, by=asked.by)
    return [(one, desk_block(one, asked)) for one in bookings]


def desk_block(booking: DeskBooking, asked: Asked) -> Block:
    on = on_day(booking.starts_at).isoformat()
    planned = booking.state == Session.State.PLANNED
    may_move = planned and not booking.arrived_at and booking.starts_at > asked.at
    guests = listed([guest.client.called for guest in booking.guests])
    return Block(
        begins=booking.starts_at,
        ends=booking.ends_at,
        label=guests or _("Taken"),
        aside=" · ".join(part for part in (booking.therapist, booking.room) if part),
        state=state_at_the_desk(booking, planned=planned),
        kind="own" if planned else "over",
        url=f"{reverse('desk:front_desk')}?on={on}",
        move_url=reverse("desk:move_booking", args=[on, booking.pk]) if may_move else "",
        room=booking.room_id,
    )


def state_at_the_desk(booking: DeskBooking, *, planned: bool) -> str:
    if booking.arrived_at:
        return pgettext("session.arrived", "Here")
    return "" if planned else str(Session.State(booking.state).label)


def off_of_person(person: User, asked: Asked) -> Off:
    away = days_away(person, asked.monday, asked.sunday)
    off = EVERY_DAY - set(person.working_days)
    return Off(closed_days(None, asked), frozenset(away), frozenset(off))


def off_of_site(site: Site, asked: Asked, working_days: Iterable[int]) -> Off:
    """Return when a site is closed; its weekdays off are the practice's."""
    return Off(closed_days(site, asked), weekdays=EVERY_DAY - set(working_days))


def closed_days(site: Site | None, asked: Asked) -> dict[date, str]:
    rows = ClosedDay.objects.closing(site).filter(on__range=(asked.monday, asked.sunday))
    return {row.on: row.name or _("Closed") for row in rows}


@dataclass(frozen=True)
class Choice:
    """One week that can be looked at."""

    key: str
    label: str
    current: bool


def choices(shown: UUID, on: date) -> list[tuple[str, list[Choice]]]:
    """Return everybody and everything that has a week, by kind."""
    people = User.objects.who_work_here().in_role(Role.THERAPIST).by_name()
    rooms = list(Room.objects.in_use(on))
    sites = {room.site_id: room.site.name for room in rooms}
    groups = [
        (_("People"), [(person.pk, person.name) for person in people]),
        (_("Sites"), list(sites.items())),
        (_("Rooms"), [(room.pk, f"{room.name}, {room.site.name}") for room in rooms]),
    ]
    return [
        (heading, [Choice(str(key), name, key == shown) for key, name in rows])
        for heading, rows in groups
        if rows
    ]
