"""Records that are set aside come back as they were, from memory and from disk."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from caseload.readers import spool
from caseload.readers.problems import Place
from caseload.readers.records import GoalRecord, Mode, Outcome, SessionRecord, Status
from caseload.readers.spool import Spool


def session(number: int) -> SessionRecord:
    begin = datetime(2026, 3, 2, 10, tzinfo=UTC) + timedelta(days=number)
    return SessionRecord(
        source_id=f"e{number}",
        place=Place("Encounter.ndjson", number),
        clients=("p1", "p2"),
        therapists=("żuraw\n",),
        starts_at=begin,
        ends_at=begin + timedelta(minutes=50),
        status=Status.MISSED,
        mode=Mode.PHONE,
    )


@pytest.mark.parametrize("in_memory", [64, 8 * 1024 * 1024])
def test_records_come_back_as_often_as_needed(
    monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    records = [session(number) for number in range(20)]
    kept = Spool(SessionRecord)
    for record in records:
        kept.add(record)

    assert len(kept) == 20
    assert list(kept) == records
    assert list(kept) == records
    kept.close()


def test_goals_keep_their_day_or_none() -> None:
    place = Place("Goal.ndjson", 1)
    dated = GoalRecord(
        source_id="g",
        place=place,
        client="p1",
        text="To sleep",
        set_on=date(2026, 3, 2),
        outcome=Outcome.MET,
    )
    undated = GoalRecord(source_id="h", place=place, client="p1", text="To eat")
    kept = Spool(GoalRecord)
    kept.add(dated)
    kept.add(undated)

    assert list(kept) == [dated, undated]
    kept.close()


def test_nothing_of_it_lies_in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    kept = Spool(SessionRecord)
    kept.add(session(1))

    assert list(tmp_path.iterdir()) == []
    kept.close()
