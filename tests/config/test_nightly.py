"""Backups by schedule: when, where, how many, what is said of them, and that what they make can be restored."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from config.celery import BACK_UP, app
from config.servers.backup import read_keys, refuse_damaged
from config.servers.data import open_data_directory
from config.servers.nightly import alone_with, back_up_if_due
from config.servers.noted import Taken, note
from config.servers.postgres import Cluster
from config.servers.refusal import Refused
from tests.config.practices import running, script

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def noted(cluster: Cluster) -> list[tuple[bool, bool, str]]:
    with cluster.connect("worker") as connection:
        asked = "select is_good, is_elsewhere, said from accounts_backup order by made_at"
        return connection.execute(asked).fetchall()


def names(folder: Path, ending: str) -> list[str]:
    return sorted(path.name for path in folder.glob(f"*{ending}"))


def test_once_a_day_with_keys_apart_and_the_oldest_removed(filled: Path, tmp_path: Path) -> None:
    data = open_data_directory(filled)
    wishes = {"BACKUP_KEYS_DIR": str(tmp_path / "keys"), "BACKUP_KEEP": "2"}
    (filled / "backups").mkdir()
    (filled / "backups" / "by-hand.dump").touch()
    with running(filled) as cluster:
        first = back_up_if_due(data, wishes, at=AT)
        assert first == filled / "backups" / "2026-11-22T030000Z.dump"
        assert back_up_if_due(data, wishes, at=AT + timedelta(hours=23)) is None
        for days in (1, 2):
            assert back_up_if_due(data, wishes, at=AT + days * DAY - timedelta(minutes=20))
        assert noted(cluster) == [(True, False, "")] * 3
    kept = ["2026-11-23T024000Z.dump", "2026-11-24T024000Z.dump"]
    assert names(filled / "backups", ".dump") == [*kept, "by-hand.dump"]
    assert names(tmp_path / "keys", "") == [f"{name}.keys" for name in kept]
    newest, keys = filled / "backups" / kept[1], tmp_path / "keys" / f"{kept[1]}.keys"
    refuse_damaged(newest, read_keys(keys), keys)
    assert (newest.stat().st_mode | keys.stat().st_mode) & 0o077 == 0

    restored = filled.parent / "restored"
    done = script("manage", "--data", restored, "restore", newest, "--keys", keys)
    assert done.returncode == 0, done.stderr
    with running(restored) as cluster:
        assert noted(cluster) == [(True, False, "")] * 2


def test_a_copy_that_does_not_get_elsewhere_is_not_good(filled: Path, tmp_path: Path) -> None:
    data = open_data_directory(filled)
    elsewhere = tmp_path / "elsewhere"
    with running(filled) as cluster:
        with pytest.raises(Refused, match="BACKUP_COMMAND failed"):
            back_up_if_due(data, {"BACKUP_COMMAND": "false"}, at=AT)
        assert noted(cluster)[0][:2] == (False, False)
        assert "BACKUP_COMMAND failed" in noted(cluster)[0][2]
        elsewhere.mkdir()
        command = f"cp --target-directory={elsewhere}"
        file = back_up_if_due(data, {"BACKUP_COMMAND": command}, at=AT + timedelta(hours=1))
        assert noted(cluster)[1] == (True, True, "")
    assert file is not None
    assert (elsewhere / file.name).read_bytes() == file.read_bytes()


def test_there_are_times_to_do_nothing(filled: Path, folder: Path) -> None:
    """None wanted, somebody else at it, no database of ours."""
    data = open_data_directory(filled)
    assert back_up_if_due(data, {"BACKUP_EVERY_HOURS": "0"}, at=AT) is None
    with running(filled), alone_with(filled / "backups"):
        assert back_up_if_due(data, {}, at=AT) is None
    assert names(filled / "backups", ".dump") == []
    empty = open_data_directory(folder.parent / "empty")
    assert back_up_if_due(empty, {}, at=AT) is None


def test_a_folder_that_cannot_be_written_is_said(filled: Path) -> None:
    data = open_data_directory(filled)
    with running(filled) as cluster:
        file = filled / "a file"
        file.touch()
        with pytest.raises(Refused, match="cannot be written"):
            back_up_if_due(data, {"BACKUP_KEYS_DIR": str(file)}, at=AT)
        assert "cannot be written" in noted(cluster)[0][2]


def test_what_another_tool_made_is_noted_and_nobody_changes_it(filled: Path) -> None:
    assert script("manage", "--data", filled, "note_backup", "--size", "7").returncode == 0
    failed = script("manage", "--data", filled, "note_backup", "--failed", "no space left")
    assert failed.returncode == 0, failed.stderr
    with running(filled) as cluster:
        assert noted(cluster) == [(True, True, ""), (False, False, "no space left")]
        for role in ("app", "worker"):
            with cluster.connect(role) as connection, pytest.raises(psycopg.Error, match="denied"):
                connection.execute("update accounts_backup set is_good = true")


def test_data_of_an_earlier_release_note_nothing(filled: Path) -> None:
    with running(filled) as cluster:
        with cluster.connect("owner") as connection:
            connection.execute("drop table accounts_backup")
        note(cluster.url("worker"), Taken(AT))


def test_beat_asks_each_hour() -> None:
    asked = app.conf.beat_schedule["backup"]
    assert (asked["task"], asked["schedule"]) == (BACK_UP, timedelta(hours=1))
    assert BACK_UP in app.tasks
    assert os.environ.get("BACKUP_EVERY_HOURS") is None
