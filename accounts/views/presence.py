"""The time one stays signed in: asked by pages, put off by people."""

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from accounts.presence import SEEN, comes_by_itself, time_left
from core.clock import now


def told(request: AuthedRequest) -> JsonResponse:
    """Say how long it lasts, to whom, and which token forms need.

    Signing in anew changes the token; a page that was open all the while goes on with the new one, if it is
    the same person. Another site cannot read this answer.
    """
    left = time_left(request.session, request.practice, now())
    return JsonResponse(
        {
            "seconds": left.seconds,
            "final": left.is_final,
            "who": str(request.user.pk),
            "token": get_token(request),
        }
    )


@comes_by_itself
@require_safe
def seconds_left(request: AuthedRequest) -> JsonResponse:
    return told(request)


@require_POST
def stay_signed_in(request: AuthedRequest) -> JsonResponse:
    """Somebody is there: the time begins anew, to the second."""
    request.session[SEEN] = now().timestamp()
    return told(request)
