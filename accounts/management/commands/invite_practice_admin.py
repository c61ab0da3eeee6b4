"""`manage.py invite_practice_admin EMAIL`: the first person, by a one-time link (decision 24)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import Practice, Role
from accounts.operations.people import INVITATION_LASTS, invite_person
from core.clock import now
from core.errors import RuleBroken


class Command(BaseCommand):
    help = "Invite a practice admin and print the one-time link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        if not Practice.objects.exists():
            Practice.objects.create(id=1, name="Practice", follow_up_days=[14, 42])
        try:
            _invitation, code = invite_person(
                name=name or email.split("@")[0],
                email=email,
                roles=[Role.PRACTICE_ADMIN],
                by=None,
                at=now(),
            )
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        path = reverse("accounts:accept_invitation", args=[code])
        self.stdout.write(f"{settings.PUBLIC_URL}{path}")
        self.stdout.write(f"The link works once, for {INVITATION_LASTS.days} days.")
