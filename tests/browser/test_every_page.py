"""Every page that somebody may open, in a real browser: axe finds nothing, nothing scrolls sideways.

The pages are those of the access table. The normal tier looks at each in one pairing of language, theme and
width, so that every language, theme and width is seen on many pages; the long tier looks at all of them.
"""

from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Signed

from accounts.models import User
from tests.access_table import PEOPLE, TABLE
from tests.core.test_ui_browser import HIDDEN_UNDER, SIDEWAYS, findings
from tests.test_access import PAGES, address
from tests.world import World, a_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1500),
    pytest.mark.django_db(transaction=True),
]
PAIRINGS = [("en", "dark", 360), ("pl", "light", 360), ("nl", "dark", 1280), ("it", "light", 1280)]
ALL = list(product(("en", "pl", "nl", "it"), ("light", "dark"), (360, 1280)))
NO_PAGES = {"referrals:print_options"}  # a PDF; tests/referrals reads it
# Answers to a form that was only opened: nothing to look at.
SHOWN = sorted(name for name, row in TABLE.items() if 200 in row and name not in NO_PAGES)


def who_sees(name: str) -> str:
    return PEOPLE[TABLE[name].index(200)]


def cookie_of(person: User, url: str) -> dict[str, str]:
    signed = Signed()
    signed.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": signed.cookies[name].value, "url": url}


def wrong_with(page: Any, url: str) -> list[Any]:
    """Return everything that is wrong with one page."""
    answer = page.goto(url)
    if answer.status != 200:
        return [answer.status]
    wrong: list[Any] = list(findings(page))
    if page.evaluate(SIDEWAYS):
        wrong.append("scrolls sideways")
    return wrong + list(page.evaluate(HIDDEN_UNDER))


def look_at_all(somebody: Any, world: World, names: list[str], how: tuple[str, str, int]) -> Any:
    language, theme, width = how
    User.objects.update(language=language)
    found = {}
    for person in PEOPLE[:-1]:
        seated = somebody(width=width, theme=theme, language=language)
        user = world.people[person]
        assert user is not None
        seated.page.context.add_cookies([cookie_of(user, seated.url)])
        for name in (name for name in names if who_sees(name) == person):
            if wrong := wrong_with(seated.page, seated.url + address(name, world.keys)):
                found[name] = wrong
    return found


@pytest.mark.parametrize("how", PAIRINGS, ids=str)
def test_each_page_in_one_pairing(somebody: Any, how: tuple[str, str, int]) -> None:
    names = SHOWN[PAIRINGS.index(how) :: len(PAIRINGS)]
    assert look_at_all(somebody, a_world(), names, how) == {}


@pytest.mark.long
@pytest.mark.parametrize("how", ALL, ids=str)
def test_every_page_in_every_pairing(somebody: Any, how: tuple[str, str, int]) -> None:
    assert look_at_all(somebody, a_world(), SHOWN, how) == {}


def test_no_page_is_left_out() -> None:
    assert set(TABLE) == set(PAGES)
    assert len(SHOWN) > 60
