"""Take a caseload in: script/manage import_caseload PATH [--dry-run] [--shift-to DATE]."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Practice
from caseload.models import ImportRun
from caseload.operations.importing.tally import Tally, reasons_of
from caseload.operations.imports import Input, apply_import
from caseload.readers.columns import Layout
from caseload.readers.dates import Order
from caseload.readers.problems import Level
from caseload.readers.sheet import guess_layout
from core.clock import now, today
from core.errors import RuleBroken

SHOWN = 50
KINDS = {
    "practitioner": "therapists",
    "organization": "sites",
    "patient": "clients",
    "care_plan": "care plans",
    "session": "sessions",
    "goal": "goals",
    "ending": "departures half-way",
}


def day(text: str) -> date:
    """Return the date that `--shift-to` names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date like 2026-11-21") from None


class Command(BaseCommand):
    help = (
        "Import clients, the work with them and their sessions: FHIR R4 (a Bulk Data folder or Bundles) or "
        "spreadsheets. The same again changes nothing; what a person has changed stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file, or a folder of them")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
        parser.add_argument(
            "--shift-to",
            type=day,
            metavar="DATE",
            help="move all sessions by whole weeks, so that the latest falls in the week before DATE; "
            "a source that was imported before is moved as it was then",
        )
        parser.add_argument("--source", help="a name for the system the files come from")
        parser.add_argument(
            "--therapist",
            default="",
            help="whose clients a spreadsheet lists, where it does not say",
        )
        parser.add_argument(
            "--month-first", action="store_true", help="read 03/04/2026 as 4 March, not as 3 April"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with timezone.override(Practice.objects.current().tzinfo):
            try:
                self.take_in(options)
            except RuleBroken as refusal:
                raise CommandError(str(refusal)) from refusal

    def take_in(self, options: dict[str, Any]) -> None:
        given = self.given(options)
        kind = ImportRun.Kind.CSV if given.is_sheet() else ImportRun.Kind.FHIR
        with transaction.atomic():
            run = ImportRun.objects.create(
                kind=kind, source=options["source"] or kind.value, started_at=now()
            )
            tally = apply_import(run=run, given=given, on=today(), at=now())
            self.say(run, tally)
            if options["dry_run"]:
                transaction.set_rollback(True)
        if options["dry_run"]:
            self.stdout.write("Nothing has been changed.")
        self.stdout.write(tally.last_line())

    def given(self, options: dict[str, Any]) -> Input:
        given = Input.at(options["path"], shift_to=options["shift_to"])
        sheets = {path.name: self.layout(path, options) for path in given.sheets()}
        return replace(given, layouts=sheets)

    def layout(self, path: Path, options: dict[str, Any]) -> Layout:
        layout = replace(guess_layout(path), therapist=options["therapist"])
        return replace(layout, order=Order.MONTH) if options["month_first"] else layout

    def say(self, run: ImportRun, tally: Tally) -> None:
        """Say what happened, by kind and by reason, and the first rows that were not taken."""
        for (kind, outcome), count in sorted(tally.kinds.items()):
            self.stdout.write(f"{KINDS[kind]}: {count} {outcome}")
        if run.weeks_shifted:
            self.stdout.write(f"Sessions and goals are moved by {run.weeks_shifted} weeks.")
        for level, word in ((Level.SKIPPED, "Skipped"), (Level.NOTED, "Taken, and worth a look")):
            self.say_reasons(word, reasons_of(run, level))
        rejected = [each for each in tally.issues if each.level is Level.REJECTED]
        for each in rejected[:SHOWN]:
            self.stdout.write(f"{each.place.file}:{each.place.line}: {each.reason}")
        if len(rejected) > SHOWN:
            self.stdout.write("… and others:")
            self.say_reasons("Rejected", reasons_of(run, Level.REJECTED))

    def say_reasons(self, word: str, reasons: Iterable[dict[str, Any]]) -> None:
        for each in reasons:
            self.stdout.write(f"{word}: {each['count']} × {each['reason']}")
