"""Starts parts one after the other, ends them the other way round, and all of them when one ends."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Self

from config.servers.part import STOPS, Part, Running, stops_held_back
from config.servers.refusal import Refused


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C, TERM, or the terminal went away."""


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Raise Stopped wherever the main thread is when a stop signal arrives; the first one is enough."""

    def stop(signum: int, _frame: FrameType | None) -> None:
        ignore_stops()
        raise Stopped(signal.Signals(signum).name)

    before = {signum: signal.signal(signum, stop) for signum in STOPS}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def ignore_stops() -> None:
    for signum in STOPS:
        signal.signal(signum, signal.SIG_IGN)


class Supervisor:
    """Everything it started has ended when its `with` block is left, however that happens."""

    def __init__(self, *, keep: int | None = None) -> None:
        self.keep = () if keep is None else (keep,)
        self.running: list[Running] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with stops_held_back():
            while self.running:
                self.running.pop().end()

    def start(self, part: Part) -> Running:
        """Start a part that is to run until we end."""
        running = part.start(keep=self.keep)
        self.running.append(running)
        return running

    def run(self, part: Part) -> None:
        """Start a part and wait until it is done; refuses when it fails."""
        running = part.start(keep=self.keep)
        try:
            status = running.process.wait()
        finally:
            running.end()
        if status != 0:
            self.refuse_if_any_ended()
            raise Refused(f"{part.name} failed, see {part.log}: {part.last_words()}")

    def refuse_if_any_ended(self) -> None:
        for running in self.running:
            if running.ended:
                part = running.part
                raise Refused(
                    f"{part.name} ended {running.how_it_ended}; all other parts were ended too."
                    f" See {part.log}: {part.last_words()}"
                )

    def watch(self) -> None:
        """Wait until any part ends by itself, and refuse to go on without it."""
        while True:
            child = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            self.refuse_if_any_ended()
            if child is not None:
                reap(child.si_pid)


def reap(process: int) -> None:
    """Bury an orphan that was given to us, as happens to the first process of a container."""
    with suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
