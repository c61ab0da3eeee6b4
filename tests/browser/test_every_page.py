"""Every page that somebody may open, in a real browser: axe finds nothing, nothing scrolls sideways.

The pages are those of the access table. The normal tier looks at each in one pairing of language, theme and
width, so that every language, theme and width is seen on many pages. The long tier opens each once in every
language and changes theme and width while it is open: the style sheets do that alone, no script of ours.
"""

from itertools import product
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.test import Client as Signed

from accounts.models import User
from tests.access_table import PEOPLE, TABLE
from tests.core.axe import findings
from tests.core.test_ui_browser import HIDDEN_UNDER, SIDEWAYS
from tests.test_access import PAGES, address
from tests.world import a_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(1500),
    pytest.mark.django_db(transaction=True),
]


class Look(NamedTuple):
    """How a page is looked at while it is open."""

    theme: str
    width: int


PAIRINGS = [
    ("en", Look("dark", 360)),
    ("pl", Look("light", 360)),
    ("nl", Look("dark", 1280)),
    ("it", Look("light", 1280)),
]
ALL = [Look(theme, width) for theme, width in product(("light", "dark"), (360, 1280))]
# A PDF, which tests/referrals reads; figures for a script, which tests/accounts reads; a part of a form.
NO_PAGES = {
    "referrals:print_options",
    "accounts:seconds_left",
    "accounts:stay_signed_in",
    "caseload:conflicts_of_session",
}
# Answers to a form that was only opened: nothing to look at.
SHOWN = sorted(name for name, row in TABLE.items() if 200 in row and name not in NO_PAGES)


def who_sees(name: str) -> str:
    return PEOPLE[TABLE[name].index(200)]


def cookie_of(person: User, url: str) -> dict[str, str]:
    signed = Signed()
    signed.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": signed.cookies[name].value, "url": url}


def wrong_with(page: Any, url: str, looks: list[Look]) -> list[Any]:
    """Return everything that is wrong with one page, and how it was looked at then."""
    answer = page.goto(url)
    if answer.status != 200:
        return [answer.status]
    wrong: list[Any] = []
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 800})
        page.emulate_media(color_scheme=look.theme)
        found = [*findings(page), *page.evaluate(HIDDEN_UNDER)]
        found += ["scrolls sideways"] if page.evaluate(SIDEWAYS) else []
        wrong += [(look, found)] if found else []
    return wrong


def look_at_all(somebody: Any, names: list[str], language: str, looks: list[Look]) -> Any:
    world = a_world()
    User.objects.update(language=language)
    found = {}
    for person in PEOPLE[:-1]:
        seated = somebody(language=language)
        user = world.people[person]
        assert user is not None
        seated.page.context.add_cookies([cookie_of(user, seated.url)])
        for name in (name for name in names if who_sees(name) == person):
            if wrong := wrong_with(seated.page, seated.url + address(name, world.keys), looks):
                found[name] = wrong
    return found


@pytest.mark.parametrize(("language", "look"), PAIRINGS, ids=str)
def test_each_page_in_one_pairing(somebody: Any, language: str, look: Look) -> None:
    names = SHOWN[PAIRINGS.index((language, look)) :: len(PAIRINGS)]
    assert look_at_all(somebody, names, language, [look]) == {}


@pytest.mark.long
@pytest.mark.parametrize("language", [language for language, _ in PAIRINGS])
def test_every_page_in_every_theme_and_width(somebody: Any, language: str) -> None:
    assert look_at_all(somebody, SHOWN, language, ALL) == {}


def test_no_page_is_left_out() -> None:
    assert set(TABLE) == set(PAGES)
    assert len(SHOWN) > 60
