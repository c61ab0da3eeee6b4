"""What the client chose, heard next time and not at once; none, an own one and waiting are answers too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import ChangedMeanwhile, RuleBroken
from referrals.models import Choice, ChoiceOption, OptionSet, Referral, ReferralOption
from referrals.operations.options import hold, refuse_future
from referrals.operations.referrals import begin_referral, let_go


@dataclass(frozen=True)
class Chosen:
    """The answer. `options` only with *one* and *several*; `declares_interest` belongs to *stays*."""

    kind: Choice.Kind
    on: date
    options: Sequence[ReferralOption] = ()
    words: str = ""
    declares_interest: bool = False


@transaction.atomic
def record_choice(*, option_set: OptionSet, chosen: Chosen, by: User, at: datetime) -> Choice:
    """Record the client's answer; a referral begins for each service that was chosen.

    Raises RuleBroken where an answer stands already, for a day to come, for options that were not
    offered, and where staying with the leaving therapist does not declare the interest.
    """
    held = hold(option_set, by)
    if held.choices.exists():
        raise RuleBroken(_("A choice is recorded already. Correct it, or record that it changed."))
    return write(held, chosen, by, at, corrects=None, changed_mind=False)


@transaction.atomic
def correct_choice(
    *, choice: Choice, chosen: Chosen, by: User, at: datetime, changed_mind: bool = False
) -> Choice:
    """Add a row that takes the place of `choice`; both stay readable.

    With `changed_mind` the client chose anew and the earlier row was right on its day. Raises
    ChangedMeanwhile where `choice` is not the newest one any more.
    """
    held = hold(choice.option_set, by)
    if not held.choices.current().filter(pk=choice.pk).exists():
        raise ChangedMeanwhile
    return write(held, chosen, by, at, corrects=choice, changed_mind=changed_mind)


def write(
    option_set: OptionSet,
    chosen: Chosen,
    by: User,
    at: datetime,
    *,
    corrects: Choice | None,
    changed_mind: bool,
) -> Choice:
    refuse_future(chosen.on, at)
    refuse_odd(option_set, chosen)
    choice = Choice.objects.create(
        option_set=option_set,
        client_id=option_set.client_id,
        episode_id=option_set.episode_id,
        assignment_id=option_set.assignment_id,
        kind=chosen.kind,
        words=chosen.words,
        on=chosen.on,
        by=by,
        recorded_at=at,
        corrects=corrects,
        changed_mind=changed_mind,
        has_declared_interest=chosen.declares_interest,
    )
    ChoiceOption.objects.bulk_create(
        ChoiceOption(choice=choice, option=option) for option in chosen.options
    )
    settle_referrals(choice, chosen, by, at)
    return choice


def settle_referrals(choice: Choice, chosen: Chosen, by: User, at: datetime) -> None:
    """Begin what was chosen, and let go of what is not chosen any more."""
    under_way = Referral.objects.editable_by(by).filter(option__option_set=choice.option_set).open()
    wanted = {option.pk for option in chosen.options}
    for referral in under_way:
        if referral.option_id not in wanted:
            let_go(referral=referral, mistaken=not choice.changed_mind, by=by, on=chosen.on, at=at)
    begun = {referral.option_id for referral in under_way}
    for option in chosen.options:
        if option.service_id and option.pk not in begun:
            begin_referral(choice=choice, option=option, by=by, on=chosen.on, at=at)


# --- rules ------------------------------------------------------------------------------------------
def refuse_odd(option_set: OptionSet, chosen: Chosen) -> None:
    """Refuse what cannot be: one that is two, an option of somebody else, one that was never offered."""
    kinds = Choice.Kind
    many = len({option.pk for option in chosen.options})
    if chosen.kind == kinds.ONE and many != 1:
        raise RuleBroken(_("Say which one was chosen."))
    if chosen.kind == kinds.SEVERAL and many < 2:
        raise RuleBroken(_("Say which ones were chosen, two at least."))
    if chosen.kind not in (kinds.ONE, kinds.SEVERAL) and many:
        raise RuleBroken(_("With this answer no option is chosen."))
    if any(each.option_set_id != option_set.pk for each in chosen.options):
        raise RuleBroken(_("This option is not on the list."))
    if any(each.offered_on is None for each in chosen.options):
        raise RuleBroken(_("Record first that this was offered."))
    if chosen.kind == kinds.STAYS and not chosen.declares_interest:
        raise RuleBroken(_("Staying with you is in your own interest, too. Say that you told so."))
