"""Who may keep the practice's own facts."""

from django.utils.translation import gettext as _

from accounts.models import Role, User
from core.errors import RuleBroken


def refuse_others(by: User) -> None:
    """Raise RuleBroken for everybody who is no practice admin."""
    if not by.holds(Role.PRACTICE_ADMIN):
        raise RuleBroken(_("Your role does not include this page."))
