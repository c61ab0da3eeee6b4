"""The supervisor's answer: agreed, or returned with a comment, for one client or for the whole (R19)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.actor import acting
from core.dates import on_day
from core.errors import RuleBroken
from endings.models import Departure, Review, ReviewComment
from endings.operations.departures import agree


@transaction.atomic
def decide_review(
    *,
    review: Review,
    decision: Review.Decision,
    by: User,
    at: datetime,
    comment: str = "",
    of_endings: Mapping[UUID, str] | None = None,
) -> Review:
    """Record who decided what and when. Returning says why; nothing is agreed by silence.

    Raises RuleBroken where it is decided already, or returned without a word.
    """
    held = Review.objects.editable_by(by).select_for_update(of=("self",))
    review = held.select_related("departure", "invitation").get(pk=review.pk)
    if not review.is_open:
        raise RuleBroken(_("This was answered or taken back already."))
    said = {key: text.strip() for key, text in (of_endings or {}).items() if text.strip()}
    if decision == Review.Decision.RETURNED and not comment.strip() and not said:
        raise RuleBroken(_("Say in a sentence what should be different."))
    review.decision, review.comment = decision, comment
    review.decided_by, review.decided_at = by, at
    review.save()
    for key, text in said.items():
        ReviewComment.objects.create(review=review, ending_id=key, text=text)
    if review.departure is not None:
        answer_departure(review.departure, decision, at)
    return review


def answer_departure(departure: Departure, decision: Review.Decision, at: datetime) -> None:
    """Let the plan take effect, or go back to who wrote it.

    What an agreed plan does to the work it does in the name of who wrote it: who leads decides, and has no
    right to write in somebody's caseload.
    """
    departure = Departure.objects.select_for_update(of=("self",)).get(pk=departure.pk)
    if decision == Review.Decision.AGREED:
        with acting(departure.therapist_id):
            agree(departure, at)
        return
    if departure.state == Departure.State.SUBMITTED:
        departure.state = Departure.State.RETURNED
        departure.revision += 1
        departure.save(update_fields=["state", "revision"])


def is_overdue(review: Review, at: datetime) -> bool:
    """Say whether the answer is late: the second reviewer is asked too."""
    due_on: date = review.due_on
    return on_day(at) > due_on
