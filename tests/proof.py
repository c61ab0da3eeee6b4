"""What a session of a test has proved."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
from django.test import Client

from accounts.models import User


def has_proved(client: Client, user: User, *methods: str, ago: float = 0) -> None:
    """Let the session of `client` carry these proofs of `user`, and no others."""
    session = client.session
    session[PROOFS] = [{"method": method, "at": time.time() - ago} for method in methods]
    session[WHOSE] = str(user.pk)
    session.save()


def signed_in_with_both(force_login: Callable[..., None]) -> Callable[..., None]:
    """Return `force_login` with password and second factor behind it."""

    @wraps(force_login)
    def both(client: Client, user: User, *args: Any, **options: Any) -> None:
        force_login(client, user, *args, **options)
        has_proved(client, user, "password", "mfa")

    return both
