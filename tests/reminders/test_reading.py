"""What the rows of a practice say to the reminders."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Practice, RoleHeld
from caseload.models import Break, Session
from caseload.operations.file_requests import may_agree
from core.clock import now, today
from endings.models import (
    Departure,
    Ending,
    EndingException,
    HandoverInvitation,
    NotToday,
    OutreachAttempt,
    Review,
)
from reminders.due import Due, due
from reminders.facts import EndingFacts
from reminders.models import Reminder
from reminders.occasions import Occasion
from reminders.operations.raising import raise_and_close
from reminders.operations.reading import due_in_sql, read_facts
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    FileRequestFactory,
    RiskLookFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.endings.factories import DepartureFactory, EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)


def facts_of(ending: Ending) -> EndingFacts:
    return next(row for row in read_facts(on=today()).endings if row.id == ending.pk)


def stands(ending: Ending) -> set[tuple[Any, Occasion]]:
    return {
        (one.person_id, one.occasion) for one in due_in_sql(on=today()) if one.about_id == ending.pk
    }


def test_an_open_window_asks_the_therapist_to_tell() -> None:
    ending = EndingFactory.create()
    assert stands(ending) == {(ending.assignment.therapist_id, Occasion.TELL)}


def test_a_draft_asks_nobody_anything() -> None:
    ending = EndingFactory.create(departure=DepartureFactory.create(draft=True))
    assert stands(ending) == set()
    assert read_facts(on=today()).endings == []


@pytest.mark.parametrize("kept", ["withdrawn_on", "closed_on"])
def test_what_is_over_is_left_out(kept: str) -> None:
    ending = EndingFactory.create(**{kept: today()})
    assert stands(ending) == set()


def test_telling_the_client_closes_the_reminder() -> None:
    ending = EndingFactory.create(told=True)
    assert Occasion.TELL not in {occasion for _person, occasion in stands(ending)}
    assert facts_of(ending).told_on == ending.told_on


def test_a_missed_meeting_is_to_be_rebooked_on_the_day_it_was_said() -> None:
    ending = EndingFactory.create()
    ending.tell_session = SessionFactory.create(assignment=ending.assignment, days=3)
    ending.save()
    assert facts_of(ending).tell_plan_on == today() + 3 * DAY
    Session.objects.filter(pk=ending.tell_session_id).update(state="cancelled", state_at=now())

    facts = facts_of(ending)

    assert (facts.tell_plan_on, facts.tell_missed_on) == (None, today())
    assert (ending.assignment.therapist_id, Occasion.REBOOK_TELLING) in stands(ending)


def test_a_meeting_that_was_moved_carries_the_telling_with_it() -> None:
    ending = EndingFactory.create()
    ending.tell_session = SessionFactory.create(assignment=ending.assignment, days=5)
    ending.save()
    assert facts_of(ending).tell_plan_on == today() + 5 * DAY


def test_while_somebody_is_away_the_deputy_answers() -> None:
    ending = EndingFactory.create()
    deputy = UserFactory.create()
    AbsenceFactory.create(user=ending.assignment.therapist, deputy=deputy)
    assert stands(ending) == {(deputy.pk, Occasion.TELL)}
    assert {one.person_id for one in due_in_sql(on=today(), person=deputy)} == {deputy.pk}


def test_without_a_deputy_who_leads_the_work_answers() -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    AbsenceFactory.create(user=ending.assignment.therapist)
    assert stands(ending) == {(leads.pk, Occasion.TELL)}


def test_a_suspended_therapist_is_asked_nothing() -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    ending.assignment.therapist.suspended_at = now()
    ending.assignment.therapist.save()
    assert stands(ending) == {(leads.pk, Occasion.TELL)}


def test_short_notice_reaches_the_supervisor_until_it_is_explained() -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    therapist = ending.assignment.therapist_id
    short = {(therapist, Occasion.NOTICE_SHORT), (leads.pk, Occasion.NOTICE_SHORT)}
    assert stands(ending) == short

    EndingException.objects.create(
        ending=ending,
        rule="short_notice",
        why="Flu.",
        asked_by_id=therapist,
        asked_on=today(),
        recorded_at=now(),
    )

    assert stands(ending) == {(therapist, Occasion.TELL)}


def test_not_today_a_look_at_risk_and_an_embargo_hold_the_telling_back() -> None:
    held = EndingFactory.create()
    NotToday.objects.create(
        ending=held,
        on=today(),
        because="crisis",
        until=today() + 2 * DAY,
        by=held.assignment.therapist,
        recorded_at=now(),
    )
    at_risk = EndingFactory.create()
    RiskLookFactory.create(client=at_risk.client, tell_not_before=today() + 5 * DAY)
    silent = EndingFactory.create()
    Departure.objects.filter(pk=silent.departure_id).update(embargo_until=today() + 7 * DAY)

    assert [facts_of(one).not_today_until for one in (held, at_risk, silent)] == [
        today() + 2 * DAY,
        today() + 5 * DAY,
        today() + 7 * DAY,
    ]
    assert stands(held) | stands(at_risk) | stands(silent) == set()


def test_the_meetings_after_the_telling_carry_options_and_choice() -> None:
    ending = EndingFactory.create(told=True, options_plan_on=None, choice_plan_on=None)
    first = AttendedFactory.create(assignment=ending.assignment, days=-14)
    second = AttendedFactory.create(assignment=ending.assignment, days=-7)
    facts = facts_of(ending)
    assert facts.options_plan_on == first.starts_at.date()
    assert facts.choice_plan_on == second.starts_at.date()
    assert (ending.assignment.therapist_id, Occasion.OFFER_OPTIONS) in stands(ending)


def test_a_colleagues_place_that_was_chosen_asks_for_the_meeting_of_three() -> None:
    ending = EndingFactory.create(chosen=True)
    therapist = ending.assignment.therapist_id
    assert facts_of(ending).hands_over
    receiver = UserFactory.create()
    HandoverInvitation.objects.create(
        ending=ending,
        receiver=receiver,
        code="K-1",
        state="accepted",
        invited_by_id=therapist,
        invited_at=now(),
        answered_at=now(),
    )
    assert stands(ending) >= {
        (therapist, Occasion.BOOK_HANDOVER),
        (receiver.pk, Occasion.BOOK_HANDOVER),
    }
    assert Occasion.BOOK_HANDOVER in {
        one.occasion for one in due_in_sql(on=today(), person=receiver)
    }


def test_the_day_after_the_work_has_ended_the_one_who_carries_it_closes_the_file() -> None:
    stays = UserFactory.create()
    ending = EndingFactory.create(last_held=True, carried_by=stays)
    ending.assignment.ends_on = today() - DAY
    ending.assignment.save()
    assert stands(ending) == {(stays.pk, Occasion.CLOSE_FILE)}


def test_a_review_waits_for_the_reviewer() -> None:
    departure = DepartureFactory.create()
    reviewer = UserFactory.create()
    Review.objects.create(
        kind="departure",
        departure=departure,
        author=departure.therapist,
        reviewer=reviewer,
        asked_at=now(),
        due_on=today() + DAY,
    )
    [found] = due_in_sql(on=today())
    assert (found.person_id, found.occasion, found.is_escalation) == (
        reviewer.pk,
        Occasion.REVIEW,
        False,
    )


def test_both_forms_read_the_same_rows() -> None:
    PracticeFactory.create()
    UserFactory.create(roles=["directory_admin"])
    for trait in (
        {},
        {"told": True},
        {"options_offered": True},
        {"chosen": True},
        {"last_held": True},
    ):
        EndingFactory.create(**trait)
    EndingFactory.create(window_opens_on=None, window_closes_on=None)
    facts = read_facts(on=today())

    assert due_in_sql(on=today()) == due(facts, today())
    assert len(facts.endings) == 6


@pytest.mark.parametrize("clients", [1, 30])
def test_reading_takes_the_same_number_of_queries_for_one_and_for_many(
    clients: int, django_assert_num_queries: Any
) -> None:
    departure = DepartureFactory.create()
    for _ in range(clients):
        EndingFactory.create(departure=departure)
    with django_assert_num_queries(2):
        assert len(due_in_sql(on=today())) == clients
    with django_assert_num_queries(19):
        assert len(read_facts(on=today()).endings) == clients


def test_one_person_gets_exactly_their_part_of_the_whole() -> None:
    Practice.objects.filter(pk=1).delete()
    endings = [EndingFactory.create() for _ in range(3)]
    SupervisionFactory.create(supervisee=endings[0].assignment.therapist)
    everything: list[Due] = due_in_sql(on=today())
    for ending in endings:
        person = ending.assignment.therapist
        assert due_in_sql(on=today(), person=person) == [
            one for one in everything if one.person_id == person.pk
        ]


def who(occasion: Occasion) -> set[Any]:
    return {one.person_id for one in due_in_sql(on=today()) if one.occasion is occasion}


def test_somebody_who_waits_is_the_named_persons_and_in_their_absence_the_deputys() -> None:
    entry = WaitingEntryFactory.create(next_contact_on=today())
    assert who(Occasion.CONTACT_WAITING) == {entry.named_person_id}
    deputy = UserFactory.create()
    AbsenceFactory.create(user=entry.named_person, deputy=deputy)
    assert who(Occasion.CONTACT_WAITING) == {deputy.pk}
    entry.ended_on = today()
    entry.save()
    assert who(Occasion.CONTACT_WAITING) == set()


def test_a_break_asks_until_somebody_has_met_and_the_work_goes_on() -> None:
    work = AssignmentFactory.create()
    Break.objects.create(
        assignment=work,
        episode=work.episode,
        starts_on=today() - 20 * DAY,
        ends_on=today() + 2 * DAY,
        contact_on=today() - 3 * DAY,
    )
    assert who(Occasion.CONTACT_IN_BREAK) == who(Occasion.BREAK_ENDS) == {work.therapist_id}
    AttendedFactory.create(assignment=work, days=-2)
    assert who(Occasion.CONTACT_IN_BREAK) == set()
    SessionFactory.create(assignment=work, days=7)
    assert who(Occasion.BREAK_ENDS) == set()


def test_only_the_newest_look_at_risk_says_when_to_look_again() -> None:
    ending = EndingFactory.create(told=True)
    facts = {"client": ending.client, "by": ending.assignment.therapist}
    RiskLookFactory.create(on=today() - 9 * DAY, look_again_on=today() - DAY, **facts)
    assert who(Occasion.LOOK_AT_RISK) == {ending.assignment.therapist_id}
    RiskLookFactory.create(on=today(), look_again_on=today() + 30 * DAY, **facts)
    assert who(Occasion.LOOK_AT_RISK) == set()


def test_a_second_yes_is_asked_of_those_who_may_give_it() -> None:
    work = AssignmentFactory.create()
    leads = SupervisionFactory.create(supervisee=work.therapist).supervisor
    RoleHeld.objects.get_or_create(user=leads, role="supervisor")
    UserFactory.create(roles=["supervisor"])
    keeper = UserFactory.create(roles=["records_keeper"])
    asks = UserFactory.create(roles=["records_keeper"])
    request = FileRequestFactory.create(client=work.episode.people[0], asked_by=asks)
    expected = {one.pk for one in (leads, keeper) if may_agree(request, one)}
    assert expected == {leads.pk, keeper.pk}
    assert who(Occasion.SECOND_YES) == expected
    raise_and_close(at=now())  # also as the worker, who has no more than its columns
    assert set(Reminder.objects.values_list("person", flat=True)) == expected


def test_where_contact_is_lost_an_answer_ends_the_asking() -> None:
    ending = EndingFactory.create(
        playbook="lost_contact",
        window_opens_on=None,
        window_closes_on=None,
        opened_on=today() - 8 * DAY,
    )
    therapist = ending.assignment.therapist

    def attempt(outcome: str) -> None:
        OutreachAttempt.objects.create(
            ending=ending,
            on=today(),
            channel="phone",
            outcome=outcome,
            by=therapist,
            recorded_at=now(),
        )

    assert (facts_of(ending).tries, who(Occasion.REACH_OUT)) == (0, {therapist.pk})
    attempt("no_answer")
    assert (facts_of(ending).tries, who(Occasion.REACH_OUT)) == (1, {therapist.pk})
    attempt("reached")
    assert (facts_of(ending).tries, who(Occasion.REACH_OUT)) == (None, set())


def test_who_is_away_without_a_deputy_at_work_is_answered_for_by_who_leads_or_their_deputy() -> (
    None
):
    ending = EndingFactory.create()
    away, leads = UserFactory.create(), UserFactory.create()
    SupervisionFactory.create(supervisee=ending.assignment.therapist, supervisor=leads)
    AbsenceFactory.create(user=ending.assignment.therapist, deputy=away)
    AbsenceFactory.create(user=away)
    assert who(Occasion.TELL) == {leads.pk}
    stands_in = UserFactory.create()
    AbsenceFactory.create(user=leads, deputy=stands_in)
    assert who(Occasion.TELL) == {stands_in.pk}
    AbsenceFactory.create(user=stands_in)
    assert read_facts(on=today()).answering(ending.assignment.therapist_id) == (
        ending.assignment.therapist_id
    )
