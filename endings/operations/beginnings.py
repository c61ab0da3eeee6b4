"""Ending one piece of work outside a departure: beginning it, changing one's mind, and going on after all (R6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Client, Episode, Participation
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Ending
from endings.models.endings import CLOSED_STAGES
from endings.operations.endings import Origin, hold, open_ending
from endings.operations.exits import take_back_question
from endings.operations.records import done_steps, records_of
from endings.workflow import BEGINNINGS, TELLING, Beginning, Playbook, Stage, has_step, stage_of


@dataclass(frozen=True)
class Begun:
    """The answer to the three questions, and the last session where it is known already."""

    beginning: Beginning
    last_on: date | None = None

    @property
    def playbook(self) -> Playbook:
        """The way it goes. Raises RuleBroken where the three answers do not fit together."""
        found = BEGINNINGS.get(self.beginning)
        if found is None:
            raise RuleBroken(_("These answers do not go together. Look at them once more."))
        return found


@transaction.atomic
def begin_ending(
    *, assignment: Assignment, client: Client, begun: Begun, by: User, at: datetime
) -> Ending:
    """Begin the end of this work; in a group, of this client's part in it.

    Raises RuleBroken where an ending of it is open already, or the day lies in the past.
    """
    on = on_day(at)
    refuse_past(begun.last_on, on)
    ending = open_ending(
        assignment=assignment,
        by=by,
        on=on,
        participation=part_of(assignment.episode, client),
        origin=origin_of(begun),
    )
    ending.last_on = begun.last_on
    ending.save(update_fields=["last_on"])
    return ending


@transaction.atomic
def change_beginning(*, ending: Ending, begun: Begun, by: User, at: datetime) -> Ending:
    """Say that it is another kind of ending. What was recorded stays; the stage follows from it anew.

    Raises RuleBroken for an ending of a departure, whose way the departure gives, and for a closed one.
    """
    held = hold(ending, by)
    if held.departure_id is not None:
        raise RuleBroken(_("This ending belongs to a departure. Change it there."))
    if held.stage in CLOSED_STAGES:
        raise RuleBroken(_("This file is closed and stays as it was."))
    if begun.last_on != held.last_on:
        refuse_past(begun.last_on, on_day(at))
    origin = origin_of(begun)
    held.playbook, held.initiator = origin.playbook, origin.initiator
    held.is_planned, held.cause = origin.is_planned, origin.cause
    held.last_on, held.stage = begun.last_on, Stage.TO_TELL
    held.stage = stage_now(held)
    held.save()
    if held.playbook != Playbook.INVOLUNTARY:
        take_back_question(held, at)
    return held


@transaction.atomic
def go_on_after_all(*, ending: Ending, by: User, at: datetime) -> Ending:
    """Say that this work goes on: the ending is laid aside and stays readable."""
    held = hold(ending, by)
    if held.departure_id is not None:
        raise RuleBroken(_("This ending belongs to a departure. Change it there."))
    if held.stage in CLOSED_STAGES:
        raise RuleBroken(_("This file is closed and stays as it was."))
    held.withdrawn_on = on_day(at)
    held.save(update_fields=["withdrawn_on"])
    take_back_question(held, at)
    return held


def stage_now(ending: Ending) -> Stage:
    """Return the stage that the recorded facts amount to in the ending's playbook."""
    if ending.playbook in TELLING and ending.told_on is None and not ending.has_not_told_exception:
        return Stage.TO_TELL
    done = done_steps(ending, records_of(ending))
    steps = {step for step in done if has_step(ending.playbook, step)}
    telling = TELLING.get(Playbook(ending.playbook))
    if telling is not None and ending.told_on is not None:
        steps.add(telling)
    return stage_of(ending.playbook, steps)


def part_of(episode: Episode, client: Client) -> Participation | None:
    """Return the client's part in a group; a couple and a family end together.

    Raises RuleBroken where the client takes no part in this work any more.
    """
    part = episode.participations.filter(client=client, left_on=None).first()
    if part is None:
        raise RuleBroken(_("This person takes no part in this work any more."))
    return part if episode.kind == Episode.Kind.GROUP else None


def origin_of(begun: Begun) -> Origin:
    answer = begun.beginning
    return Origin(
        playbook=begun.playbook,
        initiator=answer.initiator,
        is_planned=answer.is_planned,
        cause=answer.cause,
    )


def refuse_past(last_on: date | None, on: date) -> None:
    if last_on is not None and last_on < on:
        raise RuleBroken(
            _("The last session is still to come. Choose a later day, or leave it open.")
        )
