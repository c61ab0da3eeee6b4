"""script/manage import_directory."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from referrals.models import Service
from tests.referrals.test_readers import HEADER, ROW, mental_health

pytestmark = pytest.mark.django_db
OHANA = Path(settings.BASE_DIR) / "thirdparty" / "ohana"


def run(*arguments: object) -> list[str]:
    said = StringIO()
    call_command("import_directory", *map(str, arguments), stdout=said)
    return said.getvalue().splitlines()


def test_the_last_line_counts() -> None:
    assert run(OHANA)[-1] == "195 new, 0 changed, 0 same, 0 skipped, 0 rejected"
    assert run(OHANA)[-1] == "0 new, 0 changed, 195 same, 0 skipped, 0 rejected"


def test_a_dry_run_counts_and_changes_nothing() -> None:
    assert run(OHANA, "--dry-run")[-1].startswith("195 new, 0 changed")
    assert not Service.objects.exists()


def test_rejected_rows_are_named_with_file_line_and_reason(tmp_path: Path) -> None:
    said = run(mental_health(tmp_path, f"{ROW},more", ROW))
    expected = "mental_health.csv:2: This row has more cells than the table has columns."
    assert expected in said
    assert said[-1] == "1 new, 0 changed, 0 same, 0 skipped, 1 rejected"


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    run(mental_health(tmp_path, ROW, ROW.replace("60 Westwood", "61 Westwood")))
    said = run(mental_health(tmp_path, ROW))
    assert "services not in these files any more, left as they are: 1" in said


def test_progress_is_said_when_asked_for() -> None:
    assert any("195 rows read" in line or "200 rows read" in line for line in run(OHANA, "-v2"))


@pytest.mark.parametrize("content", ["", "name,age\nx,1\n", "\x00\x01"])
def test_what_is_no_directory_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(CommandError, match="Nothing has been changed"):
        run(tmp_path)


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="is not there"):
        run("/nowhere")


def test_a_table_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = mental_health(tmp_path, ROW) / "mental_health.csv"
    huge = "x" * (17 << 20)  # a quote that is never closed swallows the rest of a file
    path.write_text(f'{HEADER}\n{ROW}\n"{huge}\n')
    with pytest.raises(CommandError, match="could not be read from line 3 on"):
        run(path)
    assert not Service.objects.exists()
