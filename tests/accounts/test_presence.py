"""One is signed out after so long without anything happening, and after so long in all; words are kept."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session as Kept
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Draft, Practice, Role, User
from accounts.operations.policy import set_sign_in_policy
from endings.models import Ending, Telling
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.accounts.test_drafts import WORDS, fields_of, keep_url, url
from tests.caseload.factories import SessionFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z", tick=False)]

PAGE, TIME_LEFT = "/people/settings/", "/people/time-left/"
BY_ITSELF = {"X-By-Itself": "yes"}


@pytest.fixture(autouse=True)
def practice() -> Practice:
    return PracticeFactory.create()


@pytest.fixture
def marta() -> User:
    return UserFactory.create()


@pytest.fixture
def browser(marta: User) -> Browser:
    browser = Browser()
    browser.force_login(marta)
    return browser


def is_in(browser: Browser, page: str = PAGE) -> bool:
    return browser.get(page).status_code == 200


# --- without anything happening ---------------------------------------------------------------------
def test_fourteen_minutes_away_is_nothing(browser: Browser, time_machine: Any) -> None:
    for minute in (14, 28, 42):
        time_machine.move_to(f"2026-03-03T12:{minute}:00Z", tick=False)
        assert is_in(browser)


def test_after_fifteen_minutes_one_signs_in_again(browser: Browser, time_machine: Any) -> None:
    time_machine.move_to("2026-03-03T12:15:00Z", tick=False)
    answer = browser.get(PAGE + "?from=here")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/account/login/?next=%2Fpeople%2Fsettings%2F%3Ffrom%3Dhere",
    )
    told = browser.get(answer.headers["Location"]).content.decode()
    assert "You were signed out: nothing had happened for 15 minutes." in told
    assert "kept" not in told
    assert not is_in(browser)


def test_the_session_is_gone_from_the_server(browser: Browser, time_machine: Any) -> None:
    was = browser.cookies["sessionid"].value
    time_machine.move_to("2026-03-03T12:15:00Z", tick=False)
    browser.get(PAGE)
    assert not Kept.objects.filter(pk=was).exists()


def test_also_where_no_page_is(browser: Browser, time_machine: Any) -> None:
    """An address that leads nowhere is answered without a name, and ends the session as well."""
    was = browser.cookies["sessionid"].value
    time_machine.move_to("2026-03-03T12:15:00Z", tick=False)
    assert browser.get("/nowhere/").status_code == 404
    assert not Kept.objects.filter(pk=was).exists()


def test_the_practice_says_how_long(browser: Browser, time_machine: Any) -> None:
    PracticeFactory.create(idle_minutes=5)
    time_machine.move_to("2026-03-03T12:05:00Z", tick=False)
    assert not is_in(browser)


def test_a_policy_without_an_end_is_refused() -> None:
    for minutes in (0, 481):
        with pytest.raises(IntegrityError, match="nobody_stays_signed"), transaction.atomic():
            PracticeFactory.create(idle_minutes=minutes)


def test_the_time_is_noted_every_half_minute_only(browser: Browser, time_machine: Any) -> None:
    """Most pages write nothing into the session."""
    for seconds, noted in ((29, 0), (30, 30), (45, 30)):
        time_machine.move_to(f"2026-03-03T12:00:{seconds}Z", tick=False)
        browser.get(PAGE)
        assert browser.session["seen_at"] % 60 == noted


# --- in all -----------------------------------------------------------------------------------------
def test_after_twelve_hours_one_signs_in_again_though_one_was_there(
    browser: Browser, time_machine: Any
) -> None:
    for minutes in range(10, 12 * 60, 10):
        at = f"2026-03-03T{12 + minutes // 60}:{minutes % 60:02}:00Z"
        time_machine.move_to(at, tick=False)
        assert is_in(browser)
    left = browser.get(TIME_LEFT).json()
    assert (left["seconds"], left["final"]) == (600, True)
    assert browser.post("/people/stay-signed-in/").json()["seconds"] == 600, "nothing puts it off"
    time_machine.move_to("2026-03-04T00:00:00Z", tick=False)
    answer = browser.get(PAGE, follow=True)
    assert "12 hours after signing in, one signs in again." in answer.content.decode()


# --- what is activity -------------------------------------------------------------------------------
def test_what_a_page_asks_by_itself_is_nobody_there(browser: Browser, time_machine: Any) -> None:
    for minute in (5, 10):
        time_machine.move_to(f"2026-03-03T12:{minute}:00Z", tick=False)
        assert browser.get(TIME_LEFT).json()["seconds"] == (15 - minute) * 60
        assert browser.get(PAGE, headers=BY_ITSELF).status_code == 200
    time_machine.move_to("2026-03-03T12:15:00Z", tick=False)
    assert browser.get(TIME_LEFT, headers=BY_ITSELF).status_code == 401


def test_answering_the_question_begins_anew(browser: Browser, time_machine: Any) -> None:
    time_machine.move_to("2026-03-03T12:14:59Z", tick=False)
    assert browser.post("/people/stay-signed-in/").json()["seconds"] == 900
    time_machine.move_to("2026-03-03T12:29:58Z", tick=False)
    assert is_in(browser)


def test_the_time_left_says_whose_it_is(browser: Browser, marta: User) -> None:
    left = browser.get(TIME_LEFT).json()
    assert left["who"] == str(marta.pk)
    assert (left["seconds"], left["final"]) == (900, False)


def test_the_question_stands_on_every_page(browser: Browser) -> None:
    shown = browser.get(PAGE).content.decode()
    assert 'role="alertdialog"' in shown
    assert 'data-seconds="900"' in shown


# --- what was written -------------------------------------------------------------------------------
@pytest.fixture
def ending(marta: User) -> Ending:
    ending = EndingFactory.create(therapist=marta)
    SessionFactory.create(assignment=ending.assignment, days=0)
    return ending


def test_a_form_that_came_too_late_is_kept_and_not_taken(
    browser: Browser, marta: User, ending: Ending, time_machine: Any
) -> None:
    """Also without any script: twenty minutes of writing are not lost."""
    page = browser.get(url(ending))
    time_machine.move_to("2026-03-03T12:20:00Z", tick=False)
    sent = fields_of(page) | {"words": WORDS}

    answer = browser.post(url(ending), sent, headers={"Referer": f"http://testserver{url(ending)}"})

    assert answer.headers["Location"] == f"/account/login/?next={url(ending).replace('/', '%2F')}"
    assert (
        "What you had written is kept." in browser.get(answer.headers["Location"]).content.decode()
    )
    assert not Telling.objects.exists()
    browser.force_login(marta)
    assert WORDS in browser.get(url(ending)).content.decode()


def test_an_autosave_that_came_too_late_is_kept(
    browser: Browser, marta: User, ending: Ending, time_machine: Any
) -> None:
    page = browser.get(url(ending))
    time_machine.move_to("2026-03-03T12:20:00Z", tick=False)
    answer = browser.post(
        keep_url(page.content.decode()),
        fields_of(page) | {"words": WORDS},
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{url(ending)}"},
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].endswith("told-in-person%2F")
    assert Draft.objects.get().user == marta


def test_new_words_are_a_sign_of_life_and_the_same_again_are_not(
    browser: Browser, ending: Ending, time_machine: Any
) -> None:
    page = browser.get(url(ending))
    where, sent = keep_url(page.content.decode()), fields_of(page) | {"words": WORDS}
    sent.pop("_once")
    for minute, left in ((10, 900), (20, 300)):  # the second time nothing is new
        time_machine.move_to(f"2026-03-03T12:{minute}:00Z", tick=False)
        browser.post(where, sent)
        assert browser.get(TIME_LEFT).json()["seconds"] == left
    time_machine.move_to("2026-03-03T12:25:00Z", tick=False)
    assert not is_in(browser)


def test_somebody_elses_page_keeps_nothing_when_the_time_is_over(
    browser: Browser, ending: Ending, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-03T12:20:00Z", tick=False)
    browser.post(url(ending), {"words": WORDS, "_draft": "made up"})
    assert not Draft.objects.exists()


def test_another_site_cannot_leave_a_draft(marta: User, ending: Ending, time_machine: Any) -> None:
    """The check of where a form comes from stands before the keeping of a late one."""
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(marta)
    page = strict.get(url(ending))
    time_machine.move_to("2026-03-03T12:20:00Z", tick=False)
    answer = strict.post(url(ending), fields_of(page) | {"words": WORDS})
    assert answer.status_code == 403
    assert not Draft.objects.exists()
    assert not is_in(strict)


# --- back on the same page --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "back"),
    [
        ({}, "%2F"),
        ({"Referer": "http://testserver/desk/?sort=name"}, "%2Fdesk%2F%3Fsort%3Dname"),
        ({"Referer": "http://testserver"}, "%2F"),
        ({"Referer": "https://elsewhere.example/desk/"}, "%2F"),
    ],
)
def test_a_form_leads_back_to_the_page_it_stood_on(headers: dict[str, str], back: str) -> None:
    answer = Browser().post("/people/invite/", headers=headers)
    assert answer.headers["Location"] == f"/account/login/?next={back}"


def test_a_part_of_a_page_leads_back_to_the_whole() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/directory/?q=grief"}
    answer = Browser().get("/directory/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Fdirectory%2F%3Fq%3Dgrief"


def test_what_asks_by_itself_gets_no_page() -> None:
    assert Browser().get(PAGE, headers=BY_ITSELF).status_code == 401


def test_the_sign_in_itself_opens_when_the_time_is_over(
    browser: Browser, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-03T12:20:00Z", tick=False)
    answer = browser.get("/account/login/")
    assert answer.status_code == 200
    assert re.search("nothing had happened", answer.content.decode())


def test_a_progress_that_is_polled_is_nobody_there() -> None:
    """An import that runs over lunch keeps nobody signed in; its part of the page says so itself."""
    part = Path(settings.BASE_DIR, "templates/caseload/imports/_progress.html").read_text()
    assert re.search(r'data-hx-headers=\'{"X-By-Itself": "yes"}\' data-hx-trigger="every', part)


# --- the policy -------------------------------------------------------------------------------------
def test_a_practice_admin_sets_the_times(client: Browser, time_machine: Any) -> None:
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    client.force_login(admin)
    policy = reverse("sign_in:policy")
    times = {"idle_minutes": 5, "signed_in_hours": 8, "drafts_kept_days": 14}

    assert client.post(policy, times | {"idle_minutes": 4}).status_code == 422
    assert client.post(policy, times).status_code == 302

    practice = Practice.objects.get()
    assert {name: getattr(practice, name) for name in times} == times
    time_machine.move_to("2026-03-03T12:05:00Z", tick=False)
    assert not is_in(client), "it holds for sessions that are open"


def test_a_time_that_is_none_of_this_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="retention_years"):
        set_sign_in_policy(second_factor_required=True, retention_years=1)
