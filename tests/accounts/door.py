"""Going through the door in tests: what the app on somebody's phone shows, and each step of signing in."""

import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from accounts.models import User

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def shown_by_app(secret: str = SECRET, steps: int = 0) -> str:
    """Return the six digits of now, or of so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(user: User) -> list[str]:
    """Set an app up for `user`, with recovery codes; return these."""
    TOTP.activate(user, SECRET)
    return list(RecoveryCodes.activate(user).generate_codes())


def gives_password(client: Client, user: User, password: str = PASSWORD) -> Any:
    said = {"login": user.email, "password": password}
    return client.post(reverse("account_login"), said)


def gives_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def secret_on(page: Any) -> str:
    """Return the key that the page of the set-up shows."""
    found = re.search(r'id="secret">(.+?)</code>', page.content.decode())
    assert found is not None
    return re.sub(r"<.+?>", "", found[1])


def factors_of(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
