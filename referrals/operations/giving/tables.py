"""The directory as tables: one file for each kind of object, as the standard names them."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from referrals.models import DirectoryImport, DirectoryObject, PutAside, Source
from referrals.operations.giving.exporting import Export, Mode, batched, chosen_sources
from referrals.operations.giving.shelf import STAND_IN, Held, Shelf, kind_of, public_id
from referrals.operations.writing import WRITERS
from referrals.readers import Kind
from referrals.readers.hsds.giving import CONFIDENTIAL, HIDES, PERSONAL, Strict, known_members
from referrals.readers.hsds.nesting import REF
from referrals.readers.hsds.shapes import Shape, shapes

FILE: Final = "file:"


def write_tables(folder: Path, export: Export, *, source: str = "") -> None:
    """Write a table of each kind, a description of them, and in mode source what else came with it."""
    Tables(folder, export).write(chosen_sources(source))


class Tables:
    """Writes a folder. Columns: those of the standard that are filled, then those that only the source has."""

    def __init__(self, folder: Path, export: Export) -> None:
        self.folder, self.export = folder, export
        self.hidden_places: set[Any] = set()
        self.known: dict[Any, dict[Kind, dict[Any, str]]] = {}

    def write(self, sources: Iterable[Source | None]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        every = list(sources)
        written: list[Shape] = []
        for kind, shape in sorted(shapes().items(), key=order):
            rows = [row for source in every for row in self.rows(kind, source)]
            if rows:
                self.table(shape, rows, every)
                written.append(shape)
        (self.folder / "datapackage.json").write_text(described(written), "utf-8")
        if self.export.mode is Mode.SOURCE:
            self.other_files(every)

    def rows(self, kind: str, source: Source | None) -> Iterator[dict[str, Any]]:
        table = Kind(kind) if kind in set(Kind) else Kind.OBJECT
        rows = WRITERS[table].model._default_manager.filter(source=source)
        if table is Kind.OBJECT:
            rows = rows.filter(type=kind)
        rows = rows.exclude(extra__has_key=STAND_IN).order_by("position", "original_id", "pk")
        for keys in batched(rows):
            shelf = Shelf(brief=True, ours=self.export.mode is not Mode.SOURCE)
            for held in shelf.load(
                table, WRITERS[table].model._default_manager.filter(pk__in=keys)
            ):
                if (row := self.row(kind, shelf, held, source)) is not None:
                    yield row
        if self.export.mode is Mode.SOURCE and source is not None:
            yield from (flat(each.said) for each in put_aside(source, kind))

    def row(
        self, kind: str, shelf: Shelf, held: Held, source: Source | None
    ) -> dict[str, Any] | None:
        told = {**flat(held.said), **self.of_whom(kind, held, source)}
        told |= self.ids_of(kind, held, source)
        if told.get(CONFIDENTIAL):
            self.hidden_places.add(held.row.pk)
            told = {name: value for name, value in told.items() if name not in HIDES}
        if kind == "address" and held.row.location_id in self.hidden_places:
            return None
        if self.export.mode is Mode.SOURCE:
            return told
        strict = Strict(
            partial(public_id, source.key if source else ""), self.export.profile, self.export.done
        )
        shape = shapes(self.export.profile)[kind]
        valid = {
            name: made
            for name, value in told.items()
            if (made := strict.member(shape, name, value, told)) not in (None, [])
        }
        for name in shape.required:
            if name in shape.scalars and name not in valid:
                valid |= strict.filled(shape, {**valid, **dict.fromkeys(shape.slots, 1)}) or {}
        valid = {name: value for name, value in valid.items() if name not in shape.slots}
        return self.for_everybody(kind, held, valid) if self.export.mode is Mode.PUBLIC else valid

    def ids_of(self, kind: str, held: Held, source: Source | None) -> dict[str, str]:
        """Return the ids of what a row belongs to, where it does not name them itself."""
        known = shapes()[kind].scalars
        found: dict[str, str] = {}
        for column, (member, target) in LINKS.items():
            key = getattr(held.row, column, None)
            if key and member in known and not held.said.get(member):
                found[member] = self.original_ids(target, source).get(key, str(key))
        return {name: told for name, told in found.items() if told}

    def of_whom(self, kind: str, held: Held, source: Source | None) -> dict[str, str]:
        """Return what an attribute, or an object without a table of its own, belongs to."""
        whose, key = getattr(held.row, "of_kind", ""), getattr(held.row, "of_id", None)
        if not whose or not key:
            return {}
        found = self.original_ids(kind_of(whose), source).get(key, str(key))
        original_id = found.removeprefix(f"{whose}/")
        if kind == "attribute":
            told = {"link_entity": whose, "link_id": original_id}
        elif kind == "metadata":
            told = {"resource_type": whose, "resource_id": original_id}
        else:
            told = {f"{whose}_id": original_id}
        known = shapes()[kind].scalars
        return {k: v for k, v in told.items() if k in known and not held.said.get(k)}

    def original_ids(self, kind: Kind, source: Source | None) -> dict[Any, str]:
        cached = self.known.setdefault(source.pk if source else None, {})
        if kind not in cached:
            rows = WRITERS[kind].model._default_manager.filter(source=source)
            pairs = rows.exclude(extra__has_key=STAND_IN).values_list("pk", "original_id", "said")
            stand_ins = rows.filter(extra__has_key=STAND_IN).values_list("pk", flat=True)
            cached[kind] = {key: told if said else str(key) for key, told, said in pairs}
            cached[kind] |= dict.fromkeys(stand_ins, "")
        return cached[kind]

    def for_everybody(self, kind: str, held: Held, valid: dict[str, Any]) -> dict[str, Any] | None:
        """Return what is left of a row in public: no place that hides, nothing at it, no person."""
        if kind == "contact" and str(held.said.get("visibility", "")).casefold() != "public":
            return None
        if kind == "metadata" or belongs_to_a_person(kind, held):
            return None
        if kind == "location" and held.row.pk in self.hidden_places:
            return None
        if getattr(held.row, "location_id", None) in self.hidden_places:
            return None
        return {k: v for k, v in valid.items() if k in known_members(kind) and k not in PERSONAL}

    def table(self, shape: Shape, rows: list[dict[str, Any]], sources: list[Source | None]) -> None:
        names = {name for row in rows for name in row}
        header = [*self.header(shape, names, sources)]
        with (self.folder / shape.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in rows:
                writer.writerow([cell(row.get(name)) for name in header])
        self.export.objects[shape.kind] += len(rows)

    def header(self, shape: Shape, names: set[str], sources: list[Source | None]) -> Iterator[str]:
        """Yield the columns as the source had them, then the others of the standard, then the rest."""
        came = headers_of(sources[0], shape.file) if len(sources) == 1 and sources[0] else []
        first = [name for name in came if name in names or name in shape.scalars]
        yield from first if self.export.mode is Mode.SOURCE else ()
        said = set(first) if self.export.mode is Mode.SOURCE else set()
        yield from (name for name in shape.scalars if name in names and name not in said)
        yield from sorted(names - said - set(shape.scalars))

    def other_files(self, sources: Iterable[Source | None]) -> None:
        """Write files again that were none of the standard."""
        for source in sources:
            tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
            objects = DirectoryObject.objects.filter(source=source, type__startswith=FILE)
            for each in sorted(objects, key=lambda each: line_in(each.original_id)):
                tables[each.type.removeprefix(FILE)].append(each.said)
            for name, rows in tables.items():
                self.other_file(Path(name).name, rows, headers_of(source, name) if source else [])

    def other_file(self, name: str, rows: list[dict[str, Any]], header: list[str]) -> None:
        path = self.folder / name
        if path.exists():
            return
        if len(rows) == 1 and set(rows[0]) == {"text"}:
            path.write_text(rows[0]["text"], "utf-8")
        elif header:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(header)
                writer.writerows([cell(row.get(each)) for each in header] for row in rows)
        else:
            path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")


LINKS: Final[dict[str, tuple[str, Kind]]] = {
    "location_id": ("location_id", Kind.LOCATION),
    "service_id": ("service_id", Kind.SERVICE),
    "organization_id": ("organization_id", Kind.ORGANIZATION),
    "contact_id": ("contact_id", Kind.CONTACT),
    "phone_id": ("phone_id", Kind.PHONE),
    "at_location_id": ("service_at_location_id", Kind.AT_LOCATION),
    "unit_id": ("unit_id", Kind.UNIT),
    "term_id": ("taxonomy_term_id", Kind.TERM),
    "of_taxonomy_id": ("taxonomy_id", Kind.TAXONOMY),
}
FIRST: Final = ("location", "organization", "service")


def order(item: tuple[str, Shape]) -> tuple[int, str]:
    """Places come first: what is at a confidential one has to be known before."""
    kind = item[0]
    return (FIRST.index(kind) if kind in FIRST else len(FIRST), kind)


def flat(said: dict[str, Any]) -> dict[str, Any]:
    """Return what an object says itself, without the objects in it."""
    return {name: value for name, value in said.items() if not holds_objects(value)}


def holds_objects(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return bool(parts) and any(
        isinstance(each, dict) and (REF in each or "id" in each) for each in parts
    )


def belongs_to_a_person(kind: str, held: Held) -> bool:
    if kind == "phone":
        return held.row.contact_id is not None
    return getattr(held.row, "of_kind", "") == "contact"


def put_aside(source: Source, kind: str) -> Iterable[PutAside]:
    run = source.imports.filter(state=DirectoryImport.State.APPLIED).order_by("-applied_at").first()
    return PutAside.objects.filter(run=run, kind=kind) if run else []


def headers_of(source: Source | None, file: str) -> list[str]:
    """Return the columns of a table in the newest import, by the names of 3.1 where the file is ours."""
    if source is None:
        return []
    run = source.imports.filter(state=DirectoryImport.State.APPLIED).order_by("-applied_at").first()
    return list(run.headers.get(file, [])) if run else []


def line_in(original_id: str) -> int:
    last = original_id.rpartition("/")[2]
    return int(last) if last.isdigit() else 0


def cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def described(tables: list[Shape]) -> str:
    """Return a data package that says which tables there are, and what stands in their columns."""
    resources = [
        {
            "name": shape.kind,
            "path": shape.file,
            "profile": "tabular-data-resource",
            "schema": {
                "primaryKey": "id",
                "fields": [
                    {"name": name, "type": str(told.get("type", "string"))}
                    for name, told in shape.scalars.items()
                ],
            },
        }
        for shape in tables
    ]
    package = {
        "name": "human_services_data",
        "profile": "tabular-data-package",
        "resources": resources,
    }
    return json.dumps(package, indent=1)
