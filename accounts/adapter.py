"""How allauth behaves here: nobody signs up by themselves, and who is suspended does not come in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.operations.attempts import Kind, count_attempt, refuse_too_many
from accounts.operations.devices import end_every_session
from accounts.sign_in.known import counted_as, remember_browser
from accounts.sign_in.proof import has_factor, is_fresh
from core.clock import now
from core.errors import RuleBroken
from core.tasks import send_after_commit

WAIT = gettext_lazy("Too many attempts. Please wait a while and try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("E-mail and password do not fit together."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "enter_current_password": gettext_lazy("This is not your password."),
        "too_many_login_attempts": WAIT,
        "rate_limited": WAIT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    # --- the door ------------------------------------------------------------------------------------
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        try:
            whom = counted_as(request, credentials.get("email", ""))
            refuse_too_many(kind=Kind.PASSWORD, whom=whom, at=now())
        except RuleBroken as refusal:
            raise ValidationError(str(refusal)) from refusal

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        whom = counted_as(request, credentials.get("email", ""))
        count_attempt(kind=Kind.PASSWORD, whom=whom, at=now())

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> Any:
        """Whose access has ended does not come in, and is told so only after the right password."""
        if not user.may_come_in:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **options)

    def login(self, request: HttpRequest, user: User) -> None:
        """The last step: between password and code access may have ended."""
        if not user.may_come_in:
            clear_login(request)
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        remember_browser(response, user)
        return response

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every session, this one too."""
        super().set_password(user, password)
        end_every_session(user)

    # --- proving it again ----------------------------------------------------------------------------
    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return what the person may prove themselves with: the second factor, where there is one.

        Who has nothing of the kind here came through another provider, and goes there once more.
        """
        methods = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        methods = [method | {"description": words[method["id"]]} for method in methods]
        if isinstance(user, User) and has_factor(user):
            weak = reverse("account_reauthenticate")
            methods = [method for method in methods if method["url"] != weak]
        if not methods and settings.SOCIALACCOUNT_PROVIDERS:
            where = reverse("openid_connect_login", args=[settings.OIDC_PROVIDER])
            methods = [{"id": "openid", "description": _("Sign in"), "url": where}]
        return methods

    # --- mails ---------------------------------------------------------------------------------------
    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **options: Any
    ) -> None:
        """The worker tells the person, in our words (accounts/operations/mails.py)."""
        send_after_commit("accounts.tasks.send_notice", user.pk, template_prefix.rpartition("/")[2])
