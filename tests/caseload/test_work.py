"""Goals, looks at risk, weight, load, absences, rooms and closed days."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from caseload.load import Level
from caseload.models import Assignment, Client, ClosedDay, Commitment, Goal, RiskLook
from caseload.operations import absences, practice, work
from caseload.operations.absences import Away
from caseload.operations.diary import rooms_free_all_through
from caseload.operations.rhythms import Wish, set_cadence
from caseload.operations.work import Reviewed, Seen
from core.clock import now
from core.errors import ChangedMeanwhile, RuleBroken
from tests.accounts.factories import AbsenceFactory, SiteFactory, SupervisionFactory, UserFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    ClosedDayFactory,
    CommitmentFactory,
    GoalFactory,
    RoomFactory,
    SessionFactory,
)


def test_a_goal_is_set_and_looked_at(marta) -> None:
    assignment = AssignmentFactory(therapist=marta)
    goal = work.record_goal(
        assignment=assignment, words="Sleep through.", on=MONDAY, review_next_on=None, by=marta
    )
    assert Goal.objects.visible_to(marta).get() == goal

    work.review_goal(goal=goal, review=Reviewed("partly", "Mostly.", MONDAY), by=marta, revision=0)

    goal.refresh_from_db()
    assert (goal.met, goal.words, goal.reviewed_on, goal.revision) == (
        "partly",
        "Mostly.",
        MONDAY,
        1,
    )
    with pytest.raises(ChangedMeanwhile):
        work.review_goal(goal=goal, review=Reviewed("met", "", MONDAY), by=marta, revision=0)


def test_goals_and_risk_of_others_are_closed(marta) -> None:
    other = AssignmentFactory()
    with pytest.raises(Assignment.DoesNotExist):
        work.record_goal(assignment=other, words="X", on=MONDAY, review_next_on=None, by=marta)
    with pytest.raises(Goal.DoesNotExist):
        work.review_goal(
            goal=GoalFactory(assignment=other), review=Reviewed("met", "", MONDAY), by=marta
        )
    with pytest.raises(Client.DoesNotExist):
        work.record_risk_look(client=other.client, seen=Seen(MONDAY, "some"), by=marta, at=now())


def test_the_newest_look_at_risk_speaks_and_none_is_lost(marta) -> None:
    client = AssignmentFactory(therapist=marta).client
    for level in ("none_seen", "high"):
        work.record_risk_look(
            client=client,
            seen=Seen(MONDAY, level, note="A note.", has_safety_plan=True),
            by=marta,
            at=now() + timedelta(minutes=RiskLook.objects.count()),
        )
    newest, first = RiskLook.objects.visible_to(marta).newest_first()
    assert (newest.level, newest.by, newest.note) == ("high", marta, "A note.")
    assert first.level == "none_seen"


def test_weight_changes_from_a_day_on(marta) -> None:
    assignment = AssignmentFactory(therapist=marta)
    CommitmentFactory(user=marta, assignment=assignment, points=1)

    work.set_weight(assignment=assignment, points=Decimal(2), reason="Crisis", by=marta, on=MONDAY)
    work.set_weight(assignment=assignment, points=Decimal("1.5"), reason="", by=marta, on=MONDAY)

    yesterday = MONDAY - timedelta(days=1)
    assert Commitment.objects.on(yesterday).get().points == 1
    assert Commitment.objects.on(MONDAY).get().points == Decimal("1.5")


def test_load_is_the_sum_on_a_day_also_of_colleagues(marta, django_assert_num_queries) -> None:
    marta.capacity = Decimal(3)
    marta.save()
    tomasz = UserFactory()
    CommitmentFactory(user=marta, points=2)
    CommitmentFactory(user=marta, points=Decimal("0.5"), kind="ending")
    CommitmentFactory(user=marta, points=1, kind="incoming", starts_on=MONDAY + timedelta(days=1))
    CommitmentFactory(user=marta, points=9, ends_on=MONDAY - timedelta(days=1))

    with django_assert_num_queries(1):
        loads = work.load_of([marta, tomasz], MONDAY)

    assert (loads[marta].total, loads[marta].level) == (Decimal("2.5"), Level.FULL)
    assert loads[marta].ending == Decimal("0.5")
    assert (loads[tomasz].total, loads[tomasz].level) == (0, Level.NO_LIMIT)
    assert work.load_of([marta], MONDAY + timedelta(days=1))[marta].level is Level.SLIGHTLY


# --- absences ---------------------------------------------------------------------------------------
NEXT_WEEK = Away(date(2026, 11, 30), date(2026, 12, 4))


def test_an_absence_leaves_sessions_to_be_decided_about(marta) -> None:
    mine = SessionFactory(assignment=AssignmentFactory(therapist=marta), booked=True)
    outside = SessionFactory(assignment=mine.assignment, days=14, booked=True)

    absence = absences.record_absence(user=marta, away=NEXT_WEEK, by=marta, on=MONDAY)
    assert list(absences.sessions_in(absence)) == [mine]
    assert absences.cancel_sessions_in_absence(absence=absence, by=marta, at=now()) == 1

    mine.refresh_from_db()
    outside.refresh_from_db()
    assert (mine.state, outside.state) == ("cancelled", "planned")


def test_absences_do_not_overlap_and_need_somebody_else(marta) -> None:
    AbsenceFactory(user=marta, starts_on=date(2026, 12, 4))
    with pytest.raises(RuleBroken, match="already an absence"):
        absences.record_absence(user=marta, away=NEXT_WEEK, by=marta, on=MONDAY)
    away = Away(date(2027, 1, 4), date(2027, 1, 5), deputy=marta)
    with pytest.raises(RuleBroken, match="Somebody else"):
        absences.record_absence(user=marta, away=away, by=marta, on=MONDAY)


def test_who_leads_may_say_that_somebody_is_ill_and_nobody_else(marta) -> None:
    leading = SupervisionFactory(supervisee=marta).supervisor
    reflective = SupervisionFactory(supervisee=marta, kind="reflective").supervisor
    admin = UserFactory(roles=["practice_admin"])
    for stranger in (reflective, UserFactory()):
        with pytest.raises(RuleBroken, match="leads them"):
            absences.record_absence(user=marta, away=NEXT_WEEK, by=stranger, on=MONDAY)
    absences.record_absence(user=marta, away=NEXT_WEEK, by=leading, on=MONDAY)
    later = Away(date(2026, 12, 14), date(2026, 12, 15))
    assert absences.record_absence(user=marta, away=later, by=admin, on=MONDAY).user == marta


def test_coming_back_early_fills_the_days_again(marta) -> None:
    assignment = AssignmentFactory(therapist=marta)
    absence = AbsenceFactory(user=marta, starts_on=MONDAY, ends_on=date(2026, 12, 4))
    wish = Wish(2, time(10), MONDAY)
    assert set_cadence(assignment=assignment, wish=wish, by=marta, on=MONDAY).planned == 14

    assert absences.end_absence(absence=absence, on=date(2026, 11, 30), by=marta) == 2

    absence.refresh_from_db()
    assert absence.ends_on == date(2026, 11, 29)
    assert assignment.sessions.in_order()[0].cadence_day == date(2026, 12, 2)
    with pytest.raises(RuleBroken, match="over already"):
        absences.end_absence(absence=absence, on=date(2026, 12, 1), by=marta)


def test_an_absence_that_lies_ahead_is_taken_back(marta) -> None:
    absence = AbsenceFactory(user=marta, starts_on=date(2026, 12, 7))
    absences.end_absence(absence=absence, on=MONDAY, by=marta)
    assert not marta.absences.exists()


def test_a_law_that_is_not_spoken_for_is_no_refusal(marta) -> None:
    """What only a broken page could send is an error, not a sentence."""
    with pytest.raises(IntegrityError):
        absences.record_absence(
            user=marta, away=Away(MONDAY, MONDAY - timedelta(days=1)), by=marta, on=MONDAY
        )


# --- rooms and closed days --------------------------------------------------------------------------
@pytest.fixture
def admin(monday):
    return UserFactory(roles=["practice_admin"])


def test_a_practice_admin_sets_rooms(admin) -> None:
    site = SiteFactory()
    room = practice.add_room(site=site, name="Blue", by=admin)
    assert practice.add_room(site="Harbour", name="Green", by=admin).site.name == "Harbour"
    practice.change_room(room=room, name="Quiet", by=admin)
    practice.end_room(room=room, on=MONDAY, by=admin)
    room.refresh_from_db()
    assert (room.name, room.ended_on) == ("Quiet", MONDAY)


def test_a_closed_day_is_closed_once_and_says_how_many_meetings_it_meets(admin) -> None:
    SessionFactory(booked=True, room=RoomFactory())
    day = date(2026, 11, 30)
    assert practice.meetings_on(day) == 1
    closed = practice.close_day(closing=practice.Closing(day, "Holiday"), by=admin)
    with pytest.raises(RuleBroken, match="closed already"):
        practice.close_day(closing=practice.Closing(day, "Again"), by=admin)
    practice.open_days(keys=[closed.pk], by=admin)
    assert not ClosedDay.objects.exists()


def test_rooms_and_days_are_nobody_elses(marta) -> None:
    closed = ClosedDayFactory()
    for act in (
        lambda: practice.add_room(site="X", name="Y", by=marta),
        lambda: practice.change_room(room=RoomFactory(), name="Y", by=marta),
        lambda: practice.close_day(closing=practice.Closing(MONDAY), by=marta),
        lambda: practice.open_days(keys=[closed.pk], by=marta),
    ):
        with pytest.raises(RuleBroken, match="Your role"):
            act()


def test_no_ranges_ask_for_no_room(marta) -> None:
    RoomFactory()
    assert rooms_free_all_through([], MONDAY) == []
