"""What could not be as agreed: recorded with its reason, and put before the supervisor (R23)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Ending, EndingException, Review
from endings.models.endings import CLOSED_STAGES
from endings.operations.endings import hold
from endings.operations.reviews import ask_for_review


@dataclass(frozen=True)
class Explanation:
    """Why it is not possible as agreed, and what is done instead."""

    why: str
    instead: str = ""


@transaction.atomic
def record_exception(
    *,
    ending: Ending,
    rule: EndingException.Rule,
    explanation: Explanation,
    by: User,
    at: datetime,
) -> EndingException:
    """Explain what could not be as agreed. A second explanation of one rule adds a row."""
    held = hold(ending, by)
    if held.stage in CLOSED_STAGES:
        raise RuleBroken(
            _(
                "This ending is closed and stays as it was. If the person returns, open a new"
                " file that points back to it."
            )
        )
    return add_exception(ending=held, rule=rule, explanation=explanation, by=by, at=at)


@transaction.atomic
def record_not_told_exception(
    *, ending: Ending, explanation: Explanation, by: User, at: datetime
) -> EndingException:
    """Record that a client cannot be told (R1): what waited for the telling is warned about now."""
    held = hold(ending, by)
    if held.told_on is not None:
        raise RuleBroken(_("A telling is recorded already."))
    exception = record_exception(
        ending=held,
        rule=EndingException.Rule.NOT_TOLD,
        explanation=explanation,
        by=by,
        at=at,
    )
    held.has_not_told_exception = True
    held.save(update_fields=["has_not_told_exception"])
    return exception


def add_exception(
    *,
    ending: Ending,
    rule: EndingException.Rule,
    explanation: Explanation,
    by: User,
    at: datetime,
) -> EndingException:
    """Write the exception and ask the leading supervisor; the ending is held already."""
    exception = EndingException.objects.create(
        ending=ending,
        rule=rule,
        why=explanation.why,
        instead=explanation.instead,
        asked_by=by,
        asked_on=on_day(at),
        recorded_at=at,
    )
    ask_for_review(about=exception, by=by, at=at, is_pressing=True)
    return exception


def stands(ending: Ending, rule: EndingException.Rule) -> bool:
    """Say whether this rule was explained already and the explanation not taken back."""
    return ending.exceptions.filter(rule=rule, taken_back_on=None).exists()


def take_back_exception(ending: Ending, rule: EndingException.Rule, at: datetime) -> None:
    """Take back what has lost its ground, and the question that still waits about it."""
    for exception in ending.exceptions.filter(rule=rule, taken_back_on=None):
        exception.taken_back_on = on_day(at)
        exception.save(update_fields=["taken_back_on"])
        Review.objects.waiting().filter(exception=exception).update(taken_back_at=at)
