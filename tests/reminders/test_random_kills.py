"""Sending processes that are killed at random moments: every mail arrives, and hardly one of them twice.

Real processes in the role worker, a real mail server, kill -9. What a kill may repeat is one mail, with the
same Message-ID: the one between the server's yes and the mark (research/perf.md 2.3). Leases are
short, so that nobody waits long for that of the dead.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.clock import now
from reminders.models import Message
from tests.reminders.test_sending import Server, a_mail, server  # noqa: F401 -- the fixture
from tests.roles import database_url

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

KILLS, MAILS = 200, 1200
SHARE = 90  # seconds of the long tier's 25 minutes
PATIENCE = 10  # seconds for a first mail, on a machine that is busy with something else
LONGEST_LIFE = 0.03  # seconds after a mail; one takes about five thousandths


class Mortals:
    """The process whose children send and are killed."""

    def __init__(self, port: int) -> None:
        smtp = {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "DATABASE_URL": database_url("worker")}
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.reminders.by_smtp", **smtp}
        self.process = subprocess.Popen(  # noqa: S603 -- the project's own
            [sys.executable, str(Path(__file__).with_name("mortal.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.line() == "ready"

    def ask(self, words: object) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        return self.line()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def send(self, *, until: Callable[[], None] | None = None) -> int:
        """Let a child send, and kill it once `until` has come; return how it ended (-9 if killed)."""
        child = int(self.ask("send"))
        if until is not None:
            until()
            os.kill(child, signal.SIGKILL)
        return int(self.ask("how did it end"))

    def end(self) -> None:
        self.process.communicate(timeout=30)


def a_moment(server: Server, chance: random.Random) -> Callable[[], None]:  # noqa: F811 -- as above
    """Return a wait: for any moment of a child's life, more often for one in the midst of sending."""

    def wait() -> None:
        before, deadline = len(server.taken), time.perf_counter() + PATIENCE
        while in_the_midst and len(server.taken) == before and time.perf_counter() < deadline:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, LONGEST_LIFE))

    in_the_midst = chance.random() < 0.7
    return wait


def test_no_mail_is_lost_and_a_kill_repeats_at_most_one(
    server: Server,  # noqa: F811 -- as above
    record_property: Any,
) -> None:
    month = now() + timedelta(days=30)
    for _ in range(MAILS):
        a_mail(useful_until=month)
    seed = random.randrange(2**32)
    chance, kills, began = random.Random(seed), 0, time.perf_counter()
    mortals = Mortals(settings.EMAIL_PORT)
    ended = -signal.SIGKILL
    while kills < KILLS and ended and time.perf_counter() - began < SHARE:
        ended = mortals.send(until=a_moment(server, chance))
        kills += ended == -signal.SIGKILL
    under_fire = len(server.taken)
    assert mortals.send() == 0
    mortals.end()

    arrived = Counter(envelope.content.split(b"Message-ID: ")[1][:60] for envelope in server.taken)
    repeats = sum(arrived.values()) - len(arrived)
    between = f"{under_fire} mails went out between them, {repeats} of them twice"
    record_property("found", f"Random kills: {kills} of {KILLS}, seed {seed}; {between}")
    assert under_fire > kills / 4
    assert len(arrived) == MAILS
    assert repeats <= kills
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}
