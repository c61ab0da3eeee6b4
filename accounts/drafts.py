"""Drafts of long forms: where each belongs, and how a request finds, keeps and drops its own (decision 26).

A page that holds a long form (`{% unsent %}` and `{% keeps_draft %}`, see accounts.templatetags.drafts)
carries the address that its typing is kept under: form and object, signed for the person who opened the
page. So nobody keeps a draft of a form that they were not shown, and a draft is read only by the view that
has let the person in: what one may no longer see comes back to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.messages import constants, get_messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse  # noqa: TID251 -- a middleware
from django.urls import ResolverMatch

from accounts.models import User
from accounts.operations.drafts import Place, forget_draft, typed_in
from core import unsent
from core.middleware import GetResponse

FIELD = "_draft"
REDIRECTS = (301, 302, 303)


def place_of(match: ResolverMatch) -> Place:
    """Return the place of the page at an address: its name with its words, and the last object in it."""
    words = [str(value) for value in match.kwargs.values() if not isinstance(value, UUID)]
    keys = [value for value in match.kwargs.values() if isinstance(value, UUID)]
    return Place(".".join([match.view_name, *words])[:80], keys[-1] if keys else None)


def _salt(person: User) -> str:
    return f"accounts.drafts.{person.pk}"


def code_of(place: Place, person: User) -> str:
    """Return the signed name of a place, good for one person only."""
    return signing.dumps([place.form, str(place.about or "")], salt=_salt(person))


def place_in(code: str, person: User) -> Place | None:
    """Return the place that `code` names, or None where it was not signed for `person`."""
    try:
        form, about = signing.loads(code, salt=_salt(person))
    except signing.BadSignature:
        return None
    return Place(form, UUID(about) if about else None)


@dataclass
class Page:
    """What the drafts of one request need: whose they are, and which page was asked for."""

    person: User
    match: ResolverMatch | None = None

    def reader(self) -> unsent.Read:
        """Return a way to read this page's draft that asks the database once, and only if asked itself."""

        @cache
        def read() -> unsent.Typed | None:
            return typed_in(place_of(self.match), by=self.person) if self.match else None

        return read


class DraftMiddleware:
    """Let forms find what was typed before; drop it in the transaction that takes the form.

    Stands inside OnceMiddleware: the same form sent twice is sent once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        page = request.drafts = Page(request.user)  # type: ignore[attr-defined]
        with unsent.found_by(page.reader()):
            code = request.POST.get(FIELD, "") if request.method == "POST" else ""
            place = place_in(code, request.user) if code else None
            if place is None:
                return self.get_response(request)
            with transaction.atomic():
                response = self.get_response(request)
                if was_taken(request, response):
                    forget_draft(place, by=request.user)
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        page: Page | None = getattr(request, "drafts", None)
        if page is not None:
            page.match = request.resolver_match


def was_taken(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether a form was taken: one goes on to another page, and no error goes with one."""
    goes_on = response.status_code in REDIRECTS or "HX-Redirect" in response.headers
    if not goes_on or response.headers.get("Location", "").startswith("/account/"):
        return False  # a page of allauth asks for proof first: the form comes back
    said = get_messages(request)
    queued = getattr(
        said, "_queued_messages", []
    )  # to look at all of them would mark them as shown
    return not any(message.level >= constants.ERROR for message in queued)
