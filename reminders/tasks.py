"""What beat sends. Nothing stands in these messages: a lost or doubled one changes nothing."""

from typing import Any

from celery import shared_task

from core.clock import now
from reminders.operations import ticking


@shared_task(name="reminders.tasks.tick", bind=True)
def tick(self: Any) -> None:
    """Raise, close, write, send."""
    ticking.tick(clock=now, worker=self.request.hostname or "")


@shared_task(name="reminders.tasks.night")
def night() -> None:
    """Roll out what is planned ahead."""
    ticking.night(at=now())
