"""How mail goes out: by cause, by address, by worker; for practice admins and for those who watch from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from accounts.models import User
from accounts.models.people import UserQuerySet
from reminders.models import Message, Tick
from reminders.operations.doctor import GONE_AFTER, LATE_AFTER, SILENT_AFTER

WEEK = timedelta(days=7)
State, Fault = Message.State, Message.Fault
OF_THE_ADDRESS = (Fault.NO_SUCH_PERSON, Fault.BOUNCED)


@dataclass(frozen=True)
class Cause:
    """Why mails have not gone out: in words, with the reply codes that were given."""

    fault: Message.Fault
    codes: str
    is_final: bool
    count: int


@dataclass(frozen=True)
class Worker:
    """One worker as the operations page shows it."""

    tick: Tick
    is_silent: bool


def causes(*, at: datetime) -> list[Cause]:
    """Return why mails of the last seven days failed or still wait, the most frequent first. One query."""
    told = (
        Message.objects.filter(send_after__gte=at - WEEK)
        .exclude(fault="")
        .exclude(state__in=[State.SENT, State.DROPPED])
    )
    rows = told.values_list("fault", "last_error", "state").annotate(count=Count("pk")).order_by()
    found: dict[tuple[str, bool], list[tuple[str, int]]] = {}
    for fault, code, state, count in rows:
        found.setdefault((fault, state == State.FAILED), []).append((code, count))
    made = [
        Cause(
            Fault(fault),
            ", ".join(sorted({code for code, _count in some if code})),
            is_final,
            sum(count for _code, count in some),
        )
        for (fault, is_final), some in found.items()
    ]
    return sorted(made, key=lambda cause: (-cause.count, cause.fault))


def addresses_that_fail(*, at: datetime) -> UserQuerySet:
    """Return whose address was refused, or sent mail back, in the last week, and took none after that."""
    went_out = Message.objects.filter(
        person=OuterRef("person"), state=State.SENT, sent_at__gt=OuterRef("send_after")
    )
    failed = Message.objects.filter(
        ~Exists(went_out),
        person=OuterRef("pk"),
        fault__in=OF_THE_ADDRESS,
        state=State.FAILED,
        send_after__gte=at - WEEK,
    )
    people: UserQuerySet = User.objects.who_work_here().filter(Exists(failed)).by_name()
    return people


def workers(*, at: datetime) -> list[Worker]:
    """Return every worker that has been through within a day."""
    rows = Tick.objects.filter(ended_at__gt=at - GONE_AFTER)
    return [Worker(row, row.ended_at < at - SILENT_AFTER) for row in rows]


# --- for those who watch from outside -------------------------------------------------------------------
@dataclass(frozen=True)
class Figure:
    """One measurement. Labels hold our own words and a digest: no name, no code (R22)."""

    name: str
    says: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def figures(*, at: datetime) -> Iterator[Figure]:
    """Yield what /metrics says. Three queries."""
    yield from mail_figures(at)
    yield from work_figures()
    for row in Tick.objects.filter(ended_at__gt=at - GONE_AFTER):
        worker = (("worker", sha256(row.worker.encode()).hexdigest()[:8]),)
        age = (at - row.ended_at).total_seconds()
        yield Figure("tick_age_seconds", "since a worker was last through", age, worker)
        yield Figure("tick_failed", "whether its last tick had a fault", bool(row.fault), worker)


def mail_figures(at: datetime) -> Iterator[Figure]:
    late, oldest = 0, at
    with connection.cursor() as cursor:
        cursor.execute("select * from sight.mail_standing(%s, %s)", [at - WEEK, at - LATE_AFTER])
        rows = cursor.fetchall()
    for state, kind, fault, count, late_ones, first in rows:
        labels = (("state", state), ("kind", kind), ("fault", fault))
        yield Figure("mails", "mails of the last seven days", count, labels)
        late += late_ones
        oldest = min(oldest, first) if late_ones else oldest
    yield Figure("mails_late", "mails that should have gone out ten minutes ago and more", late)
    seconds = (at - oldest).total_seconds()
    yield Figure("mails_late_seconds", "how late the latest of them is", seconds)


def work_figures() -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute("select standing, late, escalations from sight.work_standing()")
        standing, late, escalations = cursor.fetchone()
    yield Figure("reminders_standing", "reminders that stand open", standing)
    yield Figure("reminders_late", "of these, late", late)
    yield Figure("reminders_at_once", "of these, escalations", escalations)
