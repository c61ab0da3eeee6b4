"""The door: password, code, passkey, a forgotten password, and proving it once more.

allauth's views, each with our form, our page, and 422 where something needs another look.
"""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as codes
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.sign_in import ForgottenPasswordForm
from accounts.models import User
from accounts.operations.attempts import Kind, count_attempt, refuse_too_many
from accounts.operations.second_factor import take_code
from accounts.sign_in.second_factor import SecondFactorAdapter
from core.clock import now
from core.errors import RuleBroken
from core.http import sent_to
from core.tasks import send_after_commit

WRONG_CODE = SecondFactorAdapter.error_messages["incorrect_code"]


class SaysWhatIsWrong:
    """422 with the form, where allauth would answer 200."""

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        form = context.get("form")
        if form is not None and form.errors:
            options.setdefault("status", 422)
        response: HttpResponse = super().render_to_response(context, **options)  # type: ignore[misc]
        return response


class TakesACode:
    """A code is used up by the operation that accepts it, under a lock."""

    def took(self, form: Any, person: User) -> bool:
        """Take the code of a form that is right; otherwise say at the field what is wrong."""
        try:
            form.authenticator = take_code(person=person, code=form.cleaned_data["code"], at=now())
        except RuleBroken as refusal:
            form.add_error("code", str(refusal))
            return False
        if form.authenticator is None:
            form.add_error("code", WRONG_CODE)
            return False
        form.authenticator.user = person
        return True


class SignIn(SaysWhatIsWrong, account.LoginView):  # type: ignore[misc]
    def get_context_data(self, **options: Any) -> dict[str, Any]:
        more = {"openid_name": openid_name(), "openid_provider": settings.OIDC_PROVIDER}
        return super().get_context_data(**options) | more  # type: ignore[no-any-return]


class EnterCode(SaysWhatIsWrong, TakesACode, codes.AuthenticateView):  # type: ignore[misc]
    """The second step, after the password and before anything else."""

    def form_valid(self, form: Any) -> HttpResponse:
        took = form is not self.auth_form or self.took(form, self.stage.login.user)
        response: HttpResponse = super().form_valid(form) if took else self.form_invalid(form)
        return response


class PasswordAgain(SaysWhatIsWrong, account.ReauthenticateView):  # type: ignore[misc]
    pass


class CodeAgain(SaysWhatIsWrong, TakesACode, codes.ReauthenticateView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        took = self.took(form, self.request.user)
        response: HttpResponse = super().form_valid(form) if took else self.form_invalid(form)
        return response


class PasskeyAgain(passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]
    pass


class ChangePassword(SaysWhatIsWrong, account.PasswordChangeView):  # type: ignore[misc]
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who comes in through another provider has no password here to change."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class NewPassword(SaysWhatIsWrong, account.PasswordResetFromKeyView):  # type: ignore[misc]
    pass


new_password = NewPassword.as_view()
# allauth notes the address of whoever a link names, also where it is only looked whether the link is good.
new_password.writes_on_get = True


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer and its time are the same whether or not anybody has this address."""
    form = ForgottenPasswordForm(sent_to(request))
    if form.is_valid():
        address = form.cleaned_data["email"]
        try:
            refuse_too_many(kind=Kind.RESET, whom=address, at=now())
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            count_attempt(kind=Kind.RESET, whom=address, at=now())
            send_after_commit("accounts.tasks.send_reset_link", address)
            return redirect("account_reset_password_done")
    status = 422 if form.errors else 200
    return render(request, "account/password_reset.html", {"form": form}, status=status)


def openid_name() -> str:
    """Return what the other provider is called; empty where there is none."""
    configured = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return str(configured[0]["name"]) if configured else ""
