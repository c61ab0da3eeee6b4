import pytest

from core.errors import RuleBroken
from referrals.journey import NEXT, OVER, Status, moved

PAIRS = [(now, to) for now in Status for to in Status]


def test_every_status_has_its_ways() -> None:
    assert set(NEXT) == set(Status)


@pytest.mark.parametrize(("now", "to"), PAIRS, ids=lambda status: status.value)
def test_a_referral_goes_where_the_table_says_and_nowhere_else(now: Status, to: Status) -> None:
    mistaken = to == Status.ENTERED_IN_ERROR and now != to
    if mistaken or to in NEXT[now]:
        assert moved(now, to) == to
    else:
        with pytest.raises(RuleBroken):
            moved(now, to)


def test_a_referral_never_goes_back_to_its_beginning() -> None:
    assert all(Status.REQUESTED not in ways for ways in NEXT.values())


def test_a_kept_first_visit_and_a_mistake_are_the_end() -> None:
    assert NEXT[Status.COMPLETED] == NEXT[Status.ENTERED_IN_ERROR] == frozenset()
    assert Status.COMPLETED in OVER
