"""One's inbox: what was raised and still stands, and letting one thing rest until tomorrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Practice, User
from core.dates import on_day
from endings.models import Ending, Review
from referrals.models import FollowUp
from reminders.models import Reminder
from reminders.occasions import Occasion
from reminders.operations.reading import due_in_sql


@dataclass(frozen=True)
class Notice:
    """A reminder with the day it stands on and the client it is about, where one may see them."""

    reminder: Reminder
    about: Ending | FollowUp | Review | None

    @property
    def occasion(self) -> Occasion:
        return Occasion(self.reminder.occasion)

    @property
    def client(self) -> Any:
        """The client, or nothing where the reader may not know, or there is none."""
        if isinstance(self.about, Ending | FollowUp):
            return self.about.client
        return None


def notices_of(*, person: User, at: datetime, practice: Practice) -> list[Notice]:
    """Return what stands in the inbox of `person`, oldest first; at most six queries.

    A reminder whose fact is there by now is left out, even before the next tick closes it.
    """
    on = on_day(at)
    standing = {
        (one.occasion.value, one.about_id, one.due_on)
        for one in due_in_sql(on=on, person=person, practice=practice)
    }
    mine = Reminder.objects.visible_to(person).standing(at)
    raised = [row for row in mine if (row.occasion, row.about, row.due_on) in standing]
    about = things(person, [row.about for row in raised])
    return [Notice(row, about.get(row.about)) for row in raised]


def things(person: User, keys: Sequence[UUID]) -> dict[UUID, Any]:
    """Return the endings, follow-ups and reviews among `keys` that `person` may see."""
    endings = Ending.objects.visible_to(person).filter(pk__in=keys).select_related("client")
    asked = FollowUp.objects.visible_to(person).filter(pk__in=keys).select_related("client")
    reviews = Review.objects.visible_to(person).filter(pk__in=keys).select_related("author")
    found: dict[UUID, Any] = {}
    for rows in (endings, asked, reviews):
        found.update({row.pk: row for row in rows})
    return found


@transaction.atomic
def snooze(*, reminder: Reminder, by: User, at: datetime, practice: Practice) -> Reminder:
    """Let one reminder rest until tomorrow morning; the fact that closes it still does."""
    mine = Reminder.objects.editable_by(by).select_for_update(of=("self",)).get(pk=reminder.pk)
    mine.snoozed_until = tomorrow(on_day(at), practice)
    mine.save(update_fields=["snoozed_until"])
    return mine


def tomorrow(on: date, practice: Practice) -> datetime:
    """Return the first moment of the practice's next day."""
    return datetime.combine(on + timedelta(days=1), time(), tzinfo=practice.tzinfo)
