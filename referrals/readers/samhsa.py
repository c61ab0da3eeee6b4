"""SAMHSA's Behavioral Health Treatment Services Locator, as three flat tables. Public domain.

Each row is a facility. It becomes an organisation (one per name and state, because chains share names
and strangers in two states do, too), a place, one service of the table's kind, and its phones.
The columns of the geocoding are read where they are there; nothing about a point is corrected.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from referrals.readers.phones import parsed
from referrals.readers.tables import Row, header_of, rows
from referrals.readers.things import (
    About,
    Kind,
    Line,
    Remark,
    Thing,
    Weight,
    digest,
)

ABOUT = About(
    key="samhsa",
    name="SAMHSA Behavioral Health Treatment Services Locator",
    kind="samhsa",
    licence="Public domain (US government work, 17 USC 105)",
    url="https://findtreatment.gov/",
    lang="en",
)
NOT_SAID = {"", "NA", "http://", "https://"}
ZIP_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Table:
    """One of the three tables: what marks it, what it lists, and how its columns are called here."""

    code: str
    offers: str
    has: frozenset[str]
    has_not: frozenset[str] = frozenset()
    renamed: tuple[tuple[str, str], ...] = ()


FLAT = frozenset({"name1", "name2", "street1", "street2", "city", "state", "zip"})
TABLES = (
    Table("MH", "Mental health treatment", FLAT | {"phone"}),
    Table("SU", "Substance use treatment", FLAT, has_not=frozenset({"phone"})),
    Table(
        "OTP",
        "Opioid treatment program",
        frozenset({"ID", "ADDRESS", "CITY", "STATE", "POSTAL"}),
        renamed=(
            ("ID", "name1"),
            ("ADDRESS", "street1"),
            ("CITY", "city"),
            ("STATE", "state"),
            ("POSTAL", "zip"),
            ("Latitude", "latitude"),
            ("Longitude", "longitude"),
        ),
    ),
)
USED = (
    *("", "ID", "name1", "name2", "street1", "street2", "city", "state", "zip", "county", "phone"),
    *("intake_prompt", "intake1", "intake2", "website", "latitude", "longitude", "type_facility"),
)


def table_of(path: Path) -> Table | None:
    """Return which table a file is, by its header; nothing for any other file."""
    header = set(header_of(path))
    return next((each for each in TABLES if each.has <= header and not each.has_not & header), None)


class SamhsaReader:
    """Reads every table of a folder, or one file."""

    about = ABOUT

    def __init__(self, files: tuple[Path, ...]) -> None:
        self.files = files
        self.seen: set[str] = set()

    @classmethod
    def finds(cls, files: tuple[Path, ...]) -> "SamhsaReader | None":
        """Return a reader for those of `files` that are its tables; nothing if none is."""
        mine = tuple(path for path in files if table_of(path))
        return cls(mine) if mine else None

    def read(self) -> Iterator[Line | Remark]:
        for path in self.files:
            table = table_of(path)
            if table is None:
                continue
            for row in rows(path):
                yield from self.read_row(path.name, table, renamed(row, table))

    def read_row(self, file: str, table: Table, row: Row) -> Iterator[Line | Remark]:
        if row.spill:
            yield Remark(file, row.line, "ragged", Weight.REJECTED)
            return
        if not row["name1"]:
            yield Remark(file, row.line, "no_name", Weight.REJECTED)
            return
        facility = Facility(table, row)
        if facility.key in self.seen:
            yield Remark(file, row.line, "repeated", Weight.SKIPPED)
            return
        self.seen.add(facility.key)
        yield Line(file, row.line, tuple(facility.things()))
        for code, params in facility.remarks():
            yield Remark(file, row.line, code, Weight.NOTED, params)


def renamed(row: Row, table: Table) -> Row:
    """Give the columns of the third table the names of the other two."""
    names = dict(table.renamed)
    cells = {names.get(name, name): text for name, text in row.cells.items()}
    return Row(row.line, {name: _said(text) for name, text in cells.items()}, row.spill)


def _said(text: str) -> str:
    return "" if text in NOT_SAID else text


class Facility:
    """One row, taken apart."""

    def __init__(self, table: Table, row: Row) -> None:
        self.table, self.row = table, row
        self.zip = row["zip"]
        if self.zip.isdigit():
            self.zip = self.zip.zfill(ZIP_LENGTH)  # the table lost its leading zeros
        where = (row["street1"], row["street2"], row["city"], row["state"], self.zip)
        self.place_key = digest(row["name1"], *where)
        self.organization_key = digest(row["name1"], row["state"])
        self.key = f"{table.code}-{digest(row['name1'], row['name2'], *where)}"
        self.phones = [
            (parsed(row[column], "US"), row["intake_prompt"] if column != "phone" else "", column)
            for column in ("phone", "intake1", "intake2")
            if row[column]
        ]

    def things(self) -> Iterator[Thing]:
        service, location = self.service(), self.location()
        yield service
        yield Thing(Kind.ORGANIZATION, self.organization_key, {"name": self.row["name1"]})
        yield location
        at_location = {"service": self.key, "location": self.place_key}
        yield Thing(Kind.AT_LOCATION, self.key, {}, at_location)
        yield self.address(location)
        yield from self.numbers(service)

    def service(self) -> Thing:
        row = self.row
        values = {
            "name": row["name2"] or row["name1"],
            "description": self.table.offers,
            "url": row["website"],
        }
        return Thing(
            Kind.SERVICE,
            self.key,
            values,
            {"organization": self.organization_key},
            {"type_facility": self.table.code, **row.rest(*USED)},
        )

    def location(self) -> Thing:
        values = {"name": self.row["name1"], "location_type": "physical", **self.point()}
        return Thing(Kind.LOCATION, self.place_key, values, {"organization": self.organization_key})

    def point(self) -> dict[str, float]:
        """Return latitude and longitude where both are numbers on the globe."""
        try:
            latitude, longitude = float(self.row["latitude"]), float(self.row["longitude"])
        except ValueError:
            return {}
        on_the_globe = abs(latitude) <= 90 and abs(longitude) <= 180
        return {"latitude": latitude, "longitude": longitude} if on_the_globe else {}

    def address(self, location: Thing) -> Thing:
        row = self.row
        values = {
            "address_type": "physical",
            "address_1": row["street1"],
            "address_2": row["street2"],
            "city": row["city"],
            "region": row["county"],
            "state_province": row["state"],
            "postal_code": self.zip,
            "country": "US",
        }
        raw = {"_raw": {"postal_code": row["zip"]}} if self.zip != row["zip"] else {}
        key = location.below("address")
        return Thing(Kind.ADDRESS, key, values, {"location": self.place_key}, raw)

    def numbers(self, service: Thing) -> Iterator[Thing]:
        for position, (number, description, column) in enumerate(self.phones):
            values = {
                "number": number.written,
                "e164": number.e164,
                "extension": number.extension,
                "type": "voice",
                "description": description,
            }
            key = service.below(column)
            yield Thing(Kind.PHONE, key, values, {"service": self.key}, position=position)

    def remarks(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield what was taken with a doubt; a padded postal code is kept as it came beside the new one."""
        if self.zip != self.row["zip"]:
            yield "zip_padded", {"to": self.zip}
        for number, _description, _column in self.phones:
            if not number.is_known:
                yield "phone_as_written", {"value": number.written}
        if self.row["latitude"] and not self.point():
            yield "no_point", {}
