"""Ohana's tables, the ancestor of HSDS: integer ids per table, a service stands at one location."""

from collections.abc import Callable, Iterator
from pathlib import Path

from referrals.readers.hours import Hours, hours_of, weekday_of
from referrals.readers.phones import parsed
from referrals.readers.spoken import code_of
from referrals.readers.tables import Row, header_of, rows
from referrals.readers.things import About, Kind, Line, Remark, Thing, Weight

ABOUT = About(
    key="ohana",
    name="Ohana sample directory (Code for America)",
    kind="ohana",
    licence="BSD-3-Clause",
    url="https://github.com/codeforamerica/ohana-api",
    lang="en",
)
NEEDED = {
    "organizations.csv": {"id", "name"},
    "locations.csv": {"id", "organization_id", "name"},
    "services.csv": {"id", "location_id", "name"},
}
# What is not read yet, and counted: HSDS keeps these as objects of their own (issue of the full directory).
NOT_READ = ("programs.csv", "taxonomy.csv")
STATUSES = {"active", "inactive", "defunct", "temporarily closed"}
Read = Callable[["OhanaReader", Row], tuple[Thing, ...] | str]


class OhanaReader:
    """Reads the tables of a folder. Ids stay those of the source, per table."""

    about = ABOUT

    def __init__(self, files: tuple[Path, ...]) -> None:
        self.files = files
        self.organization_of: dict[str, str] = {}
        self.known: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        self.doubts: list[tuple[str, dict[str, str]]] = []

    @classmethod
    def finds(cls, files: tuple[Path, ...]) -> "OhanaReader | None":
        """Return a reader if the three tables that everything hangs on are there."""
        by_name = {path.name: path for path in files}
        there = all(
            name in by_name and columns <= set(header_of(by_name[name]))
            for name, columns in NEEDED.items()
        )
        mine = (*TABLES, *NOT_READ)
        return cls(tuple(by_name[name] for name in mine if name in by_name)) if there else None

    def read(self) -> Iterator[Line | Remark]:
        for path in self.files:
            for row in rows(path):
                if path.name in NOT_READ:
                    yield Remark(path.name, row.line, "not_read", Weight.SKIPPED)
                else:
                    yield from self.read_row(path.name, row)

    def read_row(self, file: str, row: Row) -> Iterator[Line | Remark]:
        things = self.refused(row) or TABLES[file](self, row)
        if isinstance(things, str):
            yield Remark(file, row.line, things, Weight.REJECTED)
            return
        self.known[things[0].kind].add(row["id"])
        yield Line(file, row.line, things)
        for code, params in self.doubts:
            yield Remark(file, row.line, code, Weight.NOTED, params)
        self.doubts.clear()

    def refused(self, row: Row) -> str:
        if row.spill:
            return "ragged"
        return "" if row["id"] else "no_id"

    def organization(self, row: Row) -> tuple[Thing, ...] | str:
        if not row["name"]:
            return "no_name"
        columns = ("name", "alternate_name", "description", "email", "website")
        return (_thing(Kind.ORGANIZATION, row, columns),)

    def location(self, row: Row) -> tuple[Thing, ...] | str:
        if row["organization_id"] not in self.known[Kind.ORGANIZATION]:
            return "owner_unknown"
        self.organization_of[row["id"]] = row["organization_id"]
        values = {
            **_values(row, ("name", "alternate_name", "description", "transportation")),
            "url": row["website"],
            "location_type": "virtual" if row["virtual"] == "true" else "physical",
            **_point(row),
        }
        used = ("id", "organization_id", "website", "virtual", "latitude", "longitude", "languages")
        thing = Thing(
            Kind.LOCATION,
            row["id"],
            values,
            {"organization": row["organization_id"]},
            row.rest(*used, *values),
        )
        return (thing, *_languages(row, thing))

    def service(self, row: Row) -> tuple[Thing, ...] | str:
        if not row["name"]:
            return "no_name"
        if row["location_id"] not in self.organization_of:
            return "owner_unknown"
        columns = (
            *("name", "alternate_name", "description", "email", "interpretation_services"),
            *("application_process", "wait_time"),
        )
        values = {
            **_values(row, columns),
            "url": row["website"],
            "fees_description": row["fees"],
            "eligibility_description": row["eligibility"],
            "status": row["status"] if row["status"] in STATUSES else "",
        }
        used = ("id", "location_id", "website", "fees", "eligibility", "languages")
        rest = row.rest(*used, *columns, *(["status"] if values["status"] else []))
        owner = {"organization": self.organization_of[row["location_id"]]}
        at_location = {"service": row["id"], "location": row["location_id"]}
        service = Thing(Kind.SERVICE, row["id"], values, owner, rest)
        there = Thing(Kind.AT_LOCATION, service.below("there"), {}, at_location)
        return (service, there, *_languages(row, service))

    def address(self, row: Row) -> tuple[Thing, ...] | str:
        return self.address_of_type(row, "physical")

    def mail_address(self, row: Row) -> tuple[Thing, ...] | str:
        return self.address_of_type(row, "postal")

    def address_of_type(self, row: Row, kind: str) -> tuple[Thing, ...] | str:
        columns = ("attention", "address_1", "address_2", "city", "state_province")
        owner = self.owner(row, ("location",))
        if isinstance(owner, str):
            return owner
        values = {
            **_values(row, (*columns, "postal_code", "country")),
            "address_type": kind,
        }
        rest = row.rest("id", "location_id", *values)
        return (Thing(Kind.ADDRESS, f"{kind}/{row['id']}", values, owner, rest),)

    def contact(self, row: Row) -> tuple[Thing, ...] | str:
        owner = self.owner(row, ("service", "location", "organization"))
        if isinstance(owner, str):
            return owner
        values = _values(row, ("name", "title", "department", "email"))
        rest = row.rest("id", *values, *(f"{name}_id" for name in owner))
        return (Thing(Kind.CONTACT, row["id"], values, owner, rest),)

    def phone(self, row: Row) -> tuple[Thing, ...] | str:
        owner = self.owner(row, ("contact", "service", "location", "organization"))
        if isinstance(owner, str):
            return owner
        number = parsed(row["country_prefix"] + row["number"], "US", row["extension"])
        if not number.is_known:
            self.doubts.append(("phone_as_written", {"value": row["number"]}))
        values = {
            "number": row["number"],
            "e164": number.e164,
            "extension": number.extension,
            "type": row["number_type"],
            "description": row["department"],
        }
        used = ("id", "number", "extension", "number_type", "department")
        rest = row.rest(*used, *(f"{name}_id" for name in owner))
        return (Thing(Kind.PHONE, row["id"], values, owner, rest),)

    def regular_hours(self, row: Row) -> tuple[Thing, ...] | str:
        owner = self.owner(row, ("service", "location"))
        if isinstance(owner, str):
            return owner
        hours = hours_of(row["opens_at"], row["closes_at"])
        weekday = weekday_of(row["weekday"])
        if hours is None or weekday is None:
            written = f"{row['weekday']} {row['opens_at']} – {row['closes_at']}"
            self.doubts.append(("hours_as_written", {"value": written}))
            return self.as_written("regular", row, owner, written)
        values = {"weekdays": [weekday], "opens_at": hours.opens_at, "closes_at": hours.closes_at}
        rest = _raw_hours(row, hours)
        return (Thing(Kind.SCHEDULE, f"regular/{row['id']}", values, owner, rest),)

    def holiday_hours(self, row: Row) -> tuple[Thing, ...] | str:
        """Keep holidays in words: their years are missing or 0001, so no date is certain."""
        owner = self.owner(row, ("service", "location"))
        if isinstance(owner, str):
            return owner
        days = " – ".join(dict.fromkeys(filter(None, [row["start_date"], row["end_date"]])))
        hours = " – ".join(filter(None, [row["opens_at"], row["closes_at"]]))
        return self.as_written("holiday", row, owner, " ".join(filter(None, [days, hours])))

    def as_written(
        self, table: str, row: Row, owner: dict[str, str], written: str
    ) -> tuple[Thing, ...]:
        values = {"description": written, "is_closed": row["closed"] == "true"}
        rest = row.rest("id", *(f"{name}_id" for name in owner))
        return (Thing(Kind.SCHEDULE, f"{table}/{row['id']}", values, owner, rest),)

    def owner(self, row: Row, columns: tuple[str, ...]) -> dict[str, str] | str:
        """Return what a row belongs to, the nearest one first, or why that is not known."""
        named = [column for column in columns if row[f"{column}_id"]]
        if not named:
            return "belongs_nowhere"
        nearest = named[0]
        if row[f"{nearest}_id"] not in self.known[Kind(nearest)]:
            return "owner_unknown"
        return {nearest: row[f"{nearest}_id"]}


TABLES: dict[str, Read] = {
    "organizations.csv": OhanaReader.organization,
    "locations.csv": OhanaReader.location,
    "services.csv": OhanaReader.service,
    "addresses.csv": OhanaReader.address,
    "mail_addresses.csv": OhanaReader.mail_address,
    "contacts.csv": OhanaReader.contact,
    "phones.csv": OhanaReader.phone,
    "regular_schedules.csv": OhanaReader.regular_hours,
    "holiday_schedules.csv": OhanaReader.holiday_hours,
}


def _values(row: Row, columns: tuple[str, ...]) -> dict[str, str]:
    return {column: row[column] for column in columns}


def _thing(kind: Kind, row: Row, columns: tuple[str, ...]) -> Thing:
    return Thing(kind, row["id"], _values(row, columns), extra=row.rest("id", *columns))


def _point(row: Row) -> dict[str, float]:
    try:
        return {"latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
    except ValueError:
        return {}


def _languages(row: Row, owner: Thing) -> Iterator[Thing]:
    names = filter(None, (name.strip() for name in row["languages"].split(",")))
    for position, name in enumerate(names):
        values = {"name": name, "code": code_of(name)}
        key, refs = owner.below(f"language-{position}"), {str(owner.kind): owner.original_id}
        yield Thing(Kind.LANGUAGE, key, values, refs, position=position)


def _raw_hours(row: Row, hours: Hours) -> dict[str, dict[str, str]]:
    said = {"opens_at": row["opens_at"], "closes_at": row["closes_at"]}
    meant = {"opens_at": f"{hours.opens_at:%H:%M}", "closes_at": f"{hours.closes_at:%H:%M}"}
    return {"_raw": said} if said != meant else {}
