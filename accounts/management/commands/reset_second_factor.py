"""`manage.py reset_second_factor EMAIL`: for the only practice admin, whose phone is lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.operations.mails import send_notice
from accounts.operations.second_factor import forget_second_factor
from core.errors import RuleBroken


class Command(BaseCommand):
    help = "Forget somebody's app, passkeys and recovery codes, sign them out everywhere, and tell them by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError("Nobody has this address.")
        try:
            forget_second_factor(person=person)
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        send_notice(person=person, what="forgotten")
        self.stdout.write("Reset. They set it up again when they next sign in.")
