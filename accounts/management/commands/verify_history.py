"""Say whether history and the read log are what was sealed (R18, R21)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from accounts.models import HistoryLine, Seal
from accounts.operations.heads import heads_in
from accounts.operations.verifying import faults

SHOWN = 20


class Command(BaseCommand):
    help = "Check every seal, every row of history and of the read log, and the heads that went outside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--heads",
            type=Path,
            default=settings.SEAL_HEADS_FILE,
            metavar="FILE",
            help="heads as they were sent outside, one a line (%(default)s)",
        )

    def handle(self, *args: Any, heads: Path, **options: Any) -> None:
        if not settings.SEAL_KEYS:
            raise CommandError("SEAL_KEYS is not set: run this as script/manage verify_history.")
        if not heads.exists():
            self.stderr.write(
                f"{heads} is not there: a cut tail or an older backup would not be seen."
            )
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set transaction read only")
            found = sorted(faults(heads=heads_in(heads)))
            last = Seal.objects.order_by("-number").first()
            lines = HistoryLine.objects.count()
        if found:
            self.name(found)
        if last is None:
            self.stdout.write("Nothing is sealed yet.")
        else:
            self.stdout.write(
                f"Intact: {lines} lines under {last.number} seals, the last of {last.made_at:%Y-%m-%d %H:%M:%S} UTC."
            )

    def name(self, found: list[Any]) -> None:
        """Name the first bad seal and what is wrong with it, and some of what follows."""
        self.stdout.write(f"The first bad seal is {found[0].seal}.")
        for fault in found[:SHOWN]:
            self.stdout.write(f"  {fault}")
        raise CommandError(f"History is not intact: {len(found)} faults.")
