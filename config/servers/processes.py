"""The practice's own processes: web, worker, beat, and one management command at a time."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL, SIGQUIT

from config.servers.data import DataDirectory
from config.servers.part import Part
from config.servers.stack import Stack

PROJECT = Path(__file__).resolve().parents[2]
CELERY = ["-m", "celery", "--app", "config.celery"]


class Practice:
    """Makes the parts of one installation: all are told the same, but each connects in its own role."""

    def __init__(self, data: DataDirectory, stack: Stack, settings: Mapping[str, str]) -> None:
        self.data, self.stack, self.shared = data, stack, settings

    def environment(self, role: str) -> dict[str, str]:
        """Return what a process of `role` sees: what we were given, less the addresses of other roles."""
        given = {
            name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")
        }
        return {
            **given,
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "DATA_DIR": str(self.data.root),
            "PYTHONUNBUFFERED": "1",
            **self.shared,
            **self.stack.settings(role),
        }

    def web(self, port: int) -> Part:
        gunicorn = ["-m", "gunicorn", "--config", "python:config.servers.gunicorn"]
        return self.python("web", [*gunicorn, "--bind", f"127.0.0.1:{port}"], "app")

    def worker(self) -> Part:
        """Return the worker. When we die it dies at once, and its children with it (config.celery).

        Its own quick way out would wait for a queue that has ended with us, where it was at work. Whatever it
        was at is taken up again.
        """
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        return replace(self.python("worker", [*CELERY, "worker", *quiet], "worker"), tie=SIGKILL)

    def beat(self) -> Part:
        folder = self.data.root / "beat"
        folder.mkdir(mode=0o700, exist_ok=True)
        files = ["--schedule", str(folder / "schedule"), "--pidfile="]
        return self.python("beat", [*CELERY, "beat", *files, "--loglevel", "INFO"], "worker")

    def command(self, *words: str, role: str, output: Path | None = None) -> Part:
        return replace(self.python(words[0], ["manage.py", *words], role), output=output)

    def python(self, name: str, words: list[str], role: str) -> Part:
        """Return a Python process; the kernel's SIGQUIT at our death is each server's quick way out."""
        pooled = (
            {} if name == "web" else {"DATABASE_POOL": "0"}
        )  # a pool does not survive the worker's forks
        return Part(
            name,
            [sys.executable, *words],
            log_folder=self.data.log,
            environment={**self.environment(role), **pooled},
            folder=PROJECT,
            tie=SIGQUIT,
        )
