"""A process that sends mails in children which may be killed: `python tests/reminders/mortal.py`.

Reads two lines for each child: anything, answered with its process; and, once it was killed or left alone,
anything, answered with how it ended. Nobody buries a child before the second line, so that a kill meets nobody
else. Leases are short here, so that the next child need not wait for that of the dead.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
django.setup()

from django.template.loader import get_template  # noqa: E402
from django.urls import reverse  # noqa: E402

from core.clock import now  # noqa: E402 -- Django first
from reminders.operations import claiming  # noqa: E402
from reminders.operations.sending import drain  # noqa: E402


def main() -> None:
    get_template("reminders/mail.html")  # what every child needs is there before it is born
    reverse("reminders:inbox")
    print("ready", flush=True)  # noqa: T201 -- the pipe to the test
    while sys.stdin.readline():
        time.sleep(0.1)  # the lease of the last one ends
        child = os.fork()
        if child == 0:
            drain_and_die()
        print(child, flush=True)  # noqa: T201
        sys.stdin.readline()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def drain_and_die() -> None:
    claiming.LEASE = timedelta(seconds=0.1)
    claiming.LONGEST_MAIL = timedelta(seconds=0.05)
    try:
        drain(clock=now)
        os._exit(0)
    except Exception as fault:  # noqa: BLE001 -- the parent is told by the status
        sys.stderr.write(repr(fault))
        os._exit(1)


if __name__ == "__main__":
    main()
