"""What an import does to each row, kept for the preview, for the report and for taking it back."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from referrals.models import DirectoryChange, DirectoryImport
from referrals.readers import Kind, Thing
from referrals.readers.hsds.casting import said_of
from referrals.readers.hsds.nesting import REF

SHOWN_NEW: Final = 200  # of each kind that has a name; all are counted
SHOWN_MISSING: Final = 2000
LONGEST: Final = 400
SHOWN_KINDS: Final = {Kind.ORGANIZATION, Kind.SERVICE, Kind.LOCATION}
LABELS: Final = (
    "name",
    "number",
    "address_1",
    "identifier",
    "option",
    "label",
    "value",
    "description",
)
What = DirectoryChange.What


@dataclass
class Changes:
    """Collects, and writes all at the end."""

    keeps_rows: bool
    rows: list[DirectoryChange] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def new(self, key: UUID, thing: Thing) -> None:
        self.counts[What.NEW, thing.kind.value] += 1
        if thing.kind in SHOWN_KINDS and self.counts[What.NEW, thing.kind.value] <= SHOWN_NEW:
            self.add(What.NEW, thing.kind, key, label_of(thing.values))

    def changed(self, key: UUID, thing: Thing, before: str, kept: Mapping[str, Any]) -> None:
        self.counts[What.CHANGED, thing.kind.value] += 1
        was = json.loads(before)
        diff = diff_of(said_in(thing.kind, was), said_now(thing))
        label = label_of(was) or label_of(thing.values)
        self.add(What.CHANGED, thing.kind, key, label, diff=diff, kept=dict(kept), before=before)

    def removed(self, kind: Kind, rows: Mapping[UUID, str]) -> None:
        for key, before in rows.items():
            self.counts[What.REMOVED, kind.value] += 1
            self.add(What.REMOVED, kind, key, label_of(json.loads(before)), before=before)

    def missing(self, kind: Kind, rows: Iterable[tuple[UUID, str]]) -> None:
        for key, label in rows:
            self.counts[What.MISSING, kind.value] += 1
            if self.counts[What.MISSING, kind.value] <= SHOWN_MISSING:
                self.add(What.MISSING, kind, key, label)

    def add(self, what: str, kind: Kind, key: UUID, label: str, **more: Any) -> None:
        if not self.keeps_rows:
            more.pop("before", None)
        self.rows.append(
            DirectoryChange(what=what, kind=kind.value, object_id=key, label=label[:300], **more)
        )

    def write(self, run: DirectoryImport) -> None:
        for each in self.rows:
            each.run = run
        DirectoryChange.objects.bulk_create(self.rows, batch_size=1000)

    def total(self, what: str) -> int:
        return sum(count for (each, _kind), count in self.counts.items() if each == what)


def label_of(values: Mapping[str, Any]) -> str:
    return next((str(values[name]) for name in LABELS if values.get(name)), "")


def said_in(kind: Kind, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row as JSON says, in words of HSDS."""
    if row.get("said"):
        return dict(json.loads(row["said"]))
    told = {name: value for name, value in row.items() if value not in (None, "", [])}
    for name in {"opens_at", "closes_at"} & told.keys():
        told[name] = told[name][:5]
    return said_of(kind, told)


def said_now(thing: Thing) -> dict[str, Any]:
    if thing.said:
        return dict(json.loads(thing.said))
    return json.loads(json.dumps(said_of(thing.kind, thing.values), default=str))  # type: ignore[no-any-return]


def diff_of(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return `{member: [before, now]}` of what differs. Objects inside are compared on their own."""
    names = [*before, *(name for name in now if name not in before)]
    told = {name: (before.get(name), now.get(name)) for name in names}
    return {
        name: [short(was), short(is_now)]
        for name, (was, is_now) in told.items()
        if was != is_now and not (holds_objects(was) or holds_objects(is_now))
    }


def holds_objects(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict) and REF in each for each in parts)


def short(value: Any) -> Any:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(told) > LONGEST:
        return f"{told[:LONGEST]}…"
    return value
