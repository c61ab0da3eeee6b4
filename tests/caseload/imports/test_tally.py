"""Counts of an import: by rows or by resources, and a list that does not grow without end."""

import pytest

from caseload.models import ImportRun
from caseload.operations.importing.tally import Outcome, Tally, reasons_of
from caseload.readers.problems import REASONS, Level, Place, Problem, reason
from core.clock import now


def place(line: int) -> Place:
    return Place("a.csv", line)


def test_a_row_that_gives_several_things_is_counted_once_by_the_weightiest() -> None:
    tally = Tally(by_row=True)
    tally.count(place(2), Outcome.SAME, "patient")
    tally.count(place(2), Outcome.NEW, "session")
    tally.count(place(2), Outcome.SAME, "goal")
    tally.count(place(3), Outcome.NEW, "patient")
    tally.reject(place(3), "busy")
    tally.skip(place(4), "blank")

    assert tally.last_line() == "1 new, 0 changed, 0 same, 1 skipped, 1 rejected"
    assert tally.kinds["session", Outcome.NEW] == 1


def test_resources_are_counted_one_by_one() -> None:
    tally = Tally(by_row=False)
    tally.count(place(1), Outcome.NEW)
    tally.count(place(1), Outcome.NEW)

    assert tally.last_line() == "2 new, 0 changed, 0 same, 0 skipped, 0 rejected"


@pytest.mark.django_db
def test_what_is_worth_a_look_does_not_crowd_out_what_was_rejected() -> None:
    tally = Tally(by_row=False)
    for line in range(3_000):
        tally.note(place(line), "overlap")
        tally.reject(place(line), "no_name")
        tally.skip(place(line), "emergency")
    run = ImportRun.objects.create(kind="fhir", source="x", started_at=now())

    tally.write(run)

    assert run.issues.filter(is_rejected=True).count() == 2_000
    assert run.issues.filter(is_rejected=False).count() == 500
    assert run.counts["unlisted"] == 3_500
    assert reasons_of(run, Level.REJECTED) == [{"reason": "There is no name.", "count": 3_000}]


def test_every_reason_can_be_said() -> None:
    assert all(reason(code, "told_on", 7) for code in REASONS)
    assert Problem(Level.REJECTED, place(1), "bad_date", "told_on").reason == (
        "Told on is not a date that can be read."
    )
