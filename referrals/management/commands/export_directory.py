"""Give the directory out: script/manage export_directory PATH --format hsds-json|hsds-csv|csv --mode source|strict|public."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.models import Source
from referrals.operations.giving.exporting import Export, Mode, write_json, write_plain
from referrals.operations.giving.tables import write_tables

FORMATS = ("hsds-json", "hsds-csv", "csv")


class Command(BaseCommand):
    help = "Write the directory to a file (JSON, CSV), a folder or a zip (tables). Nothing of the practice’s own view goes out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, help="a file; for hsds-csv a folder, or a name ending in .zip"
        )
        parser.add_argument("--format", choices=FORMATS, default="hsds-json")
        parser.add_argument(
            "--mode", choices=[each.value for each in Mode], default=Mode.STRICT.value
        )
        parser.add_argument("--source", default="", help="the key of one source; all without it")
        parser.add_argument(
            "--profile", choices=["", "oruk"], default="", help="check against a profile"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        if source and not Source.objects.filter(key=source).exists():
            raise CommandError(f"There is no source “{source}”.")
        export = Export(Mode(options["mode"]), options["profile"])
        path: Path = options["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if options["format"] == "hsds-json":
            write_json(path, export, source=source)
        elif options["format"] == "csv":
            write_plain(path, export, source=source)
        else:
            self.write_package(path, export, source)
        self.report(export)

    def write_package(self, path: Path, export: Export, source: str) -> None:
        if path.suffix != ".zip":
            write_tables(path, export, source=source)
            return
        with TemporaryDirectory() as folder:
            write_tables(Path(folder), export, source=source)
            shutil.make_archive(str(path.with_suffix("")), "zip", folder)

    def report(self, export: Export) -> None:
        for what, count in sorted(export.objects.items()):
            self.stdout.write(f"{what}: {count}")
        for what, count in sorted(export.done.items()):
            self.stdout.write(f"{what}: {count}")
        if export.faults:
            raise CommandError("Not valid in spite of that:\n" + "\n".join(export.faults))
