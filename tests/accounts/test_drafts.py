"""What is typed into a long form and not sent comes back, to the one who typed it (decision 26)."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from accounts.drafts import code_of, place_in
from accounts.models import Draft, User
from accounts.operations import drafts
from accounts.operations.drafts import Place
from core.actor import acting
from core.clock import now, today
from endings.models import Consolidation, Ending, Telling
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import SessionFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z", tick=False)]

WORDS = "I said that I am moving, and then I was quiet."


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


@pytest.fixture
def ending() -> Ending:
    ending = EndingFactory.create()
    SessionFactory.create(assignment=ending.assignment, days=0)
    return ending


def url(ending: Ending) -> str:
    return reverse("endings:record_told_in_person", args=[ending.pk])


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


@pytest.fixture
def marta(ending: Ending) -> Browser:
    return signed_in(ending.assignment.therapist)


def keep_url(page: str) -> str:
    """Return where a page keeps what is typed into it."""
    found = re.search(r'data-draft data-hx-post="([^"]+)"', page)
    assert found is not None
    return found[1]


def fields_of(page: Any) -> dict[str, Any]:
    """Return the form as it opens, with the hidden fields that its page gave it."""
    form = page.context["form"]
    said = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in said.items() if value not in (None, False, "")}
    for name in ("_once", "_draft"):
        found = re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())
        sent |= {name: found[1]} if found else {}
    return sent


def type_words(browser: Browser, ending: Ending, **said: Any) -> Any:
    """Open the page, type, and let it be kept as the page's script does."""
    page = browser.get(url(ending))
    sent = fields_of(page) | {"words": WORDS} | said
    sent["_page"] = sent.pop("_once")
    return browser.post(keep_url(page.content.decode()), sent)


# --- it comes back ----------------------------------------------------------------------------------
def test_what_was_typed_comes_back(marta: Browser, ending: Ending) -> None:
    answer = type_words(marta, ending, how="phone", feelings=["relief"], why_not_in_person="Ill.")
    assert "Not sent yet, saved at 13:00." in answer.content.decode()  # Warsaw

    page = marta.get(url(ending))

    shown = page.content.decode()
    assert "Not sent yet, saved Tue 3 Mar, 13:00: what you had written is below." in shown
    form = page.context["form"]
    assert form["words"].value() == WORDS
    assert form["how"].value() == "phone"
    assert form["feelings"].value() == ["relief"]
    assert WORDS in shown
    assert form.was_remote, "what the form decides by its values follows them"


def test_an_unticked_box_stays_unticked(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending, shares_words="on", already_knew="")
    form = marta.get(url(ending)).context["form"]
    assert form["shares_words"].value() is True
    assert form["already_knew"].value() is False


def test_a_page_without_a_draft_says_nothing(marta: Browser, ending: Ending) -> None:
    shown = marta.get(url(ending)).content.decode()
    assert "Not sent yet" not in shown
    assert "Throw it away" not in shown


def test_opening_the_page_writes_nothing(marta: Browser, ending: Ending) -> None:
    marta.get(url(ending))
    assert not Draft.objects.exists()


def test_it_is_sealed(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    with connection.cursor() as cursor:
        cursor.execute("select text, form, text_digest from accounts_draft")
        text, form, digest = cursor.fetchone()
    assert b"moving" not in bytes(text)
    assert "moving" not in form + digest


def test_the_tokens_of_the_page_are_not_kept(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    kept = str(Draft.objects.get().text)
    assert '"words"' in kept
    assert not re.search("_once|_page|_draft|csrf", kept)


def test_each_object_has_its_own(marta: Browser, ending: Ending) -> None:
    other = EndingFactory.create(therapist=ending.assignment.therapist)
    type_words(marta, ending)
    assert "Not sent yet" not in marta.get(url(other)).content.decode()


# --- it goes ----------------------------------------------------------------------------------------
def test_sending_the_form_removes_it(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    page = marta.get(url(ending))
    answer = marta.post(url(ending), fields_of(page))
    assert answer.status_code == 302
    assert Telling.objects.get().words == WORDS
    assert not Draft.objects.exists()


def test_it_goes_in_the_transaction_that_takes_the_form(marta: Browser, ending: Ending) -> None:
    """If it cannot be dropped, nothing is taken: never both, never neither."""
    type_words(marta, ending)
    page = marta.get(url(ending))
    with (
        patch("accounts.drafts.forget_draft", side_effect=RuntimeError("the power fails")),
        pytest.raises(RuntimeError),
    ):
        marta.post(url(ending), fields_of(page))
    assert not Telling.objects.exists()
    assert Draft.objects.exists()


def test_a_refused_send_loses_nothing(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    page = marta.get(url(ending))
    answer = marta.post(url(ending), fields_of(page) | {"how": "phone"})  # without a reason
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert "data-draft" in answer.content.decode(), "typing goes on being kept"
    assert marta.get(url(ending)).context["form"]["words"].value() == WORDS


def test_a_saving_that_comes_after_the_send_keeps_nothing(marta: Browser, ending: Ending) -> None:
    """It was on its way when the form went: what was sent does not come back as not sent."""
    page = marta.get(url(ending))
    sent = fields_of(page) | {"words": WORDS}
    marta.post(url(ending), sent)
    late = dict(sent)
    late["_page"] = late.pop("_once")
    marta.post(keep_url(page.content.decode()), late)
    assert not Draft.objects.exists()


def test_it_can_be_thrown_away(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    shown = marta.get(url(ending)).content.decode()
    found = re.search(r'action="([^"]+/throw-away/)"', shown)
    assert found is not None
    answer = marta.post(found[1], {"next": url(ending)}, follow=True)
    assert answer.redirect_chain == [(url(ending), 302)]
    assert "Thrown away." in answer.content.decode()
    assert WORDS not in answer.content.decode()
    assert not Draft.objects.exists()


def test_nobody_comes_back_for_it_for_thirty_days(
    marta: Browser, ending: Ending, time_machine: Any
) -> None:
    type_words(marta, ending)
    at = now()
    assert drafts.forget_old_drafts(at=at + timedelta(days=30)) == 0
    assert drafts.forget_old_drafts(at=at + timedelta(days=30, seconds=1)) == 1


def test_the_practice_says_how_long_it_is_kept(marta: Browser, ending: Ending) -> None:
    PracticeFactory.create(drafts_kept_days=2)
    type_words(marta, ending)
    assert drafts.forget_old_drafts(at=now() + timedelta(days=3)) == 1


def test_the_night_drops_old_ones(marta: Browser, ending: Ending) -> None:
    from reminders.operations.ticking import night

    type_words(marta, ending)
    night(at=now() + timedelta(days=31))
    assert not Draft.objects.exists()


# --- whose it is ------------------------------------------------------------------------------------
def test_another_person_never_sees_it(marta: Browser, ending: Ending) -> None:
    """A second person who may write on the same page opens it as it was."""
    type_words(marta, ending)
    place = Place("endings:record_told_in_person", ending.pk)
    stranger = UserFactory.create()
    with acting(stranger):
        assert drafts.typed_in(place, by=stranger) is None


def test_a_code_is_good_for_one_person(ending: Ending) -> None:
    therapist, stranger = ending.assignment.therapist, UserFactory.create()
    place = Place("endings:record_told_in_person", ending.pk)
    assert place_in(code_of(place, therapist), therapist) == place
    assert place_in(code_of(place, therapist), stranger) is None
    assert place_in("made up", therapist) is None


def test_somebody_elses_page_keeps_nothing_of_mine(marta: Browser, ending: Ending) -> None:
    code = code_of(Place("x:y", uuid4()), UserFactory.create())
    answer = marta.post(reverse("accounts:keep_draft", args=[code]), {"words": WORDS})
    assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_what_one_may_no_longer_see_is_not_shown(marta: Browser, ending: Ending) -> None:
    type_words(marta, ending)
    ending.assignment.__class__.objects.filter(pk=ending.assignment.pk).update(
        starts_on="2025-01-01", ends_on="2025-12-31"
    )
    answer = marta.get(url(ending))
    assert answer.status_code == 404
    assert WORDS not in answer.content.decode()


def test_nobody_signed_in_keeps_nothing_and_stays_on_the_page(ending: Ending) -> None:
    therapist = ending.assignment.therapist
    code = code_of(Place("endings:record_told_in_person", ending.pk), therapist)
    answer = Browser().post(reverse("accounts:keep_draft", args=[code]), {"words": WORDS})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers


def test_more_than_a_draft_holds_is_refused_aloud(marta: Browser, ending: Ending) -> None:
    answer = type_words(marta, ending, words="a" * (drafts.LONGEST + 1))
    assert answer.status_code == 422
    assert "longer than can be kept" in answer.content.decode()
    assert not Draft.objects.exists()


# --- somebody else saved meanwhile ------------------------------------------------------------------
def test_what_was_typed_over_an_older_text_is_an_overtaken_one() -> None:
    """The draft keeps the revision it was typed over: sent later, both texts are shown (409)."""
    told = EndingFactory.create(told=True)
    therapist = told.assignment.therapist
    kept = Consolidation.objects.create(
        ending=told, way_back="I can call.", by=therapist, on=today()
    )
    browser, page = signed_in(therapist), reverse("endings:consolidate", args=[told.pk])
    shown = browser.get(page).content.decode()
    typed = {**EMPTY_LINES, "way_back": "I can write.", "revision": kept.revision}
    browser.post(keep_url(shown), typed)
    kept.way_back, kept.revision = "I can come by.", kept.revision + 1
    kept.save()

    again = browser.get(page)

    assert again.context["form"]["way_back"].value() == "I can write."
    found = re.search(r'name="revision" value="(\d+)"', again.content.decode())
    assert found is not None
    assert int(found[1]) == kept.revision - 1
    answer = browser.post(page, typed)
    assert answer.status_code == 409
    assert "I can come by." in answer.content.decode()
    assert "I can write." in answer.content.decode()
    assert Draft.objects.exists()


EMPTY_LINES = {
    f"{part}-{kind}_FORMS": number
    for part in ("gains", "triggers")
    for kind, number in (("TOTAL", 2), ("INITIAL", 0))
}


def test_lines_of_a_list_come_back() -> None:
    told = EndingFactory.create(told=True)
    browser, page = (
        signed_in(told.assignment.therapist),
        reverse("endings:consolidate", args=[told.pk]),
    )
    shown = browser.get(page).content.decode()
    typed = {**EMPTY_LINES, "gains-1-words": "I sleep.", "triggers-0-rehearsed_on": "2026-03-01"}
    browser.post(keep_url(shown), typed)
    again = browser.get(page)
    assert [one["words"].value() for one in again.context["gains"]] == [None, "I sleep."]
    assert 'value="2026-03-01"' in again.content.decode()
