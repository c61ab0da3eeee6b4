"""All processes that remind people, in a folder of their own, and the ways of ending each of them."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import django
import psycopg
from django.apps import apps

from benchmarks._endings import DOMAIN, Endings
from config.servers import postgres, valkey
from config.servers.data import open_data_directory
from config.servers.keys import Secrets
from config.servers.part import Part, Running
from config.servers.processes import Practice
from config.servers.stack import Stack, addresses, embedded_cluster
from config.servers.supervisor import Supervisor
from tests.config.practices import fill
from tests.faults.sink import Sink

CELERY = ["-m", "celery", "--app", "tests.faults.quick"]
QUIET = ["--without-gossip", "--without-mingle", "--concurrency", "1", "--loglevel", "INFO"]


class Stage:
    """Up for as long as the block: PostgreSQL, Valkey that remembers nothing, sink, two workers, two beats."""

    def __init__(self, folder: Path, *, way: str = "ours") -> None:
        self.way, self.readers = way, 0
        self.due_at: dict[str, float] = {}
        self.told = folder / "told"
        self.told.mkdir()
        self.cluster = fill(folder / "data")
        self.data = open_data_directory(folder / "data")
        self.running: dict[str, Running] = {}

    def __enter__(self) -> Self:
        self.sink = Sink()
        self.start_postgres()
        self.start_valkey()
        secrets = Secrets(self.data.secrets).settings({}, fresh=False)
        stack = Stack(
            addresses(embedded_cluster(self.data)), valkey.url(self.data.sockets), secrets
        )
        shared = {"PUBLIC_URL": "http://localhost", "DEMO": "0"}
        self.practice = Practice(self.data, stack, shared)
        Supervisor().run(self.practice.command("migrate", role="owner"))
        if not apps.ready:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
            django.setup()
        self.endings = Endings(self.cluster.url("owner"), datetime.now(UTC).date())
        self.endings.begin()
        for name in ("one", "two"):
            self.start_worker(name)
            self.start_beat(name)
        return self

    def __exit__(self, *_: object) -> None:
        for running in reversed(self.running.values()):
            running.end(within=3)
        self.sink.close()

    # --- parts ------------------------------------------------------------------------------------------
    def start_postgres(self) -> None:
        part = postgres.server(self.cluster, self.data.log)
        self.running["postgres"] = part.start()
        postgres.wait_until_ready(self.cluster, self.running["postgres"])
        if self.readers:  # it was killed, and our own connection with it
            self.endings.connection.close()
            self.endings = Endings(self.cluster.url("owner"), self.endings.today)

    def start_valkey(self) -> None:
        (self.data.sockets / "valkey.sock").unlink(missing_ok=True)
        part = valkey.server(self.data.queue, self.data.sockets, self.data.log)
        forgetful = [*part.command, "--appendonly", "no"]
        self.running["valkey"] = replace(part, command=forgetful).start()
        valkey.wait_until_ready(self.data.sockets, self.running["valkey"])

    def start_worker(self, name: str, **more: str) -> None:
        words = [*CELERY, "worker", *QUIET, "--hostname", f"{name}@stage"]
        self.running[f"worker {name}"] = self.python(f"worker-{name}", words, more).start()

    def start_beat(self, name: str) -> None:
        schedule = str(self.data.root / f"beat-{name}")
        words = [*CELERY, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"]
        self.running[f"beat {name}"] = self.python(f"beat-{name}", words, {}).start()

    def python(self, name: str, words: list[str], more: dict[str, str]) -> Part:
        part = self.practice.worker()
        told = {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "FAULTS_DIR": str(self.told),
            "FAULTS_WAY": self.way,
        }
        environment = {**part.environment, **told, **more}
        return replace(part, name=name, command=[sys.executable, *words], environment=environment)

    def start(self, name: str) -> None:
        """Start again what has ended."""
        kind, _space, which = name.partition(" ")
        {
            "worker": lambda: self.start_worker(which),
            "beat": lambda: self.start_beat(which),
            "postgres": self.start_postgres,
            "valkey": self.start_valkey,
        }[kind]()

    # --- ends -------------------------------------------------------------------------------------------
    def kill(self, name: str) -> None:
        """Kill a part, and whatever of its session is left, as a power cut would."""
        running = self.running.pop(name)
        # PostgreSQL's children lead groups of their own, and hold its memory until they are gone.
        below = children_of(running.process.pid) if name == "postgres" else []
        os.killpg(running.process.pid, signal.SIGKILL)
        for child in below:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.wait(lambda: not any(Path(f"/proc/{child}").exists() for child in below), 10)
        running.process.wait()

    def child_of(self, name: str) -> int | None:
        """Return the process that does the work of a worker; None while it has none."""
        children = children_of(self.running[name].process.pid)
        return children[-1] if children else None

    def kill_child(self, name: str) -> bool:
        child = self.child_of(name)
        if child is None:
            return False
        os.kill(child, signal.SIGKILL)
        return True

    def tell(self, name: str, words: str = "") -> None:
        """Put a file where the workers look (tests/faults/quick.py)."""
        (self.told / name).write_text(words)

    # --- what is due ------------------------------------------------------------------------------------
    def let_be_due(self, count: int) -> list[str]:
        """Pour in so many endings; return the addresses of those who are to be reminded, once each."""
        first = self.readers + 1
        self.readers += count
        self.endings.pour(first, self.readers)
        due = [f"reader{n - 1}{DOMAIN}" for n in range(first, self.readers + 1) if n % 4 != 2]
        self.due_at |= dict.fromkeys(due, time.monotonic())
        return due

    def slowest(self) -> float:
        """Return the longest that anybody waited for their mail, in seconds."""
        came: dict[str, float] = {}
        for reader, _key, when in self.sink.taken:
            came.setdefault(reader, when)
        return max(came[reader] - self.due_at[reader] for reader in came)

    def wait_for(self, expected: Iterable[str], *, within: float = 90) -> float:
        """Return the seconds until everybody expected has mail; names how many have none."""
        began, wanted = time.monotonic(), set(expected)
        self.wait_quietly(wanted, within)
        missing = wanted - set(self.sink.readers())
        assert not missing, f"{len(missing)} of {len(wanted)} reminders never arrived"
        return time.monotonic() - began

    def wait_quietly(self, expected: Iterable[str], within: float) -> bool:
        """Wait until everybody expected has mail, or the time is over."""
        wanted = set(expected)
        return self.wait(lambda: not wanted - set(self.sink.readers()), within)

    def wait(self, done: Callable[[], bool], within: float) -> bool:
        until = time.monotonic() + within
        while time.monotonic() < until:
            if done():
                return True
            time.sleep(0.02)
        return False

    def asked(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database as its owner of everything."""
        with psycopg.connect(self.cluster.url(postgres.SUPERUSER), autocommit=True) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]

    def settle(self) -> None:
        """Wait until every row says what became of it: a mail that went out is marked a moment later."""
        query = "select count(*) from reminders_message where state in ('waiting', 'claimed')"
        assert self.wait(lambda: self.asked(query) == [(0,)], 60), "rows are left waiting"


def children_of(process: int) -> list[int]:
    try:
        said = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in said.split()]
