"""What taking data in costs: 27,240 real services and a caseload of 2,659 encounters, beside a bare parse + COPY.

`vs_copy` is the directory's import over reading the same files with Python's csv module and pouring the same
rows, as they stand in our tables afterwards, into tables without an index with COPY; `second_run_changes` counts what a second import of the same files writes, and
`second_vs_first` how long it takes by the first. The caseload's figures stand beside them. Each round is one
transaction that is rolled back. Medians of five rounds (one with --quick), with their spread.
"""

import argparse
import csv
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg import sql

ROUNDS = 5


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a piece of work took, and what it gave."""
    began = time.perf_counter()
    gave = work()
    return time.perf_counter() - began, gave


# --- the rival --------------------------------------------------------------------------------------------
def rows_made(labels: tuple[str, ...]) -> dict[str, bytes]:
    """Return what stands in the tables of some apps, as COPY writes it: inside a round, what was imported."""
    from django.apps import apps
    from django.db import connection

    made: dict[str, bytes] = {}
    for model in (one for label in labels for one in apps.get_app_config(label).get_models()):
        table = sql.Identifier(model._meta.db_table)
        connection.ensure_connection()
        out = sql.SQL("copy {} to stdout").format(table)
        with connection.connection.cursor() as cursor, cursor.copy(out) as copy:
            made[model._meta.db_table] = b"".join(bytes(part) for part in copy)
    return {table: rows for table, rows in made.items() if rows}


def bare(parse: Callable[[Path], None], files: list[Path], made: dict[str, bytes]) -> None:
    """Read the files as any program would, and pour the same rows into tables without an index, committed."""
    for path in files:
        parse(path)
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as connection:
        for table, rows in made.items():
            name = sql.Identifier(table)
            connection.execute(sql.SQL("create temp table {0} (like public.{0})").format(name))
            into = sql.SQL("copy pg_temp.{} from stdin").format(name)
            with connection.cursor() as cursor, cursor.copy(into) as copy:
                copy.write(rows)


def parse_table(path: Path) -> None:
    with path.open(newline="", encoding="latin-1") as file:
        list(csv.DictReader(file))


def parse_resources(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        [json.loads(line) for line in file if line.strip()]


# --- ours -------------------------------------------------------------------------------------------------
@contextmanager
def taken_back() -> Iterator[None]:
    """Let a round begin with an empty practice and leave nothing behind."""
    from django.db import transaction

    from accounts.models import Practice

    with transaction.atomic():
        Practice.objects.get_or_create(pk=1, defaults={"name": "Bench", "zone": "Europe/Warsaw"})
        yield
        transaction.set_rollback(True)


def take_directory(folder: Path) -> Any:
    from core.clock import now
    from referrals.operations.import_directory import import_directory
    from referrals.readers import reader_for

    reader = reader_for(folder)
    if reader is None:
        sys.exit(f"{folder} holds no table that is known here.")
    return import_directory(reader=reader, by=None, at=now())


def take_caseload(folder: Path) -> Any:
    from caseload.models import ImportRun
    from caseload.operations.imports import Input, apply_import
    from core.clock import now, today

    run = ImportRun.objects.create(kind=ImportRun.Kind.FHIR, source="bench", started_at=now())
    apply_import(run=run, given=Input.at(folder), on=today(), at=now())
    return run


# --- the comparison ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Kind:
    """One kind of import: where its files are, how it is taken, and what anybody would do instead."""

    name: str
    folder: Path
    ends: str
    take: Callable[[Path], Any]
    parse: Callable[[Path], None]
    apps: tuple[str, ...]


def compare(kind: Kind, rounds: int) -> dict[str, float]:
    """Measure some rounds, print them and return the figures."""
    files = sorted(kind.folder.glob(f"*.{kind.ends}"))
    times: dict[str, list[float]] = {"bare + COPY": [], "first": [], "second": []}
    changes, made, run = 0, dict[str, bytes](), None
    for _round in range(rounds):
        with taken_back():
            times["first"].append(seconds_of(lambda: kind.take(kind.folder))[0])
            made = rows_made(kind.apps)
            again, run = seconds_of(lambda: kind.take(kind.folder))
        times["second"].append(again)
        times["bare + COPY"].append(seconds_of(partial(bare, kind.parse, files, made))[0])
        changes += run.new + run.changed
    rows = sum(table.count(b"\n") for table in made.values())
    print(f"{kind.name}: {run.same} taken, {rows} rows in {len(made)} tables" if run else "nothing")
    for what, took in times.items():
        print(f"  {what:<12}{statistics.median(took):>8.2f} s   {min(took):.2f} to {max(took):.2f}")
    middle = {what: statistics.median(took) for what, took in times.items()}
    return {
        "vs_copy": round(middle["first"] / middle["bare + COPY"], 1),
        "second_run_changes": changes,
        "second_vs_first": round(middle["second"] / middle["first"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench imports", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    rounds = 1 if parser.parse_args().quick else ROUNDS
    os.environ["DATABASE_URL"] = os.environ["OWNER_DATABASE_URL"]
    django.setup()
    from django.conf import settings

    data = Path(settings.SHARED_DATA)
    samhsa, clients = data / "directory" / "samhsa-geoda", data / "caseload"
    if not samhsa.is_dir() or not clients.is_dir():
        sys.exit(f"The data are not under {data}; SHARED_DATA says where they are.")
    print(f"Median of {rounds}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    services = Kind("Directory", samhsa, "csv", take_directory, parse_table, ("referrals",))
    people = ("accounts", "caseload")
    work = Kind("Caseload", clients, "ndjson", take_caseload, parse_resources, people)
    directory, caseload = compare(services, rounds), compare(work, rounds)
    changes = directory.pop("second_run_changes") + caseload.pop("second_run_changes")
    beside = {f"caseload_{name}": value for name, value in caseload.items()}
    print(json.dumps({**directory, "second_run_changes": changes, **beside}))


if __name__ == "__main__":
    main()
