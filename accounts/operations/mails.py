"""Mails about an account: they name nobody, and say what to do if it was somebody else.

The worker writes and sends them, so that a page answers as quickly for an address nobody has as for one
that gets a link.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User

# What happened, by the name allauth gives it; `forgotten` is ours.
NOTICES: dict[str, Promise] = {
    "password_changed": gettext_lazy("The password of your account was changed."),
    "password_reset": gettext_lazy(
        "The password of your account was set anew by a link in a mail."
    ),
    "totp_activated": gettext_lazy("An authenticator app was set up for your account."),
    "totp_deactivated": gettext_lazy("The authenticator app was removed from your account."),
    "webauthn_added": gettext_lazy("A passkey was added to your account."),
    "webauthn_removed": gettext_lazy("A passkey was removed from your account."),
    "recovery_codes_generated": gettext_lazy(
        "New recovery codes were made for your account. The old ones no longer work."
    ),
    "forgotten": gettext_lazy(
        "A practice admin has reset the second step of your sign-in, and signed you out everywhere."
        " When you next sign in, you set it up again."
    ),
    "roles": gettext_lazy(
        "Your roles in the practice have changed. You were signed out and can sign in again."
    ),
    "supervised": gettext_lazy(
        "Who leads or supervises your work has changed. Who leads you sees your clients’ files."
    ),
    "deputy": gettext_lazy(
        "You were written down as away, and somebody stands in for you. They see your clients’ files meanwhile."
    ),
}


def send_notice(*, person: User, what: str) -> bool:
    """Tell `person` what was done to their account; False where they have no address."""
    with override(person.language):
        return send(
            person,
            subject=_("A change to your sign-in"),
            paragraphs=[
                str(NOTICES[what]),
                _(
                    "Was this not you? Tell the person who looks after accounts in your practice now."
                ),
            ],
        )


def send_reset_link(*, address: str) -> bool:
    """Send a link to set a new password, if somebody who may come in has a password under `address`."""
    person = User.objects.who_work_here().filter(email__iexact=address).first()
    if person is None or not person.has_usable_password():
        return False
    key = default_token_generator.make_token(person)
    where = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": key},
    )
    with override(person.language):
        return send(
            person,
            subject=_("A new password"),
            paragraphs=[
                _("Somebody, probably you, has asked for a new password. Choose it here:"),
                f"{settings.PUBLIC_URL}{where}",
                _("The link works once, for an hour. Without it nothing changes."),
            ],
        )


def send(person: User, *, subject: str, paragraphs: list[str]) -> bool:
    if not person.email:
        return False
    mail = EmailMessage(subject, "\n\n".join(paragraphs) + "\n", to=[person.email])
    mail.extra_headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": person.language,
    }
    return bool(mail.send())
