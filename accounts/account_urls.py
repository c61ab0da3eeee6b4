"""allauth's addresses, those that are used and no others: nobody signs up or changes an e-mail by themselves.

The names are allauth's, because it looks its own pages up by them.
"""

from allauth.account import views as account
from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount import views as social
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.sign_in.openid import callback, go
from accounts.views import second_factor, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", sign_in.SignIn.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", sign_in.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("password/change/", sign_in.ChangePassword.as_view(), name="account_change_password"),
    path("password/reset/", sign_in.forgotten_password, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.new_password,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # the second step
    path("2fa/", second_factor.Overview.as_view(), name="mfa_index"),
    path("2fa/code/", sign_in.EnterCode.as_view(), name="mfa_authenticate"),
    path("2fa/code/again/", sign_in.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("2fa/app/", second_factor.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("2fa/app/remove/", second_factor.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/codes/new/",
        second_factor.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/codes/text/",
        second_factor.recovery_codes_as_text,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/passkeys/", second_factor.Overview.as_view(), name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/passkeys/again/", sign_in.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("2fa/passkeys/login/", login_webauthn, name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/<int:pk>/remove/",
        second_factor.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/passkeys/<int:pk>/rename/",
        second_factor.RenamePasskey.as_view(),
        name="mfa_edit_webauthn",
    ),
]

OPEN_ID = [
    path("<str:provider_id>/login/", go, name="openid_connect_login"),
    path("<str:provider_id>/login/callback/", callback, name="openid_connect_callback"),
    path("login/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("login/error/", social.login_error, name="socialaccount_login_error"),
]

if settings.OIDC_ISSUER:
    urlpatterns.append(path("openid/", include(OPEN_ID)))
