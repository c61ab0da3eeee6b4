"""What the board is told about one ending."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.parts import Chip, Link, Text


class Group(TextChoices):
    """Where a lane stands; the order of the members is the order on the board."""

    DECIDE = "decide", _("Needs a decision")
    TELL = "tell", _("Tell this week")
    TOLD = "told", _("Told, on the way")
    LATER = "later", _("Window not open yet")
    ENDED = "ended", _("Ended")


@dataclass(frozen=True)
class Fact:
    """One act of an ending on its day: planned, or done. `late` is after its time, or not in person."""

    on: date
    done: bool = False
    late: bool = False

    @property
    def state(self) -> str:
        """The class of its sign: "late" before "done" before "plan"."""
        if self.late:
            return "late"
        return "done" if self.done else "plan"


@dataclass(frozen=True)
class Lane:
    """One ending of a departure. `name` is empty where it is closed to the reader (R5).

    Dates are the practice's. `last_chance_on` is the last meeting that gives full notice; without it the
    window's last day. `chip`, `note` and `act` replace or add to the words that the board finds itself.
    """

    code: str
    name: str = ""
    url: str = ""
    rhythm: Text = ""
    opens_on: date | None = None
    closes_on: date | None = None
    last_chance_on: date | None = None
    told: Fact | None = None
    options: Fact | None = None
    handover: Fact | None = None
    last: Fact | None = None
    days_short: int = 0
    needs_decision: bool = False
    ended: bool = False
    chip: Chip | None = None
    note: Text = ""
    act: Link | None = None

    @property
    def is_told(self) -> bool:
        return bool(self.told and self.told.done)

    def facts(self) -> list[tuple[str, Fact]]:
        """Return the facts that have a day, in the order of the way, with the letter of their sign."""
        named = (("t", self.told), ("o", self.options), ("h", self.handover), ("l", self.last))
        return [(letter, fact) for letter, fact in named if fact]

    def ahead(self) -> list[tuple[str, Fact]]:
        """Return what is planned, the next first."""
        planned = [(letter, fact) for letter, fact in self.facts() if not fact.done]
        return sorted(planned, key=lambda each: each[1].on)


def group_of(lane: Lane, today: date) -> Group:
    """Return the one place where a lane stands (R25): nobody is left out, nobody stands twice.

    An ending that has neither been told nor has a window has no date, which is a decision to make.
    """
    if lane.ended:
        return Group.ENDED
    if lane.needs_decision:
        return Group.DECIDE
    if lane.is_told:
        return Group.TOLD
    if lane.opens_on is None:
        return Group.DECIDE
    sunday = today + timedelta(days=6 - today.weekday())
    return Group.TELL if lane.opens_on <= sunday else Group.LATER


def order_of(lane: Lane) -> tuple[date, date, str]:
    """Sort inside a group: by the day of the next act, then by the end of the window.

    Where nothing is ahead, the day of the last session stands in.
    """
    ahead = lane.ahead()
    last_on = lane.last.on if lane.last else date.max
    return (ahead[0][1].on if ahead else last_on), lane.closes_on or date.max, lane.code
