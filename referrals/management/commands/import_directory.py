"""Take a public directory in: script/manage import_directory PATH [--dry-run]."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import RuleBroken
from referrals.models import DirectoryImport, DirectoryIssue
from referrals.operations.import_directory import import_directory
from referrals.readers import Reader, Unreadable, reader_for
from referrals.readers.remarks import sentence

SHOWN = 20


class Command(BaseCommand):
    help = "Import a service directory: HSDS 1.1 to 3.1 (JSON, tables, zip), SAMHSA or Ohana. Twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a folder, one file, or a zip")
        parser.add_argument(
            "--name",
            default="",
            help="what the source is called; the same name again finds the same entries",
        )
        parser.add_argument(
            "--lang", default="", help="the language that its texts are written in: en, pl…"
        )
        parser.add_argument(
            "--region", default="US", help="the country of its phone numbers: US, PL…"
        )
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        reader = self.reader_at(
            options["path"],
            name=options["name"],
            lang=options["lang"],
            region=options["region"],
        )
        try:
            run = import_directory(
                reader=reader,
                by=None,
                at=now(),
                dry_run=options["dry_run"],
                progress=self.say_progress if options["verbosity"] > 1 else None,
            )
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.say_remarks(run)
        self.stdout.write(
            f"{run.new} new, {run.changed} changed, {run.same} same,"
            f" {run.skipped} skipped, {run.rejected} rejected"
        )

    def reader_at(self, path: Path, **known: str) -> Reader:
        if not path.exists():
            raise CommandError(f"{path} is not there.")
        try:
            reader = reader_for(path, **known)
        except Unreadable as error:
            raise CommandError(f"{error.file}: {sentence(error.code, {})}") from error
        if reader is None:
            raise CommandError(
                _("%(path)s holds no table that is known here. Nothing has been changed.")
                % {"path": path}
            )
        return reader

    def say_progress(self, rows: int) -> None:
        self.stdout.write(f"{rows} rows read", ending="\r")

    def say_remarks(self, run: DirectoryImport) -> None:
        for code, count in sorted(run.counts["remarks"].items()):
            self.stdout.write(f"{code}: {count}")
        rejected = run.issues.filter(weight=DirectoryIssue.Weight.REJECTED)[:SHOWN]
        for issue in rejected:
            self.stdout.write(f"{issue.file}:{issue.line}: {sentence(issue.code, issue.params)}")
        if run.removed:
            self.stdout.write(f"parts not said any more, removed: {run.removed}")
        if run.missing:
            self.stdout.write(
                f"services not in these files any more, left as they are: {run.missing}"
            )
