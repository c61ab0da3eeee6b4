"""One's inbox: what was raised and still stands, what one has put aside, and what was tried before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from accounts.models import Absence, Practice, User
from core.dates import on_day
from reminders.models import HandedOn, Reminder
from reminders.occasions import DONE_BY_HAND, Occasion
from reminders.operations.reading import standing_for
from reminders.operations.subjects import Subject, keys_of, subjects_of
from reminders.rules import HANDABLE, LED

SOON = timedelta(days=28)
TRIED = "select reminder_id, code, person_id, raised_at, mailed_at, rested from sight.tried()"


@dataclass(frozen=True)
class Tried:
    """Whom we have reminded of the same before, how, and how often they have put it off."""

    name: str
    raised_on: date
    mailed_on: date | None
    rested: int


@dataclass(frozen=True)
class Notice:
    """A reminder of one's own, whom it is about where one may see them, and what one can do with it."""

    reminder: Reminder
    subject: Subject | None = None
    tried: Sequence[Tried] = ()
    handed: HandedOn | None = None  # to the reader, by a colleague
    deputy: str = ""

    @property
    def occasion(self) -> Occasion:
        return Occasion(self.reminder.occasion)

    @property
    def may_be_done(self) -> bool:
        """Whether nothing that is recorded would close it."""
        return self.occasion in DONE_BY_HAND

    @property
    def handed_by(self) -> str:
        return self.handed.by.name if self.handed else ""

    @property
    def asks_why(self) -> bool:
        """Whether putting it off once more asks for a reason."""
        return self.reminder.asks_why

    @property
    def may_wait(self) -> bool:
        return self.reminder.may_wait

    @property
    def colleague(self) -> str:
        """The deputy's name, where it can be handed to them."""
        return self.deputy if may_be_handed(self.reminder) else ""


@dataclass(frozen=True)
class InHands:
    """What one has handed on and what still stands with a colleague."""

    handed: HandedOn
    subject: Subject | None = None

    @property
    def occasion(self) -> Occasion:
        return Occasion(self.handed.occasion)


@dataclass(frozen=True)
class Inbox:
    """What stands, what rests until tomorrow or was done by hand, and what is with a colleague."""

    notices: Sequence[Notice] = ()
    aside: Sequence[Notice] = ()
    in_hands: Sequence[InHands] = field(default_factory=list)


def inbox_of(*, person: User, at: datetime, practice: Practice) -> Inbox:
    """Return the inbox of `person`, oldest first; a constant number of queries.

    A reminder whose fact is there by now is left out, even before the next tick closes it. Where the reader
    may not see the thing itself, only the tick can say so.
    """
    on = on_day(at)
    standing = {
        (one.person_id, one.occasion.value, one.about_id, one.due_on)
        for one in standing_for(person=person, on=on, practice=practice)
    }
    rows = list(Reminder.objects.visible_to(person).filter(closed_at=None))
    handed = list(HandedOn.objects.visible_to(person).standing().select_related("by", "to"))
    subjects = subjects_of(person, keys_of([*rows, *handed]))
    raised = [
        row
        for row in rows
        if (person.pk, row.occasion, row.about, row.due_on) in standing or row.about not in subjects
    ]
    tried, codes = what_was_tried() if any(row.is_escalation for row in raised) else ({}, {})
    deputy = deputy_of(person, on)
    to_me = {(one.occasion, one.about, one.due_on): one for one in handed if one.to == person}
    notices = [
        Notice(
            row,
            subjects.get(row.about) or subject_with(codes.get(row.pk, "")),
            tried.get(row.pk, ()),
            to_me.get((row.occasion, row.about, row.due_on)),
            deputy.name if deputy else "",
        )
        for row in raised
    ]
    in_hands = [
        InHands(one, subjects.get(one.about))
        for one in handed
        if one.by == person and (one.to_id, one.occasion, one.about, one.due_on) in standing
    ]
    return Inbox(
        [one for one in notices if not one.reminder.is_aside(at)],
        [one for one in notices if one.reminder.is_aside(at)],
        in_hands,
    )


def subject_with(code: str) -> Subject | None:
    """Return what a practice admin is told: the code, and no name."""
    return Subject("", code) if code else None


def what_was_tried() -> tuple[dict[UUID, list[Tried]], dict[UUID, str]]:
    """Return for each escalation of whoever is acting what went before it, and its code where they see no more.

    Two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(TRIED)
        rows = cursor.fetchall()
    names = User.objects.in_bulk({row[2] for row in rows})
    tried: dict[UUID, list[Tried]] = {}
    for reminder, _code, person, raised_at, mailed_at, rested in rows:
        mailed_on = on_day(mailed_at) if mailed_at else None
        said = Tried(names[person].name, on_day(raised_at), mailed_on, rested)
        tried.setdefault(reminder, []).append(said)
    return tried, {row[0]: row[1] for row in rows if row[1]}


def deputy_of(person: User, on: date) -> User | None:
    """Return who stands in for `person`: in the absence that runs, or the next within four weeks."""
    near = Absence.objects.filter(
        user=person,
        ends_on__gte=on,
        starts_on__lte=on + SOON,
        deputy__is_active=True,
        deputy__suspended_at=None,
    )
    absence = near.select_related("deputy").order_by("starts_on").first()
    return absence.deputy if absence else None


def may_be_handed(reminder: Reminder) -> bool:
    """Say whether a deputy can do it: what was asked of a role, or of who leads the work, is theirs alone."""
    led = reminder.is_escalation and reminder.occasion in LED
    return reminder.occasion in HANDABLE and not led
