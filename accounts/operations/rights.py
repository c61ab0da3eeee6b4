"""What an operation asks first: whether whoever acts has a role for it, and who hears of it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Role, User
from core.errors import RuleBroken
from core.tasks import send_after_commit


def refuse_others(by: User) -> None:
    """Raise RuleBroken for everybody who is no practice admin: the practice's own facts are theirs to keep."""
    refuse_without((Role.PRACTICE_ADMIN,), by)


def refuse_without(roles: Iterable[Role], by: User) -> None:
    """Raise RuleBroken for everybody who has none of `roles`."""
    if not any(by.holds(role) for role in roles):
        raise RuleBroken(_("Your role does not include this page."))


def refuse_oneself(whom: User, by: User) -> None:
    """Raise RuleBroken for who would give themselves sight of somebody's work (ADR 0011)."""
    if whom == by:
        raise RuleBroken(_("Another practice admin has to do this: it would open work to you."))


def tell_of_rights(person: User, what: str) -> None:
    """Tell `person` by mail that rights of theirs, or to their work, have changed; `what` names one of `mails.NOTICES`."""
    send_after_commit("accounts.tasks.send_notice", person.pk, what)
