"""A person in front of a real Chromium: signs in by the door, reads, clicks, types; one clock is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page

from tests.core.axe import findings
from tests.core.test_ui_browser import HIDDEN_UNDER, SIDEWAYS

PASSWORD = "seven quiet lindens"


@dataclass
class Person:
    """Somebody at a browser. `look` is off where a page was looked at before, because axe takes its time."""

    page: Page
    url: str
    email: str = ""

    def goes_to(self, path: str, *, look: bool = False) -> None:
        """Open a page; on another day one signs in again, because a session lasts twelve hours."""
        self.page.goto(self.url + path)
        if self.email and "/account/login/" in self.page.url:
            self.enters()
            self.page.goto(self.url + path)
        self.is_fine(look=look)

    def presses(self, what: str, *, look: bool = False) -> None:
        with self.page.expect_navigation():
            self.page.locator(what).first.click()
        self.is_fine(look=look)

    def saves(self, *, look: bool = False) -> None:
        """Press the one primary button of the page."""
        self.presses(".savebar .btn-primary, .savebar .btn-grave", look=look)

    def is_fine(self, *, look: bool) -> None:
        """No page of the journey fails; those that are looked at please axe and fit their width."""
        heading = self.page.locator("h1").first.inner_text()
        assert self.page.locator("h1").count() == 1, self.page.url
        assert "500" not in self.page.title(), heading
        assert self.page.evaluate(SIDEWAYS) == 0, self.page.url
        if look:
            assert findings(self.page) == [], self.page.url
            assert self.page.evaluate(HIDDEN_UNDER) == [], self.page.url

    def signs_in(self, email: str) -> None:
        self.goes_to("/account/login/", look=True)
        self.email = email
        self.enters()

    def enters(self) -> None:
        self.page.fill("[name=login]", self.email)
        self.page.fill("[name=password]", PASSWORD)
        self.presses("main form button")

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()


@pytest.fixture
def somebody(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a way to sit a person down at a browser of a size, a theme and a language."""
    contexts = []

    def sit_down(width: int = 1280, theme: str = "light", language: str = "en") -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, locale=language
        )
        contexts.append(context)
        return Person(context.new_page(), live_server.url)

    yield sit_down
    for context in contexts:
        context.close()
    connections.close_all()  # those that this thread has opened inside Playwright's loop


def evening(day: date) -> str:
    """After the day's last session: when a tired therapist writes down what happened."""
    return f"{day.isoformat()} 19:30:00+00:00"
