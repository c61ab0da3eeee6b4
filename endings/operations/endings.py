"""Opening an ending, and the two moves that every act on it makes: hold it, move its stage."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Participation
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Departure, Ending
from endings.operations.people_to_tell import list_people_to_tell
from endings.workflow import Initiator, Playbook, Stage, Step, stage_after


@dataclass(frozen=True)
class Origin:
    """Who began it, whether it was planned, and why: the playbook follows from these (R6)."""

    playbook: Playbook = Playbook.DEPARTURE
    initiator: Initiator = Initiator.THERAPIST
    is_planned: bool = True
    cause: str = ""


@transaction.atomic
def open_ending(
    *,
    assignment: Assignment,
    by: User,
    on: date,
    departure: Departure | None = None,
    participation: Participation | None = None,
    origin: Origin | None = None,
) -> Ending:
    """Begin the end of one assignment, or of one client's part in a group, and list who must know.

    Raises RuleBroken where an open ending stands already.
    """
    origin = origin or Origin()
    work = Assignment.objects.editable_by(by).select_for_update(of=("self",)).get(pk=assignment.pk)
    if Ending.objects.open().filter(assignment=work, participation=participation).exists():
        raise RuleBroken(_("An ending of this work is already under way."))
    first = participation or work.episode.participations.order_by("joined_on", "pk").first()
    if first is None:
        raise RuleBroken(_("Nobody takes part in this work."))
    ending = Ending.objects.create(
        departure=departure,
        assignment=work,
        episode_id=work.episode_id,
        client_id=first.client_id,
        participation=participation,
        playbook=origin.playbook,
        initiator=origin.initiator,
        is_planned=origin.is_planned,
        cause=origin.cause,
        carried_by_id=departure.carried_by_id if departure else None,
        opened_on=on,
    )
    list_people_to_tell(ending)
    return ending


def hold(ending: Ending, by: User) -> Ending:
    """Return the ending locked, once more as somebody who may write in it."""
    return Ending.objects.editable_by(by).select_for_update(of=("self",)).get(pk=ending.pk)


def reach(ending: Ending, step: Step) -> Stage:
    """Return the stage that `step` leads to. Raises RuleBroken where the law refuses it."""
    return stage_after(
        ending.playbook,
        ending.stage,
        step,
        not_told_stands=ending.has_not_told_exception,
    )


def refuse_future(on: date, at: datetime) -> None:
    """Facts are recorded once they have happened."""
    if on > on_day(at):
        raise RuleBroken(_("This date is still to come. Record it once it has happened."))
