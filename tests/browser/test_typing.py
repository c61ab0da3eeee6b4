"""What is typed is there again: after a closed tab, after a time-out, without any script (decision 26)."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Draft
from endings.models import Ending, Telling
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.browser.conftest import PASSWORD, Person
from tests.caseload.factories import SessionFactory
from tests.endings.factories import EndingFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.django_db(transaction=True),
]

WORDS = "I said that I am moving, and then I was quiet."
EMAIL = "therapist@example.org"
COMES_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def ending(time_machine: Any) -> Ending:
    time_machine.move_to("2026-03-03T12:00:00Z")
    PracticeFactory.create()
    therapist = UserFactory.create(email=EMAIL)
    therapist.set_password(PASSWORD)
    therapist.save()
    ending: Ending = EndingFactory.create(therapist=therapist)
    SessionFactory.create(assignment=ending.assignment, days=0)
    return ending


def page_of(ending: Ending) -> str:
    return f"/endings/{ending.pk}/told-in-person/"


@pytest.fixture
def therapist(somebody: Any, ending: Ending) -> Person:
    person: Person = somebody()
    person.signs_in(EMAIL)
    person.goes_to(page_of(ending))
    return person


def box(page: Page) -> Any:
    return page.locator("[name=words]")


def test_what_was_typed_is_there_after_the_tab_was_closed(
    therapist: Person, ending: Ending
) -> None:
    """A pause of a second keeps it; a tab that closes sooner sends the rest as it goes."""
    page, context = therapist.page, therapist.page.context
    box(page).press_sequentially(WORDS[:20])
    expect(page.locator("[data-draft]")).to_contain_text("Not sent yet, saved at")
    box(page).press_sequentially(WORDS[20:])
    page.close()

    therapist.page = context.new_page()
    therapist.page.wait_for_timeout(300)  # the beacon was on its way
    therapist.goes_to(page_of(ending), look=True)

    assert box(therapist.page).input_value() == WORDS
    assert "Not sent yet, saved" in therapist.text
    therapist.saves()
    assert Telling.objects.get().words == WORDS
    assert not Draft.objects.exists()


def test_it_is_thrown_away_and_enter_does_not_do_it(therapist: Person, ending: Ending) -> None:
    box(therapist.page).fill(WORDS)
    expect(therapist.page.locator("[data-draft]")).to_contain_text("saved at")
    therapist.goes_to(page_of(ending))
    therapist.page.get_by_text("Knew already, or something to share").click()
    therapist.page.locator("[name=already_knew_from]").press("Enter")  # sends the form, as ever
    therapist.page.wait_for_url(f"**/endings/{ending.pk}/")
    assert Telling.objects.exists()


def test_throwing_away_brings_the_form_back_as_it_was(therapist: Person, ending: Ending) -> None:
    box(therapist.page).fill(WORDS)
    expect(therapist.page.locator("[data-draft]")).to_contain_text("saved at")
    therapist.goes_to(page_of(ending))
    therapist.presses("text=Throw it away", look=True)
    assert box(therapist.page).input_value() == ""
    assert "Thrown away." in therapist.text


def test_signed_out_by_the_time_and_back_on_the_page_with_ones_words(
    therapist: Person, ending: Ending, time_machine: Any
) -> None:
    box(therapist.page).fill(WORDS)
    expect(therapist.page.locator("[data-draft]")).to_contain_text("saved at")

    time_machine.move_to("2026-03-03T12:20:00Z")
    therapist.page.wait_for_timeout(5100)  # a look back within five seconds is not asked twice
    with therapist.page.expect_navigation():
        therapist.page.evaluate(COMES_BACK)

    assert "nothing had happened for 15 minutes" in therapist.text
    therapist.enters()
    assert therapist.page.url.endswith(page_of(ending))
    assert box(therapist.page).input_value() == WORDS


def test_one_is_asked_before_and_can_answer_with_the_keyboard(
    therapist: Person, ending: Ending, time_machine: Any
) -> None:
    page = therapist.page
    time_machine.move_to("2026-03-03T12:13:30Z")
    page.evaluate(COMES_BACK)
    dialog = page.locator("[data-presence]")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Are you still there?")
    expect(dialog.locator("[data-clock]")).to_contain_text("1:")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    therapist.is_fine(look=True)

    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    time_machine.move_to("2026-03-03T12:28:00Z")
    therapist.goes_to(page_of(ending))
    assert therapist.page.url.endswith(page_of(ending))


def test_who_types_is_not_asked(therapist: Person, ending: Ending, time_machine: Any) -> None:
    """Keys in a form that keeps nothing are a sign of life, too: the page answers for them."""
    therapist.goes_to("/people/settings/")
    therapist.page.locator("[name=digest_at]").press("ArrowUp")
    time_machine.move_to("2026-03-03T12:13:30Z")
    with therapist.page.expect_response("**/people/stay-signed-in/"):
        therapist.page.evaluate(COMES_BACK)
    expect(therapist.page.locator("[data-presence]")).to_be_hidden()


def test_signed_in_again_in_another_tab_one_goes_on_in_the_first(
    therapist: Person, ending: Ending, time_machine: Any
) -> None:
    """The token of the page is renewed; what is typed then is kept, and the form is taken."""
    first = therapist.page
    time_machine.move_to("2026-03-03T12:20:00Z")
    second = Person(first.context.new_page(), therapist.url, EMAIL)
    second.goes_to("/people/settings/")
    with first.expect_response("**/people/time-left/"):
        first.evaluate(COMES_BACK)
    box(first).fill(WORDS)
    expect(first.locator("[data-draft]")).to_contain_text("saved at")
    therapist.saves()
    assert Telling.objects.get().words == WORDS


def test_without_scripts_a_form_that_comes_too_late_is_kept(
    browser: Any, live_server: Any, ending: Ending, time_machine: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/?next={page_of(ending)}")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    box(page).fill(WORDS)
    time_machine.move_to("2026-03-03T12:40:00Z")
    page.locator(".savebar .btn-primary").click()

    assert "What you had written is kept." in page.locator("main").inner_text()
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    assert page.url.endswith(page_of(ending))
    assert box(page).input_value() == WORDS
    context.close()
