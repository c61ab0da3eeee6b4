"""The worker of the fault tests: the product's own, hurried, and mortal where it is told to be.

Ticks come each second, leases last three, a pause is a second. Nothing of the sending itself is changed: before and after
its steps a process looks whether a file says that it is to die there, and if so dies by SIGKILL. `WAY` puts a
rival in the place of our sending (tests/faults/rivals.py).
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

FOLDER = Path(os.environ["FAULTS_DIR"])
WAY = os.environ.get("FAULTS_WAY", "ours")

from config.celery import app  # noqa: E402 -- the folder first

django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from reminders.operations import claiming, sending, ticking  # noqa: E402
from tests.faults import rivals  # noqa: E402

NAMES = ("before_claim", "after_claim", "after_send", "in_a_batch")


def die_if_asked(name: str) -> None:
    """Whoever takes the file away dies; nobody else does."""
    with suppress(FileNotFoundError):
        (FOLDER / name).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def claim(**facts: Any) -> Any:
    die_if_asked("before_claim")
    batch = real_claim(**facts)
    if batch.keys:
        die_if_asked("after_claim")
    return batch


def hand_over(self: Any, envelope: Any) -> Any:
    if self.lost == 0 and self.handed >= 3:
        die_if_asked("in_a_batch")
    refusal = real_hand_over(self, envelope)
    self.handed += 1
    if refusal is None:
        die_if_asked("after_send")
    return refusal


def moved_clock() -> datetime:
    """Return the time of a machine whose clock was set: by so many seconds as the file says."""
    said = FOLDER / "clock"
    ahead = float(said.read_text() or 0) if said.exists() else 0.0
    return real_now() + timedelta(seconds=ahead)


real_claim, real_hand_over, real_now = sending.claim, sending.Postman.hand_over, timezone.now
sending.claim = claim
sending.Postman.hand_over = hand_over  # type: ignore[method-assign]
sending.Postman.handed = 0  # type: ignore[attr-defined]
sending.pause = lambda message: timedelta(seconds=message.attempts)
claiming.LEASE, claiming.LONGEST_MAIL = timedelta(seconds=3), timedelta(seconds=1.5)
claiming.BATCH = int(os.environ.get("FAULTS_BATCH", "20"))  # an older release takes another number
ticking.SENDS_FOR = timedelta(seconds=5)
timezone.now = moved_clock
settings.EMAIL_TIMEOUT = 1
tick = app.conf.beat_schedule["tick"]
tick["schedule"], tick["options"] = timedelta(seconds=1), {"expires": 2}
app.conf.beat_schedule = {"tick": tick}
app.conf.beat_max_loop_interval = 1
if WAY in rivals.DRAINS:
    drain: Callable[..., int] = rivals.DRAINS[WAY]
    ticking.drain = lambda **_facts: drain()  # type: ignore[assignment]
