"""A chosen service on its way, and asking after (R15)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.clock import now, today
from core.errors import RuleBroken
from referrals.journey import Outcome, Status
from referrals.models import Choice, FollowUp, Referral
from referrals.operations.choices import Chosen, record_choice
from referrals.operations.follow_ups import (
    Answer,
    drop_follow_ups,
    plan_follow_ups,
    record_follow_up,
)
from referrals.operations.options import offer_options
from referrals.operations.referrals import (
    Move,
    agree_that_we_get_in_touch,
    move_referral,
)
from tests.accounts.factories import SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory
from tests.referrals.factories import FollowUpFactory, OptionFactory

pytestmark = pytest.mark.django_db
Arrived = FollowUp.Arrived


@pytest.fixture
def referral() -> Referral:
    option = OptionFactory.create()
    by = option.assignment.therapist
    offer_options(option_set=option.option_set, by=by, on=today(), at=now())
    option.refresh_from_db()
    chosen = Chosen(kind=Choice.Kind.ONE, on=today(), options=[option])
    record_choice(option_set=option.option_set, chosen=chosen, by=by, at=now())
    return Referral.objects.get()


def go(referral: Referral, to: Status, **more: object) -> Referral:
    step = Move(to, today(), **more)  # type: ignore[arg-type]
    return move_referral(referral=referral, move=step, by=referral.assignment.therapist, at=now())


def test_each_move_keeps_who_said_so_and_what_came_of_it(referral: Referral) -> None:
    go(referral, Status.IN_PROGRESS)
    go(referral, Status.ON_HOLD, note="Six weeks.")
    last = go(referral, Status.REJECTED, outcome=Outcome.NO_CAPACITY)
    assert (last.status, last.outcome) == (Status.REJECTED, Outcome.NO_CAPACITY)
    moves = [(move.status, move.note) for move in referral.moves.all()]
    assert moves == [
        (Status.REQUESTED, ""),
        (Status.IN_PROGRESS, ""),
        (Status.ON_HOLD, "Six weeks."),
        (Status.REJECTED, ""),
    ]


def test_a_way_that_is_not_there_is_refused(referral: Referral) -> None:
    go(referral, Status.COMPLETED)
    with pytest.raises(RuleBroken):
        go(referral, Status.IN_PROGRESS)
    with pytest.raises(RuleBroken):
        go(referral, Status.COMPLETED)


def test_the_practice_gets_in_touch_only_where_the_client_agreed(referral: Referral) -> None:
    by = referral.assignment.therapist
    with pytest.raises(IntegrityError, match="only_when_agreed"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(contact="practice")
    agreed = agree_that_we_get_in_touch(referral=referral, by=by, on=today())
    assert (agreed.contact, agreed.agreed_on) == ("practice", today())


def test_a_supervisor_does_not_move_a_referral(referral: Referral) -> None:
    boss = SupervisionFactory.create(supervisee=referral.assignment.therapist).supervisor
    assert Referral.objects.visible_to(boss).exists()
    with pytest.raises(Referral.DoesNotExist):
        move_referral(referral=referral, move=Move(Status.IN_PROGRESS, today()), by=boss, at=now())


# --- asking after -----------------------------------------------------------------------------------
def plan(work, last_on, **more):  # -> [FollowUp]
    facts = {"owner": work.therapist, "by": work.therapist, **more}
    return plan_follow_ups(client=work.client, assignment=work, last_on=last_on, **facts)


def test_somebody_asks_after_two_and_after_six_weeks() -> None:
    work = AssignmentFactory.create()
    due = [(each.days_after, each.due_on - today()) for each in plan(work, today())]
    assert due == [(14, timedelta(days=14)), (42, timedelta(days=42))]


def test_planned_again_open_ones_move_and_answered_ones_stay() -> None:
    work = AssignmentFactory.create()
    first, _second = plan(work, today() - timedelta(days=14))
    answer = Answer(Arrived.NOT_YET, today())
    record_follow_up(follow_up=first, answer=answer, by=work.therapist, at=now())
    colleague = UserFactory.create()
    (moved,) = plan(work, today(), owner=colleague)
    assert (moved.due_on, moved.owner) == (today() + timedelta(days=42), colleague)
    assert FollowUp.objects.count() == 2


def test_taken_back_with_its_ending_and_planned_anew() -> None:
    work = AssignmentFactory.create()
    plan(work, today())
    facts = {"client": work.client, "assignment": work, "by": work.therapist, "on": today()}
    assert drop_follow_ups(**facts) == 2
    assert not FollowUp.objects.still_open().exists()
    assert len(plan(work, today())) == 2


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Arrived.YES, Status.COMPLETED),
        (Arrived.ELSEWHERE, Status.CANCELLED),
        (Arrived.NO, Status.CANCELLED),
        (Arrived.NOT_YET, Status.REQUESTED),
        (Arrived.UNKNOWN, Status.REQUESTED),
    ],
)
def test_the_answer_moves_the_referral(
    referral: Referral, outcome: FollowUp.Arrived, status: Status
) -> None:
    asked = FollowUpFactory.create(assignment=referral.assignment)
    answer = Answer(outcome, today(), note="She rang.", what_now="Nothing.", referral=referral)
    done = record_follow_up(follow_up=asked, answer=answer, by=asked.owner, at=now())
    referral.refresh_from_db()
    assert referral.status == status
    assert (done.outcome, done.note, done.done_by) == (outcome, "She rang.", asked.owner)


def test_an_answer_that_the_table_does_not_know_leaves_the_referral(referral: Referral) -> None:
    go(referral, Status.COMPLETED)
    asked = FollowUpFactory.create(assignment=referral.assignment, referral=referral)
    answer = Answer(Arrived.NO, today())
    record_follow_up(follow_up=asked, answer=answer, by=asked.owner, at=now())
    referral.refresh_from_db()
    assert referral.status == Status.COMPLETED


def test_one_can_ask_once_more_on_a_later_day() -> None:
    asked = FollowUpFactory.create()
    later = today() + timedelta(days=21)
    answer = Answer(Arrived.NOT_YET, today(), ask_again_on=later)
    record_follow_up(follow_up=asked, answer=answer, by=asked.owner, at=now())
    again = FollowUp.objects.still_open().get()
    assert (again.due_on, again.owner, again.days_after) == (later, asked.owner, None)


def test_asking_again_today_is_no_asking_again() -> None:
    asked = FollowUpFactory.create()
    with pytest.raises(RuleBroken), transaction.atomic():
        record_follow_up(
            follow_up=asked,
            answer=Answer(Arrived.NOT_YET, today(), ask_again_on=today()),
            by=asked.owner,
            at=now(),
        )
    assert FollowUp.objects.still_open().get() == asked


def test_an_answer_is_given_once_and_not_before_it_is_heard() -> None:
    asked = FollowUpFactory.create()
    answer = Answer(Arrived.YES, today() + timedelta(days=1))
    with pytest.raises(RuleBroken):
        record_follow_up(follow_up=asked, answer=answer, by=asked.owner, at=now())
    record_follow_up(follow_up=asked, answer=Answer(Arrived.YES, today()), by=asked.owner, at=now())
    with pytest.raises(RuleBroken):
        record_follow_up(
            follow_up=asked, answer=Answer(Arrived.NO, today()), by=asked.owner, at=now()
        )


def test_whoever_is_asked_to_follow_up_may_answer_without_working_on_it() -> None:
    colleague = UserFactory.create()
    asked = FollowUpFactory.create(owner=colleague)
    assert FollowUp.objects.editable_by(colleague).get() == asked
    assert not FollowUp.objects.visible_to(UserFactory.create()).exists()
    answer = Answer(Arrived.YES, today())
    assert (
        record_follow_up(follow_up=asked, answer=answer, by=colleague, at=now()).done_on == today()
    )


def test_who_when_and_what_go_together() -> None:
    asked = FollowUpFactory.create()
    with pytest.raises(IntegrityError, match="who_when_and_what"), transaction.atomic():
        FollowUp.objects.filter(pk=asked.pk).update(done_on=today())


def test_due_ones_are_found_by_day() -> None:
    late = FollowUpFactory.create(due_on=today() - timedelta(days=1))
    FollowUpFactory.create(due_on=today() + timedelta(days=1))
    assert list(FollowUp.objects.due_by(today()).in_order()) == [late]
