"""A departure from the first draft to the last client (R1, R2, R25)."""

from datetime import timedelta

import pytest

from caseload.models import Assignment, Commitment, Session
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Departure, Ending, EndingException, Review
from endings.operations import departures, exceptions, plans
from tests.accounts.factories import UserFactory
from tests.caseload.factories import AssignmentFactory, PlaceFactory
from tests.endings.leaving import Leaving, a_caseload, a_draft, in_weeks

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

State = Departure.State


@pytest.fixture
def leaving() -> Leaving:
    return a_caseload(4)


def test_everybody_on_the_caseload_is_in_the_plan_once(leaving: Leaving) -> None:
    departure = a_draft(leaving)

    endings = departure.endings.all()

    assert {ending.assignment_id for ending in endings} == {work.pk for work in leaving.work}
    assert all(ending.last_on and ending.tell_plan_on for ending in endings)
    assert all(ending.carried_by == leaving.stays for ending in endings)
    assert {ending.people_to_tell.count() for ending in endings} == {1}


def test_each_telling_lies_in_its_window_with_full_notice(leaving: Leaving) -> None:
    for ending in a_draft(leaving).endings.all():
        assert ending.window_opens_on <= ending.tell_plan_on <= ending.window_closes_on
        assert (ending.last_on - ending.tell_plan_on).days >= 21
        assert ending.meetings_of_notice >= 3


def test_a_draft_is_invisible_to_everybody_else(leaving: Leaving) -> None:
    departure = a_draft(leaving)

    assert list(Departure.objects.visible_to(leaving.therapist)) == [departure]
    assert not Departure.objects.visible_to(leaving.supervisor).exists()
    assert not Ending.objects.visible_to(leaving.supervisor).exists()
    assert Ending.objects.visible_to(leaving.therapist).count() == 4


def submit(leaving: Leaving) -> tuple[Departure, Review]:
    departure = a_draft(leaving)
    review = departures.submit_departure(departure=departure, by=leaving.therapist, at=now())
    departure.refresh_from_db()
    return departure, review


def test_sending_asks_who_leads_before_the_first_window(leaving: Leaving) -> None:
    departure, review = submit(leaving)

    assert (departure.state, review.reviewer) == (State.SUBMITTED, leaving.supervisor)
    assert today() < review.due_on
    assert Departure.objects.visible_to(leaving.supervisor).exists()


def test_a_plan_without_a_carrier_is_not_sent(leaving: Leaving) -> None:
    departure = a_draft(leaving)
    Departure.objects.filter(pk=departure.pk).update(carried_by=None)

    with pytest.raises(RuleBroken, match="carries everybody on"):
        departures.submit_departure(departure=departure, by=leaving.therapist, at=now())


def test_somebody_new_on_the_caseload_is_decided_first(leaving: Leaving) -> None:
    departure = a_draft(leaving)
    AssignmentFactory.create(therapist=leaving.therapist)

    with pytest.raises(RuleBroken, match="needs a decision"):
        departures.submit_departure(departure=departure, by=leaving.therapist, at=now())


def test_sending_can_be_undone_until_it_was_opened(leaving: Leaving) -> None:
    departure, review = submit(leaving)
    departures.take_back_submission(departure=departure, by=leaving.therapist, at=now())
    review.refresh_from_db()
    assert review.taken_back_at is not None

    departures.submit_departure(departure=departure, by=leaving.therapist, at=now())
    departures.note_opened_by_supervisor(departure=departure, by=leaving.supervisor, at=now())
    with pytest.raises(RuleBroken, match="opened it already"):
        departures.take_back_submission(departure=departure, by=leaving.therapist, at=now())


def test_agreeing_ends_the_work_with_the_last_day(leaving: Leaving) -> None:
    departure, _review = submit(leaving)

    departures.agree(departure, now())

    ends = set(
        Assignment.objects.filter(therapist=leaving.therapist).values_list("ends_on", flat=True)
    )
    assert ends == {departure.last_day}
    after = Session.objects.planned().filter(
        assignment__therapist=leaving.therapist, starts_at__gt=now() + timedelta(weeks=9)
    )
    assert not after.exists()


def test_the_day_after_somebody_else_answers(leaving: Leaving, time_machine: object) -> None:
    departure, _review = submit(leaving)
    departures.agree(departure, now())
    assert not Ending.objects.visible_to(leaving.stays).exists()

    time_machine.move_to(str(departure.last_day + timedelta(days=1)) + " 09:00")  # type: ignore[attr-defined]

    assert Ending.objects.editable_by(leaving.stays).count() == 4
    assert not Ending.objects.visible_to(leaving.therapist).exists()
    ending = Ending.objects.editable_by(leaving.stays)[0]
    assert ending.named_person(today()) == leaving.stays


def test_who_leaves_takes_nothing_new_and_endings_are_load(leaving: Leaving) -> None:
    submit(leaving)

    assert Commitment.objects.filter(user=leaving.therapist, kind="ending").count() == 4


def test_one_departure_at_a_time(leaving: Leaving) -> None:
    a_draft(leaving)

    with pytest.raises(RuleBroken, match="under way already"):
        a_draft(leaving)


def test_two_tabs_are_told(leaving: Leaving) -> None:
    departure = a_draft(leaving)

    with pytest.raises(ChangedMeanwhile):
        departures.write_words(
            departure=departure, words="Other words.", by=leaving.therapist, revision=0
        )


def test_moving_the_last_day_plans_again_and_shows_what_changes(leaving: Leaving) -> None:
    departure, _review = submit(leaving)
    before = {ending.pk: ending.last_on for ending in departure.endings.all()}

    _drawn, changes = departures.preview_new_last_day(
        departure=departure, last_day=in_weeks(6), on=today()
    )
    assert {change.id for change in changes} == set(before)
    assert {e.pk: e.last_on for e in departure.endings.all()} == before

    departures.move_last_day(
        departure=departure, last_day=in_weeks(6), by=leaving.therapist, at=now()
    )
    assert all(ending.last_on <= in_weeks(6) for ending in departure.endings.all())
    assert Review.objects.waiting().filter(departure=departure).count() == 1


def test_withdrawing_lets_the_work_go_on(leaving: Leaving) -> None:
    departure, _review = submit(leaving)
    departures.agree(departure, now())

    departures.withdraw_departure(departure=departure, by=leaving.therapist, at=now())

    work = Assignment.objects.filter(therapist=leaving.therapist)
    assert set(work.values_list("ends_on", flat=True)) == {None}
    assert not Ending.objects.open().exists()
    assert not Commitment.objects.filter(kind="ending").exists()


def test_a_stranger_plans_nothing(leaving: Leaving) -> None:
    departure = a_draft(leaving)

    with pytest.raises(Departure.DoesNotExist):
        departures.write_words(departure=departure, words="No.", by=UserFactory.create())


@pytest.mark.parametrize("clients", [1, 12])
def test_reading_the_facts_asks_the_database_a_constant_number_of_times(
    clients: int, django_assert_max_num_queries: object
) -> None:
    leaving = a_caseload(clients)
    departure = a_draft(leaving)
    departure = Departure.objects.select_related("therapist").get(pk=departure.pk)

    with django_assert_max_num_queries(22):  # type: ignore[operator]
        plans.draw(departure, on=today())


def test_an_exception_in_a_draft_waits_until_the_plan_is_sent(leaving: Leaving) -> None:
    departure = a_draft(leaving)
    ending = departure.endings.first()
    exceptions.record_exception(
        ending=ending,
        rule=EndingException.Rule.SHORT_NOTICE,
        explanation=exceptions.Explanation(why="The post ends early."),
        by=leaving.therapist,
        at=now(),
    )
    assert not Review.objects.visible_to(leaving.supervisor).exists()
    assert not Review.objects.editable_by(leaving.supervisor).exists()
    assert Review.objects.visible_to(leaving.therapist).count() == 1

    departures.submit_departure(departure=departure, by=leaving.therapist, at=now())

    assert Review.objects.editable_by(leaving.supervisor).count() == 2


def test_who_leaves_offers_no_place(leaving: Leaving) -> None:
    place = PlaceFactory.create(therapist=leaving.therapist)
    departure, _review = submit(leaving)

    departures.agree(departure, now())
    place.refresh_from_db()
    assert place.ends_on == today()

    departures.withdraw_departure(departure=departure, by=leaving.therapist, at=now())
    place.refresh_from_db()
    assert place.ends_on is None
