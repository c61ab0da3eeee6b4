"""A front-desk morning on a phone, and a therapist's week moved by the keys and by the pointer."""

from datetime import time
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Role, User
from caseload.models import Session
from tests.accounts.factories import PracticeFactory, SiteFactory, UserFactory
from tests.browser.conftest import PASSWORD, Person
from tests.caseload.factories import (
    AssignmentFactory,
    ContactChannelFactory,
    GoalFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]

ELEVEN = time(10)  # in UTC: eleven in Warsaw


def enrolled(email: str, **facts: Any) -> User:
    person: User = UserFactory.create(email=email, **facts)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def session(time_machine: Any) -> Session:
    """Wren comes today, Monday, at eleven."""
    time_machine.move_to("2026-11-23T08:00:00Z")
    PracticeFactory.create()
    work = AssignmentFactory.create(
        therapist=enrolled("marta@example.org", name="Marta"), client__known_as="Wren"
    )
    GoalFactory.create(assignment=work, episode=work.episode, words="Sleep through the night.")
    ContactChannelFactory.create(client=work.client, value="+48 600 100 200")
    enrolled("front@example.org", roles=[Role.FRONT_DESK])
    room = RoomFactory.create(name="Blue", site=SiteFactory.create(name="Harbour"))
    made: Session = SessionFactory.create(
        assignment=work, starts_at=at_clock(0, ELEVEN), room=room, booked=True
    )
    return made


def test_a_front_desk_morning_on_a_phone(somebody: Any, session: Session) -> None:
    chiara: Person = somebody(width=360)
    chiara.signs_in("front@example.org")
    chiara.goes_to("/front-desk/", look=True)
    for said in ("Harbour", "Wren", "Marta", "+48 600 100 200"):
        assert said in chiara.text
    assert "Sleep" not in chiara.text
    chiara.presses("form[action$='/here/'] button")
    assert "Here. The therapist sees it." in chiara.text
    chiara.presses("form[action$='/here/'] button")  # pressed by mistake
    chiara.presses("a[href$='/move/']", look=True)
    chiara.page.fill("[name=on]", "2026-11-24")
    chiara.page.fill("[name=clock]", "15:00")
    chiara.saves(look=True)
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, time(14))
    chiara.presses("button:has-text('Undo')")
    session.refresh_from_db()
    assert session.starts_at == at_clock(0, ELEVEN)
    chiara.goes_to("/calendar/", look=True)
    assert "Wren" in chiara.text


def test_a_week_is_moved_by_the_keys_and_by_the_pointer(somebody: Any, session: Session) -> None:
    marta: Person = somebody()
    marta.signs_in("marta@example.org")
    marta.goes_to("/calendar/", look=True)
    moves_by_the_keys(marta)
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, ELEVEN)
    drags_to_saturday(marta)
    session.refresh_from_db()
    assert session.starts_at == at_clock(5, ELEVEN)
    marta.presses("button:has-text('Undo')")
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, ELEVEN)


def moves_by_the_keys(marta: Person) -> None:
    """Change one's mind once, then move it to Tuesday."""
    page = marta.page
    wren = page.locator(".block[data-move] > a")
    wren.focus()
    for key in ("m", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("[data-heard]")).to_contain_text("Tue 24 Nov, 11:15")
    page.keyboard.press("Escape")
    expect(wren).to_be_focused()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open] #move")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def drags_to_saturday(marta: Person) -> None:
    """What stands in the way is read before it is meant."""
    page = marta.page
    box = page.locator(".block[data-move] > a").bounding_box()
    day = page.locator(".weekday").nth(5).bounding_box()
    assert box is not None
    assert day is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(day["x"] + 30, box["y"] + 10, steps=5)
    page.mouse.up()
    note = page.locator("dialog[open] .note")
    expect(note).to_contain_text("Marta does not work on Sat 28 Nov.")
    with page.expect_navigation():
        page.locator("dialog[open] .savebar .btn-primary").click()
