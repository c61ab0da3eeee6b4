"""Letting the gaps grow: the meetings of a taper are booked as rhythms that follow each other (R10)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Cadence
from caseload.operations.rhythms import Wish, end_cadence, set_cadence
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Ending, StepRecord
from endings.operations.endings import hold, reach
from endings.taper import Laid, Stretch, days_of, is_rarer, laid_out
from endings.workflow import Step

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tapered:
    """What was booked: the meetings in all, and those that a closed day or an absence took away."""

    record: StepRecord
    days: tuple[date, ...]
    lost: int


@transaction.atomic
def taper_off(*, ending: Ending, stretches: Sequence[Stretch], by: User, at: datetime) -> Tapered:
    """Book the rarer meetings and end the rhythm with the last of them; the ending's last session is that day.

    A second taper replaces what is still to come; both versions stay readable. Raises RuleBroken without a
    rhythm to start from, for gaps that do not grow, and where the work ends before the last meeting.
    """
    held = hold(ending, by)
    stage, on = reach(held, Step.TAPER), on_day(at)
    laid = laid_for(held.assignment, stretches, on)
    days = days_of(laid)
    if held.assignment.ends_on and days[-1] > held.assignment.ends_on:
        raise RuleBroken(_("This work ends before the last of these meetings."))
    wish, lost = wish_of(running(held.assignment, on)), 0
    for one in laid:
        wish = replace(wish, starts_on=one.starts_on, every_weeks=one.stretch.every_weeks)
        booked = set_cadence(assignment=held.assignment, wish=wish, by=by, on=on, lenient=True)
        end_cadence(assignment=held.assignment, last_on=one.days[-1], by=by, on=on)
        lost += sum(skipped.day in one.days for skipped in booked.skipped)
    record = note_taper(held, laid, by, at)
    held.stage, held.last_on = stage, days[-1]
    held.save(update_fields=["stage", "last_on"])
    return Tapered(record, days, lost)


def laid_for(work: Assignment, stretches: Sequence[Stretch], on: date) -> tuple[Laid, ...]:
    """Return the stretches on their days, from the next meeting of the rhythm after `on`."""
    if not is_rarer(stretches):
        raise RuleBroken(_("Let the gaps grow: each stretch at least as rare as the one before."))
    return laid_out(next_meeting(running(work, on), on), stretches)


def running(work: Assignment, on: date) -> Cadence:
    """Return the rhythm that runs, or begins. Raises RuleBroken where there is none to start from."""
    still = Q(ends_on=None) | Q(ends_on__gt=on)
    rhythms = Cadence.objects.filter(still, assignment=work).select_related("room")
    cadence = rhythms.order_by("starts_on").first()
    if cadence is None:
        raise RuleBroken(_("There is no rhythm to start from. Set one first."))
    return cadence


def next_meeting(cadence: Cadence, on: date) -> date:
    """Return the next day that the rhythm gives after `on`: planned already, or by the calendar."""
    ahead = cadence.sessions.planned().filter(cadence_day__gt=on)
    planned: date | None = ahead.aggregate(first=Min("cadence_day"))["first"]
    if planned is not None:
        return planned
    begin = max(on + DAY, cadence.starts_on)
    return begin + DAY * ((cadence.weekday - begin.weekday()) % 7)


def wish_of(cadence: Cadence) -> Wish:
    return Wish(
        weekday=cadence.weekday,
        starts_at=cadence.starts_at,
        starts_on=cadence.starts_on,
        minutes=cadence.minutes,
        every_weeks=cadence.every_weeks,
        mode=cadence.mode,
        room=cadence.room,
    )


def note_taper(ending: Ending, laid: Sequence[Laid], by: User, at: datetime) -> StepRecord:
    """Write down the pattern; an earlier one is corrected by it."""
    earlier = ending.step_records.filter(step=Step.TAPER, corrected_by=None).first()
    pattern = [[one.stretch.every_weeks, one.stretch.meetings] for one in laid]
    said = {"pattern": pattern, "first": laid[0].starts_on.isoformat()}
    return StepRecord.objects.create(
        ending=ending,
        step=Step.TAPER,
        on=on_day(at),
        answers=json.dumps(said),
        by=by,
        recorded_at=at,
        corrects=earlier,
    )


def taper_of(record: StepRecord) -> tuple[Laid, ...]:
    """Return the taper as it was laid out."""
    said = json.loads(str(record.answers))
    stretches = [Stretch(weeks, meetings) for weeks, meetings in said["pattern"]]
    return laid_out(date.fromisoformat(said["first"]), stretches)
