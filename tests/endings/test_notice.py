from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endings.notice import (
    NoticePolicy,
    NoticeState,
    NoticeWindow,
    last_chance_on,
    notice_on,
    standing,
    window,
)
from tests.endings.planning import law

POLICY = NoticePolicy()
DAY = timedelta(days=1)

last_days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
policies = st.builds(
    lambda shortest, more, meetings: NoticePolicy(shortest, shortest + more, meetings),
    st.integers(0, 60),
    st.integers(0, 30),
    st.integers(0, 6),
)


@st.composite
def rhythms(draw: st.DrawFn) -> tuple[list[date], date]:
    """Meetings up to a last session: weekly, fortnightly, monthly (every 4 weeks) or irregular."""
    last_on = draw(last_days)
    gaps = draw(
        st.one_of(
            st.integers(1, 30).map(lambda n: [7] * n),
            st.integers(1, 15).map(lambda n: [14] * n),
            st.integers(1, 8).map(lambda n: [28] * n),
            st.lists(st.integers(1, 60), max_size=20),
        )
    )
    meetings = [last_on]
    for gap in gaps:
        meetings.append(meetings[-1] - gap * DAY)
    return sorted(meetings), last_on


def every(days: int, times: int, until: date) -> list[date]:
    return [until - n * days * DAY for n in reversed(range(times))]


def test_a_weekly_client_is_told_in_the_fourth_last_or_the_last_but_three_session() -> None:
    last = date(2026, 12, 21)
    assert window(every(7, 10, last), last, POLICY) == NoticeWindow(
        date(2026, 11, 23), date(2026, 11, 30)
    )


def test_every_second_week_three_meetings_ask_for_six_weeks() -> None:
    last = date(2026, 12, 17)
    meetings = every(14, 8, last)
    span = window(meetings, last, POLICY)
    assert span == NoticeWindow(date(2026, 10, 22), date(2026, 11, 18))
    assert span.holds(meetings) == [date(2026, 10, 22), date(2026, 11, 5)]


def test_a_monthly_client_is_told_three_months_ahead() -> None:
    last = date(2026, 12, 17)
    meetings = every(28, 8, last)
    assert last_chance_on(meetings, window(meetings, last, POLICY)) == last - 84 * DAY


def test_the_window_crosses_a_leap_day_and_a_year_end() -> None:
    leap = date(2028, 3, 20)
    assert window(every(7, 9, leap), leap, POLICY) == NoticeWindow(
        date(2028, 2, 21), date(2028, 2, 28)
    )
    new_year = date(2027, 1, 8)
    assert window(every(7, 9, new_year), new_year, POLICY) == NoticeWindow(
        date(2026, 12, 11), date(2026, 12, 18)
    )


def test_with_too_few_meetings_the_days_decide_and_the_shortfall_says_so() -> None:
    last = date(2026, 12, 21)
    meetings = [date(2026, 11, 2), last]
    span = window(meetings, last, POLICY)
    assert span == NoticeWindow(date(2026, 11, 2), date(2026, 11, 30))
    notice = notice_on(date(2026, 11, 2), meetings, last, POLICY)
    assert (notice.days, notice.meetings, notice.days_short, notice.meetings_short) == (49, 1, 0, 2)


@law
@given(rhythms(), policies)
def test_closes_on_is_the_last_day_that_leaves_the_days_and_the_meetings(
    rhythm: tuple[list[date], date], policy: NoticePolicy
) -> None:
    meetings, last_on = rhythm
    span = window(meetings, last_on, policy)
    assert span.opens_on <= span.closes_on <= last_on
    on_it = notice_on(span.closes_on, meetings, last_on, policy)
    after_it = notice_on(span.closes_on + DAY, meetings, last_on, policy)
    if len(meetings) >= policy.meetings_after:
        assert on_it.is_full
        assert span.closes_on == last_on or not after_it.is_full
    else:
        assert on_it.days_short == 0
        assert on_it.meetings_short > 0
        assert span.closes_on == last_on or after_it.days_short == 1


@law
@given(rhythms(), policies)
def test_every_day_of_the_window_and_before_it_is_full_notice(
    rhythm: tuple[list[date], date], policy: NoticePolicy
) -> None:
    meetings, last_on = rhythm
    span = window(meetings, last_on, policy)
    if len(meetings) >= policy.meetings_after:
        for day in (span.opens_on - 40 * DAY, span.opens_on, span.closes_on):
            assert notice_on(day, meetings, last_on, policy).is_full


@law
@given(rhythms(), policies)
def test_two_meetings_lie_in_the_window_where_there_are_two(
    rhythm: tuple[list[date], date], policy: NoticePolicy
) -> None:
    meetings, last_on = rhythm
    span = window(meetings, last_on, policy)
    reachable = [meeting for meeting in meetings if meeting <= span.closes_on]
    assert len(span.holds(meetings)) >= min(2, len(reachable))
    assert span.opens_on <= last_on - policy.longest_days * DAY


@law
@given(rhythms(), policies, st.integers(-30, 120))
def test_one_more_meeting_never_takes_time_away(
    rhythm: tuple[list[date], date], policy: NoticePolicy, back: int
) -> None:
    meetings, last_on = rhythm
    extra = min(last_on, last_on - back * DAY)
    day = meetings[0]
    before = notice_on(day, meetings, last_on, policy)
    after = notice_on(day, [*meetings, extra], last_on, policy)
    assert after.meetings >= before.meetings
    assert after.days == before.days


@law
@given(rhythms(), policies, st.integers(-200, 60))
def test_untold_states_follow_one_another_and_never_go_back(
    rhythm: tuple[list[date], date], policy: NoticePolicy, start: int
) -> None:
    order = [NoticeState.NOT_YET, NoticeState.OPEN, NoticeState.LAST_CHANCE, NoticeState.LATE]
    meetings, last_on = rhythm
    seen = [
        order.index(standing(meetings, last_on, policy, today=last_on + (start + n) * DAY).state)
        for n in range(40)
    ]
    assert seen == sorted(seen)


@law
@given(rhythms(), policies, st.integers(-200, 10))
def test_told_is_full_early_or_short_and_short_says_by_how_much(
    rhythm: tuple[list[date], date], policy: NoticePolicy, ahead: int
) -> None:
    meetings, last_on = rhythm
    told_on = last_on + ahead * DAY
    result = standing(meetings, last_on, policy, today=last_on, told_on=told_on)
    short = result.notice.days_short + result.notice.meetings_short
    assert (result.state is NoticeState.TOLD_SHORT) == (short > 0)
    if result.state is NoticeState.TOLD_EARLY:
        assert told_on < window(meetings, last_on, policy).opens_on


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 11, 22), NoticeState.NOT_YET),
        (date(2026, 11, 23), NoticeState.OPEN),
        (date(2026, 11, 29), NoticeState.OPEN),
        (date(2026, 11, 30), NoticeState.LAST_CHANCE),
        (date(2026, 12, 1), NoticeState.LATE),
    ],
)
def test_a_weekly_window_day_by_day(today: date, state: NoticeState) -> None:
    last = date(2026, 12, 21)
    assert standing(every(7, 10, last), last, POLICY, today=today).state == state


def test_fourteen_of_twenty_one_days() -> None:
    last = date(2026, 12, 9)
    meetings = every(7, 10, last)
    told = standing(meetings, last, POLICY, today=last, told_on=date(2026, 11, 25))
    assert told.state is NoticeState.TOLD_SHORT
    assert (told.notice.days, told.notice.days_short, told.notice.meetings_short) == (14, 7, 1)


def test_what_is_planned_counts_until_its_day_has_passed() -> None:
    last = date(2026, 12, 9)
    meetings = every(7, 10, last)
    planned = date(2026, 11, 25)
    ahead = standing(meetings, last, POLICY, today=date(2026, 11, 23), planned_on=planned)
    passed = standing(meetings, last, POLICY, today=date(2026, 11, 27), planned_on=planned)
    assert ahead.notice.days_short == 7
    assert passed.notice.days_short == 9


def test_told_early_is_welcome() -> None:
    last = date(2026, 12, 21)
    told = standing(every(7, 30, last), last, POLICY, today=last, told_on=date(2026, 9, 7))
    assert told.state is NoticeState.TOLD_EARLY
    assert told.notice.is_full
