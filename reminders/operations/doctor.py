"""Is everybody reminded of what they should be, and does every mail go out? Asked apart from who does it.

What should stand is derived once more, by the pure rules and not by the SQL that raises reminders, so that a
fault of one is found by the other. Counts only: what is wrong is about somebody's clients.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q
from django.db.models.functions import Now

from core.dates import on_day
from reminders.due import due
from reminders.models import Examination, Message, Reminder, Tick
from reminders.operations.reading import read_facts

LATE_AFTER = timedelta(minutes=10)
SILENT_AFTER = timedelta(minutes=2)
GONE_AFTER = timedelta(days=1)  # a worker that was silent for so long was taken away
KEPT = timedelta(days=30)
State = Message.State
Raised = tuple[UUID, str, UUID, object]


def examine(*, at: datetime, known: set[Raised] | None = None) -> tuple[Examination, set[Raised]]:
    """Look at mails, claims, reminders and workers; return what was found, not saved, and what differs.

    `known` is what an earlier look found to differ: only what differs both times counts, because a fact
    may have been recorded since the last tick.
    """
    should, there = standing_by_the_rules(at), standing_in_the_rows()
    differs = should ^ there
    counted = differs if known is None else differs & known
    late = Message.objects.filter(
        state__in=[State.WAITING, State.CLAIMED], send_after__lt=at - LATE_AFTER
    )
    died = Message.objects.filter(state=State.CLAIMED, leased_until__lt=Now() - SILENT_AFTER)
    return Examination(
        at=at,
        unsent=late.count(),
        expired=died.count(),
        missing=len(counted & should),
        left_over=len(counted & there),
        silent=silent_workers(at),
    ), differs


def standing_by_the_rules(at: datetime) -> set[Raised]:
    """Return who should be reminded of what, about what, since when, by the pure form of the rules."""
    on = on_day(at)
    return {
        (one.person_id, one.occasion.value, one.about_id, one.due_on)
        for one in due(read_facts(on=on), on)
    }


def standing_in_the_rows() -> set[Raised]:
    rows = Reminder.objects.filter(closed_at=None).order_by()
    return set(rows.values_list("person", "occasion", "about", "due_on"))


def silent_workers(at: datetime) -> int:
    """Return how many workers have not been through for two minutes; one where none has for a day."""
    here = Tick.objects.filter(ended_at__gt=at - GONE_AFTER)
    silent = here.filter(ended_at__lt=at - SILENT_AFTER).count()
    return silent if here.exists() else 1


def keep(found: Examination) -> None:
    """Let the operations page show it; what is older than a month is forgotten."""
    found.save(force_insert=True)
    Examination.objects.filter(at__lt=found.at - KEPT).delete()


def last_examination() -> Examination | None:
    return Examination.objects.first()


def last_tick_at() -> datetime | None:
    """Return when any worker was last through."""
    ended: datetime | None = Tick.objects.filter(Q(fault="")).aggregate(at=Max("ended_at"))["at"]
    return ended
