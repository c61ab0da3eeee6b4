from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endings.planner.spread import closest_days
from tests.endings.planning import law

DAY_0 = date(2026, 3, 1)
days = st.integers(0, 40).map(lambda n: DAY_0 + timedelta(days=n))
small = st.lists(st.lists(days, min_size=1, max_size=4), min_size=1, max_size=5)


def span(picked: list[date]) -> timedelta:
    return max(picked) - min(picked)


@law
@given(small)
def test_no_other_choice_lies_closer_together(choices: list[list[date]]) -> None:
    picked = closest_days(choices)
    assert all(day in days for day, days in zip(picked, choices, strict=True))
    assert span(picked) == min(span(list(other)) for other in product(*choices))


@law
@given(small)
def test_of_equally_close_choices_the_earliest_is_taken(choices: list[list[date]]) -> None:
    best = span(closest_days(choices))
    equal = [other for other in product(*choices) if span(list(other)) == best]
    assert min(closest_days(choices)) == min(min(other) for other in equal)


@law
@given(small)
def test_once_somebody_knows_the_rest_follows_soon_and_close_together(
    choices: list[list[date]],
) -> None:
    picked = closest_days(choices, known_since=DAY_0)
    soonest = min(max(other) for other in product(*choices))
    closest = max(min(other) for other in product(*choices) if max(other) == soonest)
    assert max(picked) == soonest
    assert min(picked) == closest


def test_nobody_to_tell_needs_no_day() -> None:
    assert closest_days([]) == []


def test_a_choice_without_a_day_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="must have a day"):
        closest_days([[DAY_0], []])
