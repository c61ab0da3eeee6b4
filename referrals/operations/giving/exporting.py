"""Write the directory out: HSDS as JSON or as tables, and a plain table for people."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from referrals.models import SearchEntry, Source
from referrals.operations.giving.shelf import NESTED, PLACES, STAND_IN, Shelf, public_id
from referrals.operations.writing import WRITERS
from referrals.readers import Kind
from referrals.readers.hsds.checking import faults
from referrals.readers.hsds.giving import Strict, hidden, public

AT_ONCE: Final = 300
FAULTS_SHOWN: Final = 20


class Mode(StrEnum):
    """Source: as it came, with corrections. Strict: valid. Public: valid, and fit for everybody."""

    SOURCE = "source"
    STRICT = "strict"
    PUBLIC = "public"


@dataclass
class Export:
    """One export under way: what had to be done for it, and what is not valid in spite of it."""

    mode: Mode
    profile: str = ""
    objects: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def finished(
        self, source: Source | None, kind: str, told: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return an object as this mode gives it out; nothing where it does not."""
        told = hidden(kind, told)
        if self.mode is Mode.SOURCE:
            return told
        strict = Strict(partial(public_id, source.key if source else ""), self.profile, self.done)
        valid = strict.whole(kind, told)
        if valid is not None and self.mode is Mode.PUBLIC:
            valid = public(kind, valid)
        if valid is not None:
            self.check(kind, valid)
        return valid

    def check(self, kind: str, valid: dict[str, Any]) -> None:
        self.objects[kind] += 1
        for fault in faults(kind, valid, self.profile):
            if len(self.faults) < FAULTS_SHOWN:
                self.faults.append(f"{kind} {valid.get('id', '')} {fault.path}: {fault.message}")


def chosen_sources(key: str) -> list[Source | None]:
    """Return one source, or all and what was entered by hand."""
    found = Source.objects.filter(key=key) if key else Source.objects.all()
    return [*found, *([] if key else [None])]


def batched(keys: QuerySet[Any]) -> Iterator[list[UUID]]:
    every = iter(list(keys.values_list("pk", flat=True)))
    while batch := list(islice(every, AT_ONCE)):
        yield batch


def wholes(kind: Kind, rows: QuerySet[Any], shelf: Callable[[], Shelf] = Shelf) -> Iterator[Any]:
    """Yield rows as objects, a few hundred at once."""
    for keys in batched(rows):
        holding = shelf()
        holding.fetch(kind, keys)
        yield from ((holding.rows[key].kind, holding.whole(key)) for key in keys)


# JSON

ROOTS: Final = {
    Kind.SERVICE: "contents",
    Kind.ORGANIZATION: "organizations",
    Kind.LOCATION: "locations",
    Kind.AT_LOCATION: "service_at_locations",
    Kind.TAXONOMY: "taxonomies",
    Kind.TERM: "taxonomy_terms",
}


def write_json(path: Path, export: Export, *, source: str = "") -> None:
    """Write one page: all services in `contents`, and under their own names what no service holds.

    A source that came as nested objects gives back the ones that it came with.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write("{\n")
        count = 0
        for kind, name in ROOTS.items():
            first = True
            for told in roots(kind, export, source):
                file.write(f'"{name}": [\n' if first else ",\n")
                json.dump(told, file, ensure_ascii=False)
                first = False
                count += kind is Kind.SERVICE
            if not first:
                file.write("\n],\n")
            elif kind is Kind.SERVICE:
                file.write('"contents": [],\n')
        page = {
            "total_items": count,
            "total_pages": 1,
            "page_number": 1,
            "size": count,
            "first_page": True,
            "last_page": True,
            "empty": not count,
        }
        file.write(json.dumps(page)[1:] + "\n")


def roots(kind: Kind, export: Export, key: str) -> Iterator[dict[str, Any]]:
    for source in chosen_sources(key):
        rows = roots_of(kind, source)
        shelf = partial(Shelf, ours=export.mode is not Mode.SOURCE)
        if kind is Kind.ORGANIZATION:
            shelf = partial(shelf, also=PLACES)
        for name, told in wholes(kind, rows, shelf):
            finished = export.finished(source, name, told)
            if finished is not None:
                yield finished


def roots_of(kind: Kind, source: Source | None) -> QuerySet[Any]:
    """Return what stands on its own: as it came, or what no service holds."""
    rows = WRITERS[kind].model._default_manager.filter(source=source).order_by("original_id", "pk")
    if source is not None and source.kind == NESTED:
        return rows.filter(is_root=True)
    if kind is Kind.ORGANIZATION:
        return rows.filter(services=None).exclude(extra__has_key=STAND_IN)
    if kind is Kind.LOCATION:
        return rows.filter(services_here=None)
    return rows.none() if kind is Kind.AT_LOCATION else rows


# a plain table

COLUMNS: Final = (
    *("service", "organization", "description", "status", "where", "city", "region"),
    *("postal_code", "phones", "website", "email", "hours", "languages", "cost", "new_clients"),
    *("new_clients_as_of", "last_checked", "latitude", "longitude"),
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe(cell: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell).replace("\0", "")
    return (
        f"'{text}" if text.lstrip(" \n").startswith(FORMULA) or text.startswith(FORMULA) else text
    )


def write_plain(path: Path, export: Export, *, source: str = "") -> None:
    """Write one line for each service at each place, for a spreadsheet. Nothing of a confidential place."""
    entries = SearchEntry.objects.select_related("service__organization").order_by(
        "service__name", "pk"
    )
    if source:
        entries = entries.filter(service__source__key=source)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for entry in entries.iterator(chunk_size=2000):
            if export.mode is Mode.PUBLIC and entry.offer["is_confidential"]:
                continue
            writer.writerow([safe(cell) for cell in plain_cells(entry)])
            export.objects["service"] += 1


def plain_cells(entry: Any) -> list[Any]:
    offer, service = entry.offer, entry.service
    return [
        *(
            offer["name"],
            offer["whose"] or service.organization.name,
            offer["what"],
            service.status,
        ),
        *(offer["where"], entry.city, entry.region, entry.postal_code),
        *("; ".join(offer["phones"]), offer["website"], service.email),
        "; ".join(each["said"] or hours_of(each) for each in offer["hours"]),
        *("; ".join(offer["languages"]), offer["cost"], entry.accepting, entry.accepting_on),
        *(entry.checked_on, entry.latitude, entry.longitude),
    ]


def hours_of(each: dict[str, Any]) -> str:
    days = ",".join(str(day + 1) for day in each["weekdays"])
    return f"{days} {(each['opens_at'] or '')[:5]}–{(each['closes_at'] or '')[:5]}"
