"""What every request passes through."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from core.actor import acting
from core.occasion import within

READS = (
    "SELECT",
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO SAVEPOINT",
    "WITH",
    "DECLARE",
    "FETCH",
    "CLOSE",
)
# The read log, and a session that turns out to have ended.
LET_THROUGH = (
    'INSERT INTO "CASELOAD_READLOG"',
    'DELETE FROM "DJANGO_SESSION"',
    'UPDATE "DJANGO_SESSION"',
    'INSERT INTO "DJANGO_SESSION"',
)
NOT_NEEDED = (
    *(
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
    ),
    *("fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class WriteDuringRead(RuntimeError):
    """A page that only shows something tried to change something."""


def refuse_writes(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 -- Django's wrapper signature
    context: dict[str, Any],
) -> Any:
    """Let reads, read-log inserts and the session through, and nothing else (decision 27)."""
    if not sql.lstrip().upper().startswith(READS + LET_THROUGH):
        raise WriteDuringRead(sql.split("(")[0])
    return execute(sql, params, many, context)


class ReadsOnlyOnGetMiddleware:
    """Make a GET that writes fail loudly; stands inside SessionMiddleware so that the session may save."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS:
            return self.get_response(request)

        def guard(execute: Callable[..., Any], *said: Any) -> Any:
            return execute(*said) if writes_on_get(request) else refuse_writes(execute, *said)

        with connection.execute_wrapper(guard):
            return self.get_response(request)


def writes_on_get(request: HttpRequest) -> bool:
    """Say whether the view itself says so: another site sends somebody back here, and can only do it by GET."""
    match = request.resolver_match
    return match is not None and getattr(match.func, "writes_on_get", False)


class OccasionMiddleware:
    """Let history know from which address a request came; it gets a key of its own. Stands outermost."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with within(address=address_of(request)):
            return self.get_response(request)


def address_of(request: HttpRequest) -> str:
    """Return the address a request came from, past as many proxies as are ours (TRUSTED_PROXIES)."""
    proxies: int = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    said = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    if len(said) >= proxies > 0:
        return said[-proxies].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


class ActingMiddleware:
    """Everything below happens in the name of the person signed in; stands after authentication."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with acting(request.user):
            return self.get_response(request)


class ReachMiddleware:
    """What the browser may do on our pages, and who may take in what we answer: nothing, and nobody else.

    Passkeys are asked for on our own pages; the rest no page of ours needs.
    """

    POLICY = ", ".join(
        [
            *(f"{name}=()" for name in NOT_NEEDED),
            "publickey-credentials-get=(self)",
            "publickey-credentials-create=(self)",
        ]
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = self.POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class NoStoreMiddleware:
    """Pages behind the sign-in stay out of every cache (ASVS 14.3.2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
