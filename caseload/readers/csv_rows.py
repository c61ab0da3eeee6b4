"""Rows of a spreadsheet as records: clients and who works with them, sessions, half-way departures."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Final

from caseload.readers.columns import Layout
from caseload.readers.dates import Order, read_day, read_time
from caseload.readers.elements import line, text
from caseload.readers.fhir import Found
from caseload.readers.labels import Column
from caseload.readers.problems import FileUnreadable, Level, Place, Problem, Unusable
from caseload.readers.records import (
    Channel,
    ClientRecord,
    EndingRecord,
    GoalRecord,
    Mode,
    PersonRecord,
    SessionRecord,
    Status,
    joined_key,
)
from caseload.readers.sheet import Cells, cells_of, date_order, rows, unsure_column
from caseload.readers.values import MODES, STATUSES, languages_in, meaning
from core.names import folded

USUAL_MINUTES: Final = 50
ENDING: Final = (
    Column.LAST_SESSION_ON,
    Column.TOLD_ON,
    Column.TOLD_MODE,
    Column.OPTIONS,
    Column.RECEIVER,
)


@dataclass
class Sheet:
    """One reading of one sheet: who was seen so far."""

    layout: Layout
    zone: tzinfo
    on: date
    people: dict[str, PersonRecord] = field(default_factory=dict)
    clients: dict[str, ClientRecord] = field(default_factory=dict)
    keys_by_name: dict[str, list[str]] = field(default_factory=dict)
    own_rows: set[str] = field(default_factory=set)

    @property
    def order(self) -> Order:
        return self.layout.order or Order.DAY


def read_csv(path: Path, layout: Layout, *, zone: tzinfo, on: date) -> Iterator[Found]:
    """Yield what a sheet says. `on` parts held sessions from planned ones where no column does.

    Raises `FileUnreadable` where no column names the clients, or the order of day and month is unsure.
    """
    if not layout.names_clients():
        raise FileUnreadable("no_columns", file=path.name)
    order = layout.order or date_order(path, layout)
    if order is Order.UNSURE:
        raise FileUnreadable("date_order", file=path.name, what=unsure_column(path, layout))
    sheet = Sheet(replace(layout, order=order), zone, on)
    for row in rows(path, layout):
        if isinstance(row, Problem):
            yield row
            continue
        try:
            yield from list(row_found(sheet, row[0], cells_of(row[1], layout)))
        except Unusable as refusal:
            yield Problem(refusal.level, row[0], refusal.code, refusal.what)


def row_found(sheet: Sheet, place: Place, cells: Cells) -> Iterator[Found]:
    """Yield what one row says; nothing of a row is taken where a part of it cannot be read."""
    client, all_known = client_of(sheet, place, cells)
    session = session_of(sheet, place, cells, client)
    goal = goal_of(place, cells, client)
    ending = ending_of(sheet, place, cells, client)
    yield from new_people(sheet, place, cells)
    yield from new_client(sheet, client, alone=not (session or goal))
    yield from (each for each in (session, goal, ending) if each)
    if not all_known:
        yield Problem(Level.NOTED, place, "language_unknown")


def client_of(sheet: Sheet, place: Place, cells: Cells) -> tuple[ClientRecord, bool]:
    """Return the client of a row, and whether all languages on it were known."""
    name = line(cells.get(Column.NAME) or whole_name(cells), Column.NAME, 160)
    if not name:
        raise Unusable("no_name")
    born_on = read_day(cells.get(Column.BORN_ON, ""), Column.BORN_ON, sheet.order)
    spoken, all_known = languages_in(cells.get(Column.LANGUAGE, ""))
    began_on = read_day(cells.get(Column.BEGAN_ON, ""), Column.BEGAN_ON, sheet.order)
    ended_on = read_day(cells.get(Column.ENDED_ON, ""), Column.ENDED_ON, sheet.order)
    if began_on and ended_on and ended_on < began_on:
        raise Unusable("closed_before_start")
    client = ClientRecord(
        source_id=client_key(sheet, cells, name, born_on),
        place=place,
        name=name,
        known_as=line(cells.get(Column.KNOWN_AS), Column.KNOWN_AS, 80),
        pronouns=line(cells.get(Column.PRONOUNS), Column.PRONOUNS, 40),
        born_on=born_on,
        active=ended_on is None or ended_on >= sheet.on,
        languages=spoken,
        channels=channels(cells),
        therapist=therapist_key(sheet, cells),
        began_on=began_on,
        ended_on=ended_on,
    )
    return client, all_known


def whole_name(cells: Cells) -> str:
    return f"{cells.get(Column.GIVEN, '')} {cells.get(Column.FAMILY, '')}".strip()


def client_key(sheet: Sheet, cells: Cells, name: str, born_on: date | None) -> str:
    """Return by what a client is known again: the source's code, else name and day of birth.

    A row without a day of birth means the one person of that name who stands above it.
    """
    if code := line(cells.get(Column.CODE), Column.CODE, 100):
        return code
    said = folded(name)
    above = sheet.keys_by_name.get(said, [])
    if born_on is None and len(above) == 1:
        return above[0]
    return joined_key(said, str(born_on)) if born_on else said


def channels(cells: Cells) -> tuple[Channel, ...]:
    found = [
        Channel(kind, line(cells.get(column), column, 200))
        for kind, column in (("phone", Column.PHONE), ("email", Column.EMAIL))
    ]
    return tuple(each for each in found if each.value)


def therapist_email(sheet: Sheet, cells: Cells) -> str:
    """Return the address of the therapist: from the row, else from what was said for the whole sheet."""
    default = sheet.layout.therapist if "@" in sheet.layout.therapist else ""
    on_row = cells.get(Column.THERAPIST_EMAIL, "")
    return (on_row or ("" if cells.get(Column.THERAPIST) else default)).lower()


def therapist_key(sheet: Sheet, cells: Cells) -> str:
    """Return by what a therapist is known again: the e-mail, else the name."""
    name = cells.get(Column.THERAPIST) or sheet.layout.therapist
    return therapist_email(sheet, cells) or folded(name)


def new_people(sheet: Sheet, place: Place, cells: Cells) -> Iterator[PersonRecord]:
    """Yield the therapist of a row where no earlier row has named them."""
    key = therapist_key(sheet, cells)
    if not key or key in sheet.people:
        return
    said = cells.get(Column.THERAPIST) or sheet.layout.therapist or key
    person = PersonRecord(
        source_id=key,
        place=place,
        name=line(said, Column.THERAPIST, 120),
        email=text(therapist_email(sheet, cells), Column.THERAPIST_EMAIL, 254),
    )
    sheet.people[key] = person
    yield person


def new_client(sheet: Sheet, client: ClientRecord, *, alone: bool) -> Iterator[Found]:
    """Yield a client once. A later row of the same one may leave cells blank, not contradict."""
    key = client.source_id
    before = sheet.clients.get(key)
    if before is None:
        sheet.clients[key] = client
        sheet.keys_by_name.setdefault(folded(client.name), []).append(key)
        yield client
    elif contradicts(before, client):
        raise Unusable("same_person_twice")
    elif alone:
        yield Problem(Level.SKIPPED, client.place, "again")


def contradicts(before: ClientRecord, later: ClientRecord) -> bool:
    """Say whether `later` says something else of the same client; another therapist is no contradiction."""
    told = ("name", "known_as", "pronouns", "born_on", "languages", "channels", "ended_on")
    return any(
        getattr(later, each) and getattr(later, each) != getattr(before, each) for each in told
    )


def session_of(
    sheet: Sheet, place: Place, cells: Cells, client: ClientRecord
) -> SessionRecord | None:
    """Return the session of a row; without a status, what lies before today was held."""
    cell = cells.get(Column.SESSION_ON, "")
    day = read_day(cell, Column.SESSION_ON, sheet.order)
    if day is None:
        return None
    therapist = therapist_key(sheet, cells)
    if not therapist:
        raise Unusable("no_therapist")
    clock = (
        read_time(cells.get(Column.SESSION_AT, ""), Column.SESSION_AT) or time_in(cell) or time(12)
    )
    starts_at = datetime.combine(day, clock, sheet.zone).astimezone(UTC)
    said = meaning(cells.get(Column.STATUS, ""), STATUSES, Column.STATUS)
    mode = meaning(cells.get(Column.MODE, ""), MODES, Column.MODE) or Mode.IN_PERSON
    if mode is Mode.LETTER:
        raise Unusable("bad_value", Column.MODE)
    return SessionRecord(
        source_id=line(cells.get(Column.SESSION_ID), Column.SESSION_ID, 100)
        or joined_key(client.source_id, therapist, starts_at.isoformat()),
        place=place,
        clients=(client.source_id,),
        therapists=(therapist,),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes(cells)),
        status=said or (Status.ATTENDED if day < sheet.on else Status.PLANNED),
        mode=mode,
    )


def time_in(cell: str) -> time | None:
    """Return the time that stands beside a day in one cell."""
    try:
        return read_time(cell, Column.SESSION_AT) if ":" in cell or "T" in cell else None
    except Unusable:
        return None


def minutes(cells: Cells) -> int:
    said = cells.get(Column.MINUTES, "")
    if not said:
        return USUAL_MINUTES
    if not said.isdecimal() or not 0 < int(said) < 24 * 60:
        raise Unusable("bad_value", Column.MINUTES)
    return int(said)


def goal_of(place: Place, cells: Cells, client: ClientRecord) -> GoalRecord | None:
    words = text(cells.get(Column.GOAL), Column.GOAL, 4000)
    if not words:
        return None
    key = sha256(words.encode()).hexdigest()[:16]
    return GoalRecord(
        source_id=joined_key(client.source_id, key),
        place=place,
        client=client.source_id,
        text=words,
    )


def ending_of(
    sheet: Sheet, place: Place, cells: Cells, client: ClientRecord
) -> EndingRecord | None:
    """Return how far a departure has come on this row (decision 14)."""
    if not any(cells.get(column) for column in ENDING):
        return None
    therapist = therapist_key(sheet, cells)
    if not therapist:
        raise Unusable("no_therapist")
    return EndingRecord(
        source_id=joined_key(client.source_id, therapist),
        place=place,
        client=client.source_id,
        therapist=therapist,
        last_session_on=read_day(
            cells.get(Column.LAST_SESSION_ON, ""), Column.LAST_SESSION_ON, sheet.order
        ),
        told_on=read_day(cells.get(Column.TOLD_ON, ""), Column.TOLD_ON, sheet.order),
        told_mode=meaning(cells.get(Column.TOLD_MODE, ""), MODES, Column.TOLD_MODE),
        options=text(cells.get(Column.OPTIONS), Column.OPTIONS, 1000),
        receiver=line(cells.get(Column.RECEIVER), Column.RECEIVER, 120),
    )
