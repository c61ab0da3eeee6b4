"""What an operation asks first: whether whoever acts has a role for it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Role, User
from core.errors import RuleBroken


def refuse_others(by: User) -> None:
    """Raise RuleBroken for everybody who is no practice admin: the practice's own facts are theirs to keep."""
    refuse_without((Role.PRACTICE_ADMIN,), by)


def refuse_without(roles: Iterable[Role], by: User) -> None:
    """Raise RuleBroken for everybody who has none of `roles`."""
    if not any(by.holds(role) for role in roles):
        raise RuleBroken(_("Your role does not include this page."))
