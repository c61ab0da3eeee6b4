import pytest

from core.names import folded
from referrals.synonyms import EMPTY, GROUPS, ideas_of


def test_every_word_is_written_without_accents_and_in_one_group() -> None:
    words = [word for group in GROUPS for word in group]
    assert [word for word in words if word != folded(word)] == []
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_empty_words_are_in_no_group() -> None:
    assert EMPTY.isdisjoint(word for group in GROUPS for word in group)


@pytest.mark.parametrize("query", ["żałoba", "rouw", "lutto", "GRIEF"])
def test_one_idea_in_four_languages(query: str) -> None:
    (idea,) = ideas_of(query)
    assert {"grief", "zaloba", "rouw", "lutto"} <= set(idea)


def test_two_words_may_be_one_idea() -> None:
    assert [idea[0] for idea in ideas_of("mental health in Waterbury")] == [
        "mental health",
        "waterbury",
    ]


def test_a_query_of_empty_words_is_taken_as_it_is() -> None:
    assert ideas_of("the of") == [("the",), ("of",)]
