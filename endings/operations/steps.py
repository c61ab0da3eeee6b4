"""What stays, the last session, and why there was none (R7, R9)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Session
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import (
    Consolidation,
    Ending,
    EndingException,
    Gain,
    LastSession,
    Trigger,
)
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.exceptions import Explanation, add_exception, take_back_exception
from endings.workflow import Step


@dataclass(frozen=True)
class Held:
    """When two people said goodbye."""

    on: date
    session: Session | None = None
    note: str = ""


@dataclass(frozen=True)
class Staying:
    """What stays, in words; every part may be empty."""

    work_done: str = ""
    proud_of: str = ""
    supporters: str = ""
    next_wishes: str = ""
    contingencies: str = ""
    way_back: str = ""
    therapist_words: str = ""


@dataclass(frozen=True)
class PullsBack:
    """What may pull back, how it is noticed, what helps, and when that was tried out."""

    words: str
    sign: str = ""
    strategy: str = ""
    rehearsed_on: date | None = None


@dataclass(frozen=True)
class Together:
    """What client and therapist wrote down together; `revision` is the one that the page had read."""

    staying: Staying
    gains: Sequence[str] = ()
    triggers: Sequence[PullsBack] = ()
    revision: int | None = None


# --- the last session -------------------------------------------------------------------------------
@transaction.atomic
def record_last_session(*, ending: Ending, last: Held, by: User, at: datetime) -> LastSession:
    """Record that the last session was held. Why there was none loses its ground."""
    held = hold(ending, by)
    stage = reach(held, Step.LAST)
    refuse_future(last.on, at)
    if held.last_sessions.exists():
        raise RuleBroken(_("A last session is recorded already. Correct it if it was another one."))
    recorded = write_last(held, last, by, at, corrects=None)
    held.stage, held.last_held_on = stage, last.on
    held.save(update_fields=["stage", "last_held_on"])
    take_back_exception(held, EndingException.Rule.NO_LAST, at)
    return recorded


@transaction.atomic
def correct_last_session(
    *, last_session: LastSession, last: Held, by: User, at: datetime
) -> LastSession:
    """Add a row that corrects; both stay readable, also after closing."""
    held = hold(last_session.ending, by)
    refuse_future(last.on, at)
    if held.last_sessions.filter(corrects=last_session).exists():
        raise ChangedMeanwhile
    recorded = write_last(held, last, by, at, corrects=last_session)
    held.last_held_on = last.on
    held.save(update_fields=["last_held_on"])
    return recorded


@transaction.atomic
def record_no_last_session(
    *, ending: Ending, explanation: Explanation, by: User, at: datetime
) -> EndingException:
    """Record what stood in the way, and who speaks to the client instead (R7)."""
    held = hold(ending, by)
    held.stage = reach(held, Step.NO_LAST)
    if held.last_held_on is not None:
        raise RuleBroken(_("A last session is recorded already. Correct it if it was another one."))
    held.save(update_fields=["stage"])
    rule = EndingException.Rule.NO_LAST
    return add_exception(ending=held, rule=rule, explanation=explanation, by=by, at=at)


def write_last(
    ending: Ending, last: Held, by: User, at: datetime, *, corrects: LastSession | None
) -> LastSession:
    return LastSession.objects.create(
        ending=ending,
        on=last.on,
        session=last.session,
        note=last.note,
        by=by,
        recorded_at=at,
        corrects=corrects,
    )


# --- what stays -------------------------------------------------------------------------------------
@transaction.atomic
def consolidate(*, ending: Ending, together: Together, by: User, on: date) -> Consolidation:
    """Keep what has changed and what may pull back, in the client's words, and tried out (R9).

    Raises ChangedMeanwhile where a newer revision stands, RuleBroken before the telling.
    """
    held = hold(ending, by)
    held.stage = reach(held, Step.CONSOLIDATE)
    there = Consolidation.objects.select_for_update(of=("self",)).filter(ending=held).first()
    if (there.revision if there else None) != together.revision:
        raise ChangedMeanwhile
    kept = there or Consolidation(ending=held)
    for name, words in asdict(together.staying).items():
        setattr(kept, name, words)
    kept.on, kept.by = on, by
    kept.revision = kept.revision + 1 if there else 0
    kept.save()
    gains = [{"words": words} for words in together.gains]
    keep_rows(Gain, held, gains)
    keep_rows(Trigger, held, [asdict(one) for one in together.triggers])
    return kept


def keep_rows(
    model: type[Gain] | type[Trigger], ending: Ending, wanted: Sequence[dict[str, Any]]
) -> None:
    """Let the rows say `wanted`, in this order: changed where they stand, added, or taken away."""
    there: list[Any] = list(model.objects.filter(ending=ending))
    for position, values in enumerate(wanted):
        row = there[position] if position < len(there) else model(ending=ending)
        for name, value in {**values, "position": position}.items():
            setattr(row, name, value)
        row.save()
    for row in there[len(wanted) :]:
        row.delete()
