"""The core of the journey with the keyboard alone: no pointer is touched, and every stop shows where one is.

The wizard is gone through without JavaScript as well (decision 26): what the keyboard reaches there is all
there is.
"""

from datetime import date
from time import monotonic
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from core.clock import now, today
from endings.models import Departure, Ending, Telling
from endings.operations import departures
from tests.browser.conftest import PASSWORD, Person
from tests.caseload.factories import SessionFactory
from tests.endings.leaving import WORDS, Leaving, a_caseload, a_draft, in_weeks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.django_db(transaction=True),
]
EMAIL = "therapist@example.org"
STOPS = 120  # no page of the journey has more of them
SCROLLS_WITHIN = 5.0  # seconds, on a busy machine
WHERE = """asked => {
    const one = document.activeElement;
    const drawn = one.closest('.pick, .tap') || one;
    const style = getComputedStyle(drawn);
    const box = drawn.getBoundingClientRect();
    return {
        there: one.matches(asked),
        nowhere: one === document.body,
        ring: style.outlineStyle !== 'none' && style.outlineWidth !== '0px',
        seen: box.bottom > 0 && box.top < innerHeight,
        html: one.outerHTML.slice(0, 120),
    };
}"""
CHOSEN = "one => one.form.elements[one.name].value"


class Keys:
    """Somebody who has no pointer: Tab, Enter, Space, arrows and letters."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def reaches(self, what: str, *, by: str = "Tab") -> None:
        """Press Tab until `what` has the focus; every stop on the way can be seen."""
        for _stop in range(STOPS):
            self.page.keyboard.press(by)
            here = self.where(what)
            assert here["nowhere"] or (here["ring"] and here["seen"]), here
            if here["there"]:
                return
        pytest.fail(f"the keyboard does not reach {what} on {self.page.url}")

    def where(self, what: str) -> dict[str, Any]:
        """Tell where the focus stands. Chromium scrolls smoothly to it, which takes a moment."""
        until = monotonic() + SCROLLS_WITHIN
        here: dict[str, Any] = self.page.evaluate(WHERE, what)
        while not (here["seen"] or here["nowhere"]) and monotonic() < until:
            self.page.wait_for_timeout(20)
            here = self.page.evaluate(WHERE, what)
        return here

    def writes(self, what: str, words: str) -> None:
        self.reaches(what)
        self.page.keyboard.type(words)

    def presses(self, what: str, key: str = "Enter") -> None:
        """Reach a link or a button and press it; the page that answers is whole."""
        self.reaches(what)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.person.is_fine(look=False)

    def signs_in(self) -> None:
        self.page.goto(self.person.url + "/today/")
        self.person.email = EMAIL
        self.writes("[name=login]", EMAIL)
        self.writes("[name=password]", PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        assert self.page.url.endswith("/today/")


def can_sign_in(user: User) -> None:
    user.email = EMAIL
    user.set_password(PASSWORD)
    user.save()


@pytest.fixture
def leaving(time_machine: Any) -> Leaving:
    time_machine.move_to("2026-11-23 06:00:00+00:00")
    leaving = a_caseload(3)
    can_sign_in(leaving.therapist)
    return leaving


def today_is_the_day(leaving: Leaving, time_machine: Any) -> Ending:
    """Return the first ending of a plan that was sent, on the evening of the day it is to be told."""
    departure = a_draft(leaving)
    departures.submit_departure(departure=departure, by=leaving.therapist, at=now())
    ending = departure.endings.earliest("tell_plan_on")
    assert ending.tell_plan_on is not None
    time_machine.move_to(f"{ending.tell_plan_on} 06:00:00+00:00")
    return ending


def test_a_telling_is_recorded_with_the_keyboard_alone(
    somebody: Any, leaving: Leaving, time_machine: Any
) -> None:
    """From the door by Today to the saved telling; what is tapped by others is a Space here."""
    ending = today_is_the_day(leaving, time_machine)
    SessionFactory.create(assignment=ending.assignment, days=0)
    keys = Keys(somebody())
    keys.signs_in()

    keys.presses(f"main a[href='/endings/{ending.pk}/told-in-person/']")
    keys.writes("[name=words]", "I said that I am moving.")
    keys.reaches("[name=feelings][value=relief]")
    keys.page.keyboard.press("Space")
    keys.presses(".savebar .btn-primary")

    telling = Telling.objects.get()
    assert (telling.ending_id, telling.on) == (ending.pk, today())
    assert telling.words == "I said that I am moving."
    assert telling.feelings == ["relief"]


def test_what_was_forgotten_is_reached_from_the_summary_with_the_keyboard_alone(
    somebody: Any, leaving: Leaving
) -> None:
    """The focus stands on the summary; its link leads into the field, and what was typed is there."""
    keys = Keys(somebody())
    keys.signs_in()
    keys.page.goto(keys.person.url + "/endings/departures/new/")
    keys.writes("[name=reason_note]", "To the coast.")
    keys.presses(".savebar .btn-primary")

    assert "errors" in keys.page.evaluate("document.activeElement.className")
    keys.reaches("a[href='#id_last_day']")
    keys.page.keyboard.press("Enter")
    assert keys.page.evaluate("document.activeElement.name") == "last_day"
    types_a_day(keys.page, in_weeks(8))
    keys.presses(".savebar .btn-primary")
    assert Departure.objects.get().reason_note == "To the coast."


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_departure_is_planned_and_sent_with_the_keyboard_alone(
    browser: Any, live_server: Any, leaving: Leaving, scripts: bool
) -> None:
    """The wizard from Endings to the board, a proposal changed on the way, with and without JavaScript."""
    context = browser.new_context(java_script_enabled=scripts, locale="en-US")
    keys = Keys(Person(context.new_page(), live_server.url))
    keys.signs_in()
    keys.presses("nav a[href='/endings/']")
    keys.presses("main a[href='/endings/departures/new/']")
    keys.reaches("[name=last_day]")
    types_a_day(keys.page, in_weeks(8))
    keys.presses(".savebar .btn-primary")
    keys.writes("[name=words]", WORDS)
    keys.presses(".savebar .btn-primary")
    moved = somebodys_dates_are_changed(keys)
    keys.presses(".savebar .btn-primary")
    keys.reaches("[name=carried_by]")
    keys.page.keyboard.type(leaving.stays.name)
    keys.presses(".savebar .btn-primary")
    keys.presses(".savebar .btn-primary")

    departure = Departure.objects.get()
    assert departure.state == Departure.State.SUBMITTED
    assert departure.endings.count() == 3
    assert moved in departure.endings.values_list("tell_plan_on", flat=True)
    assert keys.page.url.endswith(reverse("endings:board", args=[departure.pk]))
    context.close()


def somebodys_dates_are_changed(keys: Keys) -> date:
    """Open one client's dates, take another meeting for the telling, and return its day."""
    departure = Departure.objects.get()
    ending = departure.endings.order_by("pk").first()
    assert ending is not None
    keys.presses(f"main a[href='/endings/departures/{departure.pk}/plan/{ending.pk}/']")
    keys.reaches("[name=telling_at]")
    keys.page.keyboard.press("ArrowDown")
    taken = keys.page.locator("[name=telling_at]").evaluate(CHOSEN)
    keys.presses(".savebar .btn-primary")
    return date.fromisoformat(taken[:10])


def types_a_day(page: Page, day: date) -> None:
    """Into a date field, as Chromium takes it in American English."""
    page.keyboard.type(f"{day:%m%d%Y}")
