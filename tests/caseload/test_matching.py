"""Whose an appointment is: a code, a whole name, or a whole known-as, of one piece of work alone."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload.matching import Work, works_named

WREN, ROBIN, ALSO_WREN = (UUID(int=number) for number in (1, 2, 3))
WORKS = [
    Work(WREN, ["C-1042"], ["Agnieszka Żuraw"], ["Wren"]),
    Work(ROBIN, ["C-1043"], ["Robin van Dijk"], ["Al"]),
]


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("Wren", [WREN]),
        ("session: WREN (video)", [WREN]),
        ("Zuraw, Agnieszka", [WREN]),
        ("agnieszka żuraw 50 min", [WREN]),
        ("Agnieszka and Żuraw's sister", []),
        ("C-1043", [ROBIN]),
        ("c 1043: Wren's neighbour", [ROBIN]),
        ("Wren and Robin van Dijk", [ROBIN]),
        ("Dijk, Robin van", [ROBIN]),
        ("Al", []),
        ("A.Ż.", []),
        ("Wrens", []),
        ("", []),
    ],
)
def test_who_is_named(words: str, whose: list[UUID]) -> None:
    assert works_named(words, WORKS) == whose


def test_two_of_one_name_are_both_said_and_nobody_is_chosen() -> None:
    works = [*WORKS, Work(ALSO_WREN, ["C-1044"], ["Wren Other"], ["Wren"])]
    assert works_named("Wren", works) == [WREN, ALSO_WREN]
    assert works_named("Wren Other", works) == [ALSO_WREN]


@given(st.text(max_size=40))
def test_nobody_is_invented(words: str) -> None:
    assert works_named(words, []) == []
    assert set(works_named(words, WORKS)) <= {WREN, ROBIN}
