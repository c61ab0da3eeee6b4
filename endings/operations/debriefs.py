"""Looking back for oneself: private, and shared with one person only by a deliberate act (R11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Supervision, User
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Debrief, Ending, StepRecord
from endings.models.endings import CLOSED_STAGES
from endings.operations.endings import hold, reach
from endings.workflow import Step


@dataclass(frozen=True)
class LookBack:
    """What it left in one; `revision` is the one that the page had read, None for the first."""

    feelings: Sequence[str] = ()
    words: str = ""
    revision: int | None = None


@transaction.atomic
def look_back(*, ending: Ending, said: LookBack, by: User, at: datetime) -> Debrief:
    """Keep one's own look back. That it was done is a step of the ending; what it says is one's own.

    Raises ChangedMeanwhile where a newer revision stands, RuleBroken where nothing is said at all.
    """
    held = hold(ending, by)
    if not (said.words.strip() or said.feelings):
        raise RuleBroken(_("One word or one feeling is enough."))
    there = (
        Debrief.objects.editable_by(by).select_for_update(of=("self",)).filter(ending=held).first()
    )
    if (there.revision if there else None) != said.revision:
        raise ChangedMeanwhile
    kept = there or Debrief(ending=held, by=by)
    kept.feelings, kept.words, kept.on = " ".join(said.feelings), said.words, on_day(at)
    kept.revision = kept.revision + 1 if there else 0
    kept.save()
    note_step(held, by, at)
    return kept


@transaction.atomic
def share_look_back(*, debrief: Debrief, supervisor: User, by: User, at: datetime) -> Debrief:
    """Let one supervisor read it. Raises RuleBroken for somebody who does not supervise `by`."""
    mine = Debrief.objects.editable_by(by).select_for_update(of=("self",)).get(pk=debrief.pk)
    if supervisor not in supervisors_of(by, at):
        raise RuleBroken(_("Choose somebody who supervises you."))
    mine.shared_with, mine.shared_at = supervisor, at
    mine.save(update_fields=["shared_with", "shared_at"])
    return mine


@transaction.atomic
def keep_to_oneself(*, debrief: Debrief, by: User) -> Debrief:
    """Take the sharing back: from now on only `by` reads it."""
    mine = Debrief.objects.editable_by(by).select_for_update(of=("self",)).get(pk=debrief.pk)
    mine.shared_with = mine.shared_at = None
    mine.save(update_fields=["shared_with", "shared_at"])
    return mine


def supervisors_of(person: User, at: datetime) -> list[User]:
    """Return who supervises somebody today, leading or reflective."""
    rows = Supervision.objects.on(on_day(at)).filter(supervisee=person).select_related("supervisor")
    return [row.supervisor for row in rows.order_by("supervisor__sort_key")]


def note_step(ending: Ending, by: User, at: datetime) -> None:
    """Write down once that the step was taken, without a word of what was said."""
    is_noted = ending.step_records.filter(step=Step.DEBRIEF).exists()
    if is_noted or ending.stage in CLOSED_STAGES:
        return
    ending.stage = reach(ending, Step.DEBRIEF)
    StepRecord.objects.create(
        ending=ending, step=Step.DEBRIEF, on=on_day(at), answers="", by=by, recorded_at=at
    )
    ending.save(update_fields=["stage"])
