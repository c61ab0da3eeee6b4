"""Random acts on rhythms over daylight saving, with PostgreSQL as the judge of every booking.

Europe/Amsterdam moves its clock at one in the morning, New York on another weekend, Lord Howe by half an hour.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseload.calendar import instant
from caseload.models import Assignment, Session
from caseload.operations import sessions
from caseload.operations.rhythms import Wish, set_cadence
from caseload.operations.sessions import When
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, RoomFactory

# The Monday of the week before the clock moves: forward and back.
ZONES = {
    "Europe/Amsterdam": (date(2026, 3, 16), date(2026, 10, 12)),
    "America/New_York": (date(2026, 3, 2), date(2026, 10, 26)),
    "Australia/Lord_Howe": (date(2026, 9, 28), date(2026, 3, 30)),
}
CLOCKS = st.sampled_from([time(1, 30), time(2), time(2, 15), time(2, 45), time(10), time(23, 30)])
RHYTHMS = st.tuples(st.integers(0, 6), CLOCKS, st.sampled_from([25, 50, 90]), st.integers(1, 2))
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["move", "following", "cancel", "undo", "extra"]),
        st.integers(0, 40),
        st.integers(0, 20),
        CLOCKS,
    ),
    max_size=6,
)
JUDGE = """
select 'two at once' from caseload_booking a join caseload_booking b on a.id < b.id and a.during && b.during
   and (a.user_id = b.user_id or a.room_id = b.room_id)
union all
select 'not as its session' from caseload_booking b join caseload_session s on s.id = b.session_id
 where s.state <> 'planned' or b.during <> tstzrange(s.starts_at, s.ends_at)
union all
select 'a session without its therapist or its room' from caseload_session s
 where s.state = 'planned'
   and (select count(*) from caseload_booking b where b.session_id = s.id)
       <> 1 + (s.room_id is not null)::int
union all
select 'twice on one day' from caseload_session where cadence_day is not null and state = 'planned'
 group by assignment_id, cadence_id, cadence_day having count(*) > 1
"""


def wrong() -> set[str]:
    """Return what PostgreSQL finds against the bookings that stand."""
    with connection.cursor() as cursor:
        cursor.execute(JUDGE)
        return {row[0] for row in cursor.fetchall()}


def act_on(works: list[Assignment], act: tuple[str, int, int, time], monday: date) -> None:
    """Do one act as its therapist would; what is refused changes nothing."""
    kind, which, days, clock = act
    work = works[which % len(works)]
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    to = When(instant(monday + timedelta(days=days), clock, zone), 50, "video")
    if kind == "extra":
        sessions.add_extra_session(assignment=work, when=to, by=work.therapist)
        return
    rows = list(Session.objects.filter(assignment=work).order_by("starts_at", "pk")[:12])
    session = rows[which % len(rows)]
    acts: dict[str, Any] = {
        "move": lambda: sessions.move_session(session=session, to=to, by=work.therapist),
        "following": lambda: sessions.move_session_and_following(
            session=session, to=to, by=work.therapist, at=now()
        ),
        "cancel": lambda: sessions.cancel_session(session=session, by=work.therapist, at=now()),
        "undo": lambda: sessions.undo_state(session=session, by=work.therapist, at=now()),
    }
    acts[kind]()


def at_its_hour(session: Session, zone: ZoneInfo) -> bool:
    """Say whether a session of a rhythm stands at its hour by the wall, or just after an hour that is skipped."""
    assert session.cadence is not None
    assert session.cadence_day is not None
    wall = session.starts_at.astimezone(zone).replace(tzinfo=None)
    late = wall - datetime.combine(session.cadence_day, session.cadence.starts_at)
    skipped = not_there(session.cadence_day, session.cadence.starts_at, zone)
    return late == skipped and session.minutes == session.cadence.minutes


def not_there(day: date, clock: time, zone: ZoneInfo) -> timedelta:
    """Return by how much the clock jumps over a time on a day; nothing for a time that the wall shows."""
    said = datetime.combine(day, clock)
    there = said.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) - said


@pytest.mark.parametrize("season", [0, 1], ids=["one way", "the other"])
@pytest.mark.parametrize("zone", ZONES)
def test_whatever_people_do_bookings_hold_over_daylight_saving(
    db: None, time_machine: Any, zone: str, season: int
) -> None:
    monday, here = ZONES[zone][season], ZoneInfo(zone)
    time_machine.move_to(datetime.combine(monday, time(9), tzinfo=here), tick=False)
    PracticeFactory.create(zone=zone)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(RHYTHMS, min_size=2, max_size=2), ACTS)
    def judged(rhythms: list[tuple[int, time, int, int]], acts: list[Any]) -> None:
        with transaction.atomic():
            room, marta = RoomFactory.create(), UserFactory.create()
            works = [AssignmentFactory.create(therapist=marta) for _one in rhythms]
            for work, (weekday, clock, minutes, weeks) in zip(works, rhythms, strict=True):
                wish = Wish(weekday, clock, monday, minutes, weeks, "in_person", room)
                set_cadence(assignment=work, wish=wish, by=marta, on=monday, lenient=True)
            rolled = Session.objects.exclude(cadence=None).select_related("cadence")
            assert all(at_its_hour(session, here) for session in rolled)
            assert wrong() == set()
            for act in acts:
                with suppress(RuleBroken), transaction.atomic():
                    act_on([work for work in works if work.sessions.exists()], act, monday)
                assert wrong() == set()
            transaction.set_rollback(True)

    with timezone.override(here):
        judged()


def test_the_judge_sees_a_wrong_booking(monday: Any) -> None:
    marta = UserFactory.create()
    work = AssignmentFactory.create(therapist=marta)
    wish = Wish(2, time(10), date(2026, 11, 23))
    set_cadence(assignment=work, wish=wish, by=marta, on=date(2026, 11, 23))
    assert wrong() == set()
    session = work.sessions.first()
    Session.objects.filter(pk=session.pk).update(ends_at=session.ends_at + timedelta(minutes=5))
    assert wrong() == {"not as its session"}
