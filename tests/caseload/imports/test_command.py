"""script/manage import_caseload: what it prints, and what it refuses with one clear sentence."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from caseload.models import Client, ImportRun, Session
from caseload.operations.imports import half_way_endings
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.imports.made import bundle, encounter, lines, patient, practitioner
from tests.roles import standing_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory()


def command(path: Path, *options: str) -> list[str]:
    said = StringIO()
    call_command("import_caseload", str(path), *options, stdout=said)
    return said.getvalue().splitlines()


def test_it_says_what_became_of_which_row_and_ends_with_the_counts(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "all.ndjson",
        patient(),
        practitioner(),
        encounter(),
        encounter("e2", whose="nobody"),
        '{"resourceType": "Patient", ',
        {"resourceType": "Observation", "id": "1"},
        encounter("e3", **{"class": {"code": "EMER"}}),
    )

    said = command(path)

    assert "clients: 1 new" in said
    assert "all.ndjson:4: The client it belongs to is not in these files." in said
    assert "all.ndjson:5: This line is not JSON." in said
    assert "Skipped: 1 × Observation is not read here." in said
    assert said[-1] == "3 new, 0 changed, 0 same, 2 skipped, 2 rejected"
    assert "Okafor" not in "\n".join(said)


def test_many_bad_rows_are_summed_up(tmp_path: Path) -> None:
    nameless = [patient(f"p{number}", name=[]) for number in range(70)]

    said = command(lines(tmp_path / "all.ndjson", *nameless))

    assert sum(line.startswith("all.ndjson:") for line in said) == 50
    assert "Rejected: 70 × There is no name." in said
    assert said[-1] == "0 new, 0 changed, 0 same, 0 skipped, 70 rejected"


def test_a_bundle_is_imported_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b.json", encounter(), patient(), practitioner(), indent=2)

    assert command(path)[-1] == "3 new, 0 changed, 0 same, 0 skipped, 0 rejected"
    assert command(path)[-1] == "0 new, 0 changed, 3 same, 0 skipped, 0 rejected"


def test_the_worker_may_do_it(tmp_path: Path) -> None:
    path = lines(tmp_path / "all.ndjson", patient(), practitioner(), encounter())

    with standing_as("worker"):
        assert command(path)[-1] == "3 new, 0 changed, 0 same, 0 skipped, 0 rejected"
        lines(
            path,
            patient(name=[{"text": "Wren Lis"}]),
            practitioner(),
            encounter(status="cancelled"),
        )
        assert command(path)[-1] == "0 new, 2 changed, 1 same, 0 skipped, 0 rejected"


def test_a_sheet_of_one_therapist(tmp_path: Path) -> None:
    marta = UserFactory(name="Marta Zielińska", email="marta@example.org")
    path = tmp_path / "list.csv"
    path.write_text("Client,Last session,Told on\nWren,12/18/2026,03/04/2026\nLark,04/05/2026,\n")

    said = command(path, "--therapist", "Marta@Example.org", "--source", "her list")

    run = ImportRun.objects.get()
    assert said[-1] == "2 new, 0 changed, 0 same, 0 skipped, 0 rejected"
    assert (run.kind, run.source) == ("csv", "her list")
    assert {each.told_on.isoformat() for each in half_way_endings(run) if each.told_on} == {
        "2026-03-04"
    }
    assert Client.objects.filter(participations__episode__assignments__therapist=marta).count() == 2


def test_the_order_of_day_and_month_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Client,Therapist,Date\nWren,Marta,03/04/2026\n")

    with pytest.raises(
        CommandError, match="Is the day or the month first in the column “Day of a session”"
    ):
        command(path)
    command(path, "--month-first")

    assert Session.objects.get().starts_at.month == 3


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.ndjson", b"", "a.ndjson: This file is empty. Nothing has been changed."),
        ("a.ndjson", b'{"resourceType": "Patient", "id', "ends in the middle of a row"),
        ("a.json", b'{"resourceType": "Bundle", "type": "transaction", "entry": [', "ends in the middle of a row"),
        ("a.csv", "Imię;Żuraw".encode("cp1250"), "not UTF-8 from line 1 on"),
        ("a.csv", b"Shoe size,Colour\n42,red\n", "No column with the names of clients was found."),
        ("a.ndjson", b'{"resourceType": "Observation", "id": "1"}\n', "Nothing in these files belongs to a caseload"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_is_one_sentence_and_changes_nothing(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    if "belongs" not in sentence:
        lines(tmp_path / "Aaa.ndjson", patient())  # fine by itself
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CommandError) as refused:
        command(tmp_path)

    assert sentence in str(refused.value)
    assert (Client.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_a_path_that_is_not_there_and_a_date_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no such file or folder"):
        command(tmp_path / "nowhere")
    with pytest.raises(CommandError, match=r"21\.11\.2026 is no date like 2026-11-21"):
        command(tmp_path, "--shift-to", "21.11.2026")
