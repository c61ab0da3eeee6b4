"""How long one stays signed in (issue 4, section 2): so long without anything happening, so long in all.

The truth stands in the session, on the server, by the practice's policy. Opening a page or sending a form
is activity; what a page asks for by itself is not: the look at the time left, a progress that is polled,
and an autosave that found nothing new. The last activity is noted at most every half minute, so a session
ends up to that much early and never late.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import (  # noqa: TID251 -- a middleware
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.drafts import FIELD, place_in
from accounts.models import Practice, User
from accounts.operations.drafts import TooLong, keep_draft
from core.clock import now
from core.middleware import SAFE_METHODS, GetResponse

BEGAN, SEEN = "signed_in_at", "seen_at"  # seconds since 1970, in the session
NOTED_EVERY = timedelta(seconds=30)
WARNED_BEFORE = timedelta(minutes=2)
BY_ITSELF = "X-By-Itself"
Session = MutableMapping[str, Any]


@receiver(user_logged_in, dispatch_uid="accounts.presence")
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Both clocks of a session start with the sign-in."""
    request.session[BEGAN] = request.session[SEEN] = now().timestamp()


@dataclass(frozen=True)
class TimeLeft:
    """Whole seconds until one is signed out; `is_final` when nothing that is done puts it off."""

    seconds: int
    is_final: bool


def time_left(session: Session, practice: Practice, at: datetime) -> TimeLeft:
    """Return how long this session lasts from `at` on; never below 0."""
    idle = timedelta(minutes=practice.idle_minutes).total_seconds()
    whole = timedelta(hours=practice.signed_in_hours).total_seconds()
    instant = at.timestamp()
    until_idle = min(session.get(SEEN, instant), instant) + idle - instant
    until_end = session.get(BEGAN, instant) + whole - instant
    return TimeLeft(max(0, int(min(until_idle, until_end))), is_final=until_end <= until_idle)


def note(session: Session, at: datetime) -> None:
    """Write down that somebody is there; a note that is young enough stays, because pages are many."""
    session.setdefault(BEGAN, at.timestamp())
    if at.timestamp() - session.get(SEEN, 0) >= NOTED_EVERY.total_seconds():
        session[SEEN] = at.timestamp()


def comes_by_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that pages call without anybody doing anything."""
    view.comes_by_itself = True  # type: ignore[attr-defined]
    return view


def is_by_itself(request: HttpRequest, view: Callable[..., Any]) -> bool:
    return BY_ITSELF in request.headers or getattr(view, "comes_by_itself", False)


class PresenceMiddleware:
    """End a session whose time is over, before anything is done in its name.

    What was being sent with a long form is kept as its draft first: the session no longer opens anything,
    but it still says whose words these are. Stands after PersonMiddleware, which knows the policy.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        practice: Practice = request.practice  # type: ignore[attr-defined]
        if time_left(request.session, practice, now()).seconds > 0:
            return self.get_response(request)
        request.left_by, request.user = request.user, AnonymousUser()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.left_by is not None:  # type: ignore[attr-defined]  # no view was reached
            request.session.flush()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Stands behind the CSRF check, so what is kept here was sent by a page of ours."""
        left_by: User | None = getattr(request, "left_by", None)
        if left_by is None:
            if request.user.is_authenticated and not is_by_itself(request, view):
                note(request.session, now())
            return None
        request.left_by = None  # type: ignore[attr-defined]
        practice: Practice = request.practice  # type: ignore[attr-defined]
        is_kept = keep_what_was_sent(request, left_by)
        was_whole = time_left(request.session, practice, now()).is_final
        request.session.flush()
        messages.info(request, why_signed_out(practice, is_kept=is_kept, was_whole=was_whole))
        if not is_kept and not getattr(view, "login_required", True):
            return None
        return to_sign_in(request)


def keep_what_was_sent(request: HttpRequest, person: User) -> bool:
    """Keep a long form that came too late; say whether one was."""
    place = place_in(request.POST.get(FIELD, ""), person) if request.method == "POST" else None
    if place is None:
        return False
    try:
        keep_draft(place, dict(request.POST.lists()), by=person, at=now())
    except TooLong:
        return False
    return True


def why_signed_out(practice: Practice, *, is_kept: bool, was_whole: bool) -> str:
    """Say why one signs in again, and what became of one's words."""
    if was_whole:
        hours = practice.signed_in_hours
        why = ngettext(
            "You were signed out: %(count)s hour after signing in, one signs in again.",
            "You were signed out: %(count)s hours after signing in, one signs in again.",
            hours,
        ) % {"count": hours}
    else:
        minutes = practice.idle_minutes
        why = ngettext(
            "You were signed out: nothing had happened for %(count)s minute.",
            "You were signed out: nothing had happened for %(count)s minutes.",
            minutes,
        ) % {"count": minutes}
    kept = _("What you had written is kept.")
    return f"{why} {kept}" if is_kept else why


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in, and from there back to the page one was on."""
    back = page_of(request)
    where = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": where})
    if BY_ITSELF in request.headers:
        return HttpResponse(status=401)
    return HttpResponseRedirect(where)


def page_of(request: HttpRequest) -> str:
    """Return the address of the page that a request came from, or of the page that it asks for."""
    is_part = "HX-Request" in request.headers
    if request.method in SAFE_METHODS and not is_part:
        return request.get_full_path()
    said = request.headers.get("HX-Current-URL" if is_part else "Referer", "")
    here = {request.get_host()}
    if not url_has_allowed_host_and_scheme(said, here, require_https=request.is_secure()):
        return "/"
    return "/" + said.split("/", 3)[3] if said.count("/") > 2 else "/"


class SignInMiddleware(LoginRequiredMiddleware):
    """Ask who it is, and remember where one was: an address that only takes forms opens no page."""

    def handle_no_permission(  # type: ignore[override]  # a part of a page is answered 401
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        return to_sign_in(request)
