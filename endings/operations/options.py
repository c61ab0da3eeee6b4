"""Options and choice within an ending (R3): referrals keeps the rows, the ending moves its stage.

`referrals` cannot call an ending, so that offering and choosing inside one come through here.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleBroken
from endings.models import Ending, EndingException, NotWanted
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.exceptions import Explanation, add_exception, stands
from endings.workflow import Step
from referrals.cautions import Caution
from referrals.models import Choice, OptionSet
from referrals.operations import choices, follow_ups, options
from referrals.operations.choices import Chosen

MAY_BE_DECLINED = (
    Step.OPTIONS,
    Step.CHOICE,
    Step.CONSOLIDATE,
    Step.TAPER,
    Step.GROWTH,
    Step.HANDOVER,
    Step.LAST,
    Step.FOLLOW_UP,
)
"""What may be offered and not wanted: a telling happens, and a file is closed."""


@transaction.atomic
def open_options(*, ending: Ending, by: User, on: date) -> OptionSet:
    """Return the ending's options, begun now where there are none. They may be prepared before the telling."""
    return set_of(hold(ending, by), by, on)


@transaction.atomic
def record_options_offered(
    *, ending: Ending, on: date, by: User, at: datetime, fewer_because: str = ""
) -> list[Caution]:
    """Record that the client was given the options; fewer than agreed are recorded too (R23).

    Returns what is to be known about them. Raises RuleBroken before the telling and after closing.
    """
    held = hold(ending, by)
    stage = reach(held, Step.OPTIONS)
    option_set = set_of(held, by, on)
    if option_set.declined_on is not None:
        options.options_wanted_after_all(option_set=option_set, by=by)
    cautions = options.offer_options(
        option_set=option_set, by=by, on=on, at=at, fewer_because=fewer_because
    )
    held.stage, held.options_on = stage, held.options_on or on
    held.save(update_fields=["stage", "options_on"])
    explain_fewer(held, cautions, fewer_because, by, at)
    return cautions


@transaction.atomic
def record_choice(
    *,
    ending: Ending,
    chosen: Chosen,
    by: User,
    at: datetime,
    ask_again_on: date | None = None,
) -> Choice:
    """Record what the client chose. A later answer corrects nothing: they changed their mind.

    Waiting is an answer, too; then somebody asks again on a day.
    """
    held = hold(ending, by)
    stage = reach(held, Step.CHOICE)
    option_set = set_of(held, by, chosen.on)
    earlier = option_set.choices.current().first()
    if earlier is None:
        choice = choices.record_choice(option_set=option_set, chosen=chosen, by=by, at=at)
    else:
        choice = choices.correct_choice(
            choice=earlier, chosen=chosen, by=by, at=at, changed_mind=True
        )
    held.stage = stage
    note_choice(held, choice, ask_again_on)
    return choice


@transaction.atomic
def correct_choice(
    *,
    ending: Ending,
    choice: Choice,
    chosen: Chosen,
    by: User,
    at: datetime,
    ask_again_on: date | None = None,
) -> Choice:
    """Add a row that corrects the choice as it was recorded; passes after closing, too."""
    held = hold(ending, by)
    if choice.option_set_id != held.option_set_id:
        raise RuleBroken(_("This choice belongs to another ending."))
    corrected = choices.correct_choice(choice=choice, chosen=chosen, by=by, at=at)
    note_choice(held, corrected, ask_again_on)
    return corrected


@transaction.atomic
def record_not_wanted(
    *, ending: Ending, step: Step, on: date, by: User, at: datetime, note: str = ""
) -> NotWanted:
    """Record that a step was offered and not wanted: that completes it (domain.md).

    Who wants no options makes no choice among them either. Raises RuleBroken for a step that cannot
    be declined, or was declined already.
    """
    held = hold(ending, by)
    if step not in MAY_BE_DECLINED:
        raise RuleBroken(_("This step cannot be left out; say why it is not possible instead."))
    refuse_future(on, at)
    stage = reach(held, step)
    declined = [Step.OPTIONS, Step.CHOICE] if step == Step.OPTIONS else [step]
    rows = [decline(held, each, on, by, at, note) for each in declined]
    if step == Step.OPTIONS:
        option_set = set_of(held, by, on)
        options.options_not_wanted(option_set=option_set, by=by, on=on, at=at)
        held.stage, held.options_on = stage, held.options_on or on
    if Step.CHOICE in declined:
        held.stage = reach(held, Step.CHOICE)
        held.chosen_on = held.chosen_on or on
    if step == Step.FOLLOW_UP:
        follow_ups.drop_follow_ups(client=held.client, assignment=held.assignment, by=by, on=on)
        held.stage = stage
    held.save(update_fields=["stage", "options_on", "chosen_on"])
    return rows[0]


def set_of(ending: Ending, by: User, on: date) -> OptionSet:
    """Return the ending's option set; the ending is held already."""
    if ending.option_set is None:
        ending.option_set = options.open_option_set(
            client=ending.client,
            assignment=ending.assignment,
            by=by,
            on=on,
        )
        ending.save(update_fields=["option_set"])
    return ending.option_set


def decline(ending: Ending, step: Step, on: date, by: User, at: datetime, note: str) -> NotWanted:
    row, is_new = NotWanted.objects.get_or_create(
        ending=ending,
        step=step,
        corrects=None,
        defaults={"on": on, "by": by, "recorded_at": at, "note": note},
    )
    if not is_new:
        raise RuleBroken(_("It is recorded already that this was not wanted."))
    return row


def note_choice(ending: Ending, choice: Choice, ask_again_on: date | None) -> None:
    """Copy the day of the choice, and when to ask again where the client waits."""
    ending.chosen_on = choice.on
    if choice.kind == Choice.Kind.WAIT:
        ending.choice_plan_on = ask_again_on
    ending.save(update_fields=["stage", "chosen_on", "choice_plan_on"])


def explain_fewer(
    ending: Ending, cautions: list[Caution], because: str, by: User, at: datetime
) -> None:
    """Put before the supervisor that fewer options than agreed were offered, once."""
    rule = EndingException.Rule.FEWER_OPTIONS
    is_short = any(caution.code == "options_missing" for caution in cautions)
    if is_short and because.strip() and not stands(ending, rule):
        add_exception(ending=ending, rule=rule, explanation=Explanation(because), by=by, at=at)
