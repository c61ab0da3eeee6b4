"""`script/manage reminders_doctor`: is anybody not reminded, does any mail not go out? For cron or systemd, too."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Practice
from core.clock import now
from reminders.models import Examination
from reminders.operations.doctor import examine, keep

WORDS = {
    "unsent": "mails that should have gone out ten minutes ago and more",
    "expired": "mails whose worker died and that nobody has taken over",
    "missing": "reminders that should stand and do not",
    "left_over": "reminders that stand and should not",
    "silent": "workers that have not been through for two minutes",
}


class Command(BaseCommand):
    """Exits 0 when all is well, 1 when not, so that whoever runs it can ring somebody."""

    help = "Looks whether every reminder stands and every mail goes out; counts, no names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line of JSON")
        parser.add_argument(
            "--patience",
            type=float,
            default=40,
            metavar="SECONDS",
            help="before a second look at what a tick may just be raising (40)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with timezone.override(Practice.objects.current().tzinfo):
            found, differs = examine(at=now())
            if differs:
                time.sleep(options["patience"])
                found, _differs = examine(at=now(), known=differs)
            keep(found)
        self.stdout.write(as_json(found) if options["json"] else in_words(found))
        if not found.is_well:
            raise SystemExit(1)


def as_json(found: Examination) -> str:
    counts = {name: getattr(found, name) for name in WORDS}
    return json.dumps({"well": found.is_well, **counts})


def in_words(found: Examination) -> str:
    wrong = [
        f"{getattr(found, name)} {said}" for name, said in WORDS.items() if getattr(found, name)
    ]
    return "\n".join(wrong) or "All is well."
