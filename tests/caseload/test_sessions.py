"""One session: moved, cancelled, held, missed, added, taken back."""

from datetime import date, datetime, time, timedelta

import pytest

from caseload.models import Booking, Session
from caseload.operations import sessions
from caseload.operations.diary import busy_ranges, free_rooms, meetings_planned
from caseload.operations.rhythms import Wish, set_cadence
from caseload.operations.sessions import When
from core.clock import now
from core.errors import ChangedMeanwhile, RuleBroken
from tests.accounts.factories import AbsenceFactory, SupervisionFactory, UserFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)


def planned(marta, **facts) -> Session:
    work = facts.pop("work", None) or AssignmentFactory(therapist=marta)
    return SessionFactory(assignment=work, booked=True, **facts)


def weekly(marta) -> list[Session]:
    """Wednesdays at ten, from the twenty-fifth."""
    work = AssignmentFactory(therapist=marta)
    set_cadence(assignment=work, wish=Wish(2, time(10), MONDAY), by=marta, on=MONDAY)
    return list(work.sessions.in_order())


def test_a_session_moves_alone_and_takes_its_booking_along(marta) -> None:
    first, second, *_rest = weekly(marta)
    room = RoomFactory()

    sessions.move_session(
        session=first, to=When(at_clock(3, time(15)), 90, "in_person", room), by=marta
    )

    first.refresh_from_db()
    assert first.starts_at == at_clock(3, time(15))
    assert first.ends_at - first.starts_at == timedelta(minutes=90)
    assert first.cadence_day == date(2026, 11, 25)
    assert {b.during.lower for b in first.bookings.all()} == {first.starts_at}
    assert {b.room for b in first.bookings.all()} == {None, room}
    second.refresh_from_db()
    assert second.starts_at == at_clock(9, time(10))


def test_this_and_following_move_and_stay_the_same_meetings(marta) -> None:
    rows = weekly(marta)

    rolled = sessions.move_session_and_following(
        session=rows[2], to=When(at_clock(15, time(11))), by=marta, at=now()
    )

    assert rolled.planned == 14
    moved = list(rows[0].assignment.sessions.in_order())
    assert [row.pk for row in moved] == [row.pk for row in rows]
    assert [row.starts_at for row in moved[:4]] == [
        at_clock(2, time(10)),
        at_clock(9, time(10)),
        at_clock(15, time(11)),
        at_clock(22, time(11)),
    ]
    old, new = rows[0].assignment.cadences.order_by("starts_on")
    assert (old.ends_on, new.weekday, new.starts_at) == (date(2026, 12, 7), 1, time(11))


def test_following_sessions_may_move_into_the_next_week(marta) -> None:
    rows = weekly(marta)

    sessions.move_session_and_following(
        session=rows[1], to=When(at_clock(14, time(10))), by=marta, at=now()
    )

    rows[1].refresh_from_db()
    assert rows[1].starts_at == at_clock(14, time(10))
    assert rows[0].assignment.sessions.filter(starts_at__date=date(2026, 12, 2)).count() == 0


def test_an_extra_session_has_none_that_follow(marta) -> None:
    with pytest.raises(RuleBroken, match="stands alone"):
        sessions.move_session_and_following(
            session=planned(marta), to=When(at_clock(8, time(10))), by=marta, at=now()
        )


def test_the_past_does_not_move_along(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    set_cadence(
        assignment=work, wish=Wish(2, time(10), date(2026, 11, 18)), by=marta, on=date(2026, 11, 18)
    )
    with pytest.raises(RuleBroken, match="from today on"):
        sessions.move_session_and_following(
            session=work.sessions.in_order()[0], to=When(at_clock(1, time(10))), by=marta, at=now()
        )


def test_nobody_moves_into_a_room_that_is_taken(marta) -> None:
    taken, free = RoomFactory(name="Blue"), RoomFactory(name="Green")
    SessionFactory(room=taken, booked=True)
    mine = planned(marta, days=8)

    with pytest.raises(RuleBroken) as refusal:
        sessions.move_session(session=mine, to=When(at_clock(7, time(10)), room=taken), by=marta)

    assert str(refusal.value) == "Blue is taken at that time. Free: Green."
    mine.refresh_from_db()
    assert mine.starts_at == at_clock(8, time(10))
    assert mine.bookings.get().during.lower == at_clock(8, time(10))
    SessionFactory(room=free, booked=True)
    with pytest.raises(RuleBroken, match="No other room is free then"):
        sessions.move_session(session=mine, to=When(at_clock(7, time(10)), room=taken), by=marta)


def test_nobody_is_in_two_sessions_at_once(marta) -> None:
    planned(marta)
    mine = planned(marta, days=8)
    with pytest.raises(RuleBroken, match="already a session at that time"):
        sessions.move_session(session=mine, to=When(at_clock(7, time(10, 30))), by=marta)


def test_cancelling_frees_therapist_and_room_and_can_be_undone(marta) -> None:
    mine = planned(marta, room=RoomFactory())

    sessions.cancel_session(session=mine, by=marta, at=now())

    mine.refresh_from_db()
    assert (mine.state, mine.state_by, mine.state_at) == ("cancelled", marta, now())
    assert not Booking.objects.exists()

    sessions.undo_state(session=mine, by=marta, at=now())

    mine.refresh_from_db()
    assert (mine.state, mine.state_by, mine.state_at) == ("planned", None, None)
    assert mine.bookings.count() == 2


def test_undoing_does_not_push_somebody_else_out(marta) -> None:
    mine = planned(marta)
    sessions.cancel_session(session=mine, by=marta, at=now())
    planned(marta)

    with pytest.raises(RuleBroken, match="already a session"):
        sessions.undo_state(session=mine, by=marta, at=now())

    mine.refresh_from_db()
    assert mine.state == "cancelled"


def test_after_a_week_nothing_is_undone(marta, time_machine) -> None:
    mine = planned(marta, days=0, starts_at=at_clock(0, time(8)))
    sessions.mark_missed(session=mine, by=marta, at=now())
    with pytest.raises(RuleBroken, match="cannot be changed any more"):
        sessions.undo_state(session=mine, by=marta, at=now() + timedelta(days=7, minutes=1))


@pytest.mark.parametrize("mark", [sessions.mark_attended, sessions.mark_missed])
def test_what_has_not_begun_is_not_recorded(marta, mark) -> None:
    mine = planned(marta, starts_at=at_clock(0, time(9, 1)))
    with pytest.raises(RuleBroken, match="still to come"):
        mark(session=mine, by=marta, at=now())
    assert mark(session=mine, by=marta, at=now() + timedelta(minutes=1)).state in (
        "attended",
        "missed",
    )


def test_a_settled_session_is_not_settled_again(marta) -> None:
    mine = planned(marta, starts_at=at_clock(0, time(8)))
    sessions.mark_attended(session=mine, by=marta, at=now())
    with pytest.raises(RuleBroken, match="not planned any more"):
        sessions.mark_missed(session=mine, by=marta, at=now())


def test_an_extra_session_is_planned_beside_the_rhythm(marta) -> None:
    rows = weekly(marta)
    work = rows[0].assignment

    extra = sessions.add_extra_session(assignment=work, when=When(at_clock(3, time(8))), by=marta)

    assert (extra.is_extra, extra.cadence) == (True, None)
    assert extra.bookings.get().user == marta
    with pytest.raises(RuleBroken, match="already a session"):
        sessions.add_extra_session(assignment=work, when=When(at_clock(2, time(10, 10))), by=marta)
    with pytest.raises(RuleBroken, match="outside the work"):
        sessions.add_extra_session(assignment=work, when=When(at_clock(-900, time(8))), by=marta)


def test_a_page_that_is_out_of_date_changes_nothing(marta) -> None:
    mine = planned(marta)
    sessions.move_session(session=mine, to=When(at_clock(8, time(10))), by=marta, revision=0)
    with pytest.raises(ChangedMeanwhile):
        sessions.cancel_session(session=mine, by=marta, at=now(), revision=0)


def test_a_supervisor_reads_and_a_deputy_acts(marta) -> None:
    mine = planned(marta)
    lead = SupervisionFactory(supervisee=marta).supervisor
    assert Session.objects.visible_to(lead).get() == mine
    with pytest.raises(Session.DoesNotExist):
        sessions.cancel_session(session=mine, by=lead, at=now())
    deputy = AbsenceFactory(user=marta, deputy=UserFactory()).deputy
    assert sessions.cancel_session(session=mine, by=deputy, at=now()).state_by == deputy


def test_free_time_of_a_colleague_is_ranges_only(marta) -> None:
    room = RoomFactory(name="Blue")
    free = RoomFactory(name="Green", site=room.site)
    mine = planned(marta, room=room)
    begin, end = at_clock(7, time(0)), at_clock(8, time(0))

    assert busy_ranges(marta, begin, end) == [(mine.starts_at, mine.ends_at)]
    assert busy_ranges(room, begin, end) == [(mine.starts_at, mine.ends_at)]
    assert busy_ranges(marta, end, end + timedelta(days=1)) == []
    assert free_rooms(mine.starts_at, mine.ends_at) == [free]
    assert free_rooms(mine.ends_at, mine.ends_at + timedelta(hours=1)) == [room, free]
    assert meetings_planned(begin, end) == 1


def test_a_room_that_is_gone_is_not_free(marta) -> None:
    RoomFactory(ended_on=MONDAY)
    begin = datetime(2026, 11, 24, 9, tzinfo=now().tzinfo)
    assert free_rooms(begin, begin + timedelta(hours=1)) == []
