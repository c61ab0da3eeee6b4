"""A moment, a therapist with something to do, and the steps of a tick."""

from datetime import datetime, timedelta

from core.clock import now
from reminders.operations.posting import make_messages
from reminders.operations.raising import raise_and_close
from reminders.operations.sending import drain
from reminders.operations.ticking import tick

DAY = timedelta(days=1)


def raise_now() -> None:
    raise_and_close(at=now())


def post_now() -> None:
    raise_and_close(at=now())
    make_messages(at=now())


def send_now() -> int:
    return drain(clock=now)


def tick_now() -> None:
    tick(clock=now)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
