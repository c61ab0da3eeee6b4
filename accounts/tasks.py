"""What the worker does for people's accounts: mails."""

from celery import shared_task

from accounts.models import User
from accounts.operations import mails


@shared_task(name="accounts.tasks.send_notice")
def send_notice(person: str, what: str) -> None:
    """Tell a person what was done to their account."""
    mails.send_notice(person=User.objects.get(pk=person), what=what)


@shared_task(name="accounts.tasks.send_reset_link")
def send_reset_link(address: str) -> None:
    """Send the link, if there is anybody to send it to."""
    mails.send_reset_link(address=address)
