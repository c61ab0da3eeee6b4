"""Levels of load (R17): said before somebody says yes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload.load import Level, Load, level_of, sum_of

POINTS = st.decimals(0, 60, places=1)
ORDER = [Level.ROOM, Level.FULL, Level.SLIGHTLY, Level.OVER]


@pytest.mark.parametrize(
    ("total", "level"),
    [
        ("0", Level.ROOM),
        ("21", Level.ROOM),
        ("21.5", Level.FULL),
        ("22", Level.FULL),
        ("22.5", Level.SLIGHTLY),
        ("24.2", Level.SLIGHTLY),
        ("24.3", Level.OVER),
    ],
)
def test_levels_against_a_limit_of_22(total, level) -> None:
    assert level_of(Decimal(total), Decimal(22)) is level


def test_one_more_than_a_small_limit_is_slightly_too_many() -> None:
    assert level_of(Decimal(4), Decimal(3)) is Level.SLIGHTLY
    assert level_of(Decimal("4.5"), Decimal(3)) is Level.OVER


@given(POINTS, POINTS, POINTS)
def test_more_load_is_never_a_lighter_level(total, more, capacity) -> None:
    assert ORDER.index(level_of(total, capacity)) <= ORDER.index(level_of(total + more, capacity))


@given(st.lists(st.tuples(st.sampled_from(["weight", "ending", "incoming"]), POINTS), max_size=30))
def test_load_is_the_sum_of_its_causes(commitments) -> None:
    load = sum_of(commitments)
    assert load.total == sum((points for _, points in commitments), Decimal(0))
    assert load.ending == sum((p for kind, p in commitments if kind == "ending"), Decimal(0))


def test_without_a_limit_there_is_no_level_to_reach() -> None:
    assert sum_of([("weight", Decimal(90))]).level is Level.NO_LIMIT


def test_somebody_who_leaves_takes_nothing_new_however_much_room_there_is() -> None:
    assert Load(capacity=Decimal(20), is_leaving=True).level is Level.NOTHING_NEW


def test_the_effect_of_a_yes_is_known_before() -> None:
    load = sum_of([("weight", Decimal(22))], capacity=Decimal(22))
    assert (load.level, load.with_more(Decimal(1)).level) == (Level.FULL, Level.SLIGHTLY)
    assert load.with_more(Decimal(1)).incoming == Decimal(1)
