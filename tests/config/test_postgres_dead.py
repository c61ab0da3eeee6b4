"""A server that was killed leaves a number behind; only the dead are forgotten."""

import os
import subprocess
import time
from pathlib import Path

from config.servers.postgres import forget_the_dead, is_zombie


def test_a_zombie_is_forgotten(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])  # noqa: S607 -- whichever stands first will do
    deadline = time.monotonic() + 10
    while not is_zombie(ended.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    (tmp_path / "postmaster.pid").write_text(f"{ended.pid}\n{tmp_path}\n")

    forget_the_dead(tmp_path / "postmaster.pid", tmp_path / "never-there.lock")

    assert not (tmp_path / "postmaster.pid").exists()
    ended.wait()


def test_the_living_and_the_unreadable_stay(tmp_path: Path) -> None:
    note = tmp_path / "postmaster.pid"
    for said in (f"{os.getpid()}\n", "no number\n", "999999999\n"):
        note.write_text(said)
        forget_the_dead(note)
        assert note.read_text() == said


def test_nothing_to_forget(tmp_path: Path) -> None:
    forget_the_dead(tmp_path / "postmaster.pid")
    assert list(tmp_path.iterdir()) == []
