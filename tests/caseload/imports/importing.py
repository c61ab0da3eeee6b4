"""Imports of small files by the operations, and what came of them."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from caseload.models import ImportRun
from caseload.operations.imports import Input, apply_import
from core.clock import now
from tests.caseload.imports.made import encounter, lines, organization, patient, practitioner

TODAY = date(2026, 11, 21)
WARSAW = ZoneInfo("Europe/Warsaw")


class Importing:
    """Imports what it is given, one file a run, from one source."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source = folder, "elsewhere"

    def fhir(self, *resources: Any, on: date = TODAY, **told: Any) -> ImportRun:
        path = lines(self.folder / "all.ndjson", *resources)
        return self.run(ImportRun.Kind.FHIR, Input.at(path, **told), on)

    def csv(self, text: str, on: date = TODAY, **told: Any) -> ImportRun:
        path = self.folder / "sheet.csv"
        path.write_text(text, encoding="utf-8")
        return self.run(ImportRun.Kind.CSV, Input.at(path, **told), on)

    def run(self, kind: str, given: Input, on: date) -> ImportRun:
        run = ImportRun.objects.create(kind=kind, source=self.source, started_at=now())
        apply_import(run=run, given=given, on=on, at=now())
        return run


def counted(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.new, run.changed, run.same, run.skipped, run.rejected


def issues(run: ImportRun, *, rejected: bool = True) -> list[tuple[int, str]]:
    found = run.issues.filter(is_rejected=rejected).order_by("line", "code")
    return [(each.line, each.code) for each in found]


def reasons(run: ImportRun) -> dict[str, int]:
    return {code: count for _level, code, _what, count in run.counts["reasons"]}


BASE = (organization(), practitioner(), patient(), encounter())
