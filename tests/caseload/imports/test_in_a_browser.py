"""A spreadsheet with errors in a real browser: pasted, its columns said, looked at, imported, taken back."""

from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connections
from django.test import Client as Signed
from django.urls import reverse

from caseload import tasks
from caseload.models import Client
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.core.axe import findings
from tests.core.test_ui_browser import HIDDEN_UNDER, SIDEWAYS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHEET = (
    "Client\tTherapist\tLast session\tTold on\tHow\tNotes\n"
    "Wren Okafor\tMarta Zielińska\t08/12/2026\t03/04/2026\tin person\tx\n"
    "Lark Fern\tMarta Zielińska\tsomeday\t\t\t\n"
)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is at once."""
    monkeypatch.setattr(
        "core.tasks.current_app.send_task", lambda _name, args, **_: tasks.import_caseload(args[0])
    )


@pytest.fixture
def page(browser, live_server, client: Signed, settings, tmp_path: Path):
    """A page of a records keeper who is signed in."""
    settings.MEDIA_ROOT = tmp_path
    PracticeFactory()
    client.force_login(UserFactory(roles=["records_keeper"], name="Ines Prado"))
    cookie = {
        "name": configured.SESSION_COOKIE_NAME,
        "value": client.cookies[configured.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }
    context = browser.new_context()
    context.add_cookies([cookie])
    opened = context.new_page()
    opened.goto(live_server.url + reverse("caseload:imports"))
    yield opened
    context.close()
    connections.close_all()  # the ones that this thread has opened inside Playwright's loop


def looks_right(page) -> None:
    """axe finds nothing, nothing scrolls sideways, nothing is cut off."""
    assert findings(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    assert page.evaluate(HIDDEN_UNDER) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_sheet_with_errors(page, worker, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    looks_right(page)
    page.get_by_role("link", name="Import a caseload").click()
    paste(page)
    say_columns(page)
    look(page)
    import_and_take_back(page)


def paste(page) -> None:
    page.get_by_role("button", name="Look first").click()
    assert page.get_by_role("link", name="Files: Choose files, or paste cells.").is_visible()
    looks_right(page)
    page.get_by_label("Or cells, pasted from a spreadsheet").fill(SHEET)
    page.get_by_role("button", name="Look first").click()


def say_columns(page) -> None:
    assert page.get_by_label("Told on").input_value() == "told_on"
    looks_right(page)
    page.get_by_role("button", name="Look first").click()
    assert page.get_by_text("This is needed.").first.is_visible()
    looks_right(page)
    page.get_by_text("3 April").click()
    page.get_by_role("button", name="Look first").click()


def look(page) -> None:
    assert page.get_by_role("heading", name="This would be imported").is_visible()
    row = page.get_by_role("row").filter(has_text="pasted.csv")
    assert "Last session is not a date that can be read." in row.inner_text()
    assert Client.objects.count() == 0
    looks_right(page)


def import_and_take_back(page) -> None:
    page.get_by_role("button", name="Import this").click()
    assert page.get_by_role("heading", name="Imported").is_visible()
    assert [each.name for each in Client.objects.all()] == ["Wren Okafor"]
    looks_right(page)
    page.get_by_role("link", name="Take this import back").click()
    looks_right(page)
    page.get_by_role("button", name="Take this import back").click()
    assert page.get_by_role("heading", name="Taken back").is_visible()
    assert Client.objects.count() == 0
