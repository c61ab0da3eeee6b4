"""A script in every text of every row: each page shows it as text, none runs it."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client as Browser

from accounts.models import User
from referrals.models import Organization, Service
from tests.access_table import PEOPLE, TABLE
from tests.accounts.factories import PracticeFactory
from tests.canaries import OURS, Canaries, one_of_everything, personal_fields, write
from tests.roles import as_owner
from tests.test_access import PAGES, address
from tests.world import World, a_world

pytestmark = pytest.mark.django_db

SCRIPT = "'\"><script>{}</script>"
SHORT = "<i>{}"
ESCAPED = ("&lt;script&gt;zwx", "&lt;i&gt;zwx")
RAW = re.compile(r"<script>zwx|<i>zwx|on\w+=[\"']?zwx", re.IGNORECASE)
# Texts that are no words of anybody: keys, zones, forms of a language, what the app itself writes.
OWN_WORDS = {
    "Attempt",
    "Device",
    "FormToken",
    "Job",
    "Draft",
    "HistoryLine",
    "Seal",
    "FactorSecret",
}
WORDS_OF_OTHERS = {
    "name",
    "title",
    "note",
    "address",
    "city",
    "street",
    "text",
    "description",
    "why",
}
# What a person decided of a plan, as JSON: read back by us, shown by its numbers and days.
WRITTEN_BY_US = {"endings.Ending.decided"}


class Scripts(Canaries):
    """Markers with a script around them; where a column is too short, with a tag."""

    def put_into(self, field: models.Field, name: str, row: models.Model) -> None:
        if name in WRITTEN_BY_US:
            return
        marker = f"zwx{next(self.numbers):05d}q"
        for shape in (SCRIPT, SHORT):
            try:
                with transaction.atomic():
                    write(field, row, shape.format(marker))
            except DatabaseError:
                continue
            self.field_of[marker] = name
            return
        self.refused.add(name)

    def put_elsewhere(self) -> None:
        """Also into what is no client's: the names of people, teams, rooms, services."""
        with as_owner():
            for field in other_texts():
                for row in field.model._base_manager.all():
                    self.put_into(field, f"{field.model._meta.label}.{field.name}", row)


def other_texts() -> list[models.Field]:
    known = set(personal_fields())
    return [
        field
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if not hasattr(model, "pgh_tracked_model") and model.__name__ not in OWN_WORDS
        for field in model._meta.local_fields
        if isinstance(field, (models.CharField, models.TextField))
        and field.name in WORDS_OF_OTHERS
        and field not in known
        and not field.choices
    ]


@pytest.fixture
def world() -> World:
    made = a_world()
    one_of_everything()
    return made


@pytest.fixture
def scripts(world: World) -> Scripts:
    put = Scripts()
    put.put()
    put.put_elsewhere()
    return put


def pages_of(browser: Browser, world: World, person: str) -> Any:
    """Yield every page that opens to a person."""
    for name in sorted(PAGES.keys() & TABLE.keys()):
        if TABLE[name][PEOPLE.index(person)] != 200:
            continue
        point = transaction.savepoint()
        got = browser.get(address(name, world.keys))
        transaction.savepoint_rollback(point)
        if got.headers.get("Content-Type", "").startswith("text/html") and not got.streaming:
            yield name, got


def test_no_page_runs_what_somebody_has_written(scripts: Scripts, world: World) -> None:
    browser, raw, shown = Browser(), {}, set()
    browser.raise_request_exception = False
    for person in (
        "therapist",
        "supervisor",
        "directory_admin",
        "practice_admin",
        "records_keeper",
    ):
        somebody = world.people[person]
        assert isinstance(somebody, User)
        browser.force_login(somebody)
        for name, page in pages_of(browser, world, person):
            body = page.content.decode()
            if RAW.search(body):
                raw[person, name] = RAW.search(body)[0]
            if any(said in body for said in ESCAPED):
                shown.add(name)
            if page.status_code >= 500:
                raw[person, name] = str(page.status_code)
            assert "'unsafe-inline'" not in page.headers.get("Content-Security-Policy", "")
            assert "script-src 'self'" in page.headers["Content-Security-Policy"], name
    assert raw == {}
    assert len(shown) > 30  # texts are there, and shown as texts
    assert len(scripts.field_of) > 100


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example",
    ],
)
def test_a_link_of_the_directory_leads_to_the_web_or_is_a_text(
    world: World, client: Browser, link: str
) -> None:
    """What a directory brings in as an address is followed only where it is one."""
    service = Service.objects.get(pk=world.keys["service"])
    with as_owner():
        Service.objects.filter(pk=service.pk).update(url=link)
        Organization.objects.filter(pk=service.organization_id).update(website=link)
    therapist = world.people["therapist"]
    assert isinstance(therapist, User)
    client.force_login(therapist)

    page = client.get(address("referrals:service", world.keys)).content.decode()

    hrefs = [where.strip().lower() for where in re.findall(r'href="([^"]*)"', page)]
    assert len(hrefs) > 5
    assert not [where for where in hrefs if re.match(r"(java\s*script|data|vbscript):", where)]
    assert "//evil.example" not in hrefs


def test_a_template_in_a_text_is_a_text(client: Browser) -> None:
    """Words are put into pages, never read as a template."""
    PracticeFactory.create(name="{{ 7|add:7 }}{% debug %}{{ request.user.password }}")

    page = client.get("/account/password/reset/", follow=True).content.decode()

    assert "{{ 7|add:7 }}" in page
