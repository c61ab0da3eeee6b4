"""Intake of a couple with an individual episode beside it, on a phone; and both found again from the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

from caseload.models import Assignment, Client, Episode
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.browser.conftest import PASSWORD, Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.django_db(transaction=True),
]
EMAIL = "therapist@example.org"


@pytest.fixture
def therapist(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T08:00:00Z")
    PracticeFactory.create()
    person = UserFactory.create(email=EMAIL)
    person.set_password(PASSWORD)
    person.save()


def sets_a_rhythm(person: Person, weekday: int, at: str) -> None:
    person.page.locator("[name=weekday]").first.select_option(str(weekday))
    person.page.fill("[name=starts_at]", at)
    person.saves()


def takes_in(person: Person) -> Client:
    """One person, with a way to reach them, a safe address and a weekly rhythm."""
    person.goes_to("/caseload/clients/new/", look=True)
    said = {"name": "Renata Wójcik", "known_as": "Wren", "phone": "+48 600 100 200"}
    for name, words in {**said, "safe_address": "Poste restante, Warszawa 1"}.items():
        person.page.fill(f"[name={name}]", words)
    person.page.check("[name=phone_agreed]")
    person.saves()
    sets_a_rhythm(person, weekday=1, at="10:00")
    return Client.objects.get()


def begins_the_couple(person: Person, wren: Client) -> None:
    """Other work, with a partner who is new here."""
    person.goes_to(wren.get_absolute_url(), look=True)
    person.presses("a[href$='/begin/']", look=True)
    person.page.check("[name=work-kind][value=couple]")
    person.page.fill("[name=work-weight]", "1.5")
    person.page.fill("[name=work-reason]", "Two in one room.")
    person.saves(look=True)
    person.page.fill("[name=name]", "Adam Wójcik")
    person.page.fill("[name=known_as]", "Alder")
    person.saves(look=True)
    assert "Alder" in person.text


def test_a_couple_is_taken_in_beside_the_work_with_one_of_them(
    somebody: Any, therapist: None
) -> None:
    person: Person = somebody(width=360, theme="dark")
    person.signs_in(EMAIL)
    wren = takes_in(person)
    begins_the_couple(person, wren)

    couple = Episode.objects.get(kind="couple")
    alone = Episode.objects.get(kind="individual")
    assert {one.called for one in couple.people} == {"Wren", "Alder"}
    assert [one.called for one in alone.people] == ["Wren"]
    work = couple.assignments.get()
    person.goes_to(f"/caseload/assignments/{work.pk}/rhythm/")
    sets_a_rhythm(person, weekday=3, at="17:00")
    assert Assignment.objects.count() == 2
    person.goes_to(wren.get_absolute_url(), look=True)
    assert "Two in one room." in person.text
    assert "Poste restante" in person.text

    finds_them_from_the_keyboard(somebody(), wren)


def finds_them_from_the_keyboard(person: Person, wren: Client) -> None:
    """`/`, a typing error, an arrow, Enter: on the page of the client, and no name in the address or the title."""
    person.signs_in(EMAIL)
    person.goes_to("/today/", look=True)
    person.page.keyboard.press("/")
    expect(person.page.locator("#find")).to_be_focused()
    person.page.keyboard.type("wojick", delay=30)
    expect(person.page.locator("[role=option]")).to_have_count(2)
    person.is_fine(look=True)
    person.page.keyboard.press("ArrowDown")
    person.page.keyboard.press("ArrowUp")
    chosen = person.page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    while wren.called not in chosen.inner_text():
        person.page.keyboard.press("ArrowDown")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    assert person.page.url.endswith(wren.get_absolute_url())
    assert "Wren" not in person.page.title()

    person.page.keyboard.press("/")
    person.page.keyboard.type("nobody like this")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    person.is_fine(look=True)
    assert person.page.url.endswith("/search/?found=1")
    assert "Nothing found" in person.text
