"""Which mails are this worker's to send, for how long.

A claim is a lease with a token, taken in batches with SKIP LOCKED and committed before anything is sent. The
lease is counted by PostgreSQL's clock, the one that all workers share: a machine whose clock runs ahead takes
nothing away from another. This process counts by a clock that nobody sets and that goes on while the
machine sleeps.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from reminders.models import Message
from reminders.models import MessageQuerySet as Messages

State = Message.State
BATCH = 100
A_MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=60)  # after a kill, the next tick in this time takes over: 90 s in all
LONGEST_MAIL = timedelta(seconds=45)  # four answers of the server, ten seconds each (EMAIL_TIMEOUT)


@dataclass
class Batch:
    """Mails that are ours, in the order in which they go out, until `held_until` on our own clock."""

    token: UUID
    keys: list[UUID]
    held_until: float
    doubtful: list[UUID] = field(default_factory=list)  # put aside: nothing seemed to stand

    @property
    def unsent(self) -> list[UUID]:
        return [*self.keys, *self.doubtful]

    def mine(self) -> Messages:
        """Return those that nobody has taken over."""
        return Message.objects.filter(token=self.token, state=State.CLAIMED)

    def hold(self) -> None:
        """Renew the lease unless a whole mail fits into it; what is no longer ours leaves the batch."""
        if self.held_until - seconds() >= LONGEST_MAIL.total_seconds():
            return
        until = seconds() + LEASE.total_seconds()
        self.mine().filter(pk__in=self.unsent).update(leased_until=Now() + LEASE)
        still = set(self.mine().values_list("pk", flat=True))
        self.keys = [key for key in self.keys if key in still]
        self.held_until = until

    def give_back(self) -> None:
        """Let another tick send what is left; a try that was none does not count."""
        if not self.unsent:
            return
        self.mine().filter(pk__in=self.unsent).update(
            state=State.WAITING,
            token=None,
            leased_until=None,
            attempts=Greatest(F("attempts") - 1, 0),
        )
        self.keys, self.doubtful = [], []


def seconds() -> float:
    """Return the seconds of a clock that only goes forward, also while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@transaction.atomic
def claim(*, at: datetime, size: int = 0) -> Batch:
    """Take up to `size` (BATCH) mails for this worker; rows that another one holds are passed by."""
    token, until = uuid4(), seconds() + LEASE.total_seconds()
    # A mail is made when it is due: one that waits without ever having been tried was made by a clock that ran ahead.
    ran_ahead = Q(attempts=0, send_after__gt=at + A_MINUTE)
    waits = Q(state=State.WAITING) & (Q(send_after__lte=at) | ran_ahead)
    was_left = Q(state=State.CLAIMED, leased_until__lte=Now())
    free = Message.objects.filter(waits | was_left, useful_until__gt=at)
    keys = list(
        free.order_by("send_after", "pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)[: size or BATCH]
    )
    Message.objects.filter(pk__in=keys).update(
        state=State.CLAIMED, token=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    return Batch(token, keys, until)


def give_up_what_is_too_late(*, at: datetime) -> int:
    """Mark as failed what nobody could send in time; the operations page counts it."""
    waits = Q(state=State.WAITING) | Q(state=State.CLAIMED, leased_until__lte=Now())
    late = Message.objects.filter(waits, useful_until__lte=at)
    return late.update(
        state=State.FAILED, token=None, leased_until=None, fault=Message.Fault.TOO_LATE
    )
