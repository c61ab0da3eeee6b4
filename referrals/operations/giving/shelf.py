"""Rows of the directory as HSDS objects again, many at once, in a constant number of questions a level.

A source that nests its objects gets them back as it put them; from tables they are put where their foreign keys
say. Hand-made corrections stand in for what the source says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Max, Model, Q, UUIDField, Value

from core.sight import IsAnyOf
from referrals.models import Correction, NewClients, Source, Verification
from referrals.operations.importing.keys import key_of, key_of_path
from referrals.operations.importing.vanished import OWNERS
from referrals.operations.writing import WRITERS
from referrals.readers import Kind
from referrals.readers.hsds.casting import said_of
from referrals.readers.hsds.giving import CONFIDENTIAL, PROFILE, is_uuid
from referrals.readers.hsds.nesting import REF, together
from referrals.readers.hsds.shapes import shapes

STAND_IN: Final = "_stand_in"
NESTED: Final = Source.Kind.HSDS_JSON
# Members that hold one object, by the foreign key that leads there.
ONE: Final[dict[str, dict[str, tuple[str, Kind]]]] = {
    "service": {"organization": ("organization_id", Kind.ORGANIZATION)},
    "service_at_location": {"location": ("location_id", Kind.LOCATION)},
    "service_capacity": {"unit": ("unit_id", Kind.UNIT)},
    "attribute": {"taxonomy_term": ("term_id", Kind.TERM)},
    "taxonomy_term": {"taxonomy_detail": ("of_taxonomy_id", Kind.TAXONOMY)},
}
# What hangs below an organisation that is asked for itself.
PLACES: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.AT_LOCATION: ("service_id",),
    Kind.LOCATION: ("organization_id",),
}
PLACES_AND_SERVICES: Final = {**PLACES, Kind.SERVICE: ("organization_id",)}
# What an organisation inside a service leaves out: a chain has hundreds of places.
BRIEF: Final = {"locations", "services"}
ID_OF: Final = {
    "location_id": "location_id",
    "service_id": "service_id",
    "organization_id": "organization_id",
    "contact_id": "contact_id",
    "phone_id": "phone_id",
    "at_location_id": "service_at_location_id",
    "unit_id": "unit_id",
    "term_id": "taxonomy_term_id",
    "of_taxonomy_id": "taxonomy_id",
}


@dataclass(slots=True)
class Held:
    """One row: its kind as HSDS calls it, and what it says, objects inside as references or not there at all."""

    kind: str
    row: Any
    said: dict[str, Any]
    nested: bool


@dataclass
class Shelf:
    """Rows on their way out. `brief` leaves out what stands below: only members with one object are put in.
    `ours` adds what the practice has found out: when an entry was last confirmed, and whether it takes new clients."""

    brief: bool = False
    ours: bool = False
    also: Mapping[Kind, tuple[str, ...]] = field(
        default_factory=lambda: {Kind.AT_LOCATION: ("service_id",)}
    )
    rows: dict[UUID, Held] = field(default_factory=dict)
    below: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[UUID, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sources = {each.pk: each for each in Source.objects.all()}

    def fetch(self, kind: Kind, keys: Collection[UUID]) -> None:
        """Get rows, everything in them and everything below them."""
        fresh = self.load(kind, WRITERS[kind].model._default_manager.filter(pk__in=keys))
        while fresh:
            below = [] if self.brief else self.load_below(fresh)
            inside = [
                held
                for each, missing in self.pointed_at(fresh).items()
                for held in self.load(
                    each, WRITERS[each].model._default_manager.filter(pk__in=missing)
                )
            ]
            fresh = [*below, *inside]

    def load(self, kind: Kind, rows: Any) -> list[Held]:
        held = [self.hold(kind, row) for row in rows if row.pk not in self.rows]
        fresh = {each.row.pk: each for each in held}
        self.correct(kind, fresh)
        if kind is Kind.SERVICE and self.ours:
            self.say_what_we_know(fresh)
        self.rows |= fresh
        return held

    def hold(self, kind: Kind, row: Any) -> Held:
        source = self.sources.get(row.source_id)
        name = row.type if kind is Kind.OBJECT else kind.value
        said = dict(row.said) if row.said else said_of(kind, columns_of(row))
        said.setdefault("id", row.original_id if row.said else str(row.pk))
        if kind is Kind.LOCATION and row.is_confidential:
            said[CONFIDENTIAL] = True
        return Held(name, row, said, nested=bool(source and source.kind == NESTED))

    def correct(self, kind: Kind, held: Mapping[UUID, Held]) -> None:
        corrections = Correction.objects.filter(
            kind=kind.value, object_id__in=held, given_up_in=None
        )
        for each in corrections:
            held[each.object_id].said[each.member] = each.value

    def say_what_we_know(self, held: Mapping[UUID, Held]) -> None:
        """Add when somebody of the practice last confirmed it, and whether new clients are taken (6.3)."""
        confirmed = Q(outcome__in=["confirmed", "changed"], service__in=held)
        checks = (
            Verification.objects.filter(confirmed)
            .order_by()
            .values_list("service")
            .annotate(Max("on"))
        )
        for key, on in checks:
            before = str(held[key].said.get("assured_date") or "")
            held[key].said["assured_date"] = max(before, on.isoformat())
        newest = NewClients.objects.filter(service__in=held).exclude(by=None)
        for each in newest.order_by("service_id", "-on", "-recorded_at").distinct("service_id"):
            told = {"status": each.accepting, "as_of": each.on.isoformat()}
            held[each.service_id].said[PROFILE] = told

    def load_below(self, fresh: Collection[Held]) -> list[Held]:
        """Get what belongs to rows that came from tables; what is nested is named by its parent already."""
        owners = {held.row.pk for held in fresh if not held.nested}
        if not owners:
            return []
        found: list[Held] = []
        for kind, columns in {**OWNERS, **self.also}.items():
            among = Value(list(owners), output_field=ArrayField(UUIDField()))
            fits = reduce(or_, (Q(IsAnyOf(F(column), among)) for column in columns))
            rows = WRITERS[kind].model._default_manager.filter(fits)
            for held in self.load(kind, rows.order_by("position", "original_id", "pk")):
                owner = next(key for each in columns if (key := getattr(held.row, each)) in owners)
                self.below[owner].append(held.row.pk)
                found.append(held)
        return found

    def pointed_at(self, held: Iterable[Held]) -> dict[Kind, set[UUID]]:
        """Return what these rows hold: by reference where they are nested, by foreign key where not."""
        found: dict[Kind, set[UUID]] = defaultdict(set)
        for each in held:
            if each.nested:
                source = self.sources[each.row.source_id].key
                for path in paths_in(each, brief=self.brief):
                    found[kind_of(path.partition("/")[0])].add(key_of_path(source, path))
            else:
                for column, kind_there in ONE.get(each.kind, {}).values():
                    if key := getattr(each.row, column):
                        found[kind_there].add(key)
        return {
            kind: missing for kind, keys in found.items() if (missing := keys - self.rows.keys())
        }

    # putting together

    def whole(self, key: UUID) -> dict[str, Any]:
        """Return one row as an object, with everything in it."""
        held = self.rows[key]
        if held.nested:
            return self.nested(held)
        return self.built(held, leave_out=set())

    def nested(self, held: Held) -> dict[str, Any]:
        source = self.sources[held.row.source_id].key
        if self.brief:
            slots = shapes()[held.kind].slots
            brief = {k: v for k, v in held.said.items() if k not in slots or not slots[k].many}
            return together(held.kind, brief, lambda path: self.brief_of(key_of_path(source, path)))
        return together(held.kind, held.said, lambda path: self.said_at(key_of_path(source, path)))

    def said_at(self, key: UUID) -> dict[str, Any] | None:
        held = self.rows.get(key)
        return held.said if held else None

    def brief_of(self, key: UUID) -> dict[str, Any] | None:
        held = self.rows.get(key)
        if held is None:
            return None
        slots = shapes()[held.kind].slots
        return {name: value for name, value in held.said.items() if name not in slots}

    def built(self, held: Held, leave_out: set[str]) -> dict[str, Any]:
        """Return an object of a row that came from a table: its cells, its ids, and what belongs to it."""
        if held.kind not in shapes():
            return dict(held.said)
        told = {**held.said, **self.ids(held)}
        for name, (column, _kind) in ONE.get(held.kind, {}).items():
            inside = self.rows.get(getattr(held.row, column))
            if inside is not None and STAND_IN not in inside.row.extra:
                told[name] = self.built(inside, leave_out=BRIEF)
        for key in self.below.get(held.row.pk, ()):
            inside = self.rows[key]
            slot = slot_for(held.kind, inside.kind)
            if slot and slot not in leave_out:
                if not isinstance(told.get(slot), list):
                    told[slot] = []
                told[slot].append(self.built(inside, leave_out=set()))
        return told

    def ids(self, held: Held) -> dict[str, str]:
        """Return the ids of what a row belongs to, where it does not name them itself."""
        known = shapes()[held.kind].scalars
        found = {}
        for column, member in ID_OF.items():
            key = getattr(held.row, column, None)
            if key and member in known and not held.said.get(member):
                found[member] = self.id_of_row(key)
        return {name: told for name, told in found.items() if told}

    def id_of_row(self, key: UUID) -> str:
        held = self.rows.get(key)
        if held is None:
            return str(key)
        return "" if STAND_IN in held.row.extra else str(held.said.get("id") or key)


def columns_of(row: Model) -> dict[str, Any]:
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}


def kind_of(name: str) -> Kind:
    return Kind(name) if name in set(Kind) else Kind.OBJECT


def paths_in(held: Held, *, brief: bool) -> Iterator[str]:
    for name, slot in shapes()[held.kind].slots.items() if held.kind in shapes() else ():
        value = held.said.get(name)
        if brief and slot.many:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and isinstance(each.get(REF), str):
                yield each[REF]


def slot_for(owner: str, kind: str) -> str:
    """Return the member of an owner that lists objects of a kind; nothing if it has none."""
    slots = shapes()[owner].slots if owner in shapes() else {}
    return next((name for name, slot in slots.items() if slot.many and slot.kind == kind), "")


def public_id(source: str, kind: str, original_id: str) -> str:
    """Return the UUID by which the world knows an object: its own, else ours."""
    if is_uuid(original_id):
        return original_id.casefold()
    named = kind_of(kind)
    told = original_id if named is not Kind.OBJECT else f"{kind}/{original_id}"
    return str(key_of(source, named, told))
