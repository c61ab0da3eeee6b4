"""The data directory of one installation: what lies where, and who holds it right now."""

import fcntl
import hashlib
import json
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from config.servers.account import Account, account_below_root
from config.servers.refusal import Refused, refusing

LONGEST_SOCKET_PATH = 107  # bytes; the kernel's sun_path holds 108 with its final zero
SHORT = Path("/tmp")  # noqa: S108 -- make_socket_folder refuses one that somebody else has made
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # what passes through a database URL untouched
LEFTOVERS_END_WITHIN = 20.0  # seconds


@dataclass(frozen=True)
class DataDirectory:
    """A folder that is there and can be written; as root also one that `account` can reach."""

    root: Path
    account: Account | None

    @property
    def database(self) -> Path:
        return self.root / "postgres"

    @property
    def engines(self) -> Path:
        return self.root / "engine"

    @property
    def queue(self) -> Path:
        return self.root / "valkey"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def sockets(self) -> Path:
        """Return the folder of the sockets: inside, or a short one where the path would be too long."""
        inside = self.root / "run"
        longest = f"{inside}/postgres/.s.PGSQL.5432".encode()
        if len(longest) <= LONGEST_SOCKET_PATH and PLAIN.fullmatch(str(inside)):
            return inside
        mark = hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        return SHORT / f"practice-{os.geteuid()}-{mark}"


def open_data_directory(folder: str | Path) -> DataDirectory:
    """Make the folders, or refuse in one sentence: not writable, or closed to PostgreSQL's account."""
    root = Path(folder).expanduser().resolve()
    with refusing(f"The data directory {root} cannot be written", OSError):
        make_enterable(root)
        tempfile.TemporaryFile(dir=root).close()
    data = DataDirectory(root, account_below_root(root / "postgres"))
    if data.account and (closed := data.account.first_closed(root)):
        raise Refused(
            f"As root, PostgreSQL runs as “{data.account.name}”, and that account cannot enter {closed}:"
            " choose another folder with --data, or start as an ordinary user."
        )
    for private in (data.secrets, data.log):
        private.mkdir(mode=0o700, exist_ok=True)
    return data


def make_enterable(folder: Path) -> None:
    """Make a folder that, below root, PostgreSQL's account may enter but not list, whatever the umask."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_socket_folder(data: DataDirectory) -> Path:
    """Return the folder of the sockets, ours alone; one below it belongs to PostgreSQL's account."""
    folder = data.sockets
    make_enterable(folder)
    there = folder.lstat()
    if not folder.is_dir() or folder.is_symlink() or there.st_uid != os.geteuid():
        raise Refused(f"The folder {folder} belongs to somebody else and cannot hold our sockets.")
    inner = folder / "postgres"
    inner.mkdir(mode=0o700, exist_ok=True)
    if data.account:
        data.account.owns(inner)
    return folder


class Held:
    """The hold on a data directory, with a note that says by whom.

    The kernel keeps it until the last process that was given `descriptor` has ended, so nobody starts
    beside leftovers of an earlier run.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def note(self, **facts: Any) -> None:
        """Write down who holds, and where the servers are once they are up."""
        text = json.dumps({"process": os.getpid(), **facts}).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def hold(data: DataDirectory, what: str) -> Held:
    """Take the data directory for `what`; refuses when another start has it."""
    deadline = time.monotonic() + LEFTOVERS_END_WITHIN
    while (held := try_to_hold(data)) is None:
        holder = read_note(data)
        if alive(holder.get("process", 0)):
            raise Refused(f"The data directory {data.root} is in use by {described(holder)}.")
        if time.monotonic() > deadline:
            raise Refused(f"Processes of an earlier run still use {data.root}; end them first.")
        time.sleep(0.1)
    held.note(what=what)
    return held


def try_to_hold(data: DataDirectory) -> Held | None:
    descriptor = os.open(data.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Held(descriptor)


def read_note(data: DataDirectory) -> dict[str, Any]:
    """Return what the holder wrote; empty while it is being written."""
    try:
        note: dict[str, Any] = json.loads((data.root / "lock").read_text())
    except (OSError, ValueError):
        return {}
    return note


def described(holder: dict[str, Any]) -> str:
    address = f" at {holder['address']}" if "address" in holder else ""
    return f"{holder.get('what', 'another start')}{address} (process {holder['process']})"


def alive(process: int) -> bool:
    return process > 0 and Path(f"/proc/{process}").exists()
