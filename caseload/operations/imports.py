"""Importing a caseload: FHIR R4 or a spreadsheet, all of it or nothing, and the same again changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Practice
from caseload.models import ImportedFrom, ImportRun
from caseload.operations.importing.attached import Endings, Plans
from caseload.operations.importing.courses import Courses
from caseload.operations.importing.gathered import Gathered
from caseload.operations.importing.goals import GoalsWriter
from caseload.operations.importing.known import Facts, Known, kept
from caseload.operations.importing.people import ClientsWriter, PeopleWriter, SitesWriter
from caseload.operations.importing.sessions import SessionsWriter
from caseload.operations.importing.settled import Settled
from caseload.operations.importing.tally import Tally
from caseload.operations.importing.undoing import TouchedSince, Undoing
from caseload.operations.importing.work import Work
from caseload.readers.columns import Layout
from caseload.readers.csv_rows import read_csv
from caseload.readers.fhir import Found, read_fhir
from caseload.readers.files import files_of, first_sign
from caseload.readers.records import Record
from caseload.readers.sheet import guess_layout
from caseload.readers.shift import weeks_to
from core.errors import RuleBroken

__all__ = [
    "HalfWay",
    "Input",
    "TouchedSince",
    "Watch",
    "apply_import",
    "half_way_endings",
    "preview_import",
    "undo_import",
]

Watch = Callable[[int, int], None]
R = TypeVar("R", bound=Record)


def unwatched(done: int, total: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class Input:
    """What is imported: files, how the sheets among them are to be read, and by which day to shift them."""

    paths: Sequence[Path]
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    shift_to: date | None = None

    @classmethod
    def at(cls, path: Path, **told: Any) -> "Input":
        """Return what stands at `path`: a file, or a folder of them; raises `FileUnreadable`."""
        return cls(files_of(path), **told)

    def is_sheet(self) -> bool:
        """Say whether there are only spreadsheets; raises `FileUnreadable` for an empty file."""
        return len(self.sheets()) == len(self.paths)

    def sheets(self) -> list[Path]:
        """Return the spreadsheets; raises `FileUnreadable` for an empty file."""
        return [path for path in self.paths if first_sign(path) not in "{["]


@transaction.atomic
def apply_import(
    *, run: ImportRun, given: Input, on: date, at: datetime, watch: Watch = unwatched
) -> Tally:
    """Import everything that can be, and say what could not; one transaction.

    The same content again changes nothing (`0 new, 0 changed`). What a person has changed since an earlier
    import stays. Raises `FileUnreadable` where a file as a whole cannot be read; then nothing has changed.
    """
    tally = take_over(run, given, on, watch)
    run.state, run.applied_at = ImportRun.State.APPLIED, at
    tally.write(run)
    run.save()
    return tally


def preview_import(*, run: ImportRun, given: Input, on: date, watch: Watch = unwatched) -> Tally:
    """Say what an import would do. Everything is done, counted and taken back, so the counts are true."""
    with transaction.atomic():
        tally = take_over(run, given, on, watch)
        transaction.set_rollback(True)
    with transaction.atomic():
        run.state = ImportRun.State.PREVIEW
        tally.write(run)
        run.save()
    return tally


def take_over(run: ImportRun, given: Input, on: date, watch: Watch) -> Tally:
    """Read and write everything; the caller decides whether it stays."""
    one_at_a_time(run.source)
    tally = Tally(by_row=run.kind == ImportRun.Kind.CSV)
    zone = Practice.objects.current().tzinfo
    with closing(Gathered(zone, tally)) as gathered:
        gathered.gather(watched(found_in(given, zone, on), watch))
        run.weeks_shifted = weeks_of(run, gathered, given.shift_to)
        with closing(Settled(gathered, Known(run), run.weeks_shifted)) as settled:
            write(run, settled.settle(), on, watch)
    return tally


@transaction.atomic
def undo_import(*, run: ImportRun, at: datetime, watch: Watch = unwatched) -> ImportRun:
    """Take a whole import back.

    Raises RuleBroken where a newer import of the same source stands on it, and `TouchedSince`, with the codes
    of the clients, where people have worked with what it brought.
    """
    one_at_a_time(run.source)
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != ImportRun.State.APPLIED:
        raise RuleBroken(_("This import is not in force."))
    newer = ImportRun.objects.filter(source=run.source, state=ImportRun.State.APPLIED)
    if newer.filter(applied_at__gt=run.applied_at).exists():
        raise RuleBroken(
            _("A newer import of the same source stands on this one. Take that one back first.")
        )
    Undoing(run, watch).take_back()
    run.state, run.undone_at = ImportRun.State.UNDONE, at
    run.save(update_fields=["state", "undone_at"])
    return run


@dataclass(frozen=True)
class HalfWay:
    """How far one client's departure had come in a spreadsheet; the receiver only where exactly one is meant.

    `client_id` is missing in what an import kept before it noted whom a row is about.
    """

    assignment_id: UUID
    client_id: UUID | None
    last_session_on: date | None
    told_on: date | None
    told_mode: str
    options: str
    receiver: str
    receiver_id: UUID | None


def half_way_endings(run: ImportRun) -> list[HalfWay]:
    """Return the departures that a spreadsheet told of, for the app that makes endings (decision 14)."""
    rows = ImportedFrom.objects.filter(run=run, source_type="ending")
    return [half_way(row.object_id, kept(row)["wrote"]) for row in rows]


def half_way(assignment_id: UUID, told: Facts) -> HalfWay:
    return HalfWay(
        assignment_id=assignment_id,
        client_id=UUID(told["client_id"]) if told.get("client_id") else None,
        last_session_on=day_of(told["last_session_on"]),
        told_on=day_of(told["told_on"]),
        told_mode=told["told_mode"] or "",
        options=told["options"],
        receiver=told["receiver"],
        receiver_id=UUID(told["receiver_id"]) if told["receiver_id"] else None,
    )


def day_of(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


def one_at_a_time(source: str) -> None:
    """Let a second import of the same source wait until the first has ended."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [crc32(f"import {source}".encode())])


def found_in(given: Input, zone: Any, on: date) -> Iterator[Found]:
    """Yield what all files say, FHIR and spreadsheets alike."""
    return chain.from_iterable(one_file(given, path, zone, on) for path in given.paths)


def one_file(given: Input, path: Path, zone: Any, on: date) -> Iterator[Found]:
    if first_sign(path) == "{":
        return read_fhir([path], zone=zone)
    layout = given.layouts.get(path.name) or guess_layout(path)
    return read_csv(path, layout, zone=zone, on=on)


def watched(found: Iterator[Found], watch: Watch) -> Iterator[Found]:
    """Yield what was found, and tell after every few hundred how many there were."""
    count = 0
    for count, each in enumerate(found, 1):
        if count % 500 == 0:
            watch(count, 0)
        yield each
    watch(count, 0)


def weeks_of(run: ImportRun, gathered: Gathered, shift_to: date | None) -> int:
    """Return by how many weeks this source is moved: as it was the first time, ever after (decision 14)."""
    before = ImportRun.objects.filter(source=run.source, state=ImportRun.State.APPLIED)
    first = before.exclude(pk=run.pk).order_by("applied_at").first()
    if first:
        return first.weeks_shifted
    latest = gathered.shift_from()
    return weeks_to(latest, shift_to) if shift_to and latest else 0


class Steps:
    """Counts records as they are written, and tells whoever looks on."""

    def __init__(self, watch: Watch, total: int) -> None:
        self.watch, self.total, self.done = watch, total, 0

    def over(self, records: Iterable[R]) -> Iterator[R]:
        for each in records:
            if self.done % 500 == 0:
                self.watch(self.done, self.total)
            self.done += 1
            yield each


def write(run: ImportRun, settled: Settled, on: date, watch: Watch) -> None:
    """Write everything, the people first: what others refer to stands before them."""
    gathered, known = settled.gathered, settled.known
    steps = Steps(watch, len(gathered.seen))
    people = PeopleWriter(known, gathered.tally)
    people.write(steps.over(gathered.people.values()))
    SitesWriter(known, gathered.tally).write(steps.over(gathered.sites.values()))
    clients = ClientsWriter(known, gathered.tally, settled.registered(on), on)
    clients.write(steps.over(gathered.clients.values()))
    therapists = people.ids | known.keys("practitioner", settled.from_before("practitioner"))
    everybody = clients.ids | known.keys("patient", settled.from_before("patient"))
    courses = Courses(settled, therapists, on, row_names_lead=run.kind == ImportRun.Kind.CSV)
    work = Work(courses, known, everybody, therapists)
    work.write()
    Plans(known, settled, work).write(steps.over(gathered.plans.values()))
    SessionsWriter(known, settled, work).write(steps.over(settled.sessions))
    GoalsWriter(known, settled, work).write(steps.over(gathered.goals))
    Endings(known, settled, work).write(steps.over(gathered.endings.values()))
