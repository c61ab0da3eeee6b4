"""What somebody does with a reminder: puts it off until tomorrow, says it is done, hands it on; and undoes it.

None of it changes a fact, and none of it holds an escalation back (R1, R2).
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from core.dates import on_day
from core.errors import RuleBroken
from reminders.models import HandedOn, Reminder
from reminders.occasions import DONE_BY_HAND
from reminders.operations.inbox import deputy_of, may_be_handed

DAY = timedelta(days=1)


@transaction.atomic
def remind_tomorrow(
    *, reminder: Reminder, by: User, at: datetime, practice: Practice, because: str = ""
) -> Reminder:
    """Let one reminder rest until tomorrow morning; the fact that closes it still does.

    Raises RuleBroken on the day of the last meeting for full notice, and the third time without a reason.
    """
    mine = locked(reminder, by)
    if not mine.may_wait:
        raise RuleBroken(_("There is no full notice after today: this cannot wait until tomorrow."))
    if mine.asks_why and not because:
        raise RuleBroken(_("It was put off twice already. Say why it has to wait once more."))
    mine.snoozed_until = tomorrow(on_day(at), practice)
    mine.rested += 1
    mine.rested_because = because
    mine.save(update_fields=["snoozed_until", "rested", "rested_because"])
    return mine


@transaction.atomic
def remind_again(*, reminder: Reminder, by: User) -> Reminder:
    """Take back that it rests, as if it had not been put off."""
    mine = locked(reminder, by)
    if mine.snoozed_until is not None:
        mine.snoozed_until, mine.rested = None, max(0, mine.rested - 1)
        mine.save(update_fields=["snoozed_until", "rested"])
    return mine


@transaction.atomic
def mark_done(*, reminder: Reminder, by: User, at: datetime) -> Reminder:
    """Say that something is done of which nothing is recorded. Raises RuleBroken where a fact would say so."""
    mine = locked(reminder, by)
    if mine.occasion not in DONE_BY_HAND:
        raise RuleBroken(_("This line leaves by itself when the thing is recorded."))
    mine.done_at = at
    mine.save(update_fields=["done_at"])
    return mine


@transaction.atomic
def mark_not_done(*, reminder: Reminder, by: User) -> Reminder:
    """Take back that it is done."""
    mine = locked(reminder, by)
    mine.done_at = None
    mine.save(update_fields=["done_at"])
    return mine


@transaction.atomic
def hand_on(*, reminder: Reminder, by: User, at: datetime) -> HandedOn:
    """Put one reminder into the hands of one's deputy; late, it stands with both.

    Raises RuleBroken where nobody stands in, or where only the person asked can do it. It opens nothing to
    the deputy: the absence does.
    """
    mine = locked(reminder, by)
    deputy = deputy_of(by, on_day(at))
    if deputy is None:
        raise RuleBroken(_("Nobody stands in for you. Record your absence, and who does."))
    if not may_be_handed(mine):
        raise RuleBroken(_("This is asked of you alone."))
    row, _made = HandedOn.objects.get_or_create(
        by=by,
        occasion=mine.occasion,
        about=mine.about,
        due_on=mine.due_on,
        taken_back_at=None,
        defaults={"to": deputy, "at": at},
    )
    return row


@transaction.atomic
def take_back(*, handed: HandedOn, by: User, at: datetime) -> HandedOn:
    """Take back what one has handed on, or give back what one was handed."""
    mine = HandedOn.objects.editable_by(by).select_for_update(of=("self",)).get(pk=handed.pk)
    mine.taken_back_at = mine.taken_back_at or at
    mine.save(update_fields=["taken_back_at"])
    return mine


def locked(reminder: Reminder, by: User) -> Reminder:
    return Reminder.objects.editable_by(by).select_for_update(of=("self",)).get(pk=reminder.pk)


def tomorrow(on: date, practice: Practice) -> datetime:
    """Return the first moment of the practice's next day."""
    return datetime.combine(on + DAY, time(), tzinfo=practice.tzinfo)
