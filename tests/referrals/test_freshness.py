from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.freshness import Freshness, freshness

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, Freshness.FRESH),
        (180, Freshness.FRESH),
        (181, Freshness.DUE),
        (365, Freshness.DUE),
        (366, Freshness.STALE),
        (4000, Freshness.STALE),
    ],
)
def test_an_entry_ages(days: int, expected: Freshness) -> None:
    assert freshness(TODAY - timedelta(days=days), TODAY) == expected


def test_an_entry_that_nobody_checked_is_never_fresh() -> None:
    assert freshness(None, TODAY) == Freshness.NEVER


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 2000), st.integers(0, 400))
def test_waiting_never_makes_an_entry_fresher(checked: date, age: int, longer: int) -> None:
    order = [Freshness.FRESH, Freshness.DUE, Freshness.STALE]
    now, later = checked + timedelta(days=age), checked + timedelta(days=age + longer)
    assert order.index(freshness(checked, later)) >= order.index(freshness(checked, now))
