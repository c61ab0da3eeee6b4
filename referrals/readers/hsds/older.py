"""HSDS before 3.0, and what its exporters made of it: names of tables and columns as 3.1 has them.

Only names and the shape of a row change here. What is not known is kept under the name it came with.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from referrals.readers.hours import WEEKDAYS
from referrals.readers.hsds.shapes import kinds_by_table, shapes

# Tables of 1.x and 2.0 by the name of their file: the kind they are now, and what every row of them says.
TABLES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "physical_address": ("address", {"address_type": "physical"}),
    "physical_addresses": ("address", {"address_type": "physical"}),
    "postal_address": ("address", {"address_type": "postal"}),
    "postal_addresses": ("address", {"address_type": "postal"}),
    "mailing_addresses": ("address", {"address_type": "postal"}),
    "regular_schedule": ("schedule", {}),
    "holiday_schedule": ("schedule", {}),
    "accessibility_for_disability": ("accessibility", {}),
    "accessibility_for_disabilities": ("accessibility", {}),
    "service_attribute": ("attribute", {"link_entity": "service"}),
    "service_taxonomy": ("attribute", {"link_entity": "service"}),
    "services_taxonomy": ("attribute", {"link_entity": "service"}),
    "other_attribute": ("attribute", {}),
    "payment_accepted": ("attribute", {"link_entity": "service", "link_type": "payment_accepted"}),
    "payments_accepted": ("attribute", {"link_entity": "service", "link_type": "payment_accepted"}),
    "services_at_location": ("service_at_location", {}),
    "service_at_locations": ("service_at_location", {}),
    "taxonomy": ("taxonomy_term", {}),
}
ELIGIBILITY: Final = "eligibility"  # a table of 1.x that became a member of the service
NAMES: Final[dict[str, dict[str, str]]] = {
    "organization": {"url": "website", "parent_organization": "parent_organization_id"},
    "service": {
        "eligibility": "eligibility_description",
        "interpretation": "interpretation_services",
        "organization": "organization_id",
        "program": "program_id",
        "min_age": "minimum_age",
        "max_age": "maximum_age",
    },
    "accessibility": {"accessibility": "description"},
    "language": {"language": "name"},
    "service_area": {"service_area": "name"},
    "taxonomy_term": {"term": "name", "parent_recordid": "parent_id", "vocabulary": "taxonomy"},
    "schedule": {"opens": "opens_at", "closes": "closes_at"},
    "attribute": {"service_id": "link_id", "taxonomy_id": "taxonomy_term_id", "payment": "value"},
}
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ENDING: Final = re.compile(r"_?(recordid|uuid|identifier)$")


@cache
def table_of(name: str) -> tuple[str, dict[str, str]] | None:
    """Return the kind of a table and what all its rows say, by its file name; nothing for another file."""
    stem = Path(name).stem.strip().casefold().replace("-", "_").replace(" ", "_")
    if stem in TABLES or stem.removesuffix("s") in TABLES:
        return TABLES.get(stem) or TABLES[stem.removesuffix("s")]
    kind = kinds_by_table().get(stem)
    return (kind, {}) if kind else None


@cache
def column_of(kind: str, name: str) -> str:
    """Return what 3.1 calls a column: `service_recordid` of a service is its id, `service_name` its name."""
    shape, plain = shapes()[kind], re.sub(r"[ -]", "_", name.strip().casefold())
    for each in candidates(kind, plain):
        if each in NAMES.get(kind, {}):
            return NAMES[kind][each]
        if each in shape.scalars:
            return each
    return f"{plain}_listed" if plain in shape.slots else name.strip()


def candidates(kind: str, plain: str) -> Iterator[str]:
    """Yield what a column may be called, the surest first."""
    if kind != "taxonomy_term" or not plain.startswith("taxonomy_"):
        yield plain
    for prefix in (kind, kind.partition("_")[0]):
        if plain.startswith(f"{prefix}_"):
            rest = plain.removeprefix(f"{prefix}_")
            yield "id" if ENDING.fullmatch(rest) else ENDING.sub("_id", rest)
    yield plain
    yield ENDING.sub("_id", plain)


def renamed(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the names of 3.1. A column that has its own name comes before one that only means it."""
    own = {name for name in row if column_of(kind, name) == name}
    told: dict[str, Any] = {}
    for name, value in row.items():
        meant = column_of(kind, name)
        taken = meant in told or (meant != name and meant in own)
        told[name if taken else meant] = value
    return told


def with_days(row: dict[str, Any]) -> dict[str, Any]:
    """Let a row of weekly hours say its days as 3.x does, beside how they came; unsure ones stay as they came."""
    weekday = row.get("weekday")
    if not weekday or row.get("byday"):
        return row
    days = days_of(str(weekday))
    return {**row, "freq": row.get("freq") or "WEEKLY", "byday": ",".join(days)} if days else row


def days_of(written: str) -> list[str]:
    """Read “Monday”, “monday,tuesday” and “Monday - Friday”; nothing where it is not certain."""
    if span := re.fullmatch(r"\s*(\w+)\s*(?:-|–|to)\s*(\w+)\s*", written, re.IGNORECASE):
        first, last = (number_of(each) for each in span.groups())
        if first is None or last is None:
            return []
        length = (last - first) % len(DAYS)
        return [DAYS[(first + step) % len(DAYS)] for step in range(length + 1)]
    numbers = [number_of(each) for each in re.split(r"[,;/]", written)]
    return [DAYS[each] for each in numbers if each is not None] if None not in numbers else []


def number_of(written: str) -> int | None:
    """Return 0 for Monday … 6 for Sunday, also for Mon, Mo and MO."""
    name = written.strip().casefold().removesuffix("s") or "?"
    found = [day for day, each in enumerate(WEEKDAYS) if each.startswith(name)]
    return found[0] if len(found) == 1 and len(name) > 1 else None


@cache
def pivot_of(name: str) -> tuple[str, str] | None:
    """Return the owner and the owned of a table that only links two others (“location_phones.csv”)."""
    stem = Path(name).stem.casefold()
    for owner in ("service", "location", "organization", "contact"):
        owned = kinds_by_table().get(stem.removeprefix(f"{owner}_"))
        if stem.startswith(f"{owner}_") and owned in {
            "phone",
            "address",
            "schedule",
            "contact",
            "language",
        }:
            return owner, owned
    return None
