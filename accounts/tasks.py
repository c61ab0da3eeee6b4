"""What the worker does for people's accounts, and for the practice: mails, seals."""

import logging

from celery import shared_task

from accounts.models import User
from accounts.operations import mails
from accounts.operations.heads import send_heads
from accounts.operations.sealing import seal_history

log = logging.getLogger(__name__)


@shared_task(name="accounts.tasks.send_notice")
def send_notice(person: str, what: str) -> None:
    """Tell a person what was done to their account."""
    mails.send_notice(person=User.objects.get(pk=person), what=what)


@shared_task(name="accounts.tasks.send_reset_link")
def send_reset_link(address: str) -> None:
    """Send the link, if there is anybody to send it to."""
    mails.send_reset_link(address=address)


@shared_task(name="accounts.tasks.seal")
def seal() -> None:
    """Bind what was done in the last minute, and tell the outside (decision 25)."""
    made = seal_history()
    if made is not None:
        log.info("seal %d over %d lines", made.number, made.lines)
    send_heads()
