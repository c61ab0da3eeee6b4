"""Rhythms, rooms and breaks: which hours a plan is made of, and which it never takes."""

from dataclasses import replace
from datetime import date, time

import pytest

from endings.planner import (
    ClientPlan,
    Days,
    Mode,
    Plan,
    Rhythm,
    Taken,
    WayKind,
    plan,
)
from tests.endings.planning import ROOM_1, ROOM_2, STAYS, ZONE, at, client, setting, weekly
from tests.endings.planning import meeting as meet

TODAY = date(2026, 11, 9)
LAST_DAY = date(2027, 1, 8)


def only(made: Plan) -> ClientPlan:
    (one,) = made.clients
    return one


def test_a_rhythm_alone_is_enough_to_plan() -> None:
    rhythm = Rhythm(weekday=0, starts_at=time(14), anchor=date(2026, 9, 7), room_id=ROOM_1)
    one = only(plan([client(1, rhythm=rhythm)], setting(LAST_DAY), {}, TODAY))
    assert one.last_on == date(2027, 1, 4)
    assert one.telling_on == date(2026, 12, 7)


def test_a_rhythm_keeps_its_hour_on_the_wall_across_daylight_saving() -> None:
    rhythm = Rhythm(weekday=0, starts_at=time(9, 30), anchor=date(2026, 9, 7))
    facts = client(1, rhythm=rhythm)
    one = only(plan([facts], setting(date(2026, 11, 20)), {}, date(2026, 10, 1)))
    hours = {use.meeting.starts_at.astimezone(ZONE).time() for use in one.meetings}
    offsets = {use.meeting.starts_at.utcoffset() for use in one.meetings}
    assert hours == {time(9, 30)}
    assert len(offsets) == 2


def test_every_second_week_follows_its_own_weeks() -> None:
    rhythm = Rhythm(weekday=3, starts_at=time(15), every_weeks=2, anchor=date(2026, 11, 12))
    one = only(plan([client(1, rhythm=rhythm)], setting(LAST_DAY), {}, TODAY))
    assert one.last_on == date(2027, 1, 7)
    assert all((use.on - date(2026, 11, 12)).days % 14 == 0 for use in one.meetings)


def test_the_calendar_wins_over_the_rhythm_where_it_is_rolled_out() -> None:
    rhythm = Rhythm(
        weekday=0, starts_at=time(14), anchor=date(2026, 9, 7), rolled_until=date(2026, 12, 18)
    )
    facts = client(1, weekly("2026-11-16 14:00", 3), rhythm=rhythm)
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    cancelled = {date(2026, 12, 7), date(2026, 12, 14)}
    assert not cancelled & {use.on for use in one.meetings}
    assert one.last_on == date(2027, 1, 4)


def test_a_decided_extra_session_that_is_taken_meanwhile_does_not_count() -> None:
    sorrel = client(1, weekly("2026-11-11 10:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 10), date(2026, 11, 19)),))
    way = only(plan([sorrel], where, {}, TODAY)).problems[0].ways[0]
    extra = way.added[0]
    busy = replace(where, therapist_taken=(Taken(extra.starts_at, extra.ends_at),))
    one = only(plan([sorrel], busy, {sorrel.id: way.decision}, TODAY))
    assert not one.fits
    assert "taken" in [lost.cause.value for lost in one.lost]


def test_a_decided_extra_session_stays_when_it_is_booked() -> None:
    sorrel = client(1, weekly("2026-11-11 10:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 10), date(2026, 11, 19)),))
    way = only(plan([sorrel], where, {}, TODAY)).problems[0].ways[0]
    extra = way.added[0]
    booked = replace(sorrel, meetings=(*sorrel.meetings, extra))
    busy = replace(where, therapist_taken=(Taken(extra.starts_at, extra.ends_at),))
    assert only(plan([booked], busy, {sorrel.id: way.decision}, TODAY)).fits


def test_no_hour_is_proposed_twice() -> None:
    made = plan([client(n) for n in range(6)], setting(LAST_DAY), {}, TODAY)
    added = [
        meeting
        for one in made.needs_decision
        for way in one.problems[0].ways
        if way.is_proposed
        for meeting in way.added
    ]
    assert len(added) == 24
    assert len({meeting.starts_at for meeting in added}) == 24


def test_a_practice_without_rooms_plans_without_them() -> None:
    facts = client(1, (meet("2026-11-12 13:00", room=None),))
    where = replace(setting(LAST_DAY), rooms=())
    way = only(plan([facts], where, {}, TODAY)).problems[0].ways[0]
    assert way.notice.is_full
    assert {meeting.room_id for meeting in way.added} == {None}


def test_a_room_that_is_taken_is_not_offered() -> None:
    plover = client(1, weekly("2026-11-12 13:00", 8, Mode.VIDEO))
    all_day = (Taken(at("2026-11-01 00:00"), at("2027-02-01 00:00")),)
    one_taken = replace(setting(LAST_DAY), room_taken={ROOM_1: all_day})
    both_taken = replace(setting(LAST_DAY), room_taken={ROOM_1: all_day, ROOM_2: all_day})
    (first,) = only(plan([plover], one_taken, {}, TODAY)).problems
    assert first.ways[0].telling.room_id == ROOM_2
    (second,) = only(plan([plover], both_taken, {}, TODAY)).problems
    assert [way.kind for way in second.ways] == [WayKind.TELL_BY_VIDEO, WayKind.OTHER_DATES]
    assert not any(way.is_proposed for way in second.ways)


def test_a_session_that_stands_is_not_doubled_by_the_rhythm() -> None:
    rhythm = Rhythm(
        weekday=0, starts_at=time(14), anchor=date(2026, 9, 7), rolled_until=date(2026, 11, 9)
    )
    facts = client(1, (meet("2026-11-16 09:00"),), rhythm=rhythm)
    one = only(plan([facts], setting(date(2026, 12, 18)), {}, TODAY))
    days = [use.on for use in one.meetings]
    assert len(days) == len(set(days))
    assert one.telling.starts_at == at("2026-11-16 09:00")


@pytest.mark.parametrize("break_days", [Days(date(2026, 11, 20), date(2026, 11, 26))])
def test_nobody_is_met_during_an_agreed_break(break_days: Days) -> None:
    facts = client(1, weekly("2026-11-16 14:00", 7), away=(break_days,))
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert date(2026, 11, 23) not in {use.on for use in one.meetings}


def test_without_any_free_hour_only_the_dates_can_be_chosen() -> None:
    full = (Taken(at("2026-11-01 00:00"), at("2027-02-01 00:00")),)
    where = replace(setting(LAST_DAY), therapist_taken=full)
    one = only(plan([client(1)], where, {}, TODAY))
    assert [way.kind for way in one.problems[0].ways] == [WayKind.OTHER_DATES]
    assert (one.telling_on, one.date_on, one.carried_by) == (None, TODAY, STAYS)


def test_where_no_room_is_free_at_the_usual_hour_another_hour_is_offered() -> None:
    plover = client(1, weekly("2026-11-12 13:00", 8, Mode.VIDEO))
    thursdays = tuple(Taken(one.starts_at, one.ends_at) for one in plover.meetings)
    where = replace(setting(LAST_DAY), room_taken={ROOM_1: thursdays, ROOM_2: thursdays})
    (problem,) = only(plan([plover], where, {}, TODAY)).problems
    assert (problem.ways[0].kind, problem.ways[0].is_proposed) == (WayKind.ADD_MEETING, True)
    assert problem.ways[0].telling.mode is Mode.IN_PERSON
