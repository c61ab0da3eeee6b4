"""Options offered, what was chosen, and what was not wanted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import RuleBroken
from endings.models import Ending, EndingException, NotWanted
from endings.operations.options import (
    correct_choice,
    open_options,
    record_choice,
    record_not_wanted,
    record_options_offered,
)
from endings.workflow import Stage, Step
from referrals.models import Choice, FollowUp, OptionSet
from referrals.operations.choices import Chosen
from referrals.operations.options import Suggestion, add_option
from tests.accounts.factories import PracticeFactory, SupervisionFactory
from tests.caseload.factories import PlaceFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
NOW = {"day": "today"}


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str, *more: object) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def with_options(ending: Ending, count: int) -> Ending:
    """Put so many colleagues' places on the list."""
    by = ending.assignment.therapist
    option_set = open_options(ending=ending, by=by, on=TODAY)
    for _number in range(count):
        suggestion = Suggestion(place=PlaceFactory.create(), why="Near, and warm.")
        add_option(option_set=option_set, suggestion=suggestion, by=by, at=NOON)
    ending.refresh_from_db()
    return ending


def offer(ending: Ending, **more: Any) -> None:
    by = ending.assignment.therapist
    record_options_offered(ending=ending, on=TODAY, by=by, at=NOON, **more)
    ending.refresh_from_db()


# --- options ----------------------------------------------------------------------------------------
def test_options_may_be_prepared_before_the_telling() -> None:
    ending = with_options(EndingFactory.create(), 2)

    assert ending.stage == Stage.TO_TELL
    assert OptionSet.objects.get(ending=ending).options.count() == 2


def test_options_begin_once(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    by = ending.assignment.therapist

    first = open_options(ending=ending, by=by, on=TODAY)

    assert open_options(ending=Ending.objects.get(pk=ending.pk), by=by, on=TODAY) == first


def test_offering_moves_the_stage_and_keeps_what_was_offered(client: Browser) -> None:
    ending = with_options(EndingFactory.create(told=True), 2)
    client.force_login(ending.assignment.therapist)

    response = client.post(url(ending, "record_options_offered"), NOW)

    ending.refresh_from_db()
    assert response.headers["Location"] == ending.get_absolute_url()
    assert (ending.stage, ending.options_on) == (Stage.OPTIONS_OFFERED, TODAY)
    assert {option.offered_on for option in ending.option_set.options.all()} == {TODAY}
    assert not EndingException.objects.exists()


def test_fewer_than_agreed_is_asked_about_and_recorded_anyway(client: Browser) -> None:
    ending = with_options(EndingFactory.create(told=True), 1)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    client.force_login(ending.assignment.therapist)

    page = client.get(url(ending, "record_options_offered"))
    assert page.context["missing"] == "1 option still missing"
    client.post(
        url(ending, "record_options_offered"), NOW | {"fewer_because": "Nothing else is near."}
    )

    ending.refresh_from_db()
    exception = EndingException.objects.select_related("review").get()
    assert ending.stage == Stage.OPTIONS_OFFERED
    assert (exception.rule, exception.why) == ("fewer_options", "Nothing else is near.")
    assert exception.review.reviewer == leads.supervisor


def test_fewer_without_a_reason_is_recorded_and_asked_for_on_the_page(client: Browser) -> None:
    ending = with_options(EndingFactory.create(told=True), 1)
    client.force_login(ending.assignment.therapist)

    client.post(url(ending, "record_options_offered"), NOW)

    ending.refresh_from_db()
    assert ending.stage == Stage.OPTIONS_OFFERED
    page = client.get(ending.get_absolute_url()).content.decode()
    assert url(ending, "record_exception", "fewer_options") in page


def test_nothing_at_all_needs_its_reason(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    client.force_login(ending.assignment.therapist)

    response = client.post(url(ending, "record_options_offered"), NOW)

    assert response.status_code == 422
    ending.refresh_from_db()
    assert ending.stage == Stage.TOLD


def test_nothing_is_offered_before_the_telling() -> None:
    ending = with_options(EndingFactory.create(), 2)

    with pytest.raises(RuleBroken, match="First tell the client"):
        offer(ending)


def test_what_was_not_wanted_may_be_wanted_after_all() -> None:
    ending = with_options(EndingFactory.create(told=True), 2)
    by = ending.assignment.therapist
    record_not_wanted(ending=ending, step=Step.OPTIONS, on=TODAY, by=by, at=NOON)

    offer(ending)

    assert ending.option_set.declined_on is None
    assert ending.stage == Stage.CHOSEN


# --- choice -----------------------------------------------------------------------------------------
def test_ticking_one_option_is_enough(client: Browser) -> None:
    ending = with_options(EndingFactory.create(told=True), 2)
    offer(ending)
    option = ending.option_set.options.first()
    client.force_login(ending.assignment.therapist)

    said = NOW | {"options": str(option.pk), "words": "The one near the park."}
    response = client.post(url(ending, "record_choice"), said)

    ending.refresh_from_db()
    choice = Choice.objects.get()
    assert response.headers["Location"] == ending.get_absolute_url()
    assert (ending.stage, ending.chosen_on) == (Stage.CHOSEN, TODAY)
    assert (choice.kind, list(choice.options.all())) == (Choice.Kind.ONE, [option])


@pytest.mark.parametrize("kind", ["none", "own"])
def test_none_and_an_own_choice_are_answers(client: Browser, kind: str) -> None:
    ending = EndingFactory.create(options_offered=True)
    client.force_login(ending.assignment.therapist)

    client.post(url(ending, "record_choice"), NOW | {"kind": kind})

    ending.refresh_from_db()
    assert (ending.stage, Choice.objects.get().kind) == (Stage.CHOSEN, kind)


def test_who_waits_is_asked_again_on_a_day(client: Browser) -> None:
    ending = EndingFactory.create(options_offered=True)
    client.force_login(ending.assignment.therapist)

    without = client.post(url(ending, "record_choice"), NOW | {"kind": "wait"})
    assert "ask_again_on" in without.context["form"].errors
    client.post(url(ending, "record_choice"), NOW | {"kind": "wait", "ask_again_on": "2026-03-17"})

    ending.refresh_from_db()
    assert ending.choice_plan_on == date(2026, 3, 17)
    assert "Tue 17 Mar" in client.get(ending.get_absolute_url()).content.decode()


def test_staying_declares_the_interest(client: Browser) -> None:
    ending = EndingFactory.create(options_offered=True)
    client.force_login(ending.assignment.therapist)

    without = client.post(url(ending, "record_choice"), NOW | {"kind": "stays"})
    assert "declares_interest" in without.context["form"].errors
    client.post(url(ending, "record_choice"), NOW | {"kind": "stays", "declares_interest": "on"})

    assert Choice.objects.get().has_declared_interest


def test_an_answer_is_one_answer(client: Browser) -> None:
    ending = EndingFactory.create(options_offered=True)
    option = ending.option_set.options.first()
    client.force_login(ending.assignment.therapist)

    both = client.post(
        url(ending, "record_choice"), NOW | {"kind": "none", "options": str(option.pk)}
    )
    neither = client.post(url(ending, "record_choice"), NOW)

    assert both.context["form"].errors["kind"] == ["With this answer no option is chosen."]
    assert neither.context["form"].errors["kind"] == ["Say what the client chose."]


def test_who_chooses_anew_changed_their_mind() -> None:
    ending = EndingFactory.create(chosen=True)

    choice = record_choice(
        ending=ending,
        chosen=Chosen(Choice.Kind.NONE, TODAY),
        by=ending.assignment.therapist,
        at=NOON,
    )

    ending.refresh_from_db()
    assert choice.changed_mind
    assert choice.corrects is not None
    assert ending.chosen_on == TODAY


def test_a_wrong_record_is_corrected_and_stays_readable(client: Browser) -> None:
    ending = EndingFactory.create(chosen=True)
    first = Choice.objects.get()
    client.force_login(ending.assignment.therapist)
    address = url(ending, "correct_choice", first.pk)
    assert client.get(address).context["form"]["options"].value()

    client.post(address, {"day": "recorded", "kind": "none"})

    newest = Choice.objects.current().get()
    assert (newest.corrects, newest.changed_mind, newest.on) == (first, False, first.on)
    assert "1 earlier version" in client.get(ending.get_absolute_url()).content.decode()


def test_a_corrected_choice_is_corrected_once(client: Browser) -> None:
    ending = EndingFactory.create(closed=True)
    first = Choice.objects.get()
    correct_choice(
        ending=ending,
        choice=first,
        chosen=Chosen(Choice.Kind.NONE, TODAY),
        by=ending.assignment.therapist,
        at=NOON,
    )
    client.force_login(ending.assignment.therapist)

    response = client.post(
        url(ending, "correct_choice", first.pk), {"day": "recorded", "kind": "own"}
    )

    assert response.status_code == 422
    ending.refresh_from_db()
    assert ending.stage == Stage.CLOSED


def test_a_choice_of_another_ending_is_not_corrected_here() -> None:
    ending, other = EndingFactory.create(chosen=True), EndingFactory.create(chosen=True)

    with pytest.raises(RuleBroken, match="another ending"):
        correct_choice(
            ending=ending,
            choice=Choice.objects.get(assignment=other.assignment),
            chosen=Chosen(Choice.Kind.NONE, TODAY),
            by=ending.assignment.therapist,
            at=NOON,
        )


# --- not wanted -------------------------------------------------------------------------------------
def test_who_wants_no_options_makes_no_choice_among_them(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    client.force_login(ending.assignment.therapist)

    client.post(
        url(ending, "record_not_wanted", "options"), NOW | {"note": "She has friends for that."}
    )

    ending.refresh_from_db()
    assert (ending.stage, ending.options_on, ending.chosen_on) == (Stage.CHOSEN, TODAY, TODAY)
    assert set(NotWanted.objects.values_list("step", flat=True)) == {"options", "choice"}
    assert ending.option_set.declined_on == TODAY
    page = client.get(ending.get_absolute_url()).content.decode()
    assert "She has friends for that." in page


@pytest.mark.parametrize("step", ["consolidate", "handover", "last"])
def test_declining_completes_a_step_without_pretending_that_it_was_held(step: str) -> None:
    ending = EndingFactory.create(chosen=True)
    by = ending.assignment.therapist

    record_not_wanted(ending=ending, step=Step(step), on=TODAY, by=by, at=NOON)

    ending.refresh_from_db()
    assert (ending.stage, ending.last_held_on, ending.handed_over_on) == (Stage.CHOSEN, None, None)


def test_it_is_recorded_once_that_something_was_not_wanted() -> None:
    ending = EndingFactory.create(told=True)
    by = ending.assignment.therapist
    record_not_wanted(ending=ending, step=Step.CONSOLIDATE, on=TODAY, by=by, at=NOON)

    with pytest.raises(RuleBroken, match="recorded already"):
        record_not_wanted(ending=ending, step=Step.CONSOLIDATE, on=TODAY, by=by, at=NOON)


@pytest.mark.parametrize("step", [Step.TELL, Step.CLOSE])
def test_a_telling_and_a_closing_cannot_be_declined(client: Browser, step: Step) -> None:
    ending = EndingFactory.create(told=True)
    by = ending.assignment.therapist
    client.force_login(by)

    with pytest.raises(RuleBroken, match="cannot be left out"):
        record_not_wanted(ending=ending, step=step, on=TODAY, by=by, at=NOON)
    assert client.get(url(ending, "record_not_wanted", step)).status_code == 404


def test_who_wants_nobody_to_ask_after_is_left_in_peace() -> None:
    ending = EndingFactory.create(closed=True)
    FollowUp.objects.create(
        client=ending.client,
        episode=ending.episode,
        assignment=ending.assignment,
        owner=ending.assignment.therapist,
        due_on=date(2026, 3, 17),
    )

    record_not_wanted(
        ending=ending,
        step=Step.FOLLOW_UP,
        on=TODAY,
        by=ending.assignment.therapist,
        at=NOON,
    )

    ending.refresh_from_db()
    assert ending.stage == Stage.FOLLOWED_UP
    assert not FollowUp.objects.still_open().exists()
