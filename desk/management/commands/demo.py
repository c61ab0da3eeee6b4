"""`manage.py demo`: make the demonstration practice once, and print who signs in with what."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from desk.demo.story import ZONE, tell_the_story


class Command(BaseCommand):
    help = "Make the demonstration practice in an empty database. DEMO_PASSWORD sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD", ""))

    def handle(self, *args: Any, password: str, **options: Any) -> None:
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
