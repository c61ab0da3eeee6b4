"""Somebody else's keys, wherever a key is sent: in the path, the address, a field, a hidden field."""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from caseload.models import Client
from tests.access_table import OBJECTS, TABLE
from tests.accounts.factories import SupervisorFactory, UserFactory
from tests.attacks.pages import forms_of
from tests.attacks.test_addresses import PARAMETERS
from tests.roles import as_owner
from tests.test_access import PAGES, address
from tests.world import World, a_world, keys_of

pytestmark = pytest.mark.django_db

ABOUT_PEOPLE = ("caseload", "endings", "referrals")
# Keys that lead to a client of the other one's.
LEADS_THERE = (
    *("client", "episode", "assignment", "channel", "involved", "link", "goal", "session"),
    *("option_set", "option", "referral", "follow_up", "ending", "telling", "choice"),
    *("last_session", "departure", "review", "invitation", "held", "summary"),
)
MARK = "Zwxforeign"
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Two:
    """Marta's world, and the same once more of Tomasz, whom she has nothing to do with."""

    def __init__(self) -> None:
        self.world: World = a_world()
        tomasz = UserFactory.create(name="Tomek")
        self.theirs = keys_of(tomasz, SupervisorFactory.create())
        with as_owner():
            Client.objects.filter(pk=self.theirs["client"]).update(
                name=f"{MARK} Wren", known_as=f"{MARK} Wren"
            )
        self.browser = Browser()
        self.browser.raise_request_exception = False
        marta = self.world.people["therapist"]
        assert isinstance(marta, User)
        self.browser.force_login(marta)
        self.digest = rows_about([self.theirs[name] for name in LEADS_THERE])

    def faults(self, answer: Any) -> set[str]:
        """Return what the answer, or the database after it, has done to the other one's."""
        found = {f"status {answer.status_code}"} if answer.status_code >= 500 else set()
        body = b"" if answer.streaming else answer.content
        found |= {"shown"} if MARK.encode() in body else set()
        if rows_about([self.theirs[name] for name in LEADS_THERE]) != self.digest:
            found |= {"changed"}
        return found


@pytest.fixture
def two() -> Two:
    return Two()


def tables() -> list[tuple[str, list[str]]]:
    """Return each table about people with its columns that hold keys."""
    found = []
    for label in ABOUT_PEOPLE:
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "pgh_tracked_model") or model.__name__ == "ReadLog":
                continue
            keys = [
                each.column
                for each in model._meta.local_fields
                if isinstance(each, models.UUIDField)
                or (
                    isinstance(each, models.ForeignKey)
                    and isinstance(each.target_field, models.UUIDField)
                )
            ]
            if keys:
                found.append((model._meta.db_table, keys))
    return found


def rows_about(keys: list[UUID]) -> list[tuple[str, str]]:
    """Return a digest of all rows, by table, in which one of `keys` stands."""
    parts = []
    for table, columns in tables():
        where = " or ".join(f'"{column}" = any(%(keys)s)' for column in columns)
        parts.append(
            f"select '{table}', coalesce(md5(string_agg(t::text, ';' order by t::text)), '')"  # noqa: S608 -- our own names
            f' from "{table}" t where {where}'
        )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), {"keys": keys})
        return sorted(cursor.fetchall())


def opens(name: str) -> bool:
    return TABLE[name][0] in (200, 302)


# --- in the path ---------------------------------------------------------------------------------------
def test_somebody_elses_key_in_the_path_is_a_miss(two: Two) -> None:
    """Every address about a client: with the other one's key it is not there, by GET and by POST."""
    found = {}
    for name in sorted(OBJECTS):
        if OBJECTS[name] not in LEADS_THERE or not opens(name):
            continue
        where = address(name, two.theirs)
        for method in ("get", "post"):
            answer = getattr(two.browser, method)(where)
            wrong = two.faults(answer)
            if answer.status_code not in (404, 405) or wrong:
                found[name, method] = answer.status_code, wrong
    assert found == {}


def test_a_second_key_of_somebody_elses_beside_ones_own_is_a_miss(two: Two) -> None:
    """Marta's ending with the other one's telling, and so on through every address with two keys."""
    found, tried = {}, 0
    for name in sorted(set(OBJECTS) & set(PAGES)):
        converters = PAGES[name].pattern.converters
        others = [key for key in converters if key != "pk" and key in two.theirs]
        for key in others:
            tried += 1
            where = address(name, {**two.world.keys, key: two.theirs[key]})
            for method in ("get", "post"):
                point = transaction.savepoint()
                answer = getattr(two.browser, method)(where)
                wrong = two.faults(answer)
                transaction.savepoint_rollback(point)
                if answer.status_code not in (404, 405) or wrong:
                    found[name, key, method] = answer.status_code, wrong
    assert tried >= 5
    assert found == {}


# --- in the address ------------------------------------------------------------------------------------
def test_somebody_elses_key_in_the_address_shows_nothing(two: Two) -> None:
    found = {}
    for name, parameters in PARAMETERS.items():
        if not opens(name):
            continue
        for kind in ("client", "ending", "session", "person"):
            said = dict.fromkeys(parameters, str(two.theirs[kind]))
            if wrong := two.faults(two.browser.get(address(name, two.world.keys), said)):
                found[name, kind] = wrong
    assert found == {}


# --- in a field ----------------------------------------------------------------------------------------
def swapped(value: str, theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    """Return a value with the key in it turned into the other one's of the same kind, or of a client."""
    kinds = {str(key): kind for kind, key in mine.items()}

    def other(found: re.Match[str]) -> str:
        return str(theirs[kinds.get(found[0], "client")])

    return UUIDS.sub(other, value)


def test_somebody_elses_key_in_a_field_of_a_form_changes_and_shows_nothing(two: Two) -> None:
    """Every form of Marta's, sent as it stands with something picked, and one key in it swapped."""
    found, tried = {}, 0
    for name in sorted(TABLE):
        if TABLE[name][0] != 200 or name == "referrals:print_options":
            continue
        where = address(name, two.world.keys)
        page = two.browser.get(where)
        if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
            continue
        for form in forms_of(page.content.decode()):
            leads = urlsplit(form.action).path or where
            said = form.filled()
            held = [key for key, values in said.items() if any(map(UUIDS.search, values))]
            for key in held:
                if key in ("_once", "_draft", "csrfmiddlewaretoken"):
                    continue
                values = [swapped(value, two.theirs, two.world.keys) for value in said[key]]
                rest = {one: value for one, value in said.items() if one != "_once"}
                point = transaction.savepoint()
                answer = two.browser.post(leads, {**rest, key: values})
                wrong = two.faults(answer)
                transaction.savepoint_rollback(point)
                tried += 1
                if wrong:
                    found[name, leads.split("/")[-2], key] = wrong
    assert tried > 20
    assert found == {}


def test_a_form_of_keys_only_takes_no_client_of_somebody_elses(two: Two) -> None:
    """By hand, where a list of a form is the only thing between two caseloads: a link between two clients."""
    mine = reverse("caseload:link_clients", args=[two.world.keys["client"]])
    for key in ("other", "client", "person", "who"):
        answer = two.browser.post(mine, {key: str(two.theirs["client"]), "how": "partner"})
        assert answer.status_code in (404, 422), key
    assert two.faults(answer) == set()


def test_the_test_can_fail(two: Two) -> None:
    """A changed row of the other one's is seen."""
    with as_owner():
        Client.objects.filter(pk=two.theirs["client"]).update(known_as="somebody")
    assert "changed" in two.faults(two.browser.get("/more/"))
