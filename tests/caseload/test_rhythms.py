"""Rhythms become sessions with bookings; what cannot be is said with a way out."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from caseload.calendar import Cause, Skipped
from caseload.models import Assignment, Booking, Cadence, Room, Session
from caseload.operations import rhythms
from caseload.operations.rhythms import Wish
from caseload.operations.sessions import When, add_extra_session, move_session
from core.clock import now
from core.errors import RuleBroken
from endings.models import HandoverInvitation, HandoverSession
from tests.accounts.factories import AbsenceFactory, UserFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    BreakFactory,
    ClosedDayFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)
from tests.endings.factories import EndingFactory

WEDNESDAY = 2
FIRST = date(2026, 11, 25)  # the first Wednesday


def wish(**facts) -> Wish:
    return Wish(**{"weekday": WEDNESDAY, "starts_at": time(10), "starts_on": MONDAY, **facts})


def set_cadence(work, *, on=MONDAY, lenient=False, **facts):
    return rhythms.set_cadence(
        assignment=work, wish=wish(**facts), by=work.therapist, on=on, lenient=lenient
    )


def days_of(work) -> list[date]:
    return list(work.sessions.in_order().values_list("cadence_day", flat=True))


def test_a_weekly_rhythm_plans_and_books_sixteen_weeks(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    room = RoomFactory()

    rolled = set_cadence(work, room=room)

    assert rolled.planned == 16
    assert days_of(work) == [FIRST + timedelta(weeks=week) for week in range(16)]
    assert Booking.objects.filter(user=marta).count() == 16
    assert Booking.objects.filter(room=room).count() == 16
    first = work.sessions.in_order().first()
    assert first.starts_at == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert (first.mode, first.room, first.state) == ("in_person", room, "planned")


def test_summer_time_does_not_move_a_rhythm(marta) -> None:
    work = AssignmentFactory(therapist=marta)

    set_cadence(work, starts_on=date(2027, 3, 1), on=date(2027, 3, 1))

    starts = [row.starts_at.hour for row in work.sessions.in_order()]
    assert set(starts[:4]) == {9}
    assert set(starts[4:]) == {8}


def test_by_video_no_room_is_taken(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work, mode="video", room=RoomFactory())
    assert not Booking.objects.filter(room__isnull=False).exists()


def test_skipped_days_are_reported_with_their_cause(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    ClosedDayFactory(on=FIRST + timedelta(weeks=1), name="St Nicholas")
    AbsenceFactory(user=marta, starts_on=date(2026, 12, 5), ends_on=date(2026, 12, 9))
    BreakFactory(assignment=work, starts_on=date(2026, 12, 16), ends_on=date(2026, 12, 16))

    rolled = set_cadence(work)

    assert rolled.planned == 13
    assert rolled.skipped == (
        Skipped(date(2026, 12, 2), Cause.CLOSED, "St Nicholas"),
        Skipped(date(2026, 12, 9), Cause.AWAY),
        Skipped(date(2026, 12, 16), Cause.ON_BREAK),
    )


def test_a_day_closed_at_another_site_is_a_day_like_any(marta) -> None:
    work, room = AssignmentFactory(therapist=marta), RoomFactory()
    ClosedDayFactory(on=FIRST, site=RoomFactory().site)
    ClosedDayFactory(on=FIRST + timedelta(weeks=1), site=room.site)

    rolled = set_cadence(work, room=room)

    assert [skipped.day for skipped in rolled.skipped] == [FIRST + timedelta(weeks=1)]


def test_a_room_that_is_taken_is_told_with_those_that_are_free(marta) -> None:
    site = RoomFactory(name="Room 1").site
    taken, free = RoomFactory(site=site, name="Room 2"), RoomFactory(site=site, name="Room 3")
    other = SessionFactory(starts_at=at_clock(9, time(10, 30)), room=taken, booked=True)
    work = AssignmentFactory(therapist=marta)

    with pytest.raises(RuleBroken) as refusal:
        set_cadence(work, room=taken)

    assert str(refusal.value) == (
        "Room 2 is taken at that time. Free: Room 1 and Room 3. Days: Wed 2 Dec."
    )
    assert not work.sessions.exists()
    assert not work.cadences.exists()
    assert set_cadence(work, room=free).planned == 16
    assert other.bookings.count() == 2


def test_a_therapist_who_is_busy_hears_on_which_days(marta) -> None:
    SessionFactory(
        assignment=AssignmentFactory(therapist=marta),
        starts_at=at_clock(2, time(9, 30)),
        booked=True,
    )
    with pytest.raises(RuleBroken, match=r"already a session at that time\. Days: Wed 25 Nov"):
        set_cadence(AssignmentFactory(therapist=marta))


def test_taken_days_do_not_stop_a_lenient_rhythm(marta) -> None:
    room = RoomFactory()
    SessionFactory(starts_at=at_clock(9, time(10)), room=room, booked=True)
    busy = AssignmentFactory(therapist=marta)
    SessionFactory(assignment=busy, starts_at=at_clock(2, time(10)), booked=True)
    work = AssignmentFactory(therapist=marta)

    rolled = set_cadence(work, room=room, lenient=True)

    assert rolled.planned == 15
    assert rolled.skipped == (Skipped(FIRST, Cause.BUSY),)
    assert rolled.without_room == (FIRST + timedelta(weeks=1),)
    assert work.sessions.get(cadence_day=FIRST + timedelta(weeks=1)).room is None


def test_a_session_next_to_another_is_no_clash(marta) -> None:
    SessionFactory(
        assignment=AssignmentFactory(therapist=marta),
        starts_at=at_clock(2, time(9, 10)),
        ends_at=at_clock(2, time(10)),
        booked=True,
    )
    assert set_cadence(AssignmentFactory(therapist=marta)).planned == 16


def test_a_new_rhythm_ends_the_old_one_and_keeps_the_weeks_meeting(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)
    kept = work.sessions.get(cadence_day=date(2026, 12, 9))

    set_cadence(work, weekday=3, starts_at=time(14), starts_on=date(2026, 12, 7))

    old, new = work.cadences.order_by("starts_on")
    assert (old.ends_on, new.ends_on) == (date(2026, 12, 6), None)
    kept.refresh_from_db()
    assert (kept.cadence, kept.cadence_day, kept.revision) == (new, date(2026, 12, 10), 1)
    assert kept.starts_at == datetime(2026, 12, 10, 13, tzinfo=UTC)
    assert kept.bookings.get().during.lower == kept.starts_at
    days = days_of(work)
    assert days[:3] == [FIRST, date(2026, 12, 2), date(2026, 12, 10)]
    assert len(days) == len(set(days)) == 16


def test_a_rarer_rhythm_drops_the_weeks_between(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)

    assert set_cadence(work, every_weeks=2).planned == 8

    assert days_of(work) == [FIRST + timedelta(weeks=2 * n) for n in range(8)]
    assert Booking.objects.filter(user=marta).count() == 8
    assert Cadence.objects.count() == 1


def test_the_same_rhythm_again_changes_nothing(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)
    before = set(work.sessions.values_list("pk", "starts_at"))

    set_cadence(work)

    assert set(work.sessions.values_list("pk", "starts_at")) == before
    assert Booking.objects.filter(user=marta).count() == 16


def test_what_has_happened_is_not_planned_again(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work, weekday=0, starts_at=time(8))
    held = work.sessions.in_order().first()
    Booking.objects.filter(session=held).delete()
    Session.objects.filter(pk=held.pk).update(state="attended")

    set_cadence(work, weekday=0, starts_at=time(15))

    assert work.sessions.filter(starts_at__date=MONDAY).get() == held


def test_a_past_session_without_an_answer_stays_when_the_rhythm_changes(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work, starts_on=date(2026, 11, 2), on=date(2026, 11, 2))
    past = work.sessions.filter(cadence_day__lt=MONDAY)
    assert past.count() == 3

    set_cadence(work, weekday=4, starts_on=date(2026, 11, 2))

    assert past.count() == 3
    assert set(
        work.sessions.filter(starts_at__gte=at_clock(0, time(0))).dates("starts_at", "day")
    ) == {date(2026, 11, 27) + timedelta(weeks=week) for week in range(16)}


def test_a_rhythm_stays_inside_the_work(marta) -> None:
    work = AssignmentFactory(therapist=marta, ends_on=date(2026, 12, 9))
    assert set_cadence(work).planned == 3
    with pytest.raises(RuleBroken, match="ends before"):
        set_cadence(work, starts_on=date(2026, 12, 10))
    with pytest.raises(RuleBroken, match="starts before"):
        set_cadence(work, starts_on=work.starts_on - timedelta(days=1))


def test_somebody_elses_rhythm_cannot_be_set(marta) -> None:
    work = AssignmentFactory()
    with pytest.raises(Assignment.DoesNotExist):
        rhythms.set_cadence(assignment=work, wish=wish(), by=marta, on=MONDAY)


def test_many_rhythms_at_once_and_one_that_does_not_fit(marta) -> None:
    works = [AssignmentFactory(therapist=marta) for _ in range(3)]
    hours = [time(10), time(10, 20), time(11)]

    many = rhythms.set_cadences(
        wishes={work: wish(starts_at=hour) for work, hour in zip(works, hours, strict=True)},
        by=marta,
        on=MONDAY,
    )

    assert set(many.done) == {works[0].pk, works[2].pk}
    assert set(many.refused) == {works[1].pk}
    assert "already a session" in str(many.refused[works[1].pk])
    assert Session.objects.count() == 32
    assert not works[1].cadences.exists()


def test_the_night_extends_a_rhythm_once(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)

    later = MONDAY + timedelta(weeks=3)
    assert rhythms.extend_rhythms(on=later) == 3
    assert rhythms.extend_rhythms(on=later) == 0
    assert days_of(work) == [FIRST + timedelta(weeks=week) for week in range(19)]


def test_the_night_works_around_what_is_taken(marta) -> None:
    work, room = AssignmentFactory(therapist=marta), RoomFactory()
    set_cadence(work, room=room)
    SessionFactory(starts_at=at_clock(2 + 7 * 16, time(10)), room=room, booked=True)

    assert rhythms.extend_rhythms(on=MONDAY + timedelta(weeks=1)) == 1

    assert work.sessions.in_order().last().room is None


def test_the_night_leaves_cancelled_days_cancelled(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)
    last = work.sessions.in_order().last()
    Booking.objects.filter(session=last).delete()
    Session.objects.filter(pk=last.pk).update(state="cancelled")

    rhythms.extend_rhythms(on=MONDAY + timedelta(weeks=1))

    assert work.sessions.filter(cadence_day=last.cadence_day).count() == 1


def test_an_ended_rhythm_gives_nothing_more(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)

    gone = rhythms.end_cadence(assignment=work, last_on=date(2026, 12, 9), by=marta, on=MONDAY)

    assert gone == 13
    assert days_of(work) == [FIRST, date(2026, 12, 2), date(2026, 12, 9)]
    assert rhythms.extend_rhythms(on=date(2026, 12, 7)) == 0


def test_the_end_of_the_work_ends_what_was_planned_and_its_weight(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    AttendedFactory(assignment=work)
    set_cadence(work)
    extra = SessionFactory(assignment=work, days=60, is_extra=True, booked=True)
    work.commitments.create(user=marta, kind="weight", points=1, starts_on=work.starts_on)

    rhythms.end_assignment(assignment=work, last_on=date(2026, 12, 2), by=marta, on=MONDAY)

    work.refresh_from_db()
    assert work.ends_on == work.episode.closed_on == date(2026, 12, 2)
    assert not Session.objects.filter(pk=extra.pk).exists()
    assert work.sessions.count() == 3
    assert work.commitments.get().ends_on == date(2026, 12, 2)


def test_an_episode_with_somebody_else_on_it_stays_open(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    AssignmentFactory(episode=work.episode, role="co_working", therapist=UserFactory())

    rhythms.end_assignment(assignment=work, last_on=MONDAY, by=marta, on=MONDAY)

    work.episode.refresh_from_db()
    assert work.episode.closed_on is None


# --- what something else holds on to ----------------------------------------------------------------
@pytest.fixture
def meeting_of_three(marta):
    """The third session of a rhythm is a meeting of three: the receiver is booked, too."""
    work = AssignmentFactory(therapist=marta)
    set_cadence(work)
    session = work.sessions.get(cadence_day=date(2026, 12, 9))
    receiver = UserFactory()
    ending = EndingFactory(assignment=work)
    invitation = HandoverInvitation.objects.create(
        ending=ending, receiver=receiver, code="K-1", invited_by=marta, invited_at=now()
    )
    HandoverSession.objects.create(ending=ending, session=session, invitation=invitation)
    during = DateTimeTZRange(session.starts_at, session.ends_at)
    Booking.objects.create(session=session, user=receiver, during=during)
    return session, receiver


def test_who_else_takes_part_moves_along(meeting_of_three, marta) -> None:
    session, receiver = meeting_of_three

    set_cadence(session.assignment, weekday=3, starts_at=time(14))

    session.refresh_from_db()
    assert session.cadence_day == date(2026, 12, 10)
    assert receiver.bookings.get().during.lower == session.starts_at
    to = When(at_clock(18, time(9)))
    move_session(session=session, to=to, by=marta)
    assert receiver.bookings.get().during.lower == to.starts_at


def test_nobody_is_moved_into_an_hour_that_the_receiver_has_taken(meeting_of_three, marta) -> None:
    session, receiver = meeting_of_three
    theirs = AssignmentFactory(therapist=receiver)
    SessionFactory(assignment=theirs, starts_at=at_clock(18, time(9)), booked=True)
    with pytest.raises(RuleBroken, match="already a session"):
        move_session(session=session, to=When(at_clock(18, time(9))), by=marta)


def test_a_meeting_of_three_outlives_its_rhythm_and_its_work(meeting_of_three, marta) -> None:
    session, receiver = meeting_of_three

    set_cadence(session.assignment, every_weeks=4)

    session.refresh_from_db()
    assert (session.cadence, session.is_extra, session.state) == (None, True, "planned")
    assert {booking.user for booking in session.bookings.all()} == {marta, receiver}
    rhythms.end_assignment(assignment=session.assignment, last_on=MONDAY, by=marta, on=MONDAY)
    assert list(session.assignment.sessions.all()) == [session]


# --- a room that has ended ---------------------------------------------------------------------------
def test_nobody_plans_into_a_room_that_has_ended_and_hears_what_to_do(marta) -> None:
    """A rhythm and one session are refused; a rhythm that runs on goes on without the room, by night."""
    work = AssignmentFactory(therapist=marta)
    room = RoomFactory()
    set_cadence(work, room=room)
    Room.objects.filter(pk=room.pk).update(ended_on=date(2026, 12, 14))
    room.refresh_from_db()

    with pytest.raises(RuleBroken, match=r"is not in use from .* Choose another room, or none"):
        set_cadence(work, room=room)
    extra = When(at_clock(21, time(9)), room=room)
    with pytest.raises(RuleBroken, match="not in use"):
        add_extra_session(assignment=work, when=extra, by=marta)

    cadence = Cadence.objects.get(assignment=work, ends_on=None)
    Session.objects.filter(cadence=cadence).delete()
    rolled = rhythms.roll_out_sessions(cadence=cadence, on=MONDAY)
    assert rolled.without_room
    assert min(rolled.without_room) >= date(2026, 12, 14)
    in_it = Session.objects.filter(cadence=cadence, room=room)
    assert in_it.exists()
    assert {row.cadence_day for row in in_it} & set(rolled.without_room) == set()
