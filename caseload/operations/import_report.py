"""What a page says about an import: counts by kind, reasons, and the rows to be looked at. No value, ever."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caseload.models import ImportIssue, ImportRun
from caseload.operations.importing.tally import reasons_of
from caseload.readers.problems import Level, reason

KINDS: Final[dict[str, Promise]] = {
    "practitioner": _("Therapists"),
    "organization": _("Sites"),
    "patient": _("Clients"),
    "care_plan": _("Care plans"),
    "session": _("Sessions"),
    "goal": _("Goals"),
    "ending": _("Departures half-way"),
}


@dataclass(frozen=True)
class KindLine:
    """One row of the table: how many of a kind are new, changed, the same."""

    label: str | Promise
    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class IssueLine:
    """One row of a file that was not taken, or that is worth a look."""

    file: str
    line: int
    reason: str
    is_rejected: bool


@dataclass(frozen=True)
class Report:
    """Everything that a page says about a run."""

    kinds: list[KindLine]
    skipped: list[dict[str, Any]]
    noted: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    issues: list[IssueLine]
    unlisted: int


def report_of(run: ImportRun, issues: Iterable[ImportIssue]) -> Report:
    """Return the report of `run`, with `issues` as the rows of the page that is shown."""
    return Report(
        kinds=kind_lines(run),
        skipped=reasons_of(run, Level.SKIPPED),
        noted=reasons_of(run, Level.NOTED),
        rejected=reasons_of(run, Level.REJECTED),
        issues=[issue_line(each) for each in issues],
        unlisted=run.counts.get("unlisted", 0),
    )


def kind_lines(run: ImportRun) -> list[KindLine]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind, outcome, n in run.counts.get("kinds", []):
        counts[kind][outcome] = n
    return [
        KindLine(label, counts[kind]["new"], counts[kind]["changed"], counts[kind]["same"])
        for kind, label in KINDS.items()
        if kind in counts
    ]


def issue_line(issue: ImportIssue) -> IssueLine:
    said = reason(issue.code, issue.params.get("what", ""), issue.line)
    return IssueLine(issue.file, issue.line, said, issue.is_rejected)
