"""CSRF, extra fields, redirects: what is sent to each address by somebody else's page, or with more in it."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import FormToken, User
from core.clock import now
from tests.access_table import TABLE
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.roles import as_owner
from tests.test_access import address
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
REFUSED = 418


def refused(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """Stand in for the page of a CSRF failure, so that no other refusal is taken for it."""
    return HttpResponse(reason, status=REFUSED)


@pytest.fixture
def told(settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refused"


def somebody(world: World, person: str) -> User:
    found = world.people[person]
    assert found is not None
    return found


# --- CSRF ----------------------------------------------------------------------------------------------
def test_no_address_takes_a_form_without_its_token(told: None) -> None:
    """Every address, whoever is signed in: the check stands before every view and every role."""
    world = a_world()
    taken = {}
    for person in ("therapist", "practice_admin", None):
        browser = Browser(enforce_csrf_checks=True)
        if person:
            browser.force_login(somebody(world, person))
        for name in sorted(TABLE):
            status = browser.post(address(name, world.keys)).status_code
            if status != REFUSED:
                taken[person, name] = status
    assert taken == {}


def token_on(browser: Browser) -> str:
    page = browser.get(reverse("accounts:own_settings"), secure=True).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_token_is_good_in_its_own_session_and_from_our_own_pages(told: None) -> None:
    PracticeFactory.create()
    marta, evil = UserFactory.create(), UserFactory.create()
    mine, theirs = Browser(enforce_csrf_checks=True), Browser(enforce_csrf_checks=True)
    mine.force_login(marta)
    theirs.force_login(evil)
    where = reverse("accounts:stay_signed_in")
    own = {"csrfmiddlewaretoken": token_on(mine)}

    def sends(said: dict[str, str], **headers: str) -> int:
        return int(mine.post(where, said, secure=True, headers=headers).status_code)

    assert sends(own, Referer="https://testserver/") == 200
    assert sends(own, Origin="https://testserver") == 200
    assert sends({"csrfmiddlewaretoken": token_on(theirs)}, Origin="https://testserver") == REFUSED
    assert sends(own, Origin="https://evil.example") == REFUSED
    assert sends(own, Origin="null") == REFUSED
    assert sends(own, Referer="https://testserver.evil.example/") == REFUSED
    assert sends(own) == REFUSED


# --- redirects -----------------------------------------------------------------------------------------
EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//testserver@evil.example/",
    "https://testserver.evil.example/",
    "/\r\nLocation: https://evil.example/",
]


def leads_away(answer: Any) -> str:
    """Return an address of somebody else's that the answer leads to, as a browser would read it."""
    for header in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "Refresh"):
        said = answer.headers.get(header, "")
        read = re.sub(r"[\t\r\n]", "", said).replace("\\", "/")
        whole = urlsplit(urljoin("http://testserver/", read))
        if said and (whole.scheme not in ("http", "https") or whole.netloc != "testserver"):
            return str(said)
    return ""


def test_nobody_else_says_where_a_form_leads() -> None:
    """Every address, by the word in the form, in the address, and by the page one came from."""
    world, away, led = a_world(), {}, 0
    browser = Browser()
    browser.raise_request_exception = False
    for person in ("therapist", "practice_admin"):
        browser.force_login(somebody(world, person))
        for number, name in enumerate(sorted(set(TABLE) - {"account_logout"})):
            word = EVIL[number % len(EVIL)]
            before = transaction.savepoint()
            answer = browser.post(
                address(name, world.keys),
                {"next": word},
                query_params={"next": word, "to": word},
                headers={"Referer": "https://evil.example/", "HX-Current-URL": word},
            )
            transaction.savepoint_rollback(before)
            led += answer.status_code == 302
            if where := leads_away(answer):
                away[person, name] = where
    assert led > 20
    assert away == {}


@pytest.mark.parametrize("word", EVIL)
def test_nobody_else_says_where_the_door_leads(word: str) -> None:
    PracticeFactory.create()
    marta = UserFactory.create(email="marta@example.org", password="correct horse battery")
    outside, inside = Browser(), Browser()
    inside.force_login(marta)

    into = outside.post(
        reverse("account_login"),
        {"login": "marta@example.org", "password": "correct horse battery", "next": word},
        query_params={"next": word},
    )
    again = inside.post(
        reverse("account_reauthenticate"),
        {"password": "correct horse battery", "next": word},
        query_params={"next": word},
    )
    out = inside.post(reverse("account_logout"), {"next": word}, query_params={"next": word})

    assert [answer.status_code for answer in (into, again, out)] == [302, 302, 302]
    assert [leads_away(answer) for answer in (into, again, out)] == ["", "", ""]


def test_our_own_page_is_gone_back_to() -> None:
    """The test can fail: `next` is followed where it is ours."""
    world, browser = a_world(), Browser()
    browser.force_login(somebody(world, "therapist"))

    answer = browser.post(
        reverse("account_reauthenticate"),
        {"password": "x", "next": "/caseload/"},
        query_params={"next": "/caseload/"},
    )
    kept = browser.get(reverse("account_reauthenticate"), {"next": "/caseload/"}).content.decode()

    assert answer.status_code == 422
    assert 'value="/caseload/"' in kept


def test_where_somebody_elses_form_went_is_not_told() -> None:
    """`_once` is good for the person whose form it was."""
    PracticeFactory.create()
    mine, evil = UserFactory.create(), UserFactory.create()
    token = uuid4()
    with as_owner():
        FormToken.objects.create(pk=token, user=mine, used_at=now(), went_to="/caseload/?of-mine")
    browser = Browser()
    browser.raise_request_exception = False
    browser.force_login(evil)

    answer = browser.post(reverse("accounts:stay_signed_in"), {"_once": str(token)})

    assert answer.status_code < 500
    assert "of-mine" not in answer.headers.get("Location", "")
    browser.force_login(mine)
    own = browser.post(reverse("accounts:stay_signed_in"), {"_once": str(token)})
    assert own.headers["Location"] == "/caseload/?of-mine"


# --- more in a form than it has ------------------------------------------------------------------------
WISHES: dict[str, Any] = {
    "roles": ["practice_admin", "supervisor", "records_keeper"],
    "role": "practice_admin",
    "roles_held": "practice_admin",
    "is_superuser": "on",
    "is_staff": "on",
    "is_active": "on",
    "suspended_at": "",
    "email": "evil@example.org",
    "password": "argon2$evil",
    "supervisor": "{stranger}",
    "supervisee": "{stranger}",
    "therapist": "{stranger}",
    "therapist_id": "{stranger}",
    "user": "{stranger}",
    "user_id": "{stranger}",
    "by": "{stranger}",
    "author": "{stranger}",
    "reviewer": "{stranger}",
    "receiver_id": "{stranger}",
    "written_by": "{stranger}",
    "code": "EVIL-1",
    "stage": "closed",
    "state": "accepted",
    "status": "accepted",
    "confirmed_at": "2020-01-01T00:00:00Z",
    "recorded_at": "2020-01-01T00:00:00Z",
    "told_on": "2020-01-01",
    "kept_until": "2020-01-01",
    "legal_hold": "",
    "id": "{stranger}",
    "pk": "{stranger}",
}
# What gives sight or says who somebody is: no form of a therapist writes it.
GIVES_SIGHT = {
    "accounts_user": "id, email, password, suspended_at",
    "accounts_roleheld": "*",
    "accounts_supervision": "*",
    "accounts_team": "*",
    "accounts_teammembership": "*",
    "caseload_assignment": "id, therapist_id, episode_id",
    "caseload_client": "id, code",
    "caseload_participation": "id, client_id, episode_id",
    "endings_handoverinvitation": "id, receiver_id, state, code",
    "endings_consent": "*",
    "endings_ending": "id, client_id, assignment_id, stage, told_on, told_by_id",
}


def facts() -> list[tuple[str, str]]:
    """Return a digest of each table in GIVES_SIGHT."""
    parts = [
        f"select '{table}', coalesce(md5(string_agg(t::text, ';' order by t::text)), '') "  # noqa: S608 -- our own names
        f"from (select {columns} from {table}) t"
        for table, columns in GIVES_SIGHT.items()
    ]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts))
        return sorted(cursor.fetchall())


# Forms whose own act is to change one of them; each is tested beside its act.
ACTS = {
    "caseload:another_therapist",
    "caseload:begin_work",
    "caseload:open_client",
    "endings:start_departure",
    "endings:withdraw_invitation",
    "endings:take_back_telling",
    "endings:take_back_submission",
    "endings:departure_frame",
    "endings:hand_over_without_meeting",
    "account_logout",
    "account_change_password",
}


def test_more_fields_than_a_form_has_give_no_sight() -> None:
    """Every address that opens to a therapist is sent every column that would give sight or a role."""
    world, browser = a_world(), Browser()
    browser.raise_request_exception = False
    browser.force_login(somebody(world, "therapist"))
    stranger = str(somebody(world, "stranger").pk)
    wishes = {name: stranger if wish == "{stranger}" else wish for name, wish in WISHES.items()}
    before, changed, sent = facts(), {}, 0
    for name in sorted(set(TABLE) - ACTS):
        if TABLE[name][0] not in (200, 302):
            continue
        point = transaction.savepoint()
        answer = browser.post(address(name, world.keys), wishes)
        after = facts()
        transaction.savepoint_rollback(point)
        sent += answer.status_code in (200, 302, 422)
        moved = [one[0] for one, other in zip(before, after, strict=True) if one != other]
        if moved or answer.status_code >= 500:
            changed[name] = answer.status_code, moved
    assert sent > 60
    assert changed == {}


def test_ones_own_settings_hold_no_role() -> None:
    """A form that is taken, with more in it than it has: the rest is not read."""
    world, browser = a_world(), Browser()
    marta = somebody(world, "therapist")
    browser.force_login(marta)
    before = facts()
    own = {"language": "it", "theme": "dark", "working_days": ["0", "1"], "digest_at": "08:00"}
    own["reminded_by"] = "both"

    answer = browser.post(reverse("accounts:own_settings"), {**WISHES, **own})

    marta.refresh_from_db()
    assert (answer.status_code, marta.language) == (302, "it")
    assert facts() == before
