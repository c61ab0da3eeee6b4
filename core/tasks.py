"""Handing work to the worker, once what it needs is committed.

The queue is a shortcut, not a memory: whatever waits stands in a row as well, and a queue that is away
is written to the log and keeps nobody's page from answering.
"""

from typing import Any

from celery import current_app
from django.db import transaction


def send_after_commit(name: str, *arguments: Any) -> None:
    """Send the task `name` when the transaction commits; a broker that is down is logged, not raised."""

    def send() -> None:
        current_app.send_task(name, args=[str(each) for each in arguments], retry=False)

    transaction.on_commit(send, robust=True)
