"""Every address × every kind of person, over objects that are Marta's. A page that is not in the table fails.

404 for a client's page one may not see (that it exists is confidential), 403 for a missing role, 302 to the
sign-in for nobody. A page that only takes a form is sent an empty one: what counts is that it is refused.
"""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access_table import OBJECTS, PEOPLE, TABLE
from tests.world import a_world

pytestmark = pytest.mark.django_db

# Links out of a mail and the keys of one's own passkeys (tests/accounts), and what speaks of processes.
LED_ELSEWHERE = {
    "account_reset_password_from_key",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "healthz",
}


HOLDS_NO_CLIENT = {
    "account_invitation",
    "person",
    "team",
    "membership",
    "supervision",
    "site",
    "room",
    "closed_day",
    "service",
    "import_run",
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry
        elif isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, space)


PAGES = {name: pattern for name, pattern in patterns(get_resolver()) if name not in LED_ELSEWHERE}


def test_every_page_is_in_the_table() -> None:
    assert set(PAGES) == set(TABLE)


def address(name: str, keys: dict[str, object]) -> str:
    """Return the address of a page about Marta's object; `pk` is what OBJECTS says."""
    converters = PAGES[name].pattern.converters
    said = {key: keys.get(key, "tell") for key in converters if key != "pk"}
    said |= {"pk": keys[OBJECTS[name]]} if "pk" in converters else {}
    if "step" in converters:
        said["step"] = "options"
    if "rule" in converters:
        said["rule"] = "short_notice"
    if "code" in converters:
        said["code"] = "nothing"
    return reverse(name, kwargs=said)


def answer(client: Browser, where: str) -> int:
    """Return the status, and take back what the page may have done: each is asked of the same world."""
    before = transaction.savepoint()
    got = client.get(where)
    got = client.post(where) if got.status_code == 405 else got
    status = got.status_code
    transaction.savepoint_rollback(before)
    return status


@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_open_which_page(client: Browser, person: str) -> None:
    world = a_world()
    somebody = world.people[person]
    if somebody is not None:
        client.force_login(somebody)

    seen = {name: answer(client, address(name, world.keys)) for name in sorted(TABLE)}

    wanted = {name: TABLE[name][PEOPLE.index(person)] for name in seen}
    assert {name: code for name, code in seen.items() if code != wanted[name]} == {}


def test_no_stranger_opens_anything_that_leads_to_a_client() -> None:
    """The table itself is held to the law: 404 or 403 for everybody outside, sign-in for nobody."""
    stranger = PEOPLE.index("stranger")
    about_a_client = {name for name, kind in OBJECTS.items() if kind not in HOLDS_NO_CLIENT}
    # a practice admin sees that it happened: the code, and who, and no more
    about_a_client -= {"caseload:broken_glass"}
    about_a_client -= {"caseload:end_absence_of"}  # an absence alone: days and who stands in
    for name in about_a_client:
        for column in (stranger, PEOPLE.index("directory_admin"), PEOPLE.index("practice_admin")):
            assert TABLE[name][column] in (403, 404), name
        assert TABLE[name][PEOPLE.index("anonymous")] == 302, name


def test_addresses_name_nobody() -> None:
    """Keys are UUIDs; no code, no name in a URL (R22)."""
    for name, pattern in PAGES.items():
        kinds = re.findall(r"<(\w+):", str(pattern.pattern))
        assert set(kinds) <= {"uuid", "slug", "str"}, name
