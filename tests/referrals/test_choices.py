"""The client's answer: recorded, corrected, changed; a referral begins with it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from referrals.journey import Outcome, Status
from referrals.models import Choice, OptionSet, Referral, ReferralOption
from referrals.operations.choices import Chosen, correct_choice, record_choice
from referrals.operations.options import offer_options, remove_option
from tests.caseload.factories import PlaceFactory
from tests.referrals.factories import OptionFactory, OptionSetFactory
from tests.roles import as_app_for

pytestmark = pytest.mark.django_db
Kind = Choice.Kind


@pytest.fixture
def offered() -> list[ReferralOption]:
    """Two services and a colleague, offered a week ago."""
    option_set = OptionSetFactory.create()
    made = [OptionFactory.create(option_set=option_set) for _number in range(2)]
    made.append(OptionFactory.create(option_set=option_set, place=PlaceFactory.create()))
    by, on = option_set.assignment.therapist, today() - timedelta(days=7)
    offer_options(option_set=option_set, by=by, on=on, at=now())
    return list(option_set.options.in_order())


def choose(option_set: OptionSet, kind: Kind, *options: ReferralOption, **more: object) -> Choice:
    chosen = Chosen(kind=kind, on=more.pop("on", today()), options=options, **more)  # type: ignore[arg-type]
    return record_choice(
        option_set=option_set, chosen=chosen, by=option_set.assignment.therapist, at=now()
    )


def correct(
    choice: Choice, kind: Kind, *options: ReferralOption, changed_mind: bool = False
) -> Choice:
    return correct_choice(
        choice=choice,
        chosen=Chosen(kind=kind, on=today(), options=options),
        by=choice.assignment.therapist,
        at=now(),
        changed_mind=changed_mind,
    )


def test_choosing_a_service_begins_a_referral(offered: list[ReferralOption]) -> None:
    choice = choose(offered[0].option_set, Kind.ONE, offered[0], words="That one.")
    referral = Referral.objects.get()
    assert (referral.option, referral.choice, referral.status) == (
        offered[0],
        choice,
        Status.REQUESTED,
    )
    assert (referral.contact, referral.agreed_on) == ("client", None)
    assert [move.status for move in referral.moves.all()] == [Status.REQUESTED]
    assert choice.words == "That one."


def test_a_colleague_is_no_referral(offered: list[ReferralOption]) -> None:
    choose(offered[0].option_set, Kind.ONE, offered[2])
    assert not Referral.objects.exists()


def test_several_may_be_chosen(offered: list[ReferralOption]) -> None:
    choice = choose(offered[0].option_set, Kind.SEVERAL, *offered)
    assert set(choice.options.all()) == set(offered)
    assert Referral.objects.count() == 2


@pytest.mark.parametrize("kind", [Kind.NONE, Kind.OWN, Kind.WAIT])
def test_none_an_own_one_and_waiting_are_answers(kind: Kind) -> None:
    """Even where nothing was offered: nobody assumes that options are wanted."""
    choice = choose(OptionSetFactory.create(), kind)
    assert choice.option_set.current_choice == choice


def test_staying_with_the_one_who_leaves_declares_the_interest() -> None:
    option_set = OptionSetFactory.create()
    with pytest.raises(RuleBroken):
        choose(option_set, Kind.STAYS)
    assert choose(option_set, Kind.STAYS, declares_interest=True).has_declared_interest


def test_the_database_wants_the_declared_interest_too() -> None:
    choice = choose(OptionSetFactory.create(), Kind.NONE)
    with pytest.raises(IntegrityError, match="staying_declares"), transaction.atomic():
        Choice.objects.create(
            option_set=OptionSetFactory.create(assignment=choice.assignment, closed_on=today()),
            client=choice.client,
            episode=choice.episode,
            assignment=choice.assignment,
            kind=Kind.STAYS,
            on=today(),
            by=choice.by,
            recorded_at=now(),
        )


@pytest.mark.parametrize(
    ("kind", "picked"),
    [(Kind.ONE, []), (Kind.ONE, [0, 1]), (Kind.SEVERAL, [0]), (Kind.NONE, [0]), (Kind.WAIT, [1])],
)
def test_what_cannot_be_is_refused(
    offered: list[ReferralOption], kind: Kind, picked: list[int]
) -> None:
    with pytest.raises(RuleBroken):
        choose(offered[0].option_set, kind, *(offered[index] for index in picked))


def test_an_option_of_somebody_else_or_not_offered_is_refused(
    offered: list[ReferralOption],
) -> None:
    with pytest.raises(RuleBroken):
        choose(OptionSetFactory.create(), Kind.ONE, offered[0])
    new = OptionFactory.create(option_set=offered[0].option_set)
    with pytest.raises(RuleBroken):
        choose(offered[0].option_set, Kind.ONE, new)


def test_tomorrows_choice_is_not_recorded_today() -> None:
    with pytest.raises(RuleBroken):
        choose(OptionSetFactory.create(), Kind.NONE, on=today() + timedelta(days=1))


def test_there_is_one_choice_and_the_database_knows() -> None:
    choice = choose(OptionSetFactory.create(), Kind.NONE)
    with pytest.raises(RuleBroken):
        choose(choice.option_set, Kind.WAIT)
    with pytest.raises(IntegrityError, match="one_choice_unless"), transaction.atomic():
        Choice.objects.create(
            option_set=choice.option_set,
            client=choice.client,
            episode=choice.episode,
            assignment=choice.assignment,
            kind=Kind.WAIT,
            on=today(),
            by=choice.by,
            recorded_at=now(),
        )


def test_a_correction_keeps_both_and_the_last_one_speaks(offered: list[ReferralOption]) -> None:
    first = choose(offered[0].option_set, Kind.ONE, offered[0])
    second = correct(first, Kind.ONE, offered[1])
    assert list(Choice.objects.current()) == [second]
    assert Choice.objects.count() == 2
    assert (second.corrects, second.changed_mind) == (first, False)
    with pytest.raises(ChangedMeanwhile):
        correct(first, Kind.NONE)


def test_a_correction_takes_back_the_mistaken_referral(offered: list[ReferralOption]) -> None:
    first = choose(offered[0].option_set, Kind.ONE, offered[0])
    correct(first, Kind.ONE, offered[1])
    stands = {referral.option: referral.status for referral in Referral.objects.all()}
    assert stands == {offered[0]: Status.ENTERED_IN_ERROR, offered[1]: Status.REQUESTED}


def test_a_change_of_mind_ends_the_referral_as_not_wanted(offered: list[ReferralOption]) -> None:
    first = choose(offered[0].option_set, Kind.SEVERAL, offered[0], offered[1])
    correct(first, Kind.ONE, offered[1], changed_mind=True)
    gone = Referral.objects.get(option=offered[0])
    assert (gone.status, gone.outcome) == (Status.CANCELLED, Outcome.CHOSE_OTHER)
    assert Referral.objects.get(option=offered[1]).status == Status.REQUESTED
    assert Referral.objects.filter(option=offered[1]).count() == 1


def test_a_chosen_option_is_not_removed_before_the_choice_is_corrected(
    offered: list[ReferralOption],
) -> None:
    choice = choose(offered[0].option_set, Kind.ONE, offered[0])
    by = choice.assignment.therapist
    with pytest.raises(RuleBroken):
        remove_option(option=offered[0], by=by, at=now())
    correct(choice, Kind.NONE)
    remove_option(option=offered[0], by=by, at=now())


def test_a_choice_is_never_rewritten(offered: list[ReferralOption]) -> None:
    from django.db import ProgrammingError

    choice = choose(offered[0].option_set, Kind.NONE)
    mine = Choice.objects.filter(pk=choice.pk)
    for act in (lambda: mine.update(on=date(2020, 1, 1)), lambda: mine._raw_delete(mine.db)):
        with (
            as_app_for(choice.by),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            act()
