"""Sending somebody away: only on a stated ground, and never without the supervisor's yes (R13, decision 18)."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleBroken
from endings.models import Ending, Review
from endings.operations.reviews import ask_again_if_returned, ask_for_review
from endings.workflow import Playbook


def put_before_supervisor(ending: Ending, *, is_danger: bool, by: User, at: datetime) -> None:
    """Ask for the yes as soon as the ground is stated; a ground that was returned is asked about anew."""
    kind = Review.Kind.EXIT
    if ending.reviews.filter(kind=kind, taken_back_at=None).exists():
        ask_again_if_returned(ending=ending, kind=kind, by=by, at=at)
        return
    ask_for_review(about=ending, by=by, at=at, is_pressing=is_danger, kind=kind)


def refuse_without_consent(ending: Ending) -> None:
    """Raise RuleBroken where the practice would end the work without the supervisor's yes.

    What has happened is still recorded (R23); the file is not closed on it.
    """
    if ending.playbook != Playbook.INVOLUNTARY:
        return
    agreed = ending.reviews.filter(
        kind=Review.Kind.EXIT, taken_back_at=None, decision=Review.Decision.AGREED
    )
    if not agreed.exists():
        raise RuleBroken(
            _("Nobody ends a person’s work here alone. Wait for the supervisor’s yes.")
        )


def take_back_question(ending: Ending, at: datetime) -> None:
    """It is another kind of ending after all: nobody has to decide about an exit any more."""
    asked = ending.reviews.filter(kind=Review.Kind.EXIT, decision="", taken_back_at=None)
    asked.update(taken_back_at=at)
