"""Signs of life of the worker, of beat and of the ticks that remind, kept where the web can read them.

On Valkey or Redis they are keys beside the queue, so the processes may stand on different machines; with
another kind of queue they are files under DATA_DIR, which those machines then share.
"""

import time
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

STALE_AFTER = 60.0  # seconds
TICKS_STALE_AFTER = 150.0  # one each half minute may last as long, and one may fail
TICKS = "ticks"  # that reminders are raised and sent, from end to end and without a fault
IMPATIENT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}  # a queue that hangs must not hang who asks


class Pulse:
    """The last sign of life of each named process."""

    def __init__(self, app: Celery[Any]) -> None:
        self.app = app

    def beat(self, name: str) -> None:
        """Write that `name` is alive now."""
        if self.beside_the_queue:
            with self.app.connection_for_write(transport_options=IMPATIENT) as queue:
                keys_of(queue).set(f"pulse.{name}", repr(time.time()))
        else:
            self.file(name).parent.mkdir(parents=True, exist_ok=True)
            self.file(name).write_text(repr(time.time()))

    def fault(self, name: str) -> str:
        """Return why `name` does not count as alive; empty when it does."""
        last = self.last(name)
        if last is None:
            return "no sign of life yet"
        age = time.time() - last
        patience = TICKS_STALE_AFTER if name == TICKS else STALE_AFTER
        return "" if age <= patience else f"no sign of life for {age:.0f} s"

    def last(self, name: str) -> float | None:
        if self.beside_the_queue:
            with self.app.connection_for_read(transport_options=IMPATIENT) as queue:
                said = keys_of(queue).get(f"pulse.{name}")
        else:
            said = self.file(name).read_text() if self.file(name).exists() else None
        return float(said) if said else None

    @property
    def beside_the_queue(self) -> bool:
        return str(settings.CELERY_BROKER_URL).startswith(("redis", "sentinel"))

    def file(self, name: str) -> Path:
        return Path(settings.DATA_DIR) / "run" / f"pulse.{name}"


def keys_of(queue: Any) -> Any:
    """Return the client of the Valkey or Redis that holds the queue."""
    return queue.default_channel.client
