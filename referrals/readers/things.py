"""What a source says, as frozen values on their way into the directory. Nothing is looked up yet."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol


class Kind(StrEnum):
    """The objects of HSDS that we keep as rows, in the order in which they can be written."""

    OBJECT = "object"
    ORGANIZATION = "organization"
    LOCATION = "location"
    TAXONOMY = "taxonomy"
    TERM = "taxonomy_term"
    UNIT = "unit"
    SERVICE = "service"
    AT_LOCATION = "service_at_location"
    ADDRESS = "address"
    CONTACT = "contact"
    PHONE = "phone"
    SCHEDULE = "schedule"
    LANGUAGE = "language"
    AREA = "service_area"
    COST = "cost_option"
    CAPACITY = "service_capacity"
    IDENTIFIER = "organization_identifier"
    ATTRIBUTE = "attribute"


# Which kind a column points to.
POINTS_TO = {
    "organization": Kind.ORGANIZATION,
    "location": Kind.LOCATION,
    "service": Kind.SERVICE,
    "at_location": Kind.AT_LOCATION,
    "contact": Kind.CONTACT,
    "phone": Kind.PHONE,
    "of_taxonomy": Kind.TAXONOMY,
    "term": Kind.TERM,
    "unit": Kind.UNIT,
    "program": Kind.OBJECT,
}
BELOW = "#"


@dataclass(frozen=True, slots=True)
class Thing:
    """One object. `refs` are the original ids of what it points to, by column; `extra` is kept as it came.

    `said` is an HSDS object word for word, as JSON: its members in their order, other objects in it replaced
    by where they stand (`readers/hsds/nesting.py`). `is_root`: the source has it on its own, in nothing else.
    """

    kind: Kind
    original_id: str
    values: Mapping[str, Any]
    refs: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    said: str = ""
    is_root: bool = False

    def points_to(self) -> Iterator[tuple[str, Kind]]:
        """Yield the columns that point somewhere, and to which kind."""
        return ((column, POINTS_TO[column]) for column in self.refs)

    def content_hash(self) -> str:
        """Return what changes if, and only if, the content does."""
        told = [self.kind, self.values, self.refs, self.extra, self.position]
        if self.said:
            told += [self.said, self.is_root]
        body = json.dumps(told, default=str, sort_keys=True, ensure_ascii=False)
        return blake2b(body.encode(), digest_size=32).hexdigest()

    def below(self, name: str) -> str:
        """Return the original id of something that belongs to this and goes when it is not said any more."""
        return f"{self.path}{BELOW}{name}"

    @property
    def path(self) -> str:
        return f"{self.kind}/{self.original_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file and everything it says; the first thing is what the row is about."""

    file: str
    line: int
    things: tuple[Thing, ...]

    def hashes(self) -> list[str]:
        """Return the content hash of every thing; that of the first also knows which others there are."""
        first, *others = (each.content_hash() for each in self.things)
        names = "\x1f".join(each.original_id for each in self.things[1:])
        return [blake2b(f"{first}{names}".encode(), digest_size=32).hexdigest(), *others]


class Weight(StrEnum):
    """What became of a row that was not taken as it was."""

    NOTED = "noted"
    SKIPPED = "skipped"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about one row. `params` fill the sentence of `code` (readers/remarks.py)."""

    file: str
    line: int
    code: str
    weight: Weight
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """A source: its key here, its name, its licence, and the language its texts are written in."""

    key: str
    name: str
    kind: str
    licence: str
    url: str
    lang: str


class Reader(Protocol):
    """One kind of source. A second run over the same files yields the same things in the same order."""

    about: About
    files: tuple[Path, ...]

    def read(self) -> Iterator[Line | Remark]:
        """Yield every row once, as a line or as a remark that it was skipped or rejected.

        A remark of weight *noted* comes beside its line. Raises `tables.Unreadable`.
        """
        ...


def digest(*parts: str) -> str:
    """Return a short key for a row that has none: equal for equal parts, whatever their case and spacing."""
    told = "\x1f".join(" ".join(part.split()).casefold() for part in parts)
    return blake2b(told.encode(), digest_size=12).hexdigest()
