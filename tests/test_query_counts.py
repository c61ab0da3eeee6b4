"""How much each page asks of the database: constant, and little (tests/query_limits.py)."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.backend.base import DatabaseWrapper
from tests.access_table import PEOPLE, TABLE
from tests.crowd import Crowd
from tests.query_limits import ABOVE, ASKED, LISTS, MOST
from tests.roles import as_owner
from tests.test_access import address

# Outside a test's own transaction, so that each statement is the one that a real request asks.
pytestmark = pytest.mark.django_db(transaction=True)

FRAME = ("BEGIN", "COMMIT")
Page = tuple[str, str, str]  # name, what the address asks besides, who reads


@pytest.fixture
def crowd() -> Crowd:
    with transaction.atomic():
        return Crowd()


def grow(crowd: Crowd, clients: int) -> None:
    """Grow, and let PostgreSQL know how much there is, as its autovacuum does."""
    with transaction.atomic():
        crowd.grow(clients)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("analyze")


def readers_of(name: str) -> Iterator[str]:
    """Yield the first two in the table who may open a page; the receiver reads what is the receiver's."""
    may = [who for who, status in zip(PEOPLE, TABLE[name], strict=True) if status == 200]
    yield from [who for who in may if who != "anonymous"][:2] or ["receiver"]


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def questions(browser: Browser, where: str) -> int | None:
    """Return how many statements a page takes, the second time it is opened; None where it does not open."""
    if browser.get(where).status_code != 200:
        return None
    tells = DatabaseWrapper.tell_actor  # goes past Django's cursor, so it is counted by itself
    with (
        patch.object(DatabaseWrapper, "tell_actor", autospec=True, side_effect=tells) as told,
        CaptureQueriesContext(connection) as asked,
    ):
        assert browser.get(where).status_code == 200
    return told.call_count + sum(one["sql"] not in FRAME for one in asked)


def counted(crowd: Crowd, pages: list[tuple[str, str]]) -> dict[Page, int]:
    """Return the number of each page, for everybody who may read it."""
    browsers = {
        name: signed_in(person) for name, person in crowd.world.people.items() if person is not None
    }
    found = {}
    for name, query in pages:
        where = address(name, crowd.world.keys) + (f"?{query}" if query else "")
        for reader in readers_of(name):
            number = questions(browsers[reader], where)
            if number is not None:
                found[name, query, reader] = number
    return found


def too_many(numbers: dict[Page, int]) -> dict[Page, int]:
    """Return the pages that break their limit; one that stands in ABOVE has exactly its number."""
    largest: dict[str, int] = {}
    for (name, _query, _reader), number in numbers.items():
        largest[name] = max(number, largest.get(name, 0))
    wrong = {name for name, number in largest.items() if number > MOST and name not in ABOVE}
    wrong |= {name for name, (number, _why) in ABOVE.items() if largest.get(name, number) != number}
    return {page: number for page, number in numbers.items() if page[0] in wrong}


def test_lists_and_boards_ask_the_same_for_one_thirty_and_three_hundred(crowd: Crowd) -> None:
    pages = [(name, "") for name in LISTS] + list(ASKED)
    one = counted(crowd, pages)
    grow(crowd, 30)
    thirty = counted(crowd, pages)
    grow(crowd, 300)
    many = counted(crowd, pages)

    assert {
        page: (one.get(page), n, many.get(page)) for page, n in thirty.items() if n > MOST
    } == {}
    # An empty list does not ask what hangs below its rows: one more or less at the beginning is no growth.
    assert {
        page: (n, thirty[page], many.get(page))
        for page, n in one.items()
        if thirty[page] != many.get(page) or abs(n - thirty[page]) > 1
    } == {}
    assert {name for name, _query, _reader in many} == set(LISTS)


def test_every_other_page_asks_what_it_may_and_no_more_for_thirty(crowd: Crowd) -> None:
    pages = [(name, "") for name in sorted(TABLE) if name not in LISTS]
    one = counted(crowd, pages)
    assert too_many(one) == {}
    grow(crowd, 30)
    thirty = counted(crowd, pages)
    assert {page: (n, one[page]) for page, n in thirty.items() if n > one[page]} == {}


def test_a_page_above_the_limit_says_why() -> None:
    assert not set(ABOVE) & set(LISTS)
    assert set(ABOVE) <= set(TABLE)
    for number, why in ABOVE.values():
        assert number > MOST
        assert why.endswith(".")
