"""One's own second step: an app, passkeys, recovery codes; set up, looked at, removed."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from accounts.operations.second_factor import use_up
from accounts.sign_in.proof import (
    SECOND_FACTOR,
    fresh_proof_required,
    has_factor,
    has_proved_two,
)
from accounts.sign_in.second_factor import SecondFactorAdapter
from accounts.views.sign_in import SaysWhatIsWrong
from core.clock import now

fresh = method_decorator(fresh_proof_required, name="dispatch")  # type: ignore[arg-type]  # a narrower answer
LAST_ONE = SecondFactorAdapter.error_messages["cannot_delete_authenticator"]


def remember_proof(request: HttpRequest, authenticator: Authenticator) -> None:
    """Whoever has just set a second factor up has proved to have it."""
    record_authentication(
        request, request.user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type
    )


def newest(request: HttpRequest, kind: Authenticator.Type) -> Authenticator:
    mine = Authenticator.objects.filter(user=request.user.pk, type=kind)
    return mine.latest("created_at", "pk")


@require_safe
def set_up(request: AuthedRequest) -> HttpResponse:
    """Where somebody lands who has a password only, in a practice that asks for more."""
    if has_proved_two(request) or has_factor(request.user):
        return redirect("mfa_index")
    return render(request, "sign_in/set_up_second_factor.html")


class Overview(IndexView):  # type: ignore[misc]
    """What one has: the app, passkeys, how many recovery codes are left."""


@fresh
class ActivateApp(SaysWhatIsWrong, app.ActivateTOTPView):  # type: ignore[misc]
    def get_context_data(self, **options: Any) -> dict[str, Any]:
        """Add the secret in parts of four, for who has to type it."""
        context: dict[str, Any] = super().get_context_data(**options)
        secret = context["form"].secret
        return context | {"secret_parts": [secret[n : n + 4] for n in range(0, len(secret), 4)]}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        authenticator = newest(self.request, Authenticator.Type.TOTP)
        use_up(authenticator=authenticator, code=form.cleaned_data["code"], at=now())
        remember_proof(self.request, authenticator)
        return response


@fresh
class RemoveApp(SaysWhatIsWrong, app.DeactivateTOTPView):  # type: ignore[misc]
    pass


@fresh
class AddPasskey(SaysWhatIsWrong, passkeys.AddWebAuthnView):  # type: ignore[misc]
    def get_context_data(self, **options: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**options)
        context["js_data"] = {"creation_options": begin_registration(self.request.user, True)}  # noqa: FBT003 -- passwordless
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        remember_proof(self.request, newest(self.request, Authenticator.Type.WEBAUTHN))
        return response


@fresh
class RenamePasskey(SaysWhatIsWrong, passkeys.EditWebAuthnView):  # type: ignore[misc]
    success_url = None

    def get_success_url(self) -> str:
        return redirect("mfa_index").url


@fresh
class RemovePasskey(passkeys.RemoveWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        if not SecondFactorAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, LAST_ONE)
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)
        return response

    def get_success_url(self) -> str:
        return redirect("mfa_index").url


def codes_left(request: AuthedRequest) -> list[str]:
    """Return one's own recovery codes that are not used yet; 404 where there never were any."""
    mine = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES)
    return list(get_object_or_404(mine).wrap().get_unused_codes())


@require_safe
@fresh_proof_required
def recovery_codes(request: AuthedRequest) -> HttpResponse:
    """Show them, to who has just proved themselves. allauth's own page writes on GET."""
    return render(request, "mfa/recovery_codes/index.html", {"unused_codes": codes_left(request)})


@require_safe
@fresh_proof_required
def recovery_codes_as_text(request: AuthedRequest) -> HttpResponse:
    text = "\n".join(codes_left(request)) + "\n"
    named = {"Content-Disposition": 'attachment; filename="codes.txt"'}
    return HttpResponse(text, content_type="text/plain", headers=named)


@fresh
class NewRecoveryCodes(SaysWhatIsWrong, codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    pass
