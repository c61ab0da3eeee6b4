"""Take an HSDS object apart into rows, and put it together again word for word.

Every object in a slot of the schema becomes a thing of its own; in what its parent has said there stands
`{"$": "phone/1554…"}` instead. Everything else a parent says (unknown members, nulls, values of a wrong type,
empty lists, the order) stays in its own `said` as it came. An object that is said a second time in other words
stays inside its parent, so that both survive.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from referrals.readers.hsds.casting import Doubt, cast
from referrals.readers.hsds.shapes import shapes
from referrals.readers.things import Kind, Thing

REF: Final = "$"
DEEPEST: Final = 40
TYPED: Final = {kind.value for kind in Kind} - {Kind.OBJECT}
# Where an object may belong, the nearest first, and the member that says so where it stands alone.
OWNERS: Final[dict[str, tuple[str, ...]]] = {
    "location": ("organization",),
    "service": ("organization",),
    "service_at_location": ("service", "location"),
    "address": ("location",),
    "contact": ("service_at_location", "service", "location", "organization"),
    "phone": ("contact", "service_at_location", "service", "location", "organization"),
    "schedule": ("service_at_location", "service", "location"),
    "language": ("phone", "service", "location"),
    "service_area": ("service_at_location", "service"),
    "cost_option": ("service",),
    "service_capacity": ("service", "unit"),
    "organization_identifier": ("organization",),
    "taxonomy_term": ("taxonomy",),
    "attribute": ("taxonomy_term",),
    "program": ("organization",),
    "funding": ("service", "organization"),
    "required_document": ("service",),
    "accessibility": ("location",),
    "url": ("service", "organization"),
}
COLUMN_OF: Final = {
    "service_at_location": "at_location",
    "taxonomy_term": "term",
    "taxonomy": "of_taxonomy",
}
PARENTS: Final = {"organization": "parent_organization_id", "taxonomy_term": "parent_id"}
HOLDS: Final = {"taxonomy_detail": "taxonomy"}  # a slot whose name is not the column's


def path_of(kind: str, original_id: str) -> str:
    return f"{kind}/{original_id}"


def keyed(kind: str, original_id: str) -> tuple[Kind, str]:
    """Return the table of an object and its original id there: kinds without a table share one."""
    return (Kind(kind), original_id) if kind in TYPED else (Kind.OBJECT, path_of(kind, original_id))


def as_json(value: Any) -> str:
    """Return JSON in the order it came. Half of a letter in two parts can only be kept escaped."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        told.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return told


def print_of(told: str) -> bytes:
    return blake2b(told.encode(errors="surrogatepass"), digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class Owner:
    """What an object stands in."""

    kind: str
    original_id: str


@dataclass
class Apart:
    """Takes objects apart. One for a whole source: it knows what was said before."""

    region: str = "US"
    known: dict[tuple[str, str], bytes] = field(default_factory=dict)
    folded: dict[tuple[str, str], str] = field(default_factory=dict)
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)
    differs: bool = False

    def take(self, kind: str, told: Mapping[str, Any], fallback: str) -> tuple[list[Thing], bool]:
        """Return everything that a root object says for the first time, itself last, and whether it was new.

        `fallback` is its id for want of one. `differs` tells whether one that is not new had other words.
        """
        found, things = self.split(kind, dict(told), None, fallback, 0)
        return ([*things, found] if found else things), found is not None

    def split(
        self, kind: str, told: dict[str, Any], owner: Owner | None, fallback: str, depth: int
    ) -> tuple[Thing | None, list[Thing]]:
        """Return the thing, unless it has been said before, and the things inside it."""
        original_id = id_of(told) or fallback
        me = Owner(kind, original_id)
        own, inside = dict(told), []
        for name, slot in shapes()[kind].slots.items():
            if name not in told or depth > DEEPEST:
                continue
            one = self.in_slot(slot.kind, me, name, depth)
            value = told[name]
            if slot.many and isinstance(value, list):
                parts = [one(each, place) for place, each in enumerate(value)]
                own[name] = [shown for shown, _things in parts]
                inside += [thing for _shown, things in parts for thing in things]
            elif not slot.many and isinstance(value, dict):
                own[name], things = one(value, 0)
                inside += things
        heard = len(self.doubts)
        thing = self.thing(me, own, owner)
        if self.is_new(me, thing.said):
            return thing, inside
        del self.doubts[heard:]
        return None, inside

    def in_slot(
        self, kind: str, owner: Owner, name: str, depth: int
    ) -> Callable[[Any, int], tuple[Any, list[Thing]]]:
        def one(value: Any, place: int) -> tuple[Any, list[Thing]]:
            if not isinstance(value, dict):
                return value, []
            fallback = f"{path_of(owner.kind, owner.original_id)}#{name}-{place}"
            original_id = id_of(value) or fallback
            before = self.known.get((kind, original_id))
            found, things = self.split(kind, value, owner, fallback, depth + 1)
            if found is not None:
                return {REF: path_of(kind, original_id)}, [*things, found]
            if before is not None and not self.differs:
                return {REF: path_of(kind, original_id)}, things
            self.doubts.append(
                (path_of(kind, original_id), Doubt("copies_differ", "id", original_id))
            )
            return value, things

        return one

    def is_new(self, me: Owner, said: str) -> bool:
        """Say whether this object is said for the first time; `differs` tells whether in other words."""
        key, now = (me.kind, me.original_id), print_of(said)
        before = self.known.setdefault(key, now)
        self.differs = before != now
        if before is now:
            folded = self.folded.setdefault((me.kind, me.original_id.casefold()), me.original_id)
            if folded != me.original_id:
                self.doubts.append((path_of(*key), Doubt("id_differs_by_case", "id", folded)))
        return before is now

    def thing(self, me: Owner, own: dict[str, Any], owner: Owner | None) -> Thing:
        kind, original_id = keyed(me.kind, me.original_id)
        done = cast(kind, own, self.region)
        self.doubts += [(path_of(me.kind, me.original_id), each) for each in done.doubts]
        if kind in {Kind.ATTRIBUTE, Kind.OBJECT}:
            done.values |= {
                "of_kind": owner.kind if owner else str(own.get("link_entity") or "")[:40]
            }
        if kind is Kind.OBJECT:
            done.values["type"] = me.kind
        return Thing(
            kind,
            original_id,
            done.values,
            refs_of(me.kind, own, owner),
            said=as_json(own),
            is_root=owner is None,
        )


def id_of(told: Mapping[str, Any]) -> str:
    found = told.get("id")
    return str(found).strip()[:150] if isinstance(found, str | int) and str(found).strip() else ""


def refs_of(kind: str, own: Mapping[str, Any], owner: Owner | None) -> dict[str, str]:
    """Return what an object points to: `column: original id`; `of` is `kind/id` of whatever it stands in."""
    refs: dict[str, str] = {}
    named = {HOLDS.get(name, name): ref_in(own.get(name)) for name in shapes()[kind].slots}
    for each in OWNERS.get(kind, ()):
        if owner is not None and owner.kind == each:
            refs[COLUMN_OF.get(each, each)] = owner.original_id
        elif found := named.get(each) or text_of(own.get(f"{each}_id")):
            refs[COLUMN_OF.get(each, each)] = found
    if parent := text_of(own.get(PARENTS.get(kind, ""))):
        refs["parent"] = parent
    if kind == "service" and text_of(own.get("program_id")):
        refs["program"] = path_of("program", text_of(own["program_id"]))
    if kind == "attribute" or kind not in TYPED:
        refs = {name: refs[name] for name in ("term",) if name in refs} | of_whom(kind, own, owner)
    return refs


def of_whom(kind: str, own: Mapping[str, Any], owner: Owner | None) -> dict[str, str]:
    if owner is not None:
        return {"of": path_of(owner.kind, owner.original_id)}
    if kind in {"attribute", "metadata"}:
        entity, link = (
            ("link_entity", "link_id") if kind == "attribute" else ("resource_type", "resource_id")
        )
        found, there = text_of(own.get(link)), text_of(own.get(entity))
        return {"of": path_of(there, found)} if found else {}
    for each in OWNERS.get(kind, ()):
        if found := text_of(own.get(f"{each}_id")):
            return {"of": path_of(each, found)}
    return {}


def ref_in(value: Any) -> str:
    """Return the id that stands in a slot for one object."""
    path = value.get(REF) if isinstance(value, dict) else None
    return path.partition("/")[2] if isinstance(path, str) else ""


def text_of(value: Any) -> str:
    return (
        str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    )


def together(kind: str, own: Mapping[str, Any], find: Callable[[str], Any]) -> dict[str, Any]:
    """Return an object with everything that stood in it; `find` gives the `said` of a path, or nothing."""
    whole = dict(own)
    for name, slot in shapes()[kind].slots.items():
        value = whole.get(name)
        if isinstance(value, list):
            whole[name] = [put_in(slot.kind, each, find) for each in value]
        elif value is not None:
            whole[name] = put_in(slot.kind, value, find)
    return whole


def put_in(kind: str, value: Any, find: Callable[[str], Any]) -> Any:
    if not isinstance(value, dict) or set(value) != {REF}:
        return value
    found = find(value[REF])
    return {"id": value[REF].partition("/")[2]} if found is None else together(kind, found, find)
