"""Reads HSDS 1.1 to 3.1, as JSON or as tables, from a folder, one file or a zip."""

import pickle
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from referrals.readers.hsds.casting import Doubt
from referrals.readers.hsds.documents import Document, looks_like_json
from referrals.readers.hsds.nesting import OWNERS, Apart, as_json, keyed, path_of
from referrals.readers.hsds.older import ELIGIBILITY, pivot_of, renamed, table_of, with_days
from referrals.readers.hsds.packages import Package, package_at
from referrals.readers.hsds.shapes import shapes
from referrals.readers.tables import Row, Unreadable, delimiter_of, header_of, rows
from referrals.readers.things import About, Kind, Line, Remark, Thing, Weight, digest

IN_MEMORY: Final = 16 << 20
LARGEST_OTHER: Final = 1 << 20  # bytes of a file that is no table and is kept as it is
TABLES: Final = (".csv", ".tsv", ".txt")
Heard = Callable[[int], None]
NEEDED: Final = {"organization", "service", "location"}


def about(name: str, *, nested: bool, lang: str = "") -> About:
    """Return what is known of a source that an admin has named."""
    key = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "directory"
    kind = "hsds-json" if nested else "hsds-csv"
    return About(key=key, name=name, kind=kind, licence="", url="", lang=lang)


@dataclass
class Spool:
    """What was read, by kind: written once, read once, in a file beyond some megabytes."""

    stack: ExitStack
    heard: Heard | None = None
    files: dict[Kind, Any] = field(default_factory=dict)
    count: int = 0

    def add(self, line: Line) -> None:
        kind = line.things[0].kind
        self.count += 1
        if self.heard and self.count % 500 == 0:
            self.heard(self.count)
        if kind not in self.files:
            file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- the stack closes it
            self.files[kind] = self.stack.enter_context(file)
        pickle.dump(line, self.files[kind], protocol=pickle.HIGHEST_PROTOCOL)

    def lines(self) -> Iterator[Line]:
        for kind in Kind:
            if kind in self.files:
                yield from self.lines_of(self.files[kind])

    def lines_of(self, file: Any) -> Iterator[Line]:
        file.seek(0)
        while True:
            try:
                yield pickle.load(file)  # noqa: S301 -- written by this process a moment ago
            except EOFError:
                return


class HsdsReader:
    """Everything is read before the first row is given out, so that what others point to comes first."""

    def __init__(
        self, package: Package, source: About, tables: list[str], region: str = "US"
    ) -> None:
        self.tables = tables
        self.package, self.about, self.files = package, source, package.files
        self.apart = Apart(region)
        self.headers: dict[str, list[str]] = {}
        self.eligibility: dict[str, list[str]] = defaultdict(list)
        self.linked: dict[tuple[str, str], tuple[str, str]] = {}
        self.rows_seen: dict[tuple[str, str], int] = defaultdict(int)
        self.heard: Heard | None = None

    @classmethod
    def at(
        cls, path: Path, *, name: str = "", lang: str = "", region: str = "US"
    ) -> "HsdsReader | None":
        """Return a reader if HSDS stands at `path`; raises `Unreadable` for a zip that cannot be opened."""
        package = package_at(path)
        documents = [each for each in package.files if is_document(each)]
        tables = [each for each in package.files if is_table(each)]
        if not documents and not (NEEDED & {kind_of_table(each) for each in tables}):
            return None
        if documents and not tables and not any(has_objects(each) for each in documents):
            return None
        listed = [name for each in documents for name in Document(each).tables()]
        named = [*(each.name for each in tables), *listed]
        return cls(package, about(name or path.stem, nested=not named, lang=lang), named, region)

    def read(self) -> Iterator[Line | Remark]:
        with ExitStack() as stack:
            spool = Spool(stack, self.heard)
            for path in self.in_order():
                yield from self.read_file(path, spool)
            yield from spool.lines()

    def in_order(self) -> list[Path]:
        """Return the files, those first whose rows become members of others."""
        return sorted(self.files, key=lambda path: (not is_first(path), path.name))

    def read_file(self, path: Path, spool: Spool) -> Iterator[Remark]:
        if is_document(path) and path.name != "datapackage.json":
            yield from self.read_document(path, spool)
        elif is_table(path) and header_of(path):
            yield from self.read_table(path, spool)
        else:
            yield from self.keep_file(path, spool)

    def told_kinds(self) -> set[Kind] | None:
        """Return the kinds that there are tables for; nothing where what belongs together stands together."""
        if not self.tables:
            return None
        return {keyed(found[0], "")[0] for name in self.tables if (found := table_of(name))}

    # JSON

    def read_document(self, path: Path, spool: Spool) -> Iterator[Remark]:
        for number, kind, value in Document(path).objects():
            if not kind:
                yield self.keep_other(path.name, number, value, spool)
                continue
            try:
                yield from self.take(path.name, number, kind, value, spool)
            except RecursionError:
                raise Unreadable(path.name, number, "too_deep") from None

    def take(self, file: str, line: int, kind: str, value: Any, spool: Spool) -> Iterator[Remark]:
        """Take one root object apart; what it says that it said before is counted, not taken again."""
        fallback = f"{kind}-{digest(as_json(value))}"
        things, is_new = self.apart.take(kind, value, fallback)
        for thing in housed(things):
            spool.add(Line(file, line, (thing,)))
        if "id" not in value:
            yield Remark(file, line, "id_made", Weight.NOTED)
        yield from self.doubts(file, line)
        if is_new:
            return
        if self.apart.differs:
            yield quarantined(file, line, "id_twice", kind, value)
        else:
            yield Remark(file, line, "repeated", Weight.SKIPPED)

    def doubts(self, file: str, line: int) -> Iterator[Remark]:
        for path, doubt in self.apart.doubts:
            yield remark(file, line, path, doubt)
        self.apart.doubts.clear()

    def keep_other(self, file: str, line: int, value: Any, spool: Spool) -> Remark:
        """Keep an object that is none of ours, under the name of its file."""
        self.keep(f"file:{file}", f"{line}", value, Line(file, line, ()), spool)
        return Remark(file, line, "kept_unread", Weight.NOTED)

    def keep(self, kind: str, key: str, value: Any, where: Line, spool: Spool) -> None:
        thing = Thing(
            Kind.OBJECT,
            path_of(kind, key)[:200],
            {"type": kind[:80], "of_kind": ""},
            said=as_json(value),
            is_root=True,
        )
        spool.add(Line(where.file, where.line, (thing,)))

    # tables

    def read_table(self, path: Path, spool: Spool) -> Iterator[Remark]:
        found = table_of(path.name)
        self.headers[path.name] = list(header_of(path))
        for row in rows(path, verbatim=True, delimiter=delimiter_of(path)):
            if path.stem.casefold() == ELIGIBILITY:
                self.eligibility[row["service_id"]].append(row[ELIGIBILITY])
            elif found is None:
                self.link(path.name, row)
                self.keep(
                    f"file:{path.name}",
                    str(row.line),
                    cells_of(row),
                    Line(path.name, row.line, ()),
                    spool,
                )
            else:
                yield from self.read_row(path.name, *found, row, spool)
        if found is None and path.stem.casefold() != ELIGIBILITY:
            yield Remark(path.name, 1, "table_kept", Weight.NOTED)

    def read_row(
        self, file: str, kind: str, fixed: dict[str, str], row: Row, spool: Spool
    ) -> Iterator[Remark]:
        told = self.as_said(kind, fixed, row)
        if row.spill:
            yield Remark(file, row.line, "ragged", Weight.NOTED)
        if "id" not in told:
            told_once = f"{kind}-{digest(as_json(told))}"
            self.rows_seen[kind, told_once] += 1
            fallback = f"{told_once}-{self.rows_seen[kind, told_once]}"
            yield Remark(file, row.line, "id_made", Weight.NOTED)
        else:
            fallback = ""
        things, is_new = self.apart.take(kind, told, fallback)
        for thing in housed(things):
            spool.add(Line(file, row.line, (thing,)))
        yield from self.doubts(file, row.line)
        if not is_new and self.apart.differs:
            yield quarantined(file, row.line, "id_twice", kind, told)
        elif not is_new:
            yield Remark(file, row.line, "repeated", Weight.SKIPPED)

    def link(self, file: str, row: Row) -> None:
        """Remember what a table says that only links two others."""
        if pivot := pivot_of(file):
            ids = {name.casefold(): text.strip() for name, text in row.cells.items()}
            whose, what = (ids.get(f"{each}_recordid") or ids.get(f"{each}_id") for each in pivot)
            if whose and what:
                self.linked.setdefault((pivot[1], what), (f"{pivot[0]}_id", whose))

    def as_said(self, kind: str, fixed: dict[str, str], row: Row) -> dict[str, Any]:
        """Return a row as an object of 3.1: its filled cells, numbers as numbers where they are."""
        told = {**fixed, **renamed(kind, cells_of(row))}
        if kind == "schedule":
            told = with_days(told)
        if kind == "service" and (texts := self.eligibility.get(str(told.get("id", "")))):
            told.setdefault("eligibility_description", "\n".join(filter(None, texts)))
        link = self.linked.get((kind, str(told.get("id", ""))))
        if link and not any(told.get(f"{owner}_id") for owner in OWNERS.get(kind, ())):
            told |= {link[0]: link[1]}
        scalars = shapes()[kind].scalars
        return {
            name: as_number(value) if scalars.get(name, {}).get("type") == "number" else value
            for name, value in told.items()
        }

    # what is neither

    def keep_file(self, path: Path, spool: Spool) -> Iterator[Remark]:
        """Keep a file that is no table whole, where it is text and not large."""
        name = path.name
        if path.stat().st_size > LARGEST_OTHER:
            yield Remark(name, 1, "file_left", Weight.SKIPPED)
            return
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            yield Remark(name, 1, "file_left", Weight.SKIPPED)
            return
        self.keep(f"file:{name}", "whole", {"text": text}, Line(name, 1, ()), spool)
        if text.strip():
            yield Remark(name, 1, "file_kept", Weight.NOTED)


def housed(things: list[Thing]) -> Iterator[Thing]:
    """Yield things, a service without an organisation with one that stands in; it is never given out."""
    for thing in things:
        if thing.kind is not Kind.SERVICE or "organization" in thing.refs:
            yield thing
            continue
        name = {"name": thing.values.get("name") or "–"}
        house = Thing(
            Kind.ORGANIZATION, thing.below("organization"), name, extra={"_stand_in": True}
        )
        yield house
        yield replace(thing, refs={**thing.refs, "organization": house.original_id})


def as_number(text: Any) -> Any:
    """Return a number where the text is just that as a number would be written, else the text."""
    for read in (int, float):
        try:
            found = read(text)
        except (ValueError, TypeError):
            continue
        return found if str(found) == text else text
    return text


def cells_of(row: Row) -> dict[str, Any]:
    """Return the filled cells by column, and those beyond the header."""
    told: dict[str, Any] = {name: text for name, text in row.cells.items() if text.strip() and name}
    return {**told, "_more_cells": list(row.spill)} if row.spill else told


def remark(file: str, line: int, path: str, doubt: Doubt) -> Remark:
    params = {"what": path.partition("/")[0], "member": doubt.member, "value": doubt.value}
    return Remark(file, line, doubt.code, Weight.NOTED, params)


def quarantined(file: str, line: int, code: str, kind: str, value: Any) -> Remark:
    return Remark(file, line, code, Weight.REJECTED, {"what": kind, "said": as_json(value)})


def is_first(path: Path) -> bool:
    """Say whether rows of this file become members of rows of others."""
    return path.stem.casefold() == ELIGIBILITY or (
        is_table(path) and pivot_of(path.name) is not None
    )


def is_document(path: Path) -> bool:
    name = path.name.casefold()
    return name.endswith((".json", ".jsonl", ".ndjson")) and looks_like_json(path)


def is_table(path: Path) -> bool:
    return path.name.casefold().endswith(TABLES)


def kind_of_table(path: Path) -> str:
    found = table_of(path.name)
    return (
        found[0] if found and "id" in renamed(found[0], dict.fromkeys(header_of(path), "")) else ""
    )


def has_objects(path: Path) -> bool:
    try:
        return any(kind for _number, kind, _value in first_of(Document(path).objects()))
    except Unreadable:
        return True  # broken further on: say so where it is read


def first_of(found: Iterator[Any], count: int = 5) -> Iterator[Any]:
    for _place, each in zip(range(count), found, strict=False):
        yield each
