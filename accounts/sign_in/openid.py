"""Coming in by another provider's word (OpenID Connect): only who is invited here, by an address it has verified."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from accounts.models import User
from accounts.operations.people import arrive_by_another_provider
from core.clock import now


class OpenIdAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind the provider's person to ours at the first visit; whom nobody has invited stays outside.

        What the provider tells about a person is not kept: the address was the question, the answer is yes.
        """
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
            return
        person = next((found for found in map(invited, verified(sociallogin)) if found), None)
        if person is None or request.user.is_authenticated:
            page = render(request, "account/signup_closed.html", status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, person)

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        """Coming in the way the practice has set up is no news."""


def verified(sociallogin: SocialLogin) -> list[str]:
    """Return the addresses that the provider says it has verified; exactly `true`, not the word."""
    return [each.email for each in sociallogin.email_addresses if each.verified is True]


def invited(address: str) -> User | None:
    return arrive_by_another_provider(address=address, at=now())


@login_not_required
def go(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the provider; where it is away, say so."""
    try:
        answer: HttpResponse = views.login(request, provider_id)
    except RequestException:
        return render(request, "socialaccount/authentication_error.html", status=503)
    return answer


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends somebody back to; the one GET of ours that writes (core.middleware)."""
    answer: HttpResponse = views.callback(request, provider_id)
    return answer


callback.writes_on_get = True  # type: ignore[attr-defined]
