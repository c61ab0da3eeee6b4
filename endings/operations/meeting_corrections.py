"""What was recorded of a meeting of three is said anew or taken back: by a row, never by a change."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, HandoverCorrection, HandoverSession
from endings.models.endings import CLOSED_STAGES
from endings.operations.endings import hold, refuse_future
from endings.operations.meetings_of_three import Meeting, work_of_receiver
from endings.operations.records import done_steps, records_of
from endings.workflow import Step, stage_of


@dataclass(frozen=True)
class Version:
    """What the page had read of a meeting of three: the first record, or its newest correction."""

    handover: HandoverSession
    correction: HandoverCorrection | None = None


@transaction.atomic
def correct_meeting_of_three(
    *, read: Version, meeting: Meeting, held_on: date, by: User, at: datetime
) -> HandoverCorrection:
    """Add a row that says anew what came of the meeting; the first one stays readable, also after closing.

    What is corrected is confirmed anew by each of the three. Raises ChangedMeanwhile where `read` is not
    what stands, RuleBroken for a day to come or one before the telling.
    """
    ending, mine = met_under_lock(read, by)
    refuse_future(held_on, at)
    if ending.told_on is None or held_on < ending.told_on:
        raise RuleBroken(_("First tell the client. Everything else comes after."))
    row = HandoverCorrection.objects.create(
        handover=mine,
        held_on=held_on,
        agreed_points=meeting.agreed_points,
        next_meeting_on=meeting.next_meeting_on,
        by=by,
        recorded_at=at,
        corrects=read.correction,
    )
    ending.handed_over_on = held_on
    ending.save(update_fields=["handed_over_on"])
    return row


@transaction.atomic
def take_back_meeting_of_three(
    *, read: Version, because: str, by: User, at: datetime
) -> HandoverCorrection:
    """Say that the three have not met: the meeting is to be planned again, and both rows stay readable.

    The receiver’s work stays planned from its day, so that nobody is left without a person (R25). Raises
    RuleBroken once the file is closed or the receiver has begun: then it is corrected, not taken back.
    """
    ending, mine = met_under_lock(read, by)
    work = work_of_receiver(ending, mine.invitation.receiver)
    if ending.stage in CLOSED_STAGES or (work is not None and work.starts_on <= on_day(at)):
        raise RuleBroken(_("The receiver’s work has begun. Correct the day or the words instead."))
    stands = read.correction or mine
    row = HandoverCorrection.objects.create(
        handover=mine,
        held_on=stands.held_on or on_day(at),
        agreed_points=stands.agreed_points,
        next_meeting_on=stands.next_meeting_on,
        is_taken_back=True,
        taken_back_because=because,
        by=by,
        recorded_at=at,
        corrects=read.correction,
    )
    mine.cancelled_on = on_day(at)
    mine.revision += 1
    mine.save(update_fields=["cancelled_on", "revision"])
    ending.handed_over_on = ending.handover_plan_on = None
    done = done_steps(ending, records_of(ending))
    ending.stage = stage_of(ending.playbook, done - {Step.HANDOVER})
    ending.save(update_fields=["handed_over_on", "handover_plan_on", "stage"])
    return row


def met_under_lock(read: Version, by: User) -> tuple[Ending, HandoverSession]:
    """Return the ending and its meeting locked, as somebody who may write in them."""
    ending = hold(read.handover.ending, by)
    mine = ending.handover_sessions.select_for_update(of=("self",)).get(pk=read.handover.pk)
    if mine.held_on is None or mine.cancelled_on is not None:
        raise RuleBroken(_("This meeting was called off. Plan it anew."))
    if mine.newest_correction != read.correction:
        raise ChangedMeanwhile
    return ending, mine
