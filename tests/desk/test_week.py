"""A week as columns: each minute has its place, also on the days on which the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk.week import Block, Off, column, columns, hours, in_lanes, without

ZONES = [ZoneInfo(name) for name in ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe")]
MONDAY = date(2026, 11, 23)
WEEKS = st.integers(0, 60).map(lambda number: date(2026, 1, 5) + timedelta(weeks=number))
BLOCKS = st.lists(
    st.builds(
        lambda week, after, minutes: Block(
            begins := datetime.combine(week, time(), UTC) + timedelta(minutes=after),
            begins + timedelta(minutes=minutes),
        ),
        WEEKS,
        st.integers(0, 7 * 24 * 60),
        st.integers(10, 480),
    ),
    max_size=12,
)


def block(day: date, clock: time, minutes: int = 50, zone: ZoneInfo = ZONES[0]) -> Block:
    begins = datetime.combine(day, clock, tzinfo=zone)
    return Block(begins, begins.astimezone(UTC) + timedelta(minutes=minutes))


@given(BLOCKS, WEEKS, st.sampled_from(ZONES))
def test_nothing_is_drawn_over_anything_and_nothing_is_lost(blocks, monday, zone) -> None:
    week = columns(monday, blocks, zone, Off())

    for one in week:
        for a in one.blocks:
            assert a.lane < a.lanes
            assert a.starts_at >= time(hours(week)[0])
            wall = a.begins.astimezone(zone)
            assert a.starts_at == (wall.time() if wall.date() == one.on else time())
            for b in one.blocks:
                begin, other = a.starts_at, b.starts_at
                if a is not b and a.lane == b.lane:
                    minutes = (other.hour - begin.hour) * 60 + other.minute - begin.minute
                    assert minutes >= a.minutes or -minutes >= b.minutes
    first, last = (
        datetime.combine(day, time(), tzinfo=zone) for day in (monday, monday + timedelta(days=7))
    )
    inside = [one for one in blocks if one.begins < last and one.ends > first]
    drawn = {(one.begins, one.ends) for day in week for one in day.blocks}
    assert drawn == {(one.begins, one.ends) for one in inside}


def test_a_day_of_twenty_three_hours_is_drawn_by_its_wall() -> None:
    sunday = date(2026, 3, 29)
    early, late = block(sunday, time(1)), block(sunday, time(10))
    shown = column(sunday, [early, late], ZONES[0], Off())
    assert [one.starts_at for one in shown.blocks] == [time(1), time(10)]
    assert shown.clock_moves == timedelta(hours=1)
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert column(date(2026, 4, 5), [], lord_howe, Off()).clock_moves == -timedelta(minutes=30)


def test_over_midnight_it_stands_in_both_days() -> None:
    night = block(MONDAY, time(23), 120)
    monday, tuesday, *rest = columns(MONDAY, [night], ZONES[0], Off())
    assert [(one.starts_at, one.minutes) for one in monday.blocks] == [(time(23), 60)]
    assert [(one.starts_at, one.minutes) for one in tuesday.blocks] == [(time(), 60)]
    assert not any(one.blocks for one in rest)
    assert hours([monday, tuesday]) == range(24)


def test_what_overlaps_stands_side_by_side_and_what_follows_is_wide_again() -> None:
    rows = [block(MONDAY, time(10)), block(MONDAY, time(10, 30)), block(MONDAY, time(14))]
    shown = in_lanes(column(MONDAY, rows, ZONES[0], Off()).blocks)
    assert [(one.lane, one.lanes) for one in shown] == [(0, 2), (1, 2), (0, 1)]
    assert 'data-h="10" data-t="3" data-o="0" data-lh="0" data-lt="5"' in shown[1].place


def test_days_off_are_shaded_and_what_is_named_is_not_taken_as_well() -> None:
    off = Off({MONDAY: "Holiday"}, frozenset({MONDAY + timedelta(days=1)}), frozenset({6}))
    week = columns(MONDAY, [], ZONES[0], off)
    assert [one.is_shaded for one in week] == [True, True, *[False] * 4, True]
    mine, other = block(MONDAY, time(10)), block(MONDAY, time(11))
    assert without([mine, other], [mine]) == [other]
