"""Pages for what went wrong, in the product's voice and the reader's language. They never hint that something
exists (face.md 9), and say first whether anything was lost.
"""

import sys
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

TOO_MUCH: Final = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
AWAY: Final = (OperationalError, InterfaceError)
TRY_AGAIN_AFTER: Final = 30  # seconds


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What nobody sends by our pages gets the page of a miss; too much at once is said as that."""
    if isinstance(exception, TOO_MUCH):
        return render(request, "413.html", status=413)
    return render(request, "404.html", status=400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    """Say that the page was too old, which is what it nearly always is, and lead back to it."""
    return render(request, "403_csrf.html", {"came_from": came_from(request)}, status=403)


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that a form was on; empty where the browser does not tell."""
    said = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        said, {request.get_host()}, require_https=request.is_secure()
    )
    return said if ours else ""


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Stand alone: whatever broke may be what the layout, the session or the language need."""
    if isinstance(sys.exc_info()[1], AWAY):
        return away(request)
    with translation.override(language_of(request)):
        return render(None, "500.html", status=500)


def away(request: HttpRequest) -> HttpResponse:
    """Answer while the database is away or busy: 503, so that proxies and browsers know that it passes."""
    again = request.get_full_path() if request.method == "GET" else ""
    with translation.override(language_of(request)):
        response = render(None, "503.html", {"again": again}, status=503)
    response.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """Return the person's language where it was found before the fault, else the browser's."""
    known: str | None = getattr(request, "LANGUAGE_CODE", None)
    return known or translation.get_language_from_request(request)
