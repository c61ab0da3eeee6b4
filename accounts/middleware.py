"""The practice's date, the person's language, and forms that are sent once."""

from datetime import timedelta, tzinfo
from time import sleep
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation

from accounts.models import FormToken, Practice
from core.clock import now
from core.dates import shown_in
from core.middleware import GetResponse

REDIRECTS = (301, 302, 303)
ABANDONED = timedelta(seconds=60)


class PersonMiddleware:
    """Activate the practice's zone (it rules dates), the person's language and the zone they read in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self.get_response(request)
        practice = self.practice_for(request)
        request.practice = practice  # type: ignore[attr-defined]
        language = self.language_of(request, practice)
        with (
            timezone.override(practice.tzinfo),
            translation.override(language),
            shown_in(self.zone_of(request)),
        ):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def zone_of(self, request: HttpRequest) -> tzinfo | None:
        """Return the zone that a person reads instants in (decision 9); None is the practice's."""
        return request.user.tzinfo if request.user.is_authenticated else None

    def practice_for(self, request: HttpRequest) -> Practice:
        """Return the practice; with somebody signed in it has come already (accounts.sign_in.backend)."""
        return getattr(request.user, "practice", None) or Practice.objects.current()

    def language_of(self, request: HttpRequest, practice: Practice) -> str:
        if request.user.is_authenticated:
            return request.user.language
        asked = translation.get_language_from_request(request)
        return asked if asked in practice.languages else practice.language


class OnceMiddleware:
    """A form that carries `_once` is taken once: sent again, the answer is where the first one went.

    The token is claimed before the view runs and given back when the form was not taken (an error page),
    so what was typed may be sent again. Of two clicks at one moment the second waits for the first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = self.token_of(request)
        if token is None:
            return self.get_response(request)
        if not self.claim(token, request):
            return HttpResponseRedirect(self.wait_for(token, request) or request.get_full_path())
        response = self.get_response(request)
        taken = response.status_code in REDIRECTS or "HX-Redirect" in response.headers
        mine = FormToken.objects.filter(pk=token)
        if taken:
            went_to = response.headers.get("HX-Redirect") or response.headers["Location"]
            mine.update(went_to=went_to[:400])
        else:
            mine.delete()
        return response

    def claim(self, token: UUID, request: HttpRequest) -> bool:
        """Say whether this request is the first with `token`; a claim that died is taken over.

        Somebody else's token is refused like one's own that is used, and says nothing of where it led.
        """
        at = now()
        FormToken.objects.filter(pk=token, went_to="", used_at__lt=at - ABANDONED).delete()
        try:
            _row, is_first = FormToken.objects.get_or_create(
                pk=token, defaults={"user_id": str(request.user.pk), "used_at": at}
            )
        except IntegrityError:  # there, and not for these eyes
            return False
        return is_first

    def wait_for(self, token: UUID, request: HttpRequest) -> str:
        for _attempt in range(20):
            row = FormToken.objects.filter(pk=token, user_id=str(request.user.pk)).first()
            if row is None or row.went_to:
                return row.went_to if row else ""
            sleep(0.2)
        return ""

    def token_of(self, request: HttpRequest) -> UUID | None:
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        try:
            return UUID(request.POST.get("_once", ""))
        except ValueError:
            return None
