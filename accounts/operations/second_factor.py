"""Taking a code once, and forgetting what somebody has lost."""

from datetime import datetime

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.operations.attempts import Kind, count_attempt, refuse_too_many
from accounts.operations.devices import end_every_session
from core.errors import RuleBroken

COUNTER = "last_counter"  # the step of time whose code was taken last, in the authenticator's data
CODES = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the step of time (RFC 6238) whose code `code` is, at most one off; None where it fits none."""
    middle = int(at.timestamp()) // app_settings.TOTP_PERIOD
    around = range(middle - app_settings.TOTP_TOLERANCE, middle + app_settings.TOTP_TOLERANCE + 1)
    steps = (
        step
        for step in around
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    )
    return next(steps, None)


@transaction.atomic
def take_code(*, person: User, code: str, at: datetime) -> Authenticator | None:
    """Return what `code` belongs to, app or recovery codes, and use it up; None where it proves nothing.

    The rows are locked first: of two requests with one code at the same instant, on whatever machines, the
    second finds it used. A code of the app dies with every earlier one. Raises RuleBroken after too many
    wrong ones.
    """
    refuse_too_many(kind=Kind.CODE, whom=str(person.pk), at=at)
    locked = Authenticator.objects.select_for_update().filter(user=person, type__in=CODES)
    for authenticator in locked.order_by("pk"):
        if fits(authenticator, code, at):
            return authenticator
    count_attempt(kind=Kind.CODE, whom=str(person.pk), at=at)
    return None


def fits(authenticator: Authenticator, code: str, at: datetime) -> bool:
    """Say whether `code` is good for this locked row, and mark it used."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        codes = authenticator.wrap()
        taken: bool = codes.validate_code(code)
        authenticator.data = codes.instance.data  # allauth reads the row again under its own lock
        return taken
    step = step_of(decrypt(authenticator.data["secret"]), code, at)
    if step is None or step <= authenticator.data.get(COUNTER, 0):
        return False
    authenticator.data[COUNTER] = step
    authenticator.save(update_fields=["data"])
    return True


@transaction.atomic
def use_up(*, authenticator: Authenticator, code: str, at: datetime) -> None:
    """The code that set an app up is used, too: it does not open the door a moment later."""
    step = step_of(decrypt(authenticator.data["secret"]), code, at)
    authenticator.data[COUNTER] = step or 0
    authenticator.save(update_fields=["data"])


@transaction.atomic
def forget_second_factor(*, person: User) -> None:
    """Forget app, passkeys and recovery codes of somebody who has lost them; every session ends.

    Raises RuleBroken where there is nothing to forget.
    """
    forgotten, _rows = Authenticator.objects.filter(user=person).delete()
    if not forgotten:
        raise RuleBroken(_("There is no second step to forget."))
    end_every_session(person)
