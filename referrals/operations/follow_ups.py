"""Asking after: did the client arrive somewhere, and what now (R15, R25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Client
from core.errors import RuleBroken
from referrals.journey import NEXT, Outcome, Status
from referrals.models import FollowUp, Referral
from referrals.operations.options import refuse_future
from referrals.operations.referrals import Move, move_referral

AFTER: Final = (14, 42)  # days after the last session, where the practice has not said otherwise

# What an answer says of the referral that was asked about; the others leave it where it is.
MEANS: Final = {
    FollowUp.Arrived.YES: (Status.COMPLETED, Outcome.CONNECTED),
    FollowUp.Arrived.ELSEWHERE: (Status.CANCELLED, Outcome.CHOSE_OTHER),
    FollowUp.Arrived.NO: (Status.CANCELLED, Outcome.DECLINED),
}


@dataclass(frozen=True)
class Answer:
    """What was heard. `ask_again_on` plans one more time; `what_now` is the next step in words."""

    outcome: FollowUp.Arrived
    on: date
    note: str = ""
    what_now: str = ""
    referral: Referral | None = None
    ask_again_on: date | None = None


@transaction.atomic
def plan_follow_ups(
    *,
    client: Client,
    assignment: Assignment,
    owner: User,
    last_on: date,
    by: User,
    days: Sequence[int] = AFTER,
) -> list[FollowUp]:
    """Let `owner` ask after `days` days from the last session on; planned again, open ones move.

    What was asked already stays. Returns the open ones, by date.
    """
    work = Assignment.objects.editable_by(by).select_for_update(of=("self",)).get(pk=assignment.pk)
    planned = FollowUp.objects.filter(client=client, assignment=work, dropped_on=None)
    there = {each.days_after: each for each in planned if each.days_after is not None}
    for after in days:
        due_on = last_on + timedelta(days=after)
        row = there.get(after)
        if row is None:
            FollowUp.objects.create(
                client=client,
                episode_id=work.episode_id,
                assignment=work,
                owner=owner,
                days_after=after,
                due_on=due_on,
            )
        elif row.done_on is None and (row.due_on, row.owner_id) != (due_on, owner.pk):
            row.due_on, row.owner = due_on, owner
            row.save(update_fields=["due_on", "owner"])
    return list(planned.still_open().in_order())


@transaction.atomic
def drop_follow_ups(*, client: Client, assignment: Assignment, by: User, on: date) -> int:
    """Take open follow-ups back, where the ending itself was; returns how many."""
    work = Assignment.objects.editable_by(by).select_for_update(of=("self",)).get(pk=assignment.pk)
    still_open = FollowUp.objects.filter(client=client, assignment=work).still_open()
    return still_open.update(dropped_on=on)


@transaction.atomic
def record_follow_up(*, follow_up: FollowUp, answer: Answer, by: User, at: datetime) -> FollowUp:
    """Record whether the client arrived, and move the referral that was asked about.

    Raises RuleBroken for a day to come and where the answer is there already.
    """
    held = FollowUp.objects.editable_by(by).select_for_update(of=("self",)).get(pk=follow_up.pk)
    refuse_future(answer.on, at)
    if held.done_on is not None:
        raise RuleBroken(_("The answer is recorded already."))
    held.done_on, held.done_by = answer.on, by
    held.outcome = answer.outcome
    held.note, held.what_now = answer.note, answer.what_now
    held.referral = answer.referral or held.referral
    held.revision += 1
    held.save()
    if held.referral:
        settle(held.referral, answer, by, at)
    if answer.ask_again_on:
        ask_again(held, answer.ask_again_on)
    return held


def settle(referral: Referral, answer: Answer, by: User, at: datetime) -> None:
    """Let the referral follow the answer where its table has that way."""
    status, outcome = MEANS.get(answer.outcome, (None, None))
    if status is None or status not in NEXT[Status(referral.status)]:
        return
    move = Move(status, answer.on, outcome=outcome)
    move_referral(referral=referral, move=move, by=by, at=at)


def ask_again(follow_up: FollowUp, on: date) -> FollowUp:
    if follow_up.done_on is not None and on <= follow_up.done_on:
        raise RuleBroken(_("Ask again on a later day."))
    return FollowUp.objects.create(
        client_id=follow_up.client_id,
        episode_id=follow_up.episode_id,
        assignment_id=follow_up.assignment_id,
        referral=follow_up.referral,
        owner_id=follow_up.owner_id,
        due_on=on,
    )
