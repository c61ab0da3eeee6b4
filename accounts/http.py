"""What every view knows about who asks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import Practice, Role, User


class AuthedRequest(HttpRequest):
    """A request that LoginRequiredMiddleware has let through."""

    user: User
    practice: Practice
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def require_role(*roles: Role) -> Callable[[View], View]:
    """Answer 403 to everybody who holds none of `roles`; that a page exists is no secret, a client is."""

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.holds(role) for role in roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return gate
