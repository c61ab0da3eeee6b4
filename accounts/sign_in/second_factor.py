"""How allauth keeps and shows second factors here: secrets sealed, the QR code as plain SVG, our words."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from accounts.models import FactorSecret, Practice, User
from accounts.sign_in.proof import FACTORS

QUIET = 4  # modules of white around the code, as the standard wants


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This did not fit. Try the code that is shown now."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your practice asks for a second step. Set up another one first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Keep `text` sealed in a row of its own; what allauth keeps is that row's key."""
        return str(FactorSecret.objects.create(text=text).pk)

    def decrypt(self, encrypted_text: str) -> str:
        return str(FactorSecret.objects.get(pk=encrypted_text).text)

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def _get_site_name(self) -> str:
        """People sign in to their practice; the app on their phone names it so."""
        return Practice.objects.current().name

    def build_totp_svg(self, url: str) -> str:
        return qr_svg(url)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        taken = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": taken + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays where the practice asks for one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        is_last = not others.exclude(pk=authenticator.pk).exists()
        return not (is_last and Practice.objects.current().second_factor_required)

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        get_adapter(context.request).send_notification_mail(*args, **options)


def forget_secrets(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    """A secret goes with its authenticator."""
    kept = [instance.data[name] for name in ("secret", "seed") if name in instance.data]
    FactorSecret.objects.filter(pk__in=kept).delete()


def qr_svg(text: str) -> str:
    """Return `text` as a QR code: SVG without style, id or script, so that it may stand in a page."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    side = len(rows)
    box = f'viewBox="0 0 {side} {side}" width="{side * 5}" height="{side * 5}"'
    white = f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} aria-hidden="true" '
        f'shape-rendering="crispEdges">{white}<path fill="#000" d="{dark}"/></svg>'
    )
