"""Invitations: many at once, withdrawn, sent by mail."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.invitation_sheet import Line
from accounts.models import Invitation, Practice, Role, User
from accounts.operations.mails import send
from accounts.operations.people import invite_person
from accounts.operations.rights import refuse_others
from core.errors import RuleBroken


@transaction.atomic
def invite_many(*, lines: Iterable[Line], by: User, at: datetime) -> dict[User, str]:
    """Invite the people of the lines that have no problem; return each with the one-time code."""
    refuse_others(by)
    codes: dict[User, str] = {}
    for line in lines:
        if line.problems:
            continue
        roles = [Role(role) for role in line.roles]
        invitation, code = invite_person(
            name=line.name, email=line.email, roles=roles, by=by, at=at
        )
        codes[invitation.user] = code
    return codes


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """Let a link work no longer; raises RuleBroken where it was used already."""
    refuse_others(by)
    mine = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if mine.accepted_at is not None:
        raise RuleBroken(_("This person has come in already."))
    mine.withdrawn_at = mine.withdrawn_at or at
    mine.save(update_fields=["withdrawn_at"])
    return mine


def who_can_sign_in() -> frozenset[str]:
    """Return the addresses, in small letters, of everybody who can sign in already."""
    people = User.objects.exclude(email=None).only("email", "password", "last_login")
    arrived = set(Invitation.objects.exclude(accepted_at=None).values_list("user_id", flat=True))
    return frozenset(
        (one.email or "").lower()
        for one in people
        if one.has_usable_password() or one.last_login is not None or one.pk in arrived
    )


def address_of(code: str) -> str:
    """Return the whole one-time link."""
    path = reverse("accounts:accept_invitation", args=[code])
    return f"{settings.PUBLIC_URL}{path}"


def mail_invitations(codes: Mapping[User, str], practice: Practice) -> None:
    """Send each their link once the invitations are committed; a mail that fails stops no other."""
    for person, code in codes.items():
        transaction.on_commit(partial(mail_invitation, person, code, practice.name), robust=True)


def mail_invitation(person: User, code: str, practice_name: str) -> bool:
    with override(person.language):
        return send(
            person,
            subject=_("Your invitation to %(practice)s") % {"practice": practice_name},
            paragraphs=[
                _("You can come in here, and choose a password:"),
                address_of(code),
                _("The link works once, for 14 days. If it has run out, ask for a new one."),
            ],
        )
