"""On which day each client is told: everybody's own best days, then all as close as possible.

What counts, in this order (decision 15): live, full notice, not while a risk look says wait;
linked clients on the same day; in the window; not just before an absence; one meeting to spare
before the window closes. Among the days that are equally good by all this, the shortest spread.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from endings.planner.facts import Meeting
from endings.planner.sheet import Candidate, Sheet
from endings.planner.spread import closest_days

Scope = Callable[[Sheet], Iterable[Candidate]]


@dataclass(frozen=True)
class Telling:
    """The meeting in which a client is told; `with_linked`: linked people hear on the same day.

    `candidate` says how good the proposal is; a telling that a person has chosen has none.
    """

    on: date
    meeting: Meeting
    candidate: Candidate | None = None
    with_linked: bool = False
    linked_knows: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether a person has chosen it."""
        return self.candidate is None


@dataclass(frozen=True)
class Tellings:
    """Who is told when; `apart`: linked people for whom no common day was found."""

    of: Mapping[UUID, Telling] = field(default_factory=dict)
    apart: tuple[tuple[Sheet, ...], ...] = ()


@dataclass(frozen=True)
class _Unit:
    """People told on one day, and the days that are best for them."""

    members: tuple[Sheet, ...]
    days: tuple[date, ...]
    linked_knows: bool = False


def choose_tellings(sheets: Sequence[Sheet]) -> Tellings:
    """Choose a telling for everybody who can be told with full notice or for whom it is chosen."""
    units: list[_Unit] = []
    apart: list[tuple[Sheet, ...]] = []
    for group in linked_groups(sheets):
        own = list(_units(group))
        units += own
        if len(own) > 1:
            apart.append(tuple(unit.members[0] for unit in own))
    told = [sheet.client.told_on for sheet in sheets if sheet.client.told_on]
    picked = closest_days([unit.days for unit in units], known_since=min(told, default=None))
    chosen = {
        sheet.client.id: _telling(sheet, day, unit)
        for unit, day in zip(units, picked, strict=True)
        for sheet in unit.members
    }
    return Tellings(chosen, tuple(apart))


def linked_groups(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """Return the sheets in groups of people who know each other, directly or through others."""
    head = {sheet.client.id: sheet.client.id for sheet in sheets}

    def find(one: UUID) -> UUID:
        while head[one] != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    for one, other in _links(sheets):
        if one in head and other in head:
            head[find(other)] = find(one)
    groups: dict[UUID, list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(find(sheet.client.id), []).append(sheet)
    return list(groups.values())


def _links(sheets: Sequence[Sheet]) -> Iterator[tuple[UUID, UUID]]:
    first_of: dict[UUID, UUID] = {}
    for sheet in sheets:
        client = sheet.client
        yield from ((client.id, other) for other in sorted(client.linked))
        if client.group is not None:
            yield first_of.setdefault(client.group, client.id), client.id


def _units(group: list[Sheet]) -> Iterator[_Unit]:
    """Yield one unit where a common day exists, else one for each member."""
    members = [sheet for sheet in group if _is_to_be_told(sheet) and _days(sheet, _in_window)]
    if not members:
        return
    if any(sheet.client.told_on for sheet in group):
        soon = _common(members, _full)
        if soon:
            yield _Unit(tuple(members), (min(soon),), linked_knows=True)
            return
    common = _common(members, _in_window) or _common(members, _full)
    if common:
        yield _Unit(tuple(members), _best(members, common))
        return
    for sheet in members:
        yield _Unit((sheet,), _best([sheet], _days(sheet, _in_window)))


def _is_to_be_told(sheet: Sheet) -> bool:
    return sheet.client.told_on is None and sheet.client.last_held_on is None


def _in_window(sheet: Sheet) -> Iterable[Candidate]:
    return sheet.in_window


def _full(sheet: Sheet) -> Iterable[Candidate]:
    return sheet.full


def chosen_meeting(sheet: Sheet) -> Meeting | None:
    """Return the telling that a person has chosen, if it still stands."""
    return sheet.at(sheet.decision.telling_at)


def _days(sheet: Sheet, scope: Scope) -> set[date]:
    chosen = chosen_meeting(sheet)
    if chosen is not None:
        return {sheet.diary.day_of(chosen.starts_at)}
    return {candidate.on for candidate in scope(sheet)}


def _common(members: list[Sheet], scope: Scope) -> set[date]:
    return set.intersection(*(_days(sheet, scope) for sheet in members))


def _best(members: list[Sheet], days: Iterable[date]) -> tuple[date, ...]:
    """Return those of `days` with the fewest people just before a break, then without a spare."""
    scores = {day: _score(members, day) for day in days}
    best = min(scores.values())
    return tuple(sorted(day for day, score in scores.items() if score == best))


def _score(members: list[Sheet], day: date) -> tuple[int, int]:
    candidates = [
        candidate
        for sheet in members
        if chosen_meeting(sheet) is None
        for candidate in sheet.full
        if candidate.on == day
    ]
    return (
        sum(candidate.is_before_break for candidate in candidates),
        sum(not candidate.has_spare for candidate in candidates),
    )


def _telling(sheet: Sheet, day: date, unit: _Unit) -> Telling:
    chosen = chosen_meeting(sheet)
    together = len(unit.members) > 1
    if chosen is not None:
        return Telling(day, chosen, with_linked=together)
    candidate = {candidate.on: candidate for candidate in sheet.full}[day]
    return Telling(day, candidate.meeting, candidate, together, unit.linked_knows)
