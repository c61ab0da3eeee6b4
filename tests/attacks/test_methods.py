"""Every address by the methods no page uses: refused, or harmless; not one row of the database moves."""

import pytest
from django.db import connection
from django.test import Client as Browser

from accounts.models import User
from tests.access_table import TABLE
from tests.roles import as_owner
from tests.test_access import address
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
# Who has read what, in which request, and where somebody is signed in, is noted by looking.
NOTED_BY_LOOKING = {
    "caseload_readlog",
    "pghistory_context",
    "django_session",
    "accounts_historyline",
}
CHANGE_NOTHING = ("put", "patch", "delete", "options", "head", "trace")
MAY_ANSWER = {"head": {200, 302, 403, 404, 405}, "options": {200, 302, 403, 404, 405}}
REFUSED = {302, 401, 403, 404, 405}
# allauth's pages read a PUT as a form without fields, and count how often they are asked.
EMPTY_FORM = {422, 429}


def whole_database() -> dict[str, str]:
    """Return a digest of the rows of each table."""
    names = [
        name
        for name in connection.introspection.table_names()
        if name not in NOTED_BY_LOOKING and not name.endswith("event")
    ]
    parts = [
        f"select '{name}', coalesce(md5(string_agg(t::text, ';' order by t::text)), '') from \"{name}\" t"  # noqa: S608 -- our own names
        for name in names
    ]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts))
        return dict(cursor.fetchall())


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.mark.parametrize("person", ["therapist", "practice_admin", "stranger", "anonymous"])
def test_no_other_method_does_anything(world: World, person: str) -> None:
    browser, answered = Browser(), {}
    browser.raise_request_exception = False
    somebody = world.people[person]
    if isinstance(somebody, User):
        browser.force_login(somebody)
    before = whole_database()
    for name in sorted(set(TABLE) - {"account_logout"}):
        where = address(name, world.keys)
        for method in CHANGE_NOTHING:
            answer = getattr(browser, method)(where)
            allowed = MAY_ANSWER.get(method, REFUSED)
            allowed = allowed | EMPTY_FORM if name.startswith(("account_", "mfa_")) else allowed
            if answer.status_code not in allowed:
                answered[method, name] = answer.status_code
            if method == "head" and not answer.streaming and answer.content:
                answered[method, name] = "a body"
    after = whole_database()

    assert answered == {}
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_head_tells_a_stranger_no_more_than_a_get(world: World) -> None:
    """The status alone would say that somebody is a client here."""
    stranger = world.people["stranger"]
    assert isinstance(stranger, User)
    browser, differs = Browser(), {}
    browser.force_login(stranger)
    for name in sorted(set(TABLE) - {"account_logout"}):
        where = address(name, world.keys)
        head, get = browser.head(where).status_code, browser.get(where).status_code
        if head != get and not (head == 405 and get == 405):
            differs[name] = head, get
    assert {name: pair for name, pair in differs.items() if pair[0] != 405} == {}
