"""`manage.py status`: does everything stand as it should? For a person, and for a monitor by its exit status."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.clock import now
from reminders.operations.standing import lines_of


class Command(BaseCommand):
    help = "Say how backup, mail, worker, seals and disk stand; the status is 1 where somebody has to look."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = lines_of(at=now(), folder=Path(settings.DATA_DIR))
        for line in lines:
            self.stdout.write(f"{'ok  ' if line.is_well else 'LOOK'} {line.name}: {line.said}")
        if ill := [line.name for line in lines if not line.is_well]:
            raise CommandError(f"Not as it should be: {', '.join(ill)}")
