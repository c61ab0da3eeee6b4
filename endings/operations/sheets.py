"""Taking a step whose record is a sheet of questions (`workflow.sheets`), and correcting it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Session
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, StepRecord
from endings.models.endings import CLOSED_STAGES
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.exits import put_before_supervisor
from endings.workflow import SHEETS, Playbook, Step
from endings.workflow.sheets import Answers, known, unanswered


@dataclass(frozen=True)
class Taken:
    """When a step was taken, and what was answered: texts, or the values of picks."""

    on: date
    answers: Answers
    session: Session | None = None


@transaction.atomic
def record_step(*, ending: Ending, step: Step, taken: Taken, by: User, at: datetime) -> StepRecord:
    """Record that a step was taken; it moves the stage as the law says.

    Raises RuleBroken for a step without a sheet, one that was recorded and does not repeat, a day to come,
    or a question that has to be answered and is not.
    """
    held = hold(ending, by)
    sheet = SHEETS.get(step)
    if sheet is None:
        raise RuleBroken(_("This kind of ending has no such step."))
    stage = reach(held, step)
    refuse_future(taken.on, at)
    refuse_gaps(step, taken)
    refuse_unsafe_letter(held, step, taken)
    if not sheet.repeats and held.step_records.filter(step=step).exists():
        raise RuleBroken(_("This is recorded already. Correct it if it was otherwise."))
    record = write(held, step, taken, by, at)
    held.stage = stage
    held.save(update_fields=["stage"])
    ask_about_exit(held, step, taken, by, at)
    return record


@transaction.atomic
def correct_step(*, record: StepRecord, taken: Taken, by: User, at: datetime) -> StepRecord:
    """Add a version that corrects `record`; both stay readable.

    Raises ChangedMeanwhile where somebody corrected the same version already, RuleBroken after closing.
    """
    held = hold(record.ending, by)
    if held.stage in CLOSED_STAGES:
        raise RuleBroken(_("This file is closed and stays as it was."))
    refuse_future(taken.on, at)
    refuse_gaps(Step(record.step), taken)
    refuse_unsafe_letter(held, Step(record.step), taken)
    if held.step_records.filter(corrects=record).exists():
        raise ChangedMeanwhile
    corrected = write(held, Step(record.step), taken, by, at, corrects=record)
    ask_about_exit(held, Step(record.step), taken, by, at)
    return corrected


def write(
    ending: Ending,
    step: Step,
    taken: Taken,
    by: User,
    at: datetime,
    *,
    corrects: StepRecord | None = None,
) -> StepRecord:
    answers = known(SHEETS[step], taken.answers)
    return StepRecord.objects.create(
        ending=ending,
        step=step,
        on=taken.on,
        session=taken.session,
        answers=json.dumps(answers, ensure_ascii=False),
        by=by,
        recorded_at=at,
        corrects=corrects,
    )


def ask_about_exit(ending: Ending, step: Step, taken: Taken, by: User, at: datetime) -> None:
    """A ground for sending somebody away goes before the supervisor at once."""
    if step == Step.GROUND and ending.playbook == Playbook.INVOLUNTARY:
        is_danger = taken.answers.get("danger") == "yes"
        put_before_supervisor(ending, is_danger=is_danger, by=by, at=at)


def answers_of(record: StepRecord) -> Mapping[str, str | list[str]]:
    """Return the answers by the names of their questions."""
    found: Mapping[str, str | list[str]] = json.loads(str(record.answers) or "{}")
    return found


def refuse_unsafe_letter(ending: Ending, step: Step, taken: Taken) -> None:
    """A letter to the safe address presupposes one; what went elsewhere is told with its reason."""
    is_sent = step == Step.LETTER and taken.answers.get("sent") == "sent"
    if is_sent and not str(ending.client.safe_address).strip():
        raise RuleBroken(_("No safe address is known. A letter could reach the wrong eyes."))


def refuse_gaps(step: Step, taken: Taken) -> None:
    if unanswered(SHEETS[step], taken.answers):
        raise RuleBroken(_("Something is not answered yet."))
