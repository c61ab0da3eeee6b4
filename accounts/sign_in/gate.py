"""Nothing opens before the second factor, where the practice asks for one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.sign_in.proof import has_factor, has_proved_two, where_to_prove
from core.middleware import GetResponse

# What somebody may open who has proved a password and nothing else: the way to a second factor, and out.
WAY_IN = {
    "sign_in:set_up_second_factor",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_logout",
    "healthz",
}


class SecondFactorMiddleware:
    """Stands behind every address: a page is closed unless it is named in WAY_IN (tests walk them all)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or has_proved_two(request):
            return None
        match = request.resolver_match
        if match is None or match.view_name in WAY_IN:
            return None
        if not request.practice.second_factor_required:  # type: ignore[attr-defined]
            return None
        if has_factor(request.user):
            return redirect(where_to_prove(request, "/"))
        return redirect("sign_in:set_up_second_factor")
