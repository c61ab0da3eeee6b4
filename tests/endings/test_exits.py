"""Nobody is sent away without a ground and somebody else's yes (R13, decision 18)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import RuleBroken
from endings.models import Closure, Ending, Review
from endings.operations.beginnings import Begun, change_beginning
from endings.operations.closures import Closing, close_ending
from endings.operations.deciding import decide_review
from endings.operations.records import done_steps, records_of
from endings.operations.sheets import Taken, correct_step, record_step
from endings.workflow import Beginning, Cause, Initiator, Playbook, Step
from tests.accounts.factories import PracticeFactory, SupervisionFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
GROUND: dict[str, Any] = {
    "ground": "rules",
    "facts": "Came drunk three times.",
    "tried": "Two talks, and a written agreement.",
    "danger": "no",
}
CLOSING = Closing(
    outcome=Closure.Outcome.BROKEN_OFF,
    summary="Ended by the practice.",
    client_view="It is unfair.",
)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def an_exit(**facts: Any) -> Ending:
    ending = EndingFactory.create(departure=None, playbook=Playbook.INVOLUNTARY, **facts)
    SupervisionFactory.create(supervisee=ending.assignment.therapist)
    return ending


def state_ground(ending: Ending, **changed: Any) -> Any:
    by = ending.assignment.therapist
    taken = Taken(TODAY, GROUND | changed)
    return record_step(ending=ending, step=Step.GROUND, taken=taken, by=by, at=NOON)


def answer(decision: Review.Decision, comment: str = "") -> None:
    review = Review.objects.waiting().get()
    decide_review(review=review, decision=decision, by=review.reviewer, at=NOON, comment=comment)


def close(ending: Ending) -> None:
    by = ending.assignment.therapist
    close_ending(ending=ending, closing=CLOSING, on=TODAY, by=by, at=NOON)


def test_a_stated_ground_goes_before_the_supervisor_at_once() -> None:
    ending = an_exit()
    state_ground(ending)
    review = Review.objects.get()
    assert (review.kind, review.ending, review.is_pressing) == ("exit", ending, False)
    assert review.reviewer != ending.assignment.therapist


def test_somebody_in_danger_presses() -> None:
    state_ground(an_exit(), danger="yes")
    assert Review.objects.get().is_pressing


def test_only_a_yes_closes_the_file() -> None:
    ending = an_exit(last_held=True)
    with pytest.raises(RuleBroken, match="alone"):
        close(ending)
    record = state_ground(ending)
    with pytest.raises(RuleBroken, match="alone"):
        close(ending)
    answer(Review.Decision.RETURNED, "What does the client say?")
    with pytest.raises(RuleBroken, match="alone"):
        close(ending)
    by = ending.assignment.therapist
    better = Taken(TODAY, GROUND | {"tried": "A talk of three with the supervisor."})
    correct_step(record=record, taken=better, by=by, at=NOON)
    answer(Review.Decision.AGREED)

    close(ending)

    assert Step.CONSENT in done_steps(ending, records_of(ending))


def test_the_truth_of_a_telling_is_recorded_all_the_same() -> None:
    assert an_exit(told=True).told_on is not None


def test_another_kind_of_ending_leaves_nothing_to_decide() -> None:
    ending = an_exit()
    state_ground(ending)
    other = Begun(Beginning(Initiator.BOTH, True, Cause.OTHER_HELP))
    change_beginning(ending=ending, begun=other, by=ending.assignment.therapist, at=NOON)
    assert not Review.objects.waiting().exists()


def test_the_supervisor_reads_the_ground_and_says_yes_on_one_page(client: Browser) -> None:
    ending = an_exit()
    state_ground(ending)
    review = Review.objects.get()
    client.force_login(review.reviewer)
    url = reverse("endings:review", args=[review.pk])

    said = client.get(url).content.decode()
    assert "Came drunk three times." in said
    assert "Two talks, and a written agreement." in said
    assert "Warning given" in said  # still open

    client.post(url, {"decision": "agreed"})
    review.refresh_from_db()
    assert review.decision == Review.Decision.AGREED
    client.force_login(ending.assignment.therapist)
    assert "Agreed" in client.get(ending.get_absolute_url()).content.decode()
