"""Claim, send, mark: no mail is lost, and none goes out twice but by a crash in one moment.

A batch is claimed (`claiming`), and for each of its mails it is asked again what stands, at most a second
before it goes out. After each, the row is marked and committed. Only a process that dies between the
server's yes and that mark can send a mail again, under the same Message-ID (research/perf.md 2.3, 3).
"""

import logging
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

from django.core import mail
from django.core.mail import EmailMessage

from reminders.models import Message
from reminders.operations.claiming import Batch, claim, give_up_what_is_too_late, seconds
from reminders.operations.known import Known, read_known
from reminders.operations.mails import compose
from reminders.operations.refusals import Fault, Refusal, refusal_at_the_door, refusal_of

LONGEST_PAUSE = timedelta(hours=1)
KNOWN_FOR = 1.0  # seconds; then it is asked again what stands
RESTS = 10  # times as long as deriving took; a large practice is not derived anew all the time
LOST_IN_A_ROW = 2  # connections; then this tick leaves the server alone
State = Message.State
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


class Postman:
    """One connection to the mail server, which every mail of a tick goes over."""

    def __init__(self) -> None:
        self.connection = mail.get_connection()
        self.lost = 0
        self.has_given_up = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def reach(self) -> Refusal | None:
        """Open the connection where there is none; return why that was not to be."""
        try:
            self.connection.open()
        except (smtplib.SMTPException, OSError) as error:
            self.has_given_up = True
            self.hang_up()
            return refusal_at_the_door(error)
        return None

    def hand_over(self, envelope: EmailMessage) -> Refusal | None:
        """Give one mail to the server; return why it was not taken."""
        try:
            self.connection.send_messages([envelope])
        except (smtplib.SMTPException, OSError) as error:
            refusal = refusal_of(error)
            self.hang_up()
            self.lost = self.lost + 1 if refusal.leaves_us_waiting else 0
            self.has_given_up = refusal.is_of_the_server or self.lost >= LOST_IN_A_ROW
            return refusal
        self.lost = 0
        return None

    def hang_up(self) -> None:
        with suppress(smtplib.SMTPException, OSError):  # it was gone already
            self.connection.close()


def drain(
    *,
    clock: Clock,
    lasts: timedelta | None = None,
    follow_facts: Callable[[], object] | None = None,
) -> int:
    """Send what is to be sent, batch after batch, until nothing is left or `lasts` is over.

    `follow_facts` lets the reminders follow what was recorded meanwhile. Returns how many went out.
    """
    give_up_what_is_too_late(at=clock())
    ends_at = seconds() + lasts.total_seconds() if lasts else float("inf")
    round_ = Round(clock, ends_at, FactsFollower(follow_facts))
    with Postman() as postman:
        while not round_.is_over and not postman.has_given_up:
            batch = claim(at=clock())
            if not batch.keys:
                break
            round_.deliver(batch, postman)
    return round_.sent


class FactsFollower:
    """Derives anew what stands, at most once a second and never for more than a tenth of the time."""

    def __init__(self, follow: Callable[[], object] | None) -> None:
        self.follow = follow
        self.rests_until = seconds() + KNOWN_FOR

    def __call__(self) -> None:
        if seconds() >= self.rests_until:
            self.now()

    def now(self) -> None:
        """Derive anew whenever it was last done."""
        if self.follow is None:
            return
        began = seconds()
        self.follow()
        self.rests_until = seconds() + max(KNOWN_FOR, RESTS * (seconds() - began))


class Round:
    """The sending of one tick."""

    def __init__(self, clock: Clock, ends_at: float, follow: FactsFollower) -> None:
        self.clock, self.ends_at, self.follow = clock, ends_at, follow
        self.sent = 0

    @property
    def is_over(self) -> bool:
        return seconds() >= self.ends_at

    def deliver(self, batch: Batch, postman: Postman) -> None:
        """Send a batch; what time or the server does not allow is given back.

        A mail that finds nothing to say comes last, once the facts have been asked again: another worker may
        have made it a moment before its reminder was raised.
        """
        known, known_at, is_sure = Known(), float("-inf"), False
        while not self.is_over and not postman.has_given_up:
            if not batch.keys and batch.doubtful and not is_sure:
                self.follow.now()
                batch.keys, batch.doubtful, is_sure = batch.doubtful, [], True
                known_at = float("-inf")
            if not batch.keys:
                break
            refused = postman.reach()
            if refused:
                note_the_door(batch, refused)
                break
            batch.hold()
            if seconds() - known_at > KNOWN_FOR:
                self.follow()
                known, known_at = read_known(batch.keys), seconds()
            if batch.keys:
                went = send(batch, batch.keys.pop(0), known, postman, self.clock, is_sure=is_sure)
                self.sent += went
        batch.give_back()


def send(
    batch: Batch, key: UUID, known: Known, postman: Postman, clock: Clock, *, is_sure: bool = True
) -> bool:
    """Send one claimed mail and mark it; return whether it went out.

    One with nothing to say is dropped where `is_sure`, and otherwise put aside as doubtful.
    """
    message = known.messages.get(key)
    if message is None:
        return False
    mine = batch.mine().filter(pk=key)
    try:
        envelope = compose(message, known=known, at=clock())
    except Exception:  # whatever is wrong with one mail does not hold up the others
        log.exception("mail %s could not be written", key)
        note_refusal(batch, message, Refusal(Fault.OURS, ""), clock())
        return False
    if envelope is None and not is_sure:
        batch.doubtful.append(key)
        return False
    if envelope is None:
        mine.update(state=State.DROPPED, token=None, leased_until=None)
        return False
    refusal = postman.hand_over(envelope)
    if refusal:
        note_refusal(batch, message, refusal, clock())
        return False
    mine.update(
        state=State.SENT, sent_at=clock(), token=None, leased_until=None, fault="", last_error=""
    )
    return True


def note_the_door(batch: Batch, refused: Refusal) -> None:
    """Write down why nobody gets mail now; the batch is given back and waits for the next tick."""
    log.warning("the mail server cannot be reached (%s)", refused.code)
    batch.mine().update(fault=refused.fault, last_error=refused.code)


def note_refusal(batch: Batch, message: Message, refusal: Refusal, at: datetime) -> None:
    """Try again later, while the mail is of use; a refusal for good fails at once."""
    again_at = at + pause(message)
    failed = refusal.is_final or again_at >= message.useful_until
    log.warning("mail %s was not taken (%s)", message.pk, refusal.code or refusal.fault)
    batch.mine().filter(pk=message.pk).update(
        state=State.FAILED if failed else State.WAITING,
        send_after=message.send_after if failed else again_at,
        token=None,
        leased_until=None,
        fault=refusal.fault,
        last_error=refusal.code,
    )


def pause(message: Message) -> timedelta:
    """Return 1, 2, 4 … minutes, at most an hour, and up to a quarter more so that not all come at once."""
    doubled = min(timedelta(minutes=2 ** min(message.attempts - 1, 6)), LONGEST_PAUSE)
    return doubled * (1 + message.pk.int % 64 / 256)
