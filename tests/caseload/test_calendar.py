"""Rolling a rhythm out: right across daylight saving, leap days and the year's end."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload.calendar import (
    Cause,
    Lost,
    Rhythm,
    Rolled,
    Skipped,
    Span,
    days_of,
    instant,
    meeting_on,
    roll,
)

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = [ZoneInfo(name) for name in ("Europe/Warsaw", "Europe/London", "America/New_York", "UTC")]
DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))
RHYTHMS = st.builds(
    Rhythm,
    weekday=st.integers(0, 6),
    starts_at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    minutes=st.integers(15, 180),
    every_weeks=st.integers(1, 12),
    anchor=DAYS,
    zone=st.sampled_from(ZONES),
)
SPANS = st.builds(
    lambda day, length: Span(day, day + timedelta(days=length)), DAYS, st.integers(0, 200)
)
LOSSES = st.builds(
    Lost,
    closed=st.dictionaries(DAYS, st.just("Holiday"), max_size=40),
    away=st.lists(SPANS, max_size=2),
    on_break=st.lists(SPANS, max_size=1),
)


def weekly(clock: time = time(10), anchor: date = date(2026, 3, 2), weekday: int = 0) -> Rhythm:
    return Rhythm(weekday, clock, 50, 1, anchor, WARSAW)


@given(RHYTHMS, SPANS, LOSSES)
def test_each_day_of_a_rhythm_is_a_meeting_or_is_reported(rhythm, span, lost) -> None:
    rolled = roll(rhythm, span, lost)

    days = sorted([m.day for m in rolled.meetings] + [s.day for s in rolled.skipped])
    assert days == list(days_of(rhythm, span))
    assert all(lost.look_up(meeting.day) is None for meeting in rolled.meetings)
    assert all(lost.look_up(skipped.day) == skipped for skipped in rolled.skipped)


@given(RHYTHMS, SPANS)
def test_days_are_on_the_weekday_in_the_span_and_whole_rhythms_apart(rhythm, span) -> None:
    days = list(days_of(rhythm, span))

    assert all(day in span and day >= rhythm.anchor for day in days)
    assert all(day.weekday() == rhythm.weekday for day in days)
    assert all((day - rhythm.first_day).days % (7 * rhythm.every_weeks) == 0 for day in days)
    expected = [
        rhythm.first_day + timedelta(weeks=rhythm.every_weeks * n)
        for n in range(400)
        if rhythm.first_day + timedelta(weeks=rhythm.every_weeks * n) in span
    ]
    assert days[: len(expected)] == expected


@given(RHYTHMS, SPANS)
def test_the_wall_shows_the_same_time_all_year(rhythm, span) -> None:
    for meeting in roll(rhythm, span, Lost()).meetings:
        wall = meeting.starts_at.astimezone(rhythm.zone).replace(tzinfo=None)
        late = wall - datetime.combine(meeting.day, rhythm.starts_at)
        if late:  # the hour that a Sunday in March does not have
            assert late == timedelta(hours=1)
            assert (meeting.day.month, meeting.day.weekday()) == (3, 6)
        assert meeting.starts_at.tzinfo is UTC
        assert meeting.ends_at - meeting.starts_at == timedelta(minutes=rhythm.minutes)


@given(RHYTHMS, DAYS, st.integers(0, 120), st.integers(0, 120))
def test_rolling_in_two_parts_gives_what_rolling_once_gives(rhythm, first, here, there) -> None:
    middle, last = first + timedelta(days=here), first + timedelta(days=here + 1 + there)
    whole = roll(rhythm, Span(first, last), Lost())
    parts = [
        roll(rhythm, Span(first, middle), Lost()),
        roll(rhythm, Span(middle + timedelta(days=1), last), Lost()),
    ]

    assert whole == Rolled(tuple(m for part in parts for m in part.meetings))


def test_ten_stays_ten_when_summer_time_begins_and_ends() -> None:
    before, after = roll(weekly(), Span(date(2026, 3, 23), date(2026, 3, 30)), Lost()).meetings
    assert (before.starts_at, after.starts_at) == (
        datetime(2026, 3, 23, 9, tzinfo=UTC),
        datetime(2026, 3, 30, 8, tzinfo=UTC),
    )
    before, after = roll(weekly(), Span(date(2026, 10, 19), date(2026, 10, 26)), Lost()).meetings
    assert (after.starts_at - before.starts_at) == timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["a time that does not exist", "a time that comes twice"],
)
def test_a_time_that_the_clock_skips_or_repeats(day, clock, expected) -> None:
    assert instant(day, clock, WARSAW) == expected


def test_a_meeting_over_the_change_lasts_its_minutes() -> None:
    meeting = meeting_on(date(2026, 3, 29), weekly(time(1, 30), weekday=6))
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=50)


def test_every_third_week_over_a_leap_day_and_the_years_end() -> None:
    rhythm = Rhythm(1, time(9), 50, 3, date(2027, 12, 28), WARSAW)
    assert list(days_of(rhythm, Span(date(2027, 12, 1), date(2028, 3, 10)))) == [
        date(2027, 12, 28),
        date(2028, 1, 18),
        date(2028, 2, 8),
        date(2028, 2, 29),
    ]


def test_why_a_day_is_skipped_is_said() -> None:
    lost = Lost(
        closed={date(2026, 3, 9): "Carnival"},
        away=[Span(date(2026, 3, 14), date(2026, 3, 16))],
        on_break=[Span(date(2026, 3, 23), date(2026, 3, 23))],
    )
    rolled = roll(weekly(), Span(date(2026, 3, 2), date(2026, 3, 30)), lost)

    assert [m.day for m in rolled.meetings] == [date(2026, 3, 2), date(2026, 3, 30)]
    assert rolled.skipped == (
        Skipped(date(2026, 3, 9), Cause.CLOSED, "Carnival"),
        Skipped(date(2026, 3, 16), Cause.AWAY),
        Skipped(date(2026, 3, 23), Cause.ON_BREAK),
    )


def test_a_span_before_the_rhythm_gives_nothing() -> None:
    assert roll(weekly(), Span(date(2025, 1, 1), date(2025, 12, 31)), Lost()) == Rolled()
