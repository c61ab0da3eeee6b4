"""What people meet when something goes wrong: a page in the product's voice and their language, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from core.i18n import compile_catalogues
from desk.management.commands.write_maintenance_page import Command
from tests.accounts.factories import PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db
POLISH = {"Accept-Language": "pl"}


@pytest.fixture(autouse=True, scope="module")
def in_words() -> None:
    compile_catalogues()


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def database_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("connection to server at secret.example failed")

    monkeypatch.setattr(CursorWrapper, "execute", refuse)


def is_a_page(response: Any, status: int, *words: str) -> str:
    """Say whether this is a whole page of ours with these words; return it."""
    page = str(response.content.decode())
    assert response.status_code == status
    assert page.count("<h1") == 1
    assert "<title></title>" not in page
    for word in words:
        assert word in page
    return page


@pytest.mark.usefixtures("database_is_down")
@pytest.mark.parametrize(
    ("headers", "lang", "word"), [({}, "en", "Back in a moment"), (POLISH, "pl", "bezpieczne")]
)
def test_without_its_database_a_page_says_that_it_passes(
    browser: Client, headers: dict[str, str], lang: str, word: str
) -> None:
    response = browser.get("/today/?show=all", headers=headers)
    page = is_a_page(response, 503, word, f'<html lang="{lang}"')
    assert 'href="/today/?show=all"' in page
    assert "secret.example" not in page
    assert response.headers["Retry-After"] == "30"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.usefixtures("database_is_down")
def test_what_was_sent_meanwhile_is_said_not_to_have_arrived(browser: Client) -> None:
    page = is_a_page(browser.post("/account/login/", {"login": "a"}), 503, "send it again")
    assert "/account/login/" not in page


def test_a_form_that_is_too_large_is_told_so_in_the_readers_language() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(UserFactory.create(language="nl", roles=["therapist"]))
    large = {"words": "a" * (5 * 1024 * 1024 + 1)}
    is_a_page(browser.post("/people/settings/", large), 413, 'lang="nl"', "te veel")
    many = {f"name{number}": "" for number in range(5001)}
    is_a_page(browser.post("/people/settings/", many), 413, 'lang="nl"')


def test_a_page_that_was_too_old_leads_back_to_itself_and_nowhere_else() -> None:
    PracticeFactory.create()
    browser = Client(enforce_csrf_checks=True)
    ours = {"Referer": "http://testserver/account/login/", **POLISH}
    is_a_page(
        browser.post("/account/login/", headers=ours), 403, 'lang="pl"', 'href="http://testserver/'
    )
    theirs = {"Referer": "http://elsewhere.example/"}
    page = is_a_page(browser.post("/account/login/", headers=theirs), 403, "too old to be sent")
    assert "elsewhere.example" not in page


def test_a_miss_and_a_missing_role_are_in_the_readers_language() -> None:
    browser = Client()
    browser.force_login(UserFactory.create(language="it", roles=["therapist"]))
    is_a_page(browser.get("/nowhere/"), 404, 'lang="it"', "Qui non c’è niente")
    is_a_page(browser.get("/reminders/operations/"), 403, 'lang="it"', "ruolo")


def test_the_page_of_the_proxy_speaks_every_language(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    Command().handle()
    page = (tmp_path / "maintenance.html").read_text()
    for language in ("en", "pl", "nl", "it"):
        assert f'lang="{language}"' in page
    assert "Back in a moment" in page
    assert "bezpieczne" in page
