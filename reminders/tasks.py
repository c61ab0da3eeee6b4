"""What beat sends. Nothing stands in these messages: a lost or doubled one changes nothing."""

from celery import shared_task

from core.clock import now
from reminders.operations import ticking


@shared_task(name="reminders.tasks.tick")
def tick() -> None:
    """Raise, close, write, send."""
    ticking.tick(clock=now)


@shared_task(name="reminders.tasks.night")
def night() -> None:
    """Roll out what is planned ahead."""
    ticking.night(at=now())
