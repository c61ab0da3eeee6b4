"""Other ways of sending the same mails, as others do it, for comparison (research/perf.md 2.3).

mark_first: marked, then sent (healthchecks). per_batch: sent, then marked together. row_lock: one transaction
that holds the rows while they go out.
"""

from collections.abc import Callable

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from core.clock import now
from reminders.models import Message
from reminders.operations.claiming import claim
from reminders.operations.mails import compose

State = Message.State
BATCH = 20


def hand_over(connection: BaseEmailBackend, message: Message) -> int:
    envelope = compose(message, at=now())
    if envelope is None:
        return 0
    connection.open()
    connection.send_messages([envelope])
    return 1


def mark_first() -> int:
    sent, connection = 0, mail.get_connection()
    for message in Message.objects.filter(state=State.WAITING).select_related("person"):
        mine = Message.objects.filter(pk=message.pk, state=State.WAITING)
        if mine.update(state=State.SENT, sent_at=now()):
            sent += hand_over(connection, message)
    connection.close()
    return sent


def per_batch() -> int:
    sent, connection = 0, mail.get_connection()
    while (batch := claim(at=now(), size=BATCH)).keys:
        for message in Message.objects.filter(pk__in=batch.keys).select_related("person"):
            sent += hand_over(connection, message)
        batch.mine().update(state=State.SENT, sent_at=now(), token=None, leased_until=None)
    connection.close()
    return sent


def row_lock() -> int:
    sent, connection, there = 0, mail.get_connection(), True
    while there:
        with transaction.atomic():
            waiting = Message.objects.filter(state=State.WAITING).select_related("person")
            rows = list(waiting.select_for_update(skip_locked=True, of=("self",))[:BATCH])
            for message in rows:
                sent += hand_over(connection, message)
            keys = [row.pk for row in rows]
            Message.objects.filter(pk__in=keys).update(state=State.SENT, sent_at=now())
            there = bool(rows)
    connection.close()
    return sent


def nobody() -> int:
    """Leave the mails to Celery tasks with an ETA (benchmarks/_eta.py)."""
    return 0


DRAINS: dict[str, Callable[[], int]] = {
    "mark_first": mark_first,
    "per_batch": per_batch,
    "row_lock": row_lock,
    "eta": nobody,
    "eta_late": nobody,
}
