"""How sending goes and how much is late: counts, no names, for whoever keeps the installation running."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Min, Q

from accounts.models import Backup
from reminders.models import Message

WEEK = timedelta(days=7)
SHOWN = 7  # backups
LATE_AFTER = timedelta(minutes=10)
State = Message.State


@dataclass(frozen=True)
class Mail:
    """Mail of the last seven days. `stuck` should have gone out ten minutes ago and more."""

    sent: int
    waiting: int
    stuck: int
    failed: int
    last_sent_at: datetime | None
    oldest_stuck_at: datetime | None
    faults: tuple[tuple[str, int], ...]

    @property
    def is_well(self) -> bool:
        return not (self.failed or self.stuck)


@dataclass(frozen=True)
class Work:
    """Reminders that stand open in the whole practice."""

    standing: int
    late: int
    escalations: int
    people: int


@dataclass(frozen=True)
class Backups:
    """The last backups that were tried, newest first, and the last good one of all."""

    tried: tuple[Backup, ...]
    good: Backup | None
    is_late: bool  # no good one of the last day

    @property
    def is_here_alone(self) -> bool:
        """Say whether the last good one lies on the disk of the data, and would go with it."""
        return self.good is not None and not self.good.is_elsewhere

    @property
    def fault(self) -> str:
        """Return why the newest is not good; empty when it is."""
        return self.tried[0].said if self.tried else ""


def sums_of_backups(*, at: datetime) -> Backups:
    """Return what became of the last backups. Two queries, one where the last was good."""
    tried = tuple(Backup.objects.newest_first()[:SHOWN])
    good = next((one for one in tried if one.is_good), None)
    if good is None and len(tried) == SHOWN:
        good = Backup.objects.filter(is_good=True).newest_first().first()
    return Backups(tried, good, is_late=good is None or good.is_late(at))


def sums_of_mail(*, at: datetime) -> Mail:
    """Return what became of the mails of the last seven days. Two queries."""
    recent = Message.objects.filter(send_after__gte=at - WEEK)
    to_send = Q(state__in=[State.WAITING, State.CLAIMED])
    stuck = to_send & Q(send_after__lt=at - LATE_AFTER)
    sums = recent.aggregate(
        sent=Count("pk", filter=Q(state=State.SENT)),
        waiting=Count("pk", filter=to_send),
        stuck=Count("pk", filter=stuck),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        last_sent_at=Max("sent_at"),
        oldest_stuck_at=Min("send_after", filter=stuck),
    )
    said = recent.exclude(last_error="").exclude(state=State.SENT).values_list("last_error")
    faults = said.annotate(count=Count("pk")).order_by("-count", "last_error")
    return Mail(**sums, faults=tuple(faults))


def sums_of_work() -> Work:
    """Return how much stands open, how much of it is late. One query; nobody's inbox is read for it."""
    with connection.cursor() as cursor:
        cursor.execute("select * from sight.work_standing()")
        return Work(*cursor.fetchone())
