"""Forms at the door. What they check is allauth's; the words are ours, and no placeholder stands for a label."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.sealed import PREFIX, Sealed, seal, unseal

IN_SESSION = b"django_session.session_data"  # where a secret waits that is not proved yet
PASSWORD_HINT = _("At least 12 characters. A short sentence is easy to keep.")


def dressed(form: forms.BaseForm, name: str, label: Any, hint: Any = "", **attrs: str) -> None:
    """Give a field of allauth's our label and hint, and take its placeholder away."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dressed(self, "login", _("E-mail"), autocomplete="username webauthn")
        dressed(self, "password", _("Password"))


class PasswordAgainForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dressed(self, "password", _("Password"))


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["password2"]  # a password manager types it; a slip is mended by a new link
        dressed(self, "oldpassword", _("Password until now"))
        dressed(self, "password1", _("New password"), PASSWORD_HINT)


class NewPasswordForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["password2"]
        dressed(self, "password1", _("New password"), PASSWORD_HINT)


class ForgottenPasswordForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class CodeForm(codes.AuthenticateForm):  # type: ignore[misc]
    """A code of the app or a recovery code; the view takes it (accounts/operations/second_factor.py)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dressed(
            self,
            "code",
            _("Code"),
            _("Six digits from your app, or one of your recovery codes."),
            autocomplete="one-time-code",
            inputmode="numeric",
            autofocus="autofocus",
        )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"])


class CodeAgainForm(codes.ReauthenticateForm, CodeForm):  # type: ignore[misc]
    """The same, from somebody who is in already."""

    clean_code = CodeForm.clean_code


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The secret waits in the session until the first code fits: sealed there, too."""

    secret: str

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        session = context.request.session
        if self.secret.startswith(PREFIX):
            self.secret = unseal(Sealed(b64decode(self.secret.removeprefix(PREFIX))), IN_SESSION)
        else:
            sealed = b64encode(seal(self.secret, IN_SESSION)).decode()
            session[SECRET_SESSION_KEY] = PREFIX + sealed
        dressed(
            self,
            "code",
            _("Code"),
            _("The six digits that your app shows now."),
            inputmode="numeric",
        )


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey opens the door by itself, so it always proves that its holder is there."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("passwordless", None)
        dressed(
            self,
            "name",
            pgettext_lazy("thing", "Name"),
            _("So that you know it again: “Phone”, “Key on my ring”."),
        )

    def clean_name(self) -> str:
        return str(super().clean_name())[:60]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dressed(self, "name", pgettext_lazy("thing", "Name"))


class SignInPolicyForm(forms.Form):
    second_factor_required = forms.BooleanField(
        label=_("Everybody signs in with a second step"),
        help_text=_("A code from an app, or a passkey. Without it a stolen password is enough."),
        required=False,
    )
    idle_minutes = forms.IntegerField(
        label=_("Signed out after so many minutes without anything happening"),
        help_text=_("One is asked two minutes before. What was typed is kept."),
        min_value=5,
        max_value=480,
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )
    signed_in_hours = forms.IntegerField(
        label=_("Signed out after so many hours in all"),
        min_value=1,
        max_value=24,
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )
    drafts_kept_days = forms.IntegerField(
        label=_("Typed and not sent is kept for so many days"),
        min_value=1,
        max_value=365,
        widget=forms.NumberInput(attrs={"class": "form-control w-date"}),
    )
