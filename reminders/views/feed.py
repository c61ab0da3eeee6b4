"""The private calendar feed: what a calendar asks for, and one's own page about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from core.actor import acting
from core.clock import now
from core.middleware import address_of
from reminders.models import CalendarFeed, FeedRead
from reminders.operations import feeds as operations
from reminders.operations.feeds import Content

SHOWN_READS = 10
MADE = "calendar_secret"  # in the session, until it was shown


@login_not_required
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer whoever has the address; an ended one and one that never was are the same: 404."""
    feed = operations.feed_behind(secret)
    if feed is None:
        raise Http404
    with acting(feed.person):
        if operations.is_asked_too_often(feed, at=now()):
            return HttpResponse(status=429, headers={"Retry-After": "600"})
        content = operations.read_feed(feed, at=now(), address=address_of(request))
    return answer(request, content)


calendar.writes_on_get = True  # type: ignore[attr-defined]  # that it was read, and since when it is so


def answer(request: HttpRequest, content: Content) -> HttpResponse:
    """Return the calendar, or that it has not changed since it was last asked for."""
    etag = f'"{content.feed.fingerprint[:32]}"'
    changed = int(content.changed_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=changed)
    kind = "text/calendar; charset=utf-8"
    response = unchanged or HttpResponse(content.as_bytes(), content_type=kind)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def calendar_feed(request: AuthedRequest) -> HttpResponse:
    """One's own page: is there an address, who has asked for it, make one, end it."""
    feed = CalendarFeed.objects.editable_by(request.user).standing().first()
    secret = request.session.pop(MADE, "") if feed else ""
    path = reverse("reminders:calendar", args=[secret]) if secret else ""
    context = {
        "feed": feed,
        "address": request.build_absolute_uri(path) if path else "",
        "reads": FeedRead.objects.filter(feed=feed)[:SHOWN_READS] if feed else [],
    }
    return render(request, "reminders/calendar_feed.html", context)


@require_POST
def make_calendar_feed(request: AuthedRequest) -> HttpResponse:
    """Make an address, and end the one there was."""
    request.session[MADE] = operations.make_feed(by=request.user, at=now())
    return redirect("reminders:calendar_feed")


@require_POST
def end_calendar_feed(request: AuthedRequest) -> HttpResponse:
    """Let the address open nothing any more."""
    if operations.end_feed(by=request.user, at=now()):
        messages.success(request, _("The address opens nothing any more."))
    return redirect("reminders:calendar_feed")
