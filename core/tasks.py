"""Handing work to the worker, once what it needs is committed, in the name of who asked for it.

The queue is a shortcut, not a memory: whatever waits stands in a row as well, and a queue that is away
is written to the log and keeps nobody's page from answering.
"""

from typing import Any, Final

from celery import current_app
from django.core.signing import Signer
from django.db import transaction

from core.actor import current_actor

ACTING: Final = "acting"  # the header that says who asked for a task


def signer() -> Signer:
    return Signer(salt="core.tasks.acting")


def headers_of(who: str) -> dict[str, str]:
    """Return the headers of a task that `who` asks for: signed, so that the queue can name nobody."""
    return {ACTING: signer().sign(who)} if who else {}


def asked_by(request: Any) -> str:
    """Return who asked for the task of `request`; nobody for beat's. Raises BadSignature for a forged name."""
    said = getattr(request, ACTING, None) or (getattr(request, "headers", None) or {}).get(ACTING)
    return signer().unsign(said) if said else ""


def send_after_commit(name: str, *arguments: Any) -> None:
    """Send the task `name` when the transaction commits; a broker that is down is logged, not raised."""
    headers = headers_of(current_actor())

    def send() -> None:
        arranged = [str(each) for each in arguments]
        current_app.send_task(name, args=arranged, retry=False, headers=headers)

    transaction.on_commit(send, robust=True)
