"""Claim, send, mark: no mail is lost, and none goes out twice but by a crash in one moment.

A claim is a lease with a token, taken in batches with SKIP LOCKED and committed before anything is sent.
Before each mail the lease is renewed, which fails where somebody else has taken the row over; after each,
the row is marked and committed. Only a process that dies between the server's yes and that mark can send a
mail again, under the same Message-ID (research/perf.md 2.3, 3).
"""

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q

from reminders.models import Message
from reminders.operations.mails import compose

BATCH = 50
LEASE = timedelta(minutes=2)  # far longer than one mail may take (EMAIL_TIMEOUT, 10 s)
LONGEST_PAUSE = timedelta(hours=1)
State = Message.State
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def drain(*, clock: Clock, until: datetime | None = None) -> int:
    """Send what is to be sent, batch after batch, until nothing is left or `until` has come."""
    give_up_what_is_too_late(at=clock())
    sent = 0
    with one_connection() as connection:
        while until is None or clock() < until:
            token, claimed = claim(at=clock())
            if not claimed:
                break
            for key in claimed:
                sent += send(key, token, connection, clock)
    return sent


@contextmanager
def one_connection() -> Iterator[BaseEmailBackend]:
    """Bring one connection to the mail server that every mail of the tick goes over."""
    connection = mail.get_connection()
    try:
        yield connection
    finally:
        hang_up(connection)


def hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):  # it was gone already
        log.info("mail server hung up first")


@transaction.atomic
def claim(*, at: datetime, size: int = BATCH) -> tuple[UUID, list[UUID]]:
    """Take a batch for this worker; rows that another one holds are passed by."""
    token = uuid4()
    waits = Q(state=State.WAITING, send_after__lte=at)
    was_left = Q(state=State.CLAIMED, leased_until__lte=at)
    free = Message.objects.filter(waits | was_left, useful_until__gt=at)
    keys = list(
        free.order_by("send_after", "pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)[:size]
    )
    Message.objects.filter(pk__in=keys).update(
        state=State.CLAIMED, token=token, leased_until=at + LEASE, attempts=F("attempts") + 1
    )
    return token, keys


def give_up_what_is_too_late(*, at: datetime) -> int:
    """Mark as failed what nobody could send in time; the operations page counts it."""
    waits = Q(state=State.WAITING) | Q(state=State.CLAIMED, leased_until__lte=at)
    late = Message.objects.filter(waits, useful_until__lte=at, send_after__lte=F("useful_until"))
    return late.update(state=State.FAILED, token=None, leased_until=None, last_error="too late")


def send(key: UUID, token: UUID, connection: BaseEmailBackend, clock: Clock) -> bool:
    """Send one claimed mail and mark it; return whether it went out."""
    mine = Message.objects.filter(pk=key, token=token, state=State.CLAIMED)
    if not mine.update(leased_until=clock() + LEASE):
        return False
    message = Message.objects.select_related("person").get(pk=key)
    envelope = compose(message, at=clock())
    if envelope is None:
        mine.update(state=State.DROPPED, token=None, leased_until=None)
        return False
    try:
        connection.open()
        connection.send_messages([envelope])
    except (smtplib.SMTPException, OSError) as refusal:
        hang_up(connection)
        note_refusal(message, token, refusal, clock())
        return False
    mine.update(state=State.SENT, sent_at=clock(), token=None, leased_until=None, last_error="")
    return True


def note_refusal(message: Message, token: UUID, refusal: Exception, at: datetime) -> None:
    """Try again later, while the mail is of use; a refusal for good fails at once."""
    again_at = at + pause(message)
    failed = is_final(refusal) or again_at >= message.useful_until
    said = code_of(refusal)
    log.warning("mail %s was not taken (%s)", message.pk, said)
    Message.objects.filter(pk=message.pk, token=token).update(
        state=State.FAILED if failed else State.WAITING,
        send_after=message.send_after if failed else again_at,
        token=None,
        leased_until=None,
        last_error=said,
    )


def pause(message: Message) -> timedelta:
    """Return 1, 2, 4 … minutes, at most an hour, and up to a quarter more so that not all come at once."""
    doubled = min(timedelta(minutes=2 ** min(message.attempts - 1, 6)), LONGEST_PAUSE)
    return doubled * (1 + message.pk.int % 64 / 256)


def is_final(refusal: Exception) -> bool:
    """Say whether the server has said no to this mail for good (5xx on recipient or data)."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in refusal.recipients.values())
    return isinstance(refusal, smtplib.SMTPDataError) and refusal.smtp_code >= 500


def code_of(refusal: Exception) -> str:
    """Return the reply code or the kind of fault: a server's words may hold an address (R22)."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return ", ".join(sorted({str(code) for code, _said in refusal.recipients.values()}))
    if isinstance(refusal, smtplib.SMTPResponseException):
        return str(refusal.smtp_code)
    return type(refusal).__name__
