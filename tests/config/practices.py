"""Whole practices for tests: data directories that are filled, and script/server run on them."""

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from config.servers import backup, external, postgres
from config.servers.data import hold, make_socket_folder, open_data_directory
from config.servers.keys import Secrets
from config.servers.postgres import Cluster
from config.servers.processes import PROJECT
from config.servers.stack import embedded_cluster
from config.servers.supervisor import Supervisor
from config.servers.testing import ensure_test_cluster, kept_template

STARTS_WITHIN = 120  # seconds, with all of a machine's other tests beside it


def surroundings(**more: str) -> dict[str, str]:
    """Return the environment without anything that points to another practice."""
    foreign = {
        *external.SETTINGS.values(),
        "CELERY_BROKER_URL",
        "DATA_DIR",
        "DEMO_PASSWORD",
        "PUBLIC_URL",
    }
    own_keys = {"SECRET_KEY", "ACTOR_KEY", "FIELD_KEYS", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign | own_keys}
    return {**kept, **more}


def fill(folder: Path) -> Cluster:
    """Make a data directory with a migrated, empty database: what a first start without demo leaves."""
    ensure_test_cluster()  # makes the template
    data = open_data_directory(folder)
    with hold(data, "tests") as held:
        make_socket_folder(data)
        Secrets(data.secrets).settings({}, fresh=True)
        cluster = embedded_cluster(data)
        postgres.initialise(cluster, careless=True)
        with backup.running(cluster, data, keep=held.descriptor):
            backup.load(cluster, kept_template())
        (data.root / "demo.done").touch()
    return cluster


class running:  # noqa: N801 -- reads as a sentence
    """The database of a data directory for as long as the block."""

    def __init__(self, folder: Path) -> None:
        self.data = open_data_directory(folder)
        self.cluster = embedded_cluster(self.data)

    def __enter__(self) -> Cluster:
        self.held = hold(self.data, "tests")
        self.supervisor = Supervisor(keep=self.held.descriptor)
        server = self.supervisor.start(postgres.server(self.cluster, self.data.log))
        postgres.wait_until_ready(self.cluster, server)
        return self.cluster

    def __exit__(self, *error: object) -> None:
        self.supervisor.__exit__(None, None, None)
        self.held.__exit__()


def script(name: str, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the project to its end."""
    return subprocess.run(  # noqa: S603 -- the project's own scripts
        [sys.executable, PROJECT / "script" / name, *words],
        capture_output=True,
        text=True,
        env=surroundings(**more),
        stdin=subprocess.DEVNULL,
        timeout=STARTS_WITHIN,
        check=False,
    )


class Server:
    """script/server in a process of its own."""

    def __init__(self, folder: Path, *words: str, started: str = "Open ", **more: str) -> None:
        self.folder, self.lines, self.started = folder, [], started
        began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 -- the project's own script
            [
                sys.executable,
                PROJECT / "script" / "server",
                "--port",
                "0",
                "--data",
                folder,
                *words,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings(**more),
            stdin=subprocess.DEVNULL,
        )
        self.address = self.wait_for_address()
        self.seconds = time.monotonic() - began

    def wait_for_address(self) -> str:
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith(self.started):
                return line.split()[1]
        self.process.communicate()
        raise AssertionError("".join(self.lines))

    def health(self) -> tuple[int, dict[str, str]]:
        connection = HTTPConnection(self.address.removeprefix("http://"), timeout=20)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, json.load(answer)
        finally:
            connection.close()

    def part(self, word: str) -> int:
        """Return the process of the part whose command line has `word`."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        for child in children:
            if word in Path(f"/proc/{child}/cmdline").read_bytes().decode():
                return int(child)
        raise AssertionError(f"no part {word}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its status; what else it printed joins `lines`."""
        self.process.send_signal(with_signal)
        rest, _ = self.process.communicate(timeout=60)
        self.lines.append(rest)
        return self.process.returncode

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
