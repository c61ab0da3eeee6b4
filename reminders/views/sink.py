"""The mails of the demonstration, which has no mail server."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from reminders.operations.sink import is_open, letters


@require_safe
def mails(request: AuthedRequest) -> HttpResponse:
    """Every mail that went out, the newest first; outside the demonstration there is no such page."""
    if not is_open():
        raise Http404
    return render(request, "reminders/mails.html", {"letters": letters()})
