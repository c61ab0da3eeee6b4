"""Sessions that somebody has planted or kept, links that were used, and the clock at the door."""

import time
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from core.clock import now
from tests.accounts.door import (
    PASSWORD,
    gives_code,
    gives_password,
    is_in,
    shown_by_app,
    with_app,
)
from tests.accounts.factories import PracticeFactory, UserFactory

pytestmark = pytest.mark.django_db
COOKIE = configured.SESSION_COOKIE_NAME
OWN = "accounts:own_settings"


@pytest.fixture
def marta() -> User:
    PracticeFactory.create(second_factor_required=True)
    made: User = UserFactory.create(email="marta@example.org", password=PASSWORD)
    with_app(made)
    return made


def key_of(browser: Browser) -> str:
    return str(browser.cookies[COOKIE].value)


def with_key(key: str) -> Browser:
    browser = Browser()
    browser.cookies[COOKIE] = key
    return browser


# --- a session that somebody else knows ----------------------------------------------------------------
def test_a_planted_session_is_not_the_one_that_is_signed_in(marta: User) -> None:
    """The key changes with the password and again with the code: whoever planted it holds nothing."""
    evil = Browser()
    gives_password(evil, UserFactory.create(), "not this one")
    planted = evil.session
    planted["theirs"] = True
    planted.save()
    victim = with_key(str(planted.session_key))

    gives_password(victim, marta)
    between = key_of(victim)
    gives_code(victim, shown_by_app())

    assert is_in(victim)
    assert len({planted.session_key, between, key_of(victim)}) >= 2
    assert key_of(victim) not in (planted.session_key, between)
    for old in (str(planted.session_key), between):
        assert with_key(old).get(reverse(OWN)).status_code == 302


def test_a_key_that_we_did_not_make_is_not_taken(marta: User) -> None:
    made_up = "a" * 32
    victim = with_key(made_up)

    gives_password(victim, marta)
    gives_code(victim, shown_by_app())

    assert is_in(victim)
    assert key_of(victim) != made_up


def test_a_session_that_was_left_opens_nothing(marta: User) -> None:
    browser = Browser()
    gives_password(browser, marta)
    gives_code(browser, shown_by_app())
    kept = key_of(browser)
    assert with_key(kept).get(reverse(OWN)).status_code == 200

    browser.post(reverse("account_logout"))

    assert with_key(kept).get(reverse(OWN)).status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(marta: User) -> None:
    browser = Browser()
    gives_password(browser, marta)

    cookie = browser.cookies[COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] in ("Lax", "Strict")
    assert cookie["domain"] == ""


# --- a link that was used ------------------------------------------------------------------------------
def reset_page(marta: User, key: str) -> tuple[Browser, Any]:
    browser = Browser()
    said = {"uidb36": user_pk_to_url_str(marta), "key": key}
    page = browser.get(reverse("account_reset_password_from_key", kwargs=said), follow=True)
    return browser, page


def test_two_who_hold_one_reset_link_set_one_password(marta: User) -> None:
    """Both have opened the page before either sends it."""
    key = default_token_generator.make_token(marta)
    (first, page), (second, its_page) = reset_page(marta, key), reset_page(marta, key)

    first.post(page.request["PATH_INFO"], {"password1": "eleven calm harbours"})
    second.post(its_page.request["PATH_INFO"], {"password1": "seven loud engines"})

    marta.refresh_from_db()
    assert marta.check_password("eleven calm harbours")
    assert not marta.check_password("seven loud engines")


@pytest.mark.parametrize("what", ["a new address", "a sign-in", "an hour", "somebody else"])
def test_a_reset_link_ends_with_what_it_was_made_for(
    marta: User, what: str, time_machine: Any
) -> None:
    whose, key = marta, default_token_generator.make_token(marta)
    if what == "a new address":
        User.objects.filter(pk=marta.pk).update(email="marta@elsewhere.example")
    elif what == "a sign-in":
        browser = Browser()
        gives_password(browser, marta)
        gives_code(browser, shown_by_app())
    elif what == "an hour":
        time_machine.move_to(now() + timedelta(seconds=configured.PASSWORD_RESET_TIMEOUT + 60))
    else:
        whose = UserFactory.create(password=PASSWORD)

    browser, page = reset_page(whose, key)
    browser.post(page.request["PATH_INFO"], {"password1": "seven loud engines"})

    whose.refresh_from_db()
    assert not whose.check_password("seven loud engines")


# --- the clock at the door -----------------------------------------------------------------------------
def test_the_door_takes_as_long_for_nobody_as_for_somebody(settings: Any) -> None:
    """With the real hasher. That both burn one hash is counted in tests/accounts/test_door."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    PracticeFactory.create(second_factor_required=True)
    kept = make_password(PASSWORD)
    for number in range(3):
        person = UserFactory.create(email=f"known{number}@example.org")
        User.objects.filter(pk=person.pk).update(password=kept)

    def seconds(email: str) -> float:
        began = time.perf_counter()
        answer = Browser().post(reverse("account_login"), {"login": email, "password": "wrong"})
        assert "do not fit together" in answer.content.decode()
        return time.perf_counter() - began

    seconds("warm@example.org")
    known, unknown = [], []
    for turn in range(9):
        known.append(seconds(f"known{turn % 3}@example.org"))
        unknown.append(seconds(f"unknown{turn % 3}@example.org"))

    assert 1 / 2.5 < median(known) / median(unknown) < 2.5
