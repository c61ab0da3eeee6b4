"""What a row points to: found in this import or in an earlier one, else the row is put aside with a reason."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from referrals.models import ServiceAtLocation
from referrals.operations.importing.keys import key_of, key_of_path
from referrals.operations.writing import WRITERS
from referrals.readers import POINTS_TO, Kind, Thing
from referrals.readers.hsds.nesting import keyed
from referrals.readers.hsds.shapes import kinds_by_table

NEEDS: Final = {
    Kind.SERVICE: ("organization",),
    Kind.AT_LOCATION: ("service", "location"),
    Kind.ADDRESS: ("location",),
    Kind.COST: ("service",),
    Kind.CAPACITY: ("service",),
    Kind.IDENTIFIER: ("organization",),
    Kind.ATTRIBUTE: ("of",),
}
ONE_OWNER: Final = {Kind.CONTACT, Kind.PHONE, Kind.SCHEDULE, Kind.LANGUAGE, Kind.AREA}
SAYS: Final = {
    Kind.ORGANIZATION: ("name", "no_name"),
    Kind.SERVICE: ("name", "no_name"),
    Kind.LANGUAGE: ("name", "no_name"),
    Kind.PHONE: ("number", "no_number"),
}
ANY_KIND: Final = ("service", "organization", "location", "service_at_location", "program", "phone")
LATER: Final = "parent"  # of its own kind: set once all rows of the kind are there
Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a row is put aside, or what of it could not be kept as a reference."""

    code: str
    member: str = ""
    value: str = ""


@dataclass
class Pointing:
    """Knows every row that is there, in one import."""

    source: str
    there: dict[Kind, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    parents: dict[Kind, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))
    pairs: dict[Pair, UUID] = field(default_factory=dict)

    def look_up(self, things: Iterable[Thing]) -> None:
        """Learn which rows of earlier imports these things point to, one question a kind."""
        asked: dict[Kind, set[UUID]] = defaultdict(set)
        for thing in things:
            for kind, key in self.targets(thing):
                if key not in self.there[kind]:
                    asked[kind].add(key)
        for kind, keys in asked.items():
            self.there[kind] |= WRITERS[kind].there(list(keys))

    def targets(self, thing: Thing) -> Iterator[tuple[Kind, UUID]]:
        for column, told in thing.refs.items():
            if column != LATER:
                yield from (self.target(column, each) for each in meant(column, told))

    def target(self, column: str, told: str) -> tuple[Kind, UUID]:
        if column == "of":
            kind, _slash, original_id = told.partition("/")
            return keyed(kind, original_id)[0], key_of_path(self.source, told)
        return POINTS_TO[column], key_of(self.source, POINTS_TO[column], told)

    def found(self, column: str, told: str) -> UUID | None:
        """Return the row that is meant; of several the first that is there."""
        found = self.found_as(column, told)
        return found[1] if found else None

    def found_as(self, column: str, told: str) -> tuple[str, UUID] | None:
        """Return the row that is meant, and as what it was found."""
        for each in meant(column, told):
            kind, key = self.target(column, each)
            if key in self.there[kind]:
                return each.partition("/")[0], key
        return None

    def columns(
        self, key: UUID, thing: Thing
    ) -> tuple[dict[str, Any], list[Trouble], Trouble | None]:
        """Return the foreign keys of a row, what is to be remarked, and why it cannot stand, if it cannot."""
        if trouble := says_too_little(thing):
            return {}, [], trouble
        if thing.kind in ONE_OWNER:
            return self.one_owner(thing)
        missing = [each for each in NEEDS.get(thing.kind, ()) if each not in thing.refs]
        if missing:
            return {}, [], Trouble("belongs_nowhere", missing[0])
        if LATER in thing.refs:
            self.parents[thing.kind][key] = thing.refs[LATER]
        found, lost = self.pointed(thing)
        needed = next((each for each in lost if each.member in NEEDS.get(thing.kind, ())), None)
        if needed:
            return {}, [], Trouble("dangling", needed.member, needed.value)
        if thing.kind is Kind.AT_LOCATION and self.is_twice(key, found):
            return {}, [], Trouble("pair_twice")
        return found, lost, None

    def pointed(self, thing: Thing) -> tuple[dict[str, Any], list[Trouble]]:
        """Return the foreign keys of a row, and what leads nowhere."""
        found: dict[str, Any] = {}
        lost: list[Trouble] = []
        for column, told in thing.refs.items():
            if column == LATER:
                continue
            whose, target = self.found_as(column, told) or (told.partition("/")[0], None)
            if target is None and thing.kind is Kind.OBJECT:
                target = self.target(column, told)[1]  # what it stands in is written later
            if target is None:
                lost.append(Trouble("points_nowhere", column, told[:80]))
            if column == "of":
                found |= {"of_id": target, "of_kind": whose[:80]}
            elif column != "program":
                found[f"{column}_id"] = target
        return found, lost

    def one_owner(self, thing: Thing) -> tuple[dict[str, Any], list[Trouble], Trouble | None]:
        """Return the nearest owner that is there; the others stay in what the source says."""
        if not thing.refs:
            return {}, [], Trouble("belongs_nowhere")
        noted: list[Trouble] = []
        owner: dict[str, Any] = {}
        for column, told in thing.refs.items():
            target = self.found(column, told)
            if target is None:
                noted.append(Trouble("points_nowhere", column, told[:80]))
            elif not owner:
                owner = {f"{column}_id": target}
        if not owner:
            column, told = next(iter(thing.refs.items()))
            return {}, [], Trouble("dangling", column, told[:80])
        return owner, noted, None

    def is_twice(self, key: UUID, found: Mapping[str, Any]) -> bool:
        """Say whether another row has the same service at the same place."""
        pair = (found["service_id"], found["location_id"])
        return self.pairs.setdefault(pair, key) != key

    def learn_pairs(self, things: Mapping[UUID, Thing]) -> None:
        """Learn which services stand at which places already."""
        keys = [
            self.found("service", thing.refs["service"])
            for thing in things.values()
            if "service" in thing.refs
        ]
        rows = ServiceAtLocation.objects.filter(service__in=[key for key in keys if key])
        for key, service, location in rows.values_list("pk", "service_id", "location_id"):
            self.pairs.setdefault((service, location), key)

    def lines_of_descent(self, kind: Kind) -> tuple[dict[UUID, UUID], list[tuple[UUID, Trouble]]]:
        """Return `child: parent` of one kind, without circles and without parents that are not there."""
        told = {
            key: key_of(self.source, kind, parent) for key, parent in self.parents[kind].items()
        }
        unknown = [key for key in set(told.values()) if key not in self.there[kind]]
        self.there[kind] |= WRITERS[kind].there(unknown)
        parents: dict[UUID, UUID] = {}
        troubles: list[tuple[UUID, Trouble]] = []
        for child, parent in told.items():
            said = self.parents[kind][child][:80]
            if parent not in self.there[kind]:
                troubles.append((child, Trouble("points_nowhere", LATER, said)))
            elif descends(parent, child, parents):
                troubles.append((child, Trouble("circle", LATER, said)))
            else:
                parents[child] = parent
        return parents, troubles


def descends(one: UUID, from_whom: UUID, parents: Mapping[UUID, UUID]) -> bool:
    """Say whether `one` is `from_whom`, or stands below it. `parents` holds no circle."""
    found: UUID | None = one
    while found is not None and found != from_whom:
        found = parents.get(found)
    return found is not None


def says_too_little(thing: Thing) -> Trouble | None:
    if thing.kind in SAYS and thing.said:
        column, code = SAYS[thing.kind]
        if not thing.values.get(column):
            return Trouble(code, column)
    return None


def meant(column: str, told: str) -> list[str]:
    """Return what a reference may mean. Where it names no kind that there is, any kind with that id will do."""
    if column != "of":
        return several(told)
    kind, _slash, original_id = told.partition("/")
    known = kinds_by_table().get(kind.strip().casefold())
    return [f"{each}/{original_id}" for each in ([known] if known else ANY_KIND)]


def several(told: str) -> list[str]:
    """Return the ids in a cell: some systems list several, parted by commas."""
    return [each.strip() for each in told.split(",") if each.strip()] if "," in told else [told]
