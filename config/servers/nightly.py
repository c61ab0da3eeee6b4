"""Backups that beat asks for: one a day, the keys in a folder of their own, the oldest removed.

What became of each stands in the table `accounts_backup`, which the operations page and `status` read. An
external database is backed up by its own tools; `script/manage note_backup` lets them say so.
"""

import argparse
import fcntl
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from config.servers import postgres
from config.servers.backup import dump, other_disk, tool, write_keys_for
from config.servers.data import DataDirectory
from config.servers.noted import Taken, last_good, note
from config.servers.postgres import Cluster
from config.servers.refusal import Refused, refusing
from config.servers.stack import embedded_cluster, servers_up

SUFFIX = ".dump"
SLACK = timedelta(minutes=30)  # beat asks each hour, and not to the second
COPIES_WITHIN = 20 * 60.0  # seconds; less than what a task may take


@dataclass(frozen=True)
class Wishes:
    """What the environment says about backups by schedule."""

    folder: Path
    keys: Path
    every: timedelta  # zero: none
    kept: int
    command: tuple[str, ...]  # is given the file's path; takes it elsewhere

    @classmethod
    def of(cls, data: DataDirectory, given: Mapping[str, str]) -> "Wishes":
        return cls(
            folder=Path(given.get("BACKUP_DIR") or data.root / "backups"),
            keys=Path(given.get("BACKUP_KEYS_DIR") or data.root / "backup-keys"),
            every=timedelta(hours=float(given.get("BACKUP_EVERY_HOURS", "24"))),
            kept=max(1, int(given.get("BACKUP_KEEP", "14"))),
            command=tuple(shlex.split(given.get("BACKUP_COMMAND", ""))),
        )


def back_up_if_due(data: DataDirectory, given: Mapping[str, str], *, at: datetime) -> Path | None:
    """Make the day's backup where it is due; return its file.

    None where there is nothing to do: no embedded database here, none wanted, a good one young enough, or
    somebody else at it. A backup that fails is noted with the reason, and Refused is raised.
    """
    wishes = Wishes.of(data, given)
    if not wishes.every or postgres.major_of(data.database) is None:
        return None
    cluster = embedded_cluster(data)
    with alone_with(wishes.folder) as is_alone:
        if not is_alone or not is_due(cluster, wishes, at):
            return None
        return back_up(data, cluster, wishes, at=at)


def is_due(cluster: Cluster, wishes: Wishes, at: datetime) -> bool:
    last = last_good(cluster.url("worker"))
    return last is None or at - last >= wishes.every - SLACK


def back_up(data: DataDirectory, cluster: Cluster, wishes: Wishes, *, at: datetime) -> Path:
    """Dump, see that the dump can be read, lay the keys apart, copy elsewhere, remove the oldest; note it."""
    file = wishes.folder / f"{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}{SUFFIX}"
    began = monotonic()
    try:
        with refusing(f"{wishes.folder} cannot be written", OSError):
            dump(cluster, file)
            tool(cluster, "pg_restore", "backup", "--list", str(file), stdout=subprocess.DEVNULL)
            write_keys_for(data, file, wishes.keys)
        copy_elsewhere(wishes.command, file)
    except Refused as refusal:
        note(cluster.url("worker"), Taken(at, said=str(refusal)))
        raise
    remove_the_oldest(wishes)
    taken = Taken(
        at,
        size=file.stat().st_size,
        seconds=monotonic() - began,
        is_elsewhere=bool(wishes.command) or other_disk(wishes.folder, data.root),
    )
    note(cluster.url("worker"), taken)
    return file


def copy_elsewhere(command: tuple[str, ...], file: Path) -> None:
    """Run BACKUP_COMMAND with the file; it is not good before it lies elsewhere."""
    if not command:
        return
    with refusing("BACKUP_COMMAND failed", OSError, subprocess.SubprocessError):
        subprocess.run(
            [*command, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=COPIES_WITHIN,
            check=True,
        )


def remove_the_oldest(wishes: Wishes) -> None:
    """Keep the newest `kept`, each with its keys; files of other names are not ours."""
    ours = sorted(wishes.folder.glob(f"????-??-??T??????Z{SUFFIX}"))
    for old in ours[: -wishes.kept]:
        old.unlink(missing_ok=True)
        (wishes.keys / f"{old.name}.keys").unlink(missing_ok=True)


@contextmanager
def alone_with(folder: Path) -> Iterator[bool]:
    """Say whether nobody else is making a backup into `folder`, for as long as the block."""
    with refusing(f"{folder} cannot be written", OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def note_backup(data: DataDirectory, words: list[str]) -> int:
    """Let another tool say that it has made a backup, or why it has not."""
    parser = argparse.ArgumentParser(
        prog="script/manage note_backup", description=note_backup.__doc__
    )
    parser.add_argument("--failed", metavar="WORDS", default="", help="why it failed")
    parser.add_argument("--size", metavar="BYTES", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0)
    asked = parser.parse_args(words)
    taken = Taken(
        datetime.now(UTC),
        said=asked.failed,
        tool="other",
        size=asked.size,
        seconds=asked.seconds,
        is_elsewhere=not asked.failed,
    )
    with servers_up(data, "script/manage note_backup") as (stack, _supervisor):
        note(stack.databases["worker"], taken)
    return 0


COMMANDS: Mapping[str, Callable[[DataDirectory, list[str]], int]] = {"note_backup": note_backup}
