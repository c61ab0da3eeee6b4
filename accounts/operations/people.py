"""Inviting people, giving roles, suspending access."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, Practice, Role, RoleHeld, User
from accounts.operations.devices import end_every_session
from core.errors import RuleBroken

INVITATION_LASTS = timedelta(days=14)


def digest_of(code: str) -> str:
    """Return what is kept of an invitation's code."""
    return sha256(code.encode()).hexdigest()


@transaction.atomic
def invite_person(
    *, name: str, email: str, roles: Sequence[Role], by: User | None, at: datetime
) -> tuple[Invitation, str]:
    """Make a person (or find the one imported under this address) and a one-time code to sign in with.

    Earlier invitations of the same person stop working. Raises RuleBroken where somebody with this
    address can sign in already.
    """
    person = User.objects.filter(email__iexact=email).first()
    if person is not None and is_in_use(person):
        raise RuleBroken(_("Somebody with this e-mail can sign in already."))
    if person is None:
        person = User.objects.create_user(email=email, name=name, **what_is_usual(roles))
    give_roles(person=person, roles=roles, by=by)
    return renew_invitation(person=person, by=by, at=at)


def what_is_usual(roles: Sequence[Role]) -> dict[str, Any]:
    """Return with what somebody new begins: the practice's language and days; a therapist with its limit."""
    practice = Practice.objects.current()
    usual = {"language": practice.language, "working_days": practice.working_days}
    return usual | ({"capacity": practice.usual_limit} if Role.THERAPIST in roles else {})


def is_in_use(person: User) -> bool:
    """Say whether somebody comes in by this account: by a password, another provider, or an invitation they took up."""
    has_come_in = person.invitations.exclude(accepted_at=None).exists()
    return person.has_usable_password() or person.last_login is not None or has_come_in


@transaction.atomic
def renew_invitation(*, person: User, by: User | None, at: datetime) -> tuple[Invitation, str]:
    """Make a new one-time code for `person`; the earlier ones stop working.

    Raises RuleBroken for an account in use: whoever held the code could come in as somebody else. They get a
    link for a new password, at their own address (`ask_for_new_password`).
    """
    if is_in_use(person):
        raise RuleBroken(_("This account is in use. A new password is set by its owner alone."))
    Invitation.objects.filter(user=person).open_at(at).update(withdrawn_at=at)
    code = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        user=person,
        code_digest=digest_of(code),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    return invitation, code


@transaction.atomic
def accept_invitation(*, code: str, password: str, language: str, at: datetime) -> User:
    """Let the invited person in.

    Raises RuleBroken where the link was used, withdrawn or is too old, or the password is the person's own
    name or address.
    """
    invitation = (
        Invitation.objects.open_at(at)
        .select_for_update(of=("self",))
        .filter(code_digest=digest_of(code))
        .select_related("user")
        .first()
    )
    if invitation is None or is_in_use(invitation.user):
        raise RuleBroken(_("This link no longer works. Ask for a new invitation."))
    person = invitation.user
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise RuleBroken(" ".join(weak.messages)) from weak
    person.set_password(password)
    person.language = language
    person.save()
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    return person


@transaction.atomic
def arrive_by_another_provider(*, address: str, at: datetime) -> User | None:
    """Return who was invited under `address`, which another provider has verified; None for everybody else.

    Coming in that way takes an open invitation up: no password is needed any more.
    """
    person = User.objects.who_work_here().filter(email__iexact=address).first()
    if person is None:
        return None
    opened = Invitation.objects.filter(user=person).open_at(at).update(accepted_at=at)
    has_been_here = person.invitations.exclude(accepted_at=None).exists()
    return person if opened or has_been_here or person.has_usable_password() else None


@transaction.atomic
def give_roles(*, person: User, roles: Iterable[Role], by: User | None = None) -> bool:
    """Let `person` hold exactly `roles`; where that changes anything, they are signed out everywhere.

    Returns whether it did. Raises RuleBroken where nobody would be left to give roles, and for who gives one to
    themselves while another practice admin could (ADR 0011). `by` is nobody at the first invitation alone.
    """
    wanted = {Role(role).value for role in roles}
    held = set(person.roles_held.values_list("role", flat=True))
    if wanted == held:
        return False
    admins = User.objects.who_work_here().in_role(Role.PRACTICE_ADMIN)
    others = admins.exclude(pk=person.pk).exists()
    if Role.PRACTICE_ADMIN in held - wanted and not others:
        raise RuleBroken(_("Somebody has to be practice admin."))
    if person == by and wanted - held and others:
        raise RuleBroken(_("Another practice admin has to give you a role."))
    person.roles_held.exclude(role__in=wanted).delete()
    RoleHeld.objects.bulk_create(RoleHeld(user=person, role=role) for role in wanted - held)
    end_every_session(person)
    return True


@transaction.atomic
def change_own_settings(*, by: User, **chosen: object) -> User:
    """Save what a person may decide for themselves: language, theme, digest time, working days."""
    for name, value in chosen.items():
        setattr(by, name, value)
    by.save(update_fields=list(chosen))
    return by
