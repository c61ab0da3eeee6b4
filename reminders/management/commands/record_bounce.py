"""`script/manage record_bounce`: takes one report of delivery on its standard input, as a mail server's pipe gives it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from core.clock import now
from reminders.operations.bounces import LARGEST, read_bounce, record_bounce


class Command(BaseCommand):
    """Any other mail is passed by: what a mailbox for bounces gets is mostly something else."""

    help = "Reads a report of delivery (RFC 3464) and lets the mail it is about count as failed."

    def handle(self, *args: Any, **options: Any) -> None:
        bounce = read_bounce(sys.stdin.buffer.read(LARGEST))
        recorded = bounce is not None and record_bounce(bounce, at=now())
        self.stdout.write("Recorded." if recorded else "Nothing of ours came back.")
