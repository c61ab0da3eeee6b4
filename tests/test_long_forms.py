"""Every text box of the product keeps what is typed into it until it is sent (decision 26), or says why not."""

from html.parser import HTMLParser

import pytest
from django.test import Client as Browser

from tests.access_table import PEOPLE, TABLE
from tests.test_access import address
from tests.world import a_world

pytestmark = pytest.mark.django_db

KEEPS_NOTHING = {
    "accounts:invite_many": "lines of a spreadsheet, which stand where they come from",
    "caseload:start_import": "cells of a whole practice, which stand in the spreadsheet they come from",
    "endings:invitation": "a line to a colleague that nobody has to write, three of them on one page",
}
NO_PAGES = {"referrals:print_options"}


class Boxes(HTMLParser):
    """Reads which form each text box belongs to, and which forms keep what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.form: str | None = None
        self.forms = 0
        self.keeping: set[str | None] = set()
        self.boxes: list[tuple[str | None, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.forms += 1
            self.form = said.get("id") or f"form {self.forms}"
        elif tag == "textarea":
            self.boxes.append((said.get("form") or self.form, said.get("name") or ""))
        if "data-draft" in said:
            self.keeping.add(self.form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None

    @property
    def lost(self) -> list[str]:
        """The boxes whose words are gone when the page is."""
        return [name for form, name in self.boxes if form not in self.keeping]


def read(html: str) -> Boxes:
    boxes = Boxes()
    boxes.feed(html)
    return boxes


def test_every_text_box_keeps_what_is_typed() -> None:
    world, lost, seen = a_world(), {}, 0
    for name in sorted(TABLE):
        if name in NO_PAGES or 200 not in TABLE[name]:
            continue
        browser = Browser()
        if person := world.people[PEOPLE[TABLE[name].index(200)]]:
            browser.force_login(person)
        boxes = read(browser.get(address(name, world.keys)).content.decode())
        seen += bool(boxes.boxes)
        if boxes.lost:
            lost[name] = boxes.lost
    assert set(lost) <= set(KEEPS_NOTHING), lost
    assert seen > 20, "the world shows too few pages with text boxes for this to mean anything"


def test_the_check_sees_a_box_that_keeps_nothing() -> None:
    assert read("<form><textarea name=a></textarea></form>").lost == ["a"]
    assert read("<form><textarea name=a></textarea><p data-draft></p></form>").lost == []
    assert (
        read("<form id=f><p data-draft></p></form><textarea form=f name=a></textarea>").lost == []
    )
