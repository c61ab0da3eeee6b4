from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Episode
from core.errors import RuleBroken
from endings.models import Closure, ClosureAddendum, Departure, Ending, Review
from endings.operations.closures import (
    Closing,
    add_addendum,
    close_ending,
    record_follow_up,
)
from endings.operations.options import record_not_wanted
from endings.workflow import Stage, Step
from referrals.models import FollowUp
from referrals.operations.follow_ups import Answer
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    CadenceFactory,
    EpisodeFactory,
    ParticipationFactory,
    SessionFactory,
)
from tests.endings.factories import DepartureFactory, EndingFactory, bring_to

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
CLOSING = Closing(Closure.Outcome.GOOD_END, summary="Two years.", client_view="I can ask now.")
SAID = {
    "outcome": "good_end",
    "summary": "Two years.",
    "client_view": "I can ask now.",
    "on": "2026-03-03",
}


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create(retention_years=10)


def url(ending: Ending, name: str = "close_ending") -> str:
    return reverse(f"endings:{name}", args=[ending.pk])


def close(ending: Ending, closing: Closing = CLOSING) -> Closure:
    return close_ending(
        ending=ending, closing=closing, on=TODAY, by=ending.assignment.therapist, at=NOON
    )


# --- closing ----------------------------------------------------------------------------------------
def test_the_file_is_closed_with_both_views(client: Browser) -> None:
    ending = EndingFactory.create(last_held=True)
    client.force_login(ending.assignment.therapist)

    response = client.post(url(ending), SAID, follow=True)

    ending.refresh_from_db()
    closure = Closure.objects.get()
    assert (ending.stage, ending.closed_on) == (Stage.CLOSED, TODAY)
    assert (closure.client_view, closure.kept_until) == ("I can ask now.", date(2036, 3, 2))
    assert "Closed. Thank you for seeing this through." in response.content.decode()


def test_the_clients_view_may_be_missing_for_a_reason(client: Browser) -> None:
    ending = EndingFactory.create(last_held=True)
    client.force_login(ending.assignment.therapist)
    without = SAID | {"client_view": ""}

    assert "client_view" in client.post(url(ending), without).context["form"].errors
    because = {"client_view_missing_because": "She did not want to look back."}
    assert client.post(url(ending), without | because).status_code == 302


def test_what_stands_open_is_listed_and_can_be_closed_anyway(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    client.force_login(ending.assignment.therapist)

    assert client.get(url(ending)).context["left_open"] == ["Options", "Choice", "Last session"]
    client.post(url(ending), SAID)

    ending.refresh_from_db()
    review = Review.objects.get()
    assert ending.stage == Stage.CLOSED
    assert (review.kind, review.is_pressing) == (Review.Kind.CLOSURE, True)


def test_a_closing_without_anything_open_does_not_press() -> None:
    ending = EndingFactory.create(last_held=True, handed_over_on=TODAY)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)

    close(ending)

    review = Review.objects.get()
    assert (review.is_pressing, review.reviewer) == (False, leads.supervisor)


def test_not_before_the_telling() -> None:
    with pytest.raises(RuleBroken, match="First tell the client"):
        close(EndingFactory.create())


def test_a_closed_file_is_closed_once() -> None:
    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        close(EndingFactory.create(closed=True))


def test_a_closing_needs_the_clients_view_or_a_reason() -> None:
    with pytest.raises(RuleBroken, match="how the client sees it"):
        close(EndingFactory.create(last_held=True), Closing(Closure.Outcome.PARTLY, summary="x"))


def test_both_questions_are_planned_with_a_named_person_each() -> None:
    """Two weeks after, the therapist is still here; six weeks after, who carries it on asks."""
    departure = DepartureFactory.create(last_day=date(2026, 3, 31))
    ending = EndingFactory.create(departure=departure, carried_by=departure.carried_by)
    ending.assignment.ends_on = departure.last_day
    ending.assignment.save()
    bring_to(ending, "last_held")

    close(ending)

    rows = FollowUp.objects.in_order()
    assert [(row.due_on, row.owner) for row in rows] == [
        (date(2026, 3, 16), departure.therapist),
        (date(2026, 4, 13), departure.carried_by),
    ]


def test_no_question_is_planned_where_nobody_wants_it() -> None:
    ending = EndingFactory.create(last_held=True)
    by = ending.assignment.therapist
    record_not_wanted(ending=ending, step=Step.FOLLOW_UP, on=TODAY, by=by, at=NOON)

    close(ending)

    assert not FollowUp.objects.exists()


def test_an_ending_alone_ends_the_work_and_its_therapist_carries_it() -> None:
    ending = EndingFactory.create(departure=None, last_held=True)
    work = ending.assignment
    CadenceFactory.create(assignment=work)
    SessionFactory.create(assignment=work, days=7)

    close(ending)

    work.refresh_from_db()
    ending.refresh_from_db()
    assert work.ends_on == TODAY
    assert ending.carried_by == work.therapist
    assert not work.sessions.planned().exists()


@pytest.mark.time_machine("2026-03-04T12:00:00Z")
def test_the_day_after_the_therapist_can_still_open_what_they_carry(client: Browser) -> None:
    ending = EndingFactory.create(departure=None, last_held=True)
    close_ending(
        ending=ending,
        closing=CLOSING,
        on=TODAY,
        by=ending.assignment.therapist,
        at=datetime(2026, 3, 4, 12, tzinfo=UTC),
    )
    ending.assignment.refresh_from_db()
    ending.assignment.ends_on = TODAY
    ending.assignment.save()
    client.force_login(ending.assignment.therapist)

    assert client.get(ending.get_absolute_url()).status_code == 200


def test_one_part_in_a_group_ends_and_the_group_goes_on() -> None:
    episode = EpisodeFactory.create(kind=Episode.Kind.GROUP)
    work = AssignmentFactory.create(episode=episode)
    other = ParticipationFactory.create(episode=episode)
    part = episode.participations.exclude(pk=other.pk).get()
    ending = EndingFactory.create(
        assignment=work, client=part.client, participation=part, last_held=True
    )

    close(ending)

    part.refresh_from_db()
    other.refresh_from_db()
    work.refresh_from_db()
    assert (part.left_on, other.left_on, work.ends_on) == (ending.last_held_on, None, None)
    assert {row.client for row in FollowUp.objects.all()} == {part.client}


def test_inside_a_departure_the_work_lasts_until_the_last_working_day() -> None:
    departure = DepartureFactory.create(kind=Departure.Kind.REDUCING, last_day=date(2026, 3, 31))
    ending = EndingFactory.create(departure=departure, last_held=True)

    close(ending)

    ending.assignment.refresh_from_db()
    assert ending.assignment.ends_on == date(2026, 3, 31)


def test_the_clock_of_the_client_runs_from_the_last_session() -> None:
    ending = EndingFactory.create(last_held=True)
    type(ending.client).objects.filter(pk=ending.client_id).update(born_on=date(2020, 1, 1))

    closure = close(ending)

    ending.client.refresh_from_db()
    # ten years after the last session, or three after the eighteenth birthday
    assert ending.client.kept_until == closure.kept_until == date(2041, 1, 1)


def test_the_clock_stands_where_a_receiver_goes_on() -> None:
    ending = EndingFactory.create(last_held=True)
    AssignmentFactory.create(client=ending.client, starts_on=date(2026, 5, 1))

    close(ending)

    ending.client.refresh_from_db()
    assert ending.client.kept_until is None


# --- adding to it -----------------------------------------------------------------------------------
def test_a_line_is_added_and_the_closing_stays(client: Browser) -> None:
    ending = EndingFactory.create(closed=True)
    client.force_login(ending.assignment.therapist)

    response = client.post(url(ending, "add_addendum"), {"text": "She wrote a card."}, follow=True)

    assert ClosureAddendum.objects.get().text == "She wrote a card."
    page = response.content.decode()
    assert "She wrote a card." in page
    assert "I know now that I can ask." in page


def test_an_open_file_takes_no_line_of_this_kind() -> None:
    ending = EndingFactory.create(last_held=True)

    with pytest.raises(RuleBroken, match="still open"):
        add_addendum(ending=ending, text="x", by=ending.assignment.therapist, at=NOON)


# --- asking after -----------------------------------------------------------------------------------
def asked(ending: Ending, **more: Any) -> FollowUp:
    facts = {
        "client": ending.client,
        "episode": ending.episode,
        "assignment": ending.assignment,
        "owner": ending.assignment.therapist,
        "due_on": TODAY,
    }
    return FollowUp.objects.create(**(facts | more))


def test_when_nobody_is_left_to_ask_the_ending_is_asked_after(client: Browser) -> None:
    ending = EndingFactory.create(closed=True)
    first, second = asked(ending), asked(ending, due_on=date(2026, 3, 31))
    client.force_login(ending.assignment.therapist)
    said = {"outcome": "yes", "on": "2026-03-03"}

    client.post(reverse("endings:record_follow_up", args=[first.pk]), said)
    ending.refresh_from_db()
    assert ending.stage == Stage.CLOSED

    response = client.post(reverse("endings:record_follow_up", args=[second.pk]), said)
    ending.refresh_from_db()
    assert ending.stage == Stage.FOLLOWED_UP
    assert response.headers["Location"] == ending.get_absolute_url()


def test_a_departure_whose_endings_are_all_asked_after_is_completed() -> None:
    ending = EndingFactory.create(closed=True)
    answer = Answer(FollowUp.Arrived.YES, TODAY)

    record_follow_up(
        follow_up=asked(ending), answer=answer, by=ending.assignment.therapist, at=NOON
    )

    ending.departure.refresh_from_db()
    assert ending.departure.state == Departure.State.COMPLETED


def test_asking_before_the_file_is_closed_moves_nothing() -> None:
    ending = EndingFactory.create(chosen=True)
    answer = Answer(FollowUp.Arrived.NOT_YET, TODAY, ask_again_on=date(2026, 3, 17))

    record_follow_up(
        follow_up=asked(ending), answer=answer, by=ending.assignment.therapist, at=NOON
    )

    ending.refresh_from_db()
    assert ending.stage == Stage.CHOSEN
    assert FollowUp.objects.still_open().get().due_on == date(2026, 3, 17)


def test_whoever_was_asked_to_may_answer(client: Browser) -> None:
    """The owner needs no other right in the ending; a stranger finds nothing."""
    ending = EndingFactory.create(closed=True)
    owner, stranger = UserFactory.create(), UserFactory.create()
    follow_up = asked(ending, owner=owner)
    address = reverse("endings:record_follow_up", args=[follow_up.pk])

    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(owner)
    assert client.get(address).status_code == 200
    assert client.post(address, {"outcome": "yes", "on": "2026-03-03"}).status_code == 302

    ending.refresh_from_db()
    assert ending.stage == Stage.FOLLOWED_UP


def test_an_answer_of_tomorrow_is_refused(client: Browser) -> None:
    ending = EndingFactory.create(closed=True)
    follow_up = asked(ending)
    client.force_login(ending.assignment.therapist)
    address = reverse("endings:record_follow_up", args=[follow_up.pk])

    response = client.post(
        address, {"outcome": "not_yet", "on": "2026-03-04", "ask_again_on": "2026-03-03"}
    )

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"on", "ask_again_on"}
