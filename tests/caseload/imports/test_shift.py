"""Moving a history by whole weeks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from caseload.readers.shift import moved_day, moved_if_known, moved_moment, weeks_to

ZONE = ZoneInfo("Europe/Amsterdam")
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(days, days)
def test_the_latest_day_falls_into_the_week_before(latest: date, before: date) -> None:
    moved = moved_day(latest, weeks_to(latest, before))

    assert before - timedelta(days=7) <= moved < before
    assert moved.weekday() == latest.weekday()


def test_no_day_stays_no_day() -> None:
    assert moved_if_known(None, 3) is None


def test_wall_clock_time_stays_across_daylight_saving() -> None:
    winter = datetime(2021, 1, 12, 14, 30, tzinfo=ZONE)

    moved = moved_moment(winter.astimezone(UTC), 26, ZONE)

    assert moved.tzinfo is UTC
    assert moved.astimezone(ZONE).isoformat() == "2021-07-13T14:30:00+02:00"


@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)).map(
        lambda day: datetime.combine(day, time(3), UTC)
    ),
    st.integers(-600, 600),
)
def test_weekday_and_wall_clock_stay(at: datetime, weeks: int) -> None:
    before, after = at.astimezone(ZONE), moved_moment(at, weeks, ZONE).astimezone(ZONE)

    assert (after.date() - before.date()).days == 7 * weeks
    assert abs(after.hour - before.hour) <= 1  # an hour that a spring night leaves out
    assert after.minute == before.minute
