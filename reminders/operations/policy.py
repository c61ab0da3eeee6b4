"""How many days before and after a fact the practice reminds, and what changes if it does so otherwise."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from accounts.models import User
from accounts.operations.rights import refuse_others
from core.errors import ChangedMeanwhile
from reminders.models import ReminderPolicy
from reminders.occasions import Occasion
from reminders.offsets import Offsets

AHEAD = (timedelta(0), timedelta(days=7), timedelta(days=14), timedelta(days=28))
COUNTED = """
select asked.day, found.occasion, found.standing
  from unnest(%(days)s::date[]) asked (day)
 cross join lateral sight.reminders_on(asked.day, %(offsets)s::jsonb) found
"""


@dataclass(frozen=True)
class Count:
    """How many stand on a day: as it is, and as it would be."""

    day: date
    before: int
    after: int


@dataclass(frozen=True)
class Change:
    """How many of one kind stand on each day looked at."""

    occasion: Occasion
    counts: Sequence[Count]

    @property
    def is_any(self) -> bool:
        return any(count.before != count.after for count in self.counts)


def days_ahead(on: date) -> list[date]:
    """Return the days that a preview looks at: today, in one week, two, four."""
    return [on + ahead for ahead in AHEAD]


def preview(*, offsets: Offsets, by: User, on: date) -> list[Change]:
    """Return what changes with other offsets, if nothing else happens: numbers of the whole practice.

    Two questions to PostgreSQL, which answers them for a practice admin alone. Writes nothing.
    """
    refuse_others(by)
    days = days_ahead(on)
    before = counted(ReminderPolicy.objects.current().offsets, days)
    after = counted(offsets, days)
    changes = [
        Change(
            occasion,
            [
                Count(day, before.get((day, occasion), 0), after.get((day, occasion), 0))
                for day in days
            ],
        )
        for occasion in Occasion
    ]
    return [change for change in changes if change.is_any]


def counted(offsets: Offsets, days: Sequence[date]) -> dict[tuple[date, Occasion], int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"days": list(days), "offsets": json.dumps(asdict(offsets))})
        return {(day, Occasion(occasion)): count for day, occasion, count in cursor.fetchall()}


@transaction.atomic
def set_policy(*, offsets: Offsets, by: User, revision: int | None = None) -> ReminderPolicy:
    """Remind by these offsets from the next tick on.

    Raises ChangedMeanwhile where somebody saved after `revision` was read.
    """
    refuse_others(by)
    row = ReminderPolicy.objects.select_for_update().current()
    if revision is not None and revision != row.revision:
        raise ChangedMeanwhile
    for name, days in asdict(offsets).items():
        setattr(row, name, days)
    row.revision += 1
    row.save()
    return row
