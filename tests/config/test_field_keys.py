"""A field key comes and goes, and no text is lost on the way."""

import stat
from pathlib import Path

import pytest

from core.field_keys import history_key, read_keys
from tests.config.practices import fill, script

WRITE = """
from django.utils import timezone
from accounts.models import Draft, User
who = User.objects.create_user(email="a@practice.example", password="a long enough one", name="A Person")
Draft.objects.create(user=who, form="x", text="She cried, then laughed.", saved_at=timezone.now())
"""
READ = """
from accounts.models import Draft
print("It reads:", Draft.objects.get().text)
"""


def manage(folder: Path, *words: str, **more: str) -> str:
    """Run a command as the owner, whom no policy hides a row from."""
    ended = script("manage", "--data", folder, "--as", "owner", *words, **more)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(folder: Path, *words: str, **more: str) -> str:
    ended = script("manage", "--data", folder, *words, **more)
    assert ended.returncode == 1, ended.stdout
    return ended.stderr


@pytest.mark.long
def test_a_new_key_takes_over_and_the_old_one_is_forgotten(filled: Path) -> None:
    file = filled / "secrets" / "field_keys"
    first = read_keys(file.read_text())
    manage(filled, "shell", "-c", WRITE)

    assert "Key 2 seals from the next start on" in manage(filled, "new_field_key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Key 1 is still needed" in refused(filled, "drop_field_key", "1")
    assert "1 texts sealed again with key 2" in manage(filled, "rotate_keys")
    manage(filled, "drop_field_key", "1")

    assert set(read_keys(file.read_text())) == {2}
    assert (filled / "secrets" / "history_key").read_text().strip() == history_key(first).hex()
    assert "It reads: She cried, then laughed." in manage(filled, "shell", "-c", READ)
    assert "The only key stays." in refused(filled, "drop_field_key", "2")


def test_what_cannot_be_is_refused_in_a_sentence(folder: Path) -> None:
    assert "There are no keys under" in refused(folder, "new_field_key")
    fill(folder)
    assert "There is no key 9." in refused(folder, "drop_field_key", "9")
    given = {"FIELD_KEYS": "1:" + "00" * 32}
    assert "FIELD_KEYS is a setting here" in refused(folder, "new_field_key", **given)


def test_a_wrong_key_ends_the_start_with_one_sentence(filled: Path) -> None:
    manage(filled, "shell", "-c", WRITE)
    (filled / "secrets" / "field_keys").write_text("1:" + "00" * 32 + "\n")

    said = refused(filled, "check")

    assert "Key 1 of FIELD_KEYS does not open this text" in said
