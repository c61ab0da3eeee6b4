"""Where an ending stands, in a chip: for the pages that show clients, not endings."""

from datetime import date

from core.parts import Chip
from endings.board.lane import Fact, Lane
from endings.board.words import chip_of
from endings.models import Ending
from endings.models.endings import CLOSED_STAGES
from endings.workflow import Playbook, Stage

TOLD_FIRST = {Playbook.DEPARTURE, Playbook.SUDDEN, Playbook.INVOLUNTARY}


def standing_of(ending: Ending, today: date, shortest: int) -> Chip:
    """Return the state of an ending; `shortest` is the agreed notice in days (R2)."""
    if ending.playbook in TOLD_FIRST:
        return chip_of(lane_of(ending, shortest), today)
    if ending.stage in CLOSED_STAGES:
        return Chip("done", Stage(ending.stage).label)
    reached = Playbook(ending.playbook) if ending.stage == Stage.TO_TELL else Stage(ending.stage)
    return Chip("now", reached.label, "door-open")


def lane_of(ending: Ending, shortest: int) -> Lane:
    """Return what the words of the board need of one ending."""
    return Lane(
        code="",
        opens_on=ending.window_opens_on,
        closes_on=ending.window_closes_on,
        told=fact(ending.told_on, ending.tell_plan_on, late=not ending.told_live),
        options=fact(ending.options_on, ending.options_plan_on),
        # A planned meeting of three is one only once somebody receives; before that it is a proposal.
        handover=fact(ending.handed_over_on, None),
        last=fact(ending.last_held_on, ending.last_on),
        days_short=days_short(ending, shortest),
        ended=ending.stage in CLOSED_STAGES,
    )


def fact(done_on: date | None, planned_on: date | None, *, late: bool = False) -> Fact | None:
    if done_on:
        return Fact(done_on, done=True, late=late)
    return Fact(planned_on) if planned_on else None


def days_short(ending: Ending, shortest: int) -> int:
    """Return by how many days the notice of a telling falls short; nothing once the ending is closed."""
    if ending.told_on is None or ending.last_on is None:
        return 0
    return max(0, shortest - (ending.last_on - ending.told_on).days)
