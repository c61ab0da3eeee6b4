"""A browser in which somebody has signed in before: strangers who guess do not lock it out.

A cookie with a keyed digest says so; it names nobody, opens nothing, and ends with the password it was made
under. Wrong passwords from there are counted apart from those of everywhere else.
"""

import hmac
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User

LASTS = timedelta(days=180)


def cookie_name() -> str:
    return "__Host-known" if settings.SESSION_COOKIE_SECURE else "known"


def sign_of(user: User) -> str:
    said = f"{user.pk}.{user.password}"
    return salted_hmac("accounts.known", said, algorithm="sha256").hexdigest()


def remember_browser(response: HttpResponse, user: User) -> None:
    response.set_cookie(
        cookie_name(),
        sign_of(user),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def counted_as(request: HttpRequest, address: str) -> str:
    """Return under what name an attempt on `address` is counted."""
    shown = request.COOKIES.get(cookie_name(), "")
    user = User.objects.filter(email__iexact=address).first()
    is_known = user is not None and hmac.compare_digest(shown.encode(), sign_of(user).encode())
    return f"{address} from a known browser" if is_known else address
