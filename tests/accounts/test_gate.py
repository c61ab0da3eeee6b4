"""Nobody goes around the second step by typing an address (issue 4, section 5: MFA bypass by direct URL)."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from accounts.sign_in.gate import WAY_IN
from tests.access_table import OBJECTS
from tests.accounts.door import PASSWORD, gives_password, is_in, with_app
from tests.accounts.factories import PracticeFactory
from tests.proof import has_proved
from tests.test_access import patterns
from tests.world import World, a_world

pytestmark = pytest.mark.django_db

EVERY = dict(patterns(get_resolver()))
# Asked by a page and not by a person: 401 instead of a way to the door.
REFUSE_BY_THEMSELVES = {"accounts:keep_draft"}
VERBS = ("get", "head", "post", "put", "delete", "options")
# What nobody needs to be signed in for, whoever asks.
OPEN_TO_ALL = {
    "healthz",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "accounts:accept_invitation",
    "mfa_authenticate",
    "metrics",
    "mfa_login_webauthn",
    "reminders:calendar",
}


def address(name: str, world: World) -> str:
    """Return an address that leads to something of Marta's where the page is about something."""
    converters = EVERY[name].pattern.converters
    said = dict.fromkeys(converters, "nothing")
    said |= {"pk": world.keys[OBJECTS[name]]} if name in OBJECTS else {}
    for key, converter in converters.items():
        if said[key] == "nothing":
            said[key] = (
                1 if type(converter).__name__ == "IntConverter" else world.keys.get(key, "x")
            )
    if name == "account_reset_password_from_key":
        said = {"uidb36": "1", "key": "x-y"}
    return reverse(name, kwargs=said)


@pytest.fixture
def world() -> World:
    made = a_world()
    PracticeFactory.create(second_factor_required=True)
    return made


def leads(client: Client, verb: str, where: str) -> tuple[int, str]:
    """Return the status of one request and where it leads; its session is put back afterwards."""
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    answer = getattr(client, verb)(where)
    client.cookies[settings.SESSION_COOKIE_NAME] = kept
    return answer.status_code, answer.headers.get("Location", "")


def test_after_a_password_alone_every_address_leads_to_the_set_up(world: World) -> None:
    """All pages, also those of a practice admin, by every verb: none opens, none does anything."""
    set_up = reverse("sign_in:set_up_second_factor")
    through = {}
    for person, verbs in (("therapist", VERBS), ("practice_admin", ("get", "post"))):
        user = world.people[person]
        assert isinstance(user, User)
        for name in sorted(set(EVERY) - WAY_IN - {"account_logout"}):
            client = Client()
            client.force_login(user)
            has_proved(client, user, "password")
            for verb in verbs:
                got = leads(client, verb, address(name, world))
                if got != (302, set_up):
                    through[person, verb, name] = got
    assert through == {}


def test_between_password_and_code_one_is_nobody(world: World) -> None:
    """The password was right, the code is still to come: each address answers as it answers a stranger."""
    user = world.people["therapist"]
    assert isinstance(user, User)
    user.set_password(PASSWORD)
    user.save()
    with_app(user)
    client = Client()
    gives_password(client, user)
    door = reverse("account_login")

    open_to_me = {}
    for name in sorted(set(EVERY) - OPEN_TO_ALL):
        for verb in VERBS:
            status, where = leads(client, verb, address(name, world))
            is_refused = name in REFUSE_BY_THEMSELVES and status in (401, 405)
            if not is_refused and (status != 302 or not where.startswith(door)):
                open_to_me[verb, name] = status, where
    assert open_to_me == {}
    assert not is_in(client)


def test_what_is_open_to_all_lets_nobody_in(world: World) -> None:
    user = world.people["therapist"]
    assert isinstance(user, User)
    user.set_password(PASSWORD)
    user.save()
    with_app(user)
    for name in sorted(OPEN_TO_ALL - {"account_logout"}):
        client = Client()
        gives_password(client, user)
        for verb in ("get", "post"):
            getattr(client, verb)(address(name, world))
            assert not is_in(client), (verb, name)


def test_the_way_in_shows_nothing_of_the_practice(world: World) -> None:
    """The pages that stand open before the second step name no place of the product."""
    user = world.people["therapist"]
    assert isinstance(user, User)
    client = Client()
    client.force_login(user)
    has_proved(client, user, "password")
    for name in sorted(WAY_IN - {"healthz", "account_logout"}):
        page = client.get(reverse(name))
        assert page.status_code in (200, 302), name
        if page.status_code == 200:
            assert reverse("desk:caseload") not in page.content.decode(), name
