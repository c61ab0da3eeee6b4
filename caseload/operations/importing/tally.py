"""What an import found and did, counted as it goes."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from caseload.models import ImportIssue, ImportRun
from caseload.readers.problems import Level, Place, Problem, reason

LISTED: Final = {Level.REJECTED: 2_000, Level.NOTED: 500, Level.SKIPPED: 0}


class Outcome(StrEnum):
    """What became of a row, the weightiest last: a row that gives several things is counted once."""

    SKIPPED = "skipped"
    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    REJECTED = "rejected"


WEIGHT: Final = {outcome: weight for weight, outcome in enumerate(Outcome)}


class Tally:
    """Counts by outcome and kind, and the rows to be listed.

    A spreadsheet is counted by rows (`by_row`): one row may give a client, a session and an ending. FHIR is
    counted by resources.
    """

    def __init__(self, *, by_row: bool) -> None:
        self.by_row = by_row
        self.total: Counter[Outcome] = Counter()
        self.rows: dict[Place, Outcome] = {}
        self.kinds: Counter[tuple[str, Outcome]] = Counter()
        self.reasons: Counter[tuple[Level, str, str]] = Counter()
        self.listed: Counter[Level] = Counter()
        self.issues: list[Problem] = []

    def count(self, place: Place, outcome: Outcome, kind: str = "") -> None:
        """Count one thing that was read at `place`."""
        if kind:
            self.kinds[kind, outcome] += 1
        if not self.by_row:
            self.total[outcome] += 1
            return
        before = self.rows.get(place)
        if before is None or WEIGHT[outcome] > WEIGHT[before]:
            self.total[outcome] += 1
            self.rows[place] = outcome
            if before is not None:
                self.total[before] -= 1

    def problem(self, found: Problem) -> None:
        """Count a row that was not taken, or list one that was taken and is worth a look."""
        self.reasons[found.level, found.code, found.what] += 1
        self.listed[found.level] += 1
        if self.listed[found.level] <= LISTED[found.level]:
            self.issues.append(found)
        if found.level is not Level.NOTED:
            self.count(found.place, Outcome(found.level.value))

    def reject(self, place: Place, code: str) -> None:
        self.problem(Problem(Level.REJECTED, place, code))

    def skip(self, place: Place, code: str) -> None:
        self.problem(Problem(Level.SKIPPED, place, code))

    def note(self, place: Place, code: str) -> None:
        self.problem(Problem(Level.NOTED, place, code))

    def write(self, run: ImportRun) -> None:
        """Put the counts on the run and its issues beside it, in place of those of a preview."""
        for outcome in Outcome:
            setattr(run, outcome.value, self.total[outcome])
        run.counts = {
            "kinds": [
                [kind, outcome.value, n] for (kind, outcome), n in sorted(self.kinds.items())
            ],
            "reasons": [
                [level.value, code, what, n] for (level, code, what), n in self.by_weight()
            ],
            "unlisted": max(0, self.worth_listing() - len(self.issues)),
        }
        run.issues.all().delete()
        ImportIssue.objects.bulk_create(issues_of(run, self.issues), batch_size=1_000)

    def by_weight(self) -> list[tuple[tuple[Level, str, str], int]]:
        return sorted(self.reasons.items(), key=lambda item: (item[0][0], -item[1], item[0][1:]))

    def worth_listing(self) -> int:
        return self.listed[Level.REJECTED] + self.listed[Level.NOTED]

    def last_line(self) -> str:
        """Return the line that a command ends with; it is read by programs and never translated."""
        order = (Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.SKIPPED, Outcome.REJECTED)
        return ", ".join(f"{self.total[outcome]} {outcome.value}" for outcome in order)


def issues_of(run: ImportRun, problems: Iterable[Problem]) -> list[ImportIssue]:
    return [
        ImportIssue(
            run=run,
            file=each.place.file[:200],
            line=each.place.line,
            code=each.code,
            params={"what": each.what},
            is_rejected=each.level is Level.REJECTED,
        )
        for each in problems
    ]


def reasons_of(run: ImportRun, level: Level) -> list[dict[str, Any]]:
    """Return why rows of `run` were skipped, rejected or noted, in words, with how many, the most first."""
    return [
        {"reason": reason(code, what), "count": n}
        for said, code, what, n in run.counts.get("reasons", [])
        if said == level.value
    ]
