"""One process that the supervisor starts, watches and ends."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from config.servers.account import Account

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
LONG_LOG = 20_000_000  # bytes; then a new one is begun and one older is kept
STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True)
class Part:
    """A child in a session of its own, with a log file, its own stop signal, and a tie to its parent.

    `stop` asks it to end; `tie` is what the kernel sends it when the parent dies, kill -9 included.
    """

    name: str
    command: Sequence[str | Path]
    log_folder: Path
    environment: Mapping[str, str]
    folder: Path = Path("/")
    output: Path | None = None  # what it prints, where that is not for the log
    account: Account | None = None
    stop: signal.Signals = signal.SIGTERM
    tie: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.log_folder / f"{self.name}.log"

    def start(self, *, keep: Sequence[int] = ()) -> "Running":
        """Start it; `keep` are descriptors it holds on to.

        Call from the main thread: the kernel's tie follows the thread, not the process.
        """
        with (
            stops_held_back() as mask,
            opened(self.log) as log,
            opened(self.output or self.log) as output,
        ):
            process = subprocess.Popen(
                [str(word) for word in self.command],
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
                pass_fds=keep,
                umask=0o077,
                preexec_fn=tied_to(os.getpid(), self.tie, mask),
                **as_account(self.account),
            )
            return Running(self, process)

    def last_words(self) -> str:
        """Return the last line of its log."""
        return self.last_lines(1)

    def last_lines(self, number: int) -> str:
        with suppress(OSError):
            lines = self.log.read_text(errors="replace").strip().splitlines()
            return "\n".join(lines[-number:])
        return ""


@dataclass(frozen=True)
class Running:
    part: Part
    process: subprocess.Popen[bytes]

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def how_it_ended(self) -> str:
        """Return the end in words, for the person at the terminal."""
        code = self.process.returncode
        return f"by signal {-code}" if code < 0 else f"with status {code}"

    def end(self, *, within: float = 10) -> None:
        """Ask it to end, wait `within` seconds, then leave nothing of its session."""
        if not self.ended:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.part.stop)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(within)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def stops_held_back() -> Iterator[set[int]]:
    """Let no stop come between a fork and its being remembered, or in the midst of ending. Gives the mask before."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield set(mask)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def tied_to(parent: int, tie: signal.Signals, mask: set[int]) -> Callable[[], None]:
    """Return what the child does between fork and exec, after it has changed its account."""

    def tied() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, tie)
        if os.getppid() != parent:  # the parent died in between
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return tied


def as_account(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def opened(log: Path) -> IO[bytes]:
    """Open a file to append to, for us alone; a long one is put aside first."""
    if log.exists() and log.stat().st_size > LONG_LOG:
        log.replace(log.with_name(log.name + ".1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
