"""0 foreign rows: every person × every row of somebody else’s × every verb, behind each of the two walls alone.

The other wall is away: the app asks without querysets, and querysets are asked as the owner, whom no policy binds.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from accounts.models import User
from tests.sight.strangers import (
    Foreign,
    Strangers,
    by_copies,
    by_naked_queries,
    by_querysets,
    guarded,
    strangers,
)

pytestmark = pytest.mark.django_db
Meets = Callable[[Strangers, int, User], Iterator[tuple[int, Foreign | None]]]
WALLS: tuple[Meets, ...] = (by_naked_queries, by_querysets, by_copies)


def met(there: Strangers, wall: Meets, people: int) -> tuple[int, set[Foreign]]:
    """Let so many people of each world meet all that is not theirs; return how much they asked, and found."""
    asked, found = 0, set()
    for world, everybody in enumerate(there.people):
        for who in everybody[:people]:
            for how_many, foreign in wall(there, world, who):
                asked += how_many
                found |= {foreign} if foreign else set()
    return asked, found


def test_no_row_of_somebody_elses_behind_either_wall() -> None:
    there = strangers(2)
    empty = [table.name for table in guarded() if not there.rows[0][table.name]]
    assert len(empty) < len(guarded()) / 2, empty

    for wall in WALLS:
        asked, found = met(there, wall, people=2)
        assert found == set(), wall.__name__
        assert asked > 100, wall.__name__


@pytest.mark.long
@pytest.mark.timeout(900)
def test_nor_in_a_hundred_thousand_requests(record_property: Callable[[str, str], None]) -> None:
    there = strangers(8)
    total = 0
    for wall in WALLS:
        asked, found = met(there, wall, people=8)
        assert found == set(), wall.__name__
        total += asked
    assert total > 100_000
    record_property("found", f"Foreign rows: 0 of {total:,} requests by person, row and verb")


def test_a_table_without_its_policy_is_met() -> None:
    there = strangers(2)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table caseload_goal disable row level security")
    _asked, found = met(there, by_naked_queries, people=1)
    assert {one.table for one in found} == {"caseload_goal"}
