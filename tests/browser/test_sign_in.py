"""The door in a real browser: an app, a recovery code, a passkey of Chromium's own; and without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.models import User
from accounts.operations.second_factor import COUNTER
from tests.accounts.door import shown_by_app
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.browser.conftest import PASSWORD, Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]
SET_UP = "/sign-in/second-step/"


@pytest.fixture
def marta() -> User:
    PracticeFactory.create(second_factor_required=True)
    return UserFactory.create(email="marta@example.org", password=PASSWORD)


def at(seated: Person) -> str:
    return seated.page.url.removeprefix(seated.url).split("?")[0]


def gives_password(seated: Person) -> None:
    seated.goes_to("/account/login/", look=True)
    seated.page.fill("[name=login]", "marta@example.org")
    seated.page.fill("[name=password]", PASSWORD)
    seated.presses("main form button", look=True)


def gives_code(seated: Person, code: str) -> None:
    seated.page.fill("[name=code]", code)
    seated.presses("main form button", look=True)


def signs_out(seated: Person) -> None:
    seated.goes_to("/account/logout/", look=True)
    seated.presses("main form button")


def sets_up_app(seated: Person) -> tuple[str, list[str]]:
    """Go the enforced way; return the app's key and the recovery codes."""
    gives_password(seated)
    assert at(seated) == SET_UP
    seated.presses("a[href$='/2fa/app/']", look=True)
    secret = key_on(seated.page)
    drawn = seated.page.locator(".qr svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] >= 160
    gives_code(seated, shown_by_app(secret))
    assert at(seated) == "/account/2fa/codes/"
    return secret, seated.page.locator(".codes li").all_inner_texts()


def key_on(page: Any) -> str:
    return "".join(page.locator("#secret span").all_inner_texts())


def next_half_minute() -> None:
    """Half a minute later: the app's current code may be taken again."""
    for each in Authenticator.objects.filter(type="totp"):
        each.data[COUNTER] -= 3
        each.save()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1280), ("pl", "dark", 360)]
)
def test_an_app_and_recovery_codes(
    somebody: Callable[..., Person], marta: User, language: str, theme: str, width: int
) -> None:
    User.objects.update(language=language)
    seated = somebody(width=width, theme=theme, language=language)
    secret, codes = sets_up_app(seated)
    seated.presses("main a.btn-primary")
    assert at(seated) == "/today/"
    signs_out(seated)

    next_half_minute()
    gives_password(seated)
    assert at(seated) == "/account/2fa/code/"
    gives_code(seated, "000000")
    assert at(seated) == "/account/2fa/code/"
    gives_code(seated, shown_by_app(secret))
    assert at(seated) == "/today/"
    signs_out(seated)

    gives_password(seated)
    gives_code(seated, codes[0])
    assert at(seated) == "/today/"
    signs_out(seated)
    gives_password(seated)
    gives_code(seated, codes[0])
    assert at(seated) == "/account/2fa/code/"


def test_a_passkey_is_set_up_and_opens_the_door_by_itself(
    somebody: Callable[..., Person], marta: User
) -> None:
    seated = somebody(width=360, theme="dark")
    has_a_fingerprint_reader(seated)
    complaints: list[str] = []
    seated.page.on("console", lambda said: complaints.append(said.text))
    gives_password(seated)
    seated.presses("a[href$='/2fa/passkeys/add/']", look=True)
    seated.page.fill("[name=name]", "Phone")
    seated.presses("#passkey", look=True)
    assert at(seated) == "/account/2fa/codes/"
    seated.goes_to("/account/2fa/", look=True)
    assert "Phone" in seated.text
    signs_out(seated)

    seated.goes_to("/account/login/")
    seated.presses("#passkey")
    assert at(seated) == "/today/"
    signs_out(seated)

    gives_password(seated)
    assert at(seated) == "/account/2fa/code/"
    seated.presses("#passkey")
    assert at(seated) == "/today/"
    seated.goes_to("/account/2fa/passkeys/again/?next=/people/settings/", look=True)
    seated.presses("#passkey")
    assert at(seated) == "/people/settings/"
    assert [said for said in complaints if "Content Security" in said or "Error" in said] == []


def test_a_passkey_that_says_no_is_said_so(somebody: Callable[..., Person], marta: User) -> None:
    seated = somebody()
    session, key = has_a_fingerprint_reader(seated)
    session.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": key["authenticatorId"], "isUserVerified": False},
    )
    gives_password(seated)
    seated.goes_to("/account/2fa/passkeys/add/")
    seated.page.click("#passkey")
    seated.page.locator("[data-passkey-failed]:visible").wait_for()
    assert at(seated) == "/account/2fa/passkeys/add/"


def test_without_javascript_an_app_works(browser: Any, live_server: Any, marta: User) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("account_login"))
    assert not page.locator("#passkey").is_visible()
    page.fill("[name=login]", "marta@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.click("a[href$='/2fa/app/']")
    page.fill("[name=code]", shown_by_app(key_on(page)))
    page.click("main form button")
    assert page.locator(".codes li").count() == 10
    context.close()


def has_a_fingerprint_reader(seated: Person) -> tuple[Any, Any]:
    """Give the browser an authenticator of its own that says yes; localhost, because a number has no passkeys."""
    seated.url = seated.url.replace("127.0.0.1", "localhost")
    session = seated.page.context.new_cdp_session(seated.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
