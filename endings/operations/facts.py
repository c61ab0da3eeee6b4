"""What the planner is asked about, read from the rows in a constant number of queries.

`read_facts` is the only bridge: rows in, values out. It also says which work came or went since the plan
was drawn up, because a plan that forgets somebody leaves them hanging.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from accounts.models import Absence, Practice, User
from caseload.models import (
    Assignment,
    Break,
    Cadence,
    Client,
    ClientLink,
    ClosedDay,
    InvolvedPerson,
    Participation,
    Place,
    RiskLook,
    Room,
    Session,
)
from caseload.operations.diary import taken_during
from core.dates import on_day
from endings import planner
from endings.models import Departure, Ending, NotToday
from endings.operations.notices import policy_of
from endings.operations.places import held_places, leaving_people

DAY = timedelta(days=1)
LOOKING_AHEAD = timedelta(weeks=30)  # the longest plan that is drawn up
GROUP = "group"


@dataclass(frozen=True)
class PlanFacts:
    """Values for the planner, and the rows they were read from."""

    clients: tuple[planner.ClientFacts, ...]
    setting: planner.Setting
    decisions: Mapping[UUID, planner.Decision]
    endings: Mapping[UUID, Ending]
    rooms: Mapping[UUID, Room]
    came: tuple[Assignment, ...] = ()
    went: tuple[Ending, ...] = field(default=())


def caseload_of(therapist: User, on: date) -> list[Assignment]:
    """Return the work that a departure has to bring to an end: led or held on `on`."""
    mine = Assignment.objects.led_by(therapist, on).select_related("episode")
    return list(mine.order_by("starts_on", "pk"))


def read_facts(departure: Departure, *, on: date) -> PlanFacts:
    """Read everything that the plan of `departure` is made from."""
    practice = Practice.objects.current()
    endings = list(
        departure.endings.standing()
        .select_related("client", "episode", "assignment", "carried_by")
        .order_by("client__sort_key", "pk")
    )
    led = caseload_of(departure.therapist, on)
    known = {ending.assignment_id for ending in endings}
    leads = {work.pk for work in led}
    rows = _read_rows(endings, on)
    return PlanFacts(
        clients=tuple(_client_facts(ending, rows, departure, on) for ending in endings),
        setting=_setting(departure, practice, on),
        decisions={ending.pk: planner.decision_from_json(ending.decision) for ending in endings},
        endings={ending.pk: ending for ending in endings},
        rooms={room.pk: room for room in Room.objects.select_related("site")},
        came=_came(departure, led, known),
        went=tuple(one for one in endings if one.assignment_id not in leads and not one.told_on),
    )


def _came(
    departure: Departure, led: Iterable[Assignment], known: set[UUID]
) -> tuple[Assignment, ...]:
    """Who joined the caseload since; somebody who only reduces has chosen whom it concerns."""
    if departure.kind == Departure.Kind.REDUCING:
        return ()
    return tuple(work for work in led if work.pk not in known)


@dataclass(frozen=True)
class Rows:
    """The rows of all endings of one departure, by what they belong to."""

    sessions: Mapping[UUID, list[Session]]  # by assignment
    cadences: Mapping[UUID, Cadence]
    breaks: Mapping[UUID, list[Break]]
    clients: Mapping[UUID, list[Client]]  # by episode
    to_tell: Mapping[UUID, int]  # by episode: involved persons who must know
    looks: Mapping[UUID, RiskLook]  # by client
    links: Mapping[UUID, set[UUID]]  # by client
    not_todays: Mapping[UUID, date]  # by ending
    endings_of: Mapping[UUID, list[UUID]]  # by client
    rolled_until: Mapping[UUID, date]  # by cadence


def _read_rows(endings: Sequence[Ending], on: date) -> Rows:
    assignments = {ending.assignment_id for ending in endings}
    episodes = {ending.episode_id for ending in endings}
    taking_part = Participation.objects.filter(episode__in=episodes, left_on=None)
    clients: dict[UUID, list[Client]] = defaultdict(list)
    for row in taking_part.select_related("client").order_by("joined_on", "pk"):
        clients[row.episode_id].append(row.client)
    everybody = {client.pk for some in clients.values() for client in some}
    return Rows(
        sessions=_sessions(assignments),
        cadences={row.assignment_id: row for row in _cadences(assignments, on)},
        breaks=_by(
            "assignment_id", Break.objects.filter(assignment__in=assignments, ends_on__gte=on)
        ),
        clients=clients,
        to_tell=_must_be_told(clients),
        looks=_newest_looks(everybody),
        links=_links(everybody),
        not_todays=_not_todays(endings, on),
        endings_of=_endings_of(endings, clients),
        rolled_until=_rolled_until(assignments),
    )


def _by(name: str, rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _sessions(assignments: set[UUID]) -> Mapping[UUID, list[Session]]:
    standing = Session.objects.filter(
        assignment__in=assignments, state__in=[Session.State.PLANNED, Session.State.ATTENDED]
    ).only("assignment_id", "starts_at", "ends_at", "mode", "room_id", "state", "is_extra")
    return _by("assignment_id", standing.in_order())


def _cadences(assignments: set[UUID], on: date) -> Iterable[Cadence]:
    return Cadence.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on), assignment__in=assignments
    ).order_by("starts_on")


def _rolled_until(assignments: set[UUID]) -> Mapping[UUID, date]:
    rolled = Session.objects.filter(assignment__in=assignments).exclude(cadence_day=None)
    return dict(rolled.values_list("cadence").annotate(Max("cadence_day")))


def _must_be_told(clients: Mapping[UUID, list[Client]]) -> Mapping[UUID, int]:
    of_client: dict[UUID, int] = defaultdict(int)
    must = InvolvedPerson.objects.filter(
        told=InvolvedPerson.Told.MUST,
        client__in=[client.pk for some in clients.values() for client in some],
    )
    for client_id in must.values_list("client_id", flat=True):
        of_client[client_id] += 1
    return {key: sum(of_client[client.pk] for client in some) for key, some in clients.items()}


def _newest_looks(clients: set[UUID]) -> Mapping[UUID, RiskLook]:
    newest = RiskLook.objects.filter(client__in=clients).order_by("client", "-on", "-recorded_at")
    return {look.client_id: look for look in newest.distinct("client").defer("note")}


def _links(clients: set[UUID]) -> Mapping[UUID, set[UUID]]:
    links: dict[UUID, set[UUID]] = defaultdict(set)
    for one, other in ClientLink.objects.filter(client__in=clients, other__in=clients).values_list(
        "client_id", "other_id"
    ):
        links[one].add(other)
        links[other].add(one)
    return links


def _not_todays(endings: Sequence[Ending], on: date) -> Mapping[UUID, date]:
    waiting = NotToday.objects.filter(ending__in=[ending.pk for ending in endings], until__gt=on)
    return dict(waiting.values_list("ending").annotate(Max("until")))


def _endings_of(
    endings: Sequence[Ending], clients: Mapping[UUID, list[Client]]
) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for ending in endings:
        for client in _named(ending, clients):
            found[client.pk].append(ending.pk)
    return found


def _named(ending: Ending, clients: Mapping[UUID, list[Client]]) -> list[Client]:
    return [ending.client] if ending.participation_id else clients[ending.episode_id]


def _client_facts(
    ending: Ending, rows: Rows, departure: Departure, on: date
) -> planner.ClientFacts:
    sessions = rows.sessions.get(ending.assignment_id, [])
    people = _named(ending, rows.clients)
    looks = [rows.looks[client.pk] for client in people if client.pk in rows.looks]
    waits = [look.tell_not_before for look in looks if look.tell_not_before]
    linked = {
        other
        for client in people
        for friend in rows.links.get(client.pk, ())
        for other in rows.endings_of.get(friend, ())
    }
    cadence = rows.cadences.get(ending.assignment_id)
    return planner.ClientFacts(
        id=ending.pk,
        sort_label=ending.client.sort_key,
        meetings=tuple(_meeting(one) for one in sessions if _is_to_come(one, on)),
        held_on=tuple(
            on_day(one.starts_at) for one in sessions if one.state == Session.State.ATTENDED
        ),
        rhythm=_rhythm(cadence, rows) if cadence else None,
        usual_mode=planner.Mode(ending.assignment.usual_mode),
        languages=tuple(ending.client.languages),
        linked=frozenset(linked - {ending.pk}),
        group=ending.episode_id if ending.participation_id else None,
        away=tuple(
            planner.Days(row.starts_on, row.ends_on)
            for row in rows.breaks.get(ending.assignment_id, ())
        ),
        wait_until=max(waits, default=None),
        not_before=_not_before(ending, rows, departure),
        people_to_tell=len(people) + rows.to_tell.get(ending.episode_id, 0),
        told_on=ending.told_on,
        options_on=ending.options_on,
        choice_on=ending.chosen_on,
        handover_on=ending.handed_over_on,
        last_held_on=ending.last_held_on,
        carried_by=ending.carried_by_id,
    )


def _not_before(ending: Ending, rows: Rows, departure: Departure) -> date | None:
    """*Not today, because…*, or the day until which the service asks for silence."""
    days = [rows.not_todays.get(ending.pk), departure.embargo_until]
    return max((day for day in days if day), default=None)


def _is_to_come(session: Session, on: date) -> bool:
    return session.state == Session.State.PLANNED and on_day(session.starts_at) >= on


def _meeting(session: Session) -> planner.Meeting:
    return planner.Meeting(
        starts_at=session.starts_at,
        minutes=int((session.ends_at - session.starts_at).total_seconds() // 60),
        mode=planner.Mode(session.mode),
        room_id=session.room_id,
        is_extra=session.is_extra,
    )


def _rhythm(cadence: Cadence, rows: Rows) -> planner.Rhythm:
    return planner.Rhythm(
        weekday=cadence.weekday,
        starts_at=cadence.starts_at,
        every_weeks=cadence.every_weeks,
        anchor=cadence.starts_on,
        minutes=cadence.minutes,
        mode=planner.Mode(cadence.mode),
        room_id=cadence.room_id,
        rolled_until=rows.rolled_until.get(cadence.pk),
        ends_on=cadence.ends_on,
    )


def _setting(departure: Departure, practice: Practice, on: date) -> planner.Setting:
    therapist = departure.therapist
    begin = datetime.combine(on, time(0), tzinfo=practice.tzinfo)
    end = max(
        begin + DAY, datetime.combine(departure.last_day + DAY, time(0), tzinfo=practice.tzinfo)
    )
    rooms = list(Room.objects.in_use(on))
    taken = taken_during(begin, min(end, begin + LOOKING_AHEAD), people=[therapist], rooms=rooms)
    of_room: dict[UUID, list[planner.Taken]] = defaultdict(list)
    for one in taken:
        of_room[one.who].append(planner.Taken(one.begin, one.end))
    return planner.Setting(
        therapist_id=therapist.pk,
        carried_by=departure.carried_by_id or therapist.pk,
        last_working_day=departure.last_day,
        zone=practice.tzinfo,
        policy=policy_of(practice),
        working_days=frozenset(therapist.working_days),
        absences=_absences(therapist, on),
        closed_days=_closed_days(on),
        therapist_taken=tuple(of_room.pop(therapist.pk, ())),
        rooms=tuple(room.pk for room in rooms),
        room_taken={key: tuple(some) for key, some in of_room.items()},
        places=free_places(departure, on),
    )


def _absences(therapist: User, on: date) -> tuple[planner.Days, ...]:
    away = Absence.objects.filter(user=therapist, ends_on__gte=on)
    return tuple(planner.Days(*days) for days in away.values_list("starts_on", "ends_on"))


def _closed_days(on: date) -> frozenset[date]:
    closed = ClosedDay.objects.filter(on__gte=on, site=None)
    return frozenset(closed.values_list("on", flat=True))


def free_places(departure: Departure, on: date) -> tuple[planner.Place, ...]:
    """Return what colleagues who stay can offer; held places are not free."""
    free = (
        Place.objects.on(max(on, departure.last_day))
        .free()
        .exclude(therapist__in=[*leaving_people(), departure.therapist_id])
        .exclude(pk__in=held_places())
    )
    return tuple(
        planner.Place(
            id=place.pk,
            therapist_id=place.therapist_id,
            weekday=place.weekday,
            starts_at=place.starts_at,
            languages=tuple(place.languages),
            site_id=place.site_id,
            free_from=place.starts_on,
        )
        for place in free
    )
