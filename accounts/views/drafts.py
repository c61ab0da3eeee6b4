"""Keeping and throwing away what was typed and not sent (decision 26)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.drafts import place_in
from accounts.http import AuthedRequest
from accounts.models import User
from accounts.operations import drafts
from accounts.operations.drafts import Place
from accounts.presence import comes_by_itself, note
from core.clock import now
from core.http import back_to


def place_or_404(code: str, person: User) -> Place:
    """Return the place that a page was given for this person; another's is not there."""
    place = place_in(code, person)
    if place is None:
        raise Http404
    return place


@comes_by_itself
@login_not_required
@require_POST
def keep_draft(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what is typed so far. Something new is a sign of life; the same again is not.

    Whoever is not signed in any more is told so, and stays on the page with what they are typing.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    place = place_or_404(code, request.user)
    try:
        is_new = drafts.keep_draft(
            place,
            dict(request.POST.lists()),
            by=request.user,
            at=now(),
            page=page_token(request),
        )
    except drafts.TooLong:
        return render(request, "accounts/_kept.html", {"too_long": True}, status=422)
    if is_new:
        note(request.session, now())
    return render(
        request, "accounts/_kept.html", {"typed": drafts.typed_in(place, by=request.user)}
    )


def page_token(request: HttpRequest) -> str:
    """Return the one-use token of the page, sent as `_page`: as `_once` it would be taken for a sent form."""
    try:
        return str(UUID(request.POST.get("_page", "")))
    except ValueError:
        return ""


@require_POST
def throw_away_draft(request: AuthedRequest, code: str) -> HttpResponse:
    drafts.forget_draft(place_or_404(code, request.user), by=request.user)
    messages.success(request, _("Thrown away. The form is as it was before."))
    return back_to(request, "/")
