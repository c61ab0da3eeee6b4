"""Ending somebody's access: suspension at once and always, closing the account when nothing is open (decision 20)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.operations.devices import end_every_session
from core.errors import RuleBroken


@dataclass(frozen=True)
class Open:
    """Something that would be left hanging: of what kind, which reference code, since or until when."""

    kind: str
    code: str
    on: date | None


@transaction.atomic
def suspend_access(*, person: User, by: User, at: datetime) -> None:
    """End a person's access in one act: sessions, devices and feeds end, their caseload is on legal hold.

    Needs a practice admin to be acting. Feeds ask `User.may_come_in` at each visit, as sessions do. Raises RuleBroken for oneself, because
    nobody could undo it.
    """
    if by.pk == person.pk:
        raise RuleBroken(_("Somebody else has to do this for you."))
    locked = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    locked.suspended_at = locked.suspended_at or at
    locked.save(update_fields=["suspended_at"])
    end_every_session(locked)
    hold_caseload(locked)


def hold_caseload(person: User) -> int:
    """Put everybody in whose work `person` is on legal hold; return how many were not before.

    PostgreSQL does it for a practice admin, who has no road to these rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("select sight.hold_caseload_of(%s)", [person.pk])
        return int(cursor.fetchone()[0])


@transaction.atomic
def restore_access(*, person: User) -> None:
    """Let a person sign in again who was suspended or whose account was closed. A legal hold stays."""
    User.objects.filter(pk=person.pk).update(suspended_at=None, deactivated_at=None, is_active=True)


def open_with(person: User) -> list[Open]:
    """Return everything that stands open with `person`, as a practice admin may know it: codes and dates.

    Needs a practice admin to be acting; PostgreSQL answers nobody else.
    """
    with connection.cursor() as cursor:
        cursor.execute("select kind, code, on_day from sight.open_with(%s)", [person.pk])
        return [Open(*row) for row in cursor.fetchall()]


@transaction.atomic
def close_account(*, person: User, by: User, at: datetime) -> None:
    """Close an account for good manners: nothing may be left hanging.

    Raises RuleBroken while anything is open, and for oneself: so a practice admin always stays.
    """
    if by.pk == person.pk:
        raise RuleBroken(_("Somebody else has to do this for you."))
    locked = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if open_with(locked):
        raise RuleBroken(_("Something is still open. It needs somebody first."))
    locked.is_active, locked.deactivated_at = False, locked.deactivated_at or at
    locked.save(update_fields=["is_active", "deactivated_at"])
    end_every_session(locked)
