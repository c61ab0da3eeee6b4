"""A chosen service on its way: who got in touch, what came of it (R15)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleBroken
from referrals.journey import Outcome, Status, moved
from referrals.models import Choice, Referral, ReferralMove, ReferralOption
from referrals.operations.options import refuse_future


@dataclass(frozen=True)
class Move:
    """Where a referral goes, who said so, and what came of it."""

    to: Status
    on: date
    said_by: ReferralMove.SaidBy = ReferralMove.SaidBy.CLIENT
    outcome: Outcome | None = None
    note: str = ""


@transaction.atomic
def begin_referral(
    *, choice: Choice, option: ReferralOption, by: User, on: date, at: datetime
) -> Referral:
    """Begin with the client's choice; the client gets in touch unless agreed otherwise."""
    referral = Referral.objects.create(
        client_id=choice.client_id,
        episode_id=choice.episode_id,
        assignment_id=choice.assignment_id,
        choice=choice,
        option=option,
        began_on=on,
        began_by=by,
    )
    write(referral, Move(Status.REQUESTED, on), by, at)
    return referral


@transaction.atomic
def agree_that_we_get_in_touch(*, referral: Referral, by: User, on: date) -> Referral:
    """Record that the client agreed on `on` to the practice getting in touch for them."""
    held = hold(referral, by)
    held.contact, held.agreed_on = Referral.Contact.PRACTICE, on
    held.save(update_fields=["contact", "agreed_on"])
    return held


@transaction.atomic
def move_referral(*, referral: Referral, move: Move, by: User, at: datetime) -> Referral:
    """Record one step of its way.

    Raises RuleBroken for a day to come and where the table has no such way.
    """
    held = hold(referral, by)
    refuse_future(move.on, at)
    if held.status == move.to:
        raise RuleBroken(_("That is where it stands already."))
    held.status = moved(Status(held.status), move.to)
    held.outcome = move.outcome or ""
    held.revision += 1
    held.save(update_fields=["status", "outcome", "revision"])
    write(held, move, by, at)
    return held


def let_go(*, referral: Referral, mistaken: bool, by: User, on: date, at: datetime) -> Referral:
    """End a referral that is not chosen any more, or never was."""
    if mistaken:
        move = Move(Status.ENTERED_IN_ERROR, on, ReferralMove.SaidBy.STAFF)
    else:
        move = Move(Status.CANCELLED, on, outcome=Outcome.CHOSE_OTHER)
    return move_referral(referral=referral, move=move, by=by, at=at)


def hold(referral: Referral, by: User) -> Referral:
    """Return the referral locked, once more as somebody who may write in it."""
    return Referral.objects.editable_by(by).select_for_update(of=("self",)).get(pk=referral.pk)


def write(referral: Referral, move: Move, by: User, at: datetime) -> ReferralMove:
    return ReferralMove.objects.create(
        referral=referral,
        client_id=referral.client_id,
        episode_id=referral.episode_id,
        assignment_id=referral.assignment_id,
        status=move.to,
        outcome=move.outcome or "",
        said_by=move.said_by,
        note=move.note,
        on=move.on,
        by=by,
        recorded_at=at,
    )
