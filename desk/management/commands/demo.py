"""`manage.py demo`: make the demonstration practice once, and print who signs in with what.

`script/manage demo --renew` moves its dates to this week; it needs the database role owner and takes it.
"""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.clock import now
from core.errors import RuleBroken
from desk.demo.renewal import renew as move_to_this_week
from desk.demo.story import ZONE, tell_the_story


class Command(BaseCommand):
    help = "Make the demonstration practice in an empty database. DEMO_PASSWORD sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD", ""))
        parser.add_argument(
            "--renew",
            action="store_true",
            help="move the dates of the one that is here to this week",
        )

    def handle(self, *args: Any, password: str, renew: bool, **options: Any) -> None:
        if renew:
            self.stdout.write(self.renewed())
            return
        if User.objects.exists():
            raise CommandError(
                "There are people here already: a demonstration never mixes with them."
            )
        if not password:
            raise CommandError("Give a password: DEMO_PASSWORD=… or --password …")
        with timezone.override(ZONE), transaction.atomic():
            staff = tell_the_story(password)
        for what, email in staff.sign_ins():
            self.stdout.write(f"{what:34} {email}")
        self.stdout.write(f"{'Password':34} {password}")

    def renewed(self) -> str:
        """Move the dates; return what to say. Raises CommandError where these are no invented people."""
        try:
            with timezone.override(ZONE):
                weeks = move_to_this_week(at=now())
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        if not weeks:
            return "The demonstration is of this week already."
        return f"The demonstration was moved by {weeks} week{'s' if weeks > 1 else ''}."
