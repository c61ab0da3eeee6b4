"""One day of one person, read already, and the words for what stands open in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from caseload.models import Session
from core import dates
from core.parts import Chip
from endings.models import Departure, Ending, Review
from referrals.models import FollowUp
from reminders.due import Due
from reminders.occasions import Occasion
from reminders.operations.subjects import Subject

WEEK = timedelta(days=7)
TO_TELL = (Occasion.LAST_CHANCE, Occasion.TELL)
TO_DECIDE = (Occasion.NOTICE_SHORT, Occasion.REBOOK_TELLING, Occasion.CHOOSE_MEETING)
# What a session of today can be used for, the most pressing first.
IN_A_SESSION = (
    *TO_TELL,
    Occasion.NOTICE_SHORT,
    Occasion.LAST_SESSION,
    Occasion.HEAR_CHOICE,
    Occasion.OFFER_OPTIONS,
    Occasion.RETURN_TO_IT,
    Occasion.PREPARE_HANDOVER,
    Occasion.BOOK_HANDOVER,
)


@dataclass(frozen=True)
class Todo:
    """One line (components/todo.html): who or what, the state, one sentence, one act."""

    name: str = ""
    code: str = ""
    title: str = ""
    url: str = ""
    chip: Chip | None = None
    text: str = ""
    tone: Literal["", "due", "short"] = ""
    time: datetime | None = None
    act: str = ""
    act_url: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Day:
    """Everything that one day is made of, read already."""

    person: User
    on: date
    shortest: int
    standing: Sequence[Due]
    sessions: Sequence[Session]
    endings: Mapping[UUID, Ending]
    follow_ups: Mapping[UUID, FollowUp]
    reviews: Sequence[Review] = ()
    departure: Departure | None = None
    subjects: Mapping[UUID, Subject] = field(default_factory=dict)
    of: Mapping[UUID, list[Due]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[UUID, list[Due]] = {}
        for one in self.standing:
            found.setdefault(one.about_id, []).append(one)
        object.__setattr__(self, "of", found)

    def occasions(self, ending: Ending) -> dict[Occasion, Due]:
        """Return what stands open about an ending, by occasion."""
        return {one.occasion: one for one in self.of.get(ending.pk, [])}

    def is_mine(self, ending: Ending) -> bool:
        """Say whether the reader answers for it, today or in somebody's place.

        Who leads the work is told at once of short notice and of a file that stays open.
        """
        led = [
            one
            for one in self.of.get(ending.pk, [])
            if one.occasion in (Occasion.NOTICE_SHORT, Occasion.CLOSE_FILE) and one.is_escalation
        ]
        return not led

    def day(self, value: date) -> str:
        return dates.day(value, self.on)


# --- what the words are -----------------------------------------------------------------------------
def chip_of(one: Due, *, is_last: bool = False) -> Chip:
    """Return the state in a chip, in at most four words; `is_last`: there is no chance after today."""
    if one.occasion is Occasion.LAST_CHANCE and not is_last:
        return Chip("now", _("Last chance for full notice"))
    says: dict[Occasion, Chip] = {
        Occasion.TELL: Chip("now", _("Tell today"), "messages-square"),
        Occasion.LAST_CHANCE: Chip("now", _("Last day for full notice")),
        Occasion.NOTICE_SHORT: Chip("late", _("Less time than agreed")),
        Occasion.REBOOK_TELLING: Chip("late", _("The meeting fell through"), "calendar"),
        Occasion.CHOOSE_MEETING: Chip("late", _("No date yet"), "calendar"),
        Occasion.OFFER_OPTIONS: Chip("info", _("Options are open")),
        Occasion.HEAR_CHOICE: Chip("info", _("Hear the choice")),
        Occasion.RETURN_TO_IT: Chip("info", _("Return to it"), "messages-square"),
        Occasion.BOOK_HANDOVER: Chip("meet", _("Meeting of three")),
        Occasion.PREPARE_HANDOVER: Chip("meet", _("Meeting of three")),
        Occasion.LAST_SESSION: Chip("now", _("Last session"), "door-open"),
        Occasion.CLOSE_FILE: Chip("now", _("Close the file")),
    }
    return says.get(one.occasion, Chip("now", one.occasion.label))


def act_of(occasion: Occasion) -> str:
    """Return the verb of the button."""
    if occasion in (*TO_TELL, Occasion.NOTICE_SHORT):
        return _("I told them in person")
    says = {
        Occasion.HEAR_CHOICE: _("Record the choice"),
        Occasion.CLOSE_FILE: _("Close the file"),
        Occasion.LAST_SESSION: _("Record the last session"),
    }
    return says.get(occasion, _("Open the ending"))


def text_of(one: Due, ending: Ending, day: Day) -> str:
    """Return the one sentence under the name, and in whose place the reader answers."""
    return " ".join(filter(None, [sentence_of(one, ending, day), in_place_of(ending, day)]))


def in_place_of(ending: Ending, day: Day) -> str:
    """Return “In place of Marta.” where the reader stands in, or carries on."""
    if ending.assignment.therapist_id == day.person.pk or not day.is_mine(ending):
        return ""
    return _("In place of %(name)s.") % {"name": ending.assignment.therapist.name}


def sentence_of(one: Due, ending: Ending, day: Day) -> str:
    if one.occasion is Occasion.NOTICE_SHORT and ending.last_on:
        left = max(0, (ending.last_on - (ending.told_on or day.on)).days)
        return ngettext(
            "%(days)s of %(count)s day of notice.",
            "%(days)s of %(count)s days of notice.",
            day.shortest,
        ) % {"days": left, "count": day.shortest}
    if one.occasion in TO_TELL and ending.last_on and ending.window_closes_on:
        said = _("Last session on %(last)s. Tell by %(by)s to leave full time.")
        return said % {"last": day.day(ending.last_on), "by": day.day(ending.window_closes_on)}
    if one.occasion is Occasion.REBOOK_TELLING:
        return _("Choose another meeting, and rebook it without saying why.")
    if one.occasion is Occasion.CHOOSE_MEETING:
        return _("Choose the meeting in which to tell")
    if one.occasion in (Occasion.OFFER_OPTIONS, Occasion.RETURN_TO_IT) and ending.told_on:
        return _("Told: %(when)s.") % {"when": dates.relative_days(ending.told_on, day.on)}
    return _("Since %(day)s.") % {"day": day.day(one.since)}
