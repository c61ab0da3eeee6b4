"""How fast mails go out, against the limit and against one Celery ETA task for each; how fast is derived what is due.

All on the same machine, database and mail server (aiosmtpd, which takes everything), turn by turn, two processes
each. (a) The limit: bare loops over smtplib, mails written beforehand, nothing read, nothing marked. (b) One
Celery task with an ETA for each reminder, which looks its row up and marks it. (c) Ours: claimed in batches, asked
again what stands, written, sent over one connection, marked and committed each. Then (b) and (c) with a
mail server that is none. Everything that is sent was derived, raised and made into mails by the product.

smtp_vs_limit: mails a second of (c) over (a). smtp_vs_eta: (c) over (b). null_vs_eta: the same without a mail server.
derive_1m_s: seconds in which what is due of 1,000,000 open endings is derived; scaled up from fewer in a quick
run, and `derived` says from how many.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django
import psycopg

from benchmarks._endings import Endings

PROCESSES = 2
Process = subprocess.Popen[Any]
NOWHERE = "dummymail://"
READY = "update reminders_message set state = 'dropped', sent_at = null where state <> 'dropped'"
GO = """
update reminders_message set state = 'waiting', attempts = 0, token = null, leased_until = null, fault = ''
 where id in (select id from reminders_message order by id limit %s)
"""
SENT = "select count(*), extract(epoch from max(sent_at) - min(sent_at)) from reminders_message where state = 'sent'"


@dataclass(frozen=True)
class Effort:
    """`quick` stays under fifty seconds, the making of the practice included."""

    rounds: int
    smtp: int
    eta: int
    null: int
    derived: int


FULL = Effort(rounds=5, smtp=4_000, eta=600, null=100_000, derived=1_000_000)
QUICK = Effort(rounds=3, smtp=900, eta=100, null=3_000, derived=20_000)


class Bench:
    """The practice that is measured, and the ways of sending its mails."""

    def __init__(self, port: int) -> None:
        self.smtp = f"smtp://127.0.0.1:{port}"
        self.running: dict[tuple[str, str], list[Process]] = {}
        self.owner = psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True)

    def environment(self, mail: str) -> dict[str, str]:
        """Return what a sending process is told: it is the worker."""
        ours = {"DATABASE_URL": os.environ["WORKER_DATABASE_URL"], "DATABASE_POOL": "0"}
        return {**os.environ, **ours, "EMAIL_URL": mail}

    def let_wait(self, count: int) -> None:
        """Let so many mails wait, and no others."""
        self.owner.execute(READY)
        self.owner.execute(GO, [count])
        self.owner.execute("vacuum analyze reminders_message")

    def sent(self) -> tuple[int, float]:
        row = self.owner.execute(SENT).fetchone()
        return (row[0], float(row[1] or 0)) if row else (0, 0.0)

    def by(self, way: str, count: int, mail: str) -> float:
        """Return mails a second of two processes that begin together."""
        self.let_wait(count)
        senders = self.senders(way, mail)
        began = time.perf_counter()
        for sender in senders:
            print(count // PROCESSES, file=sender.stdin, flush=True)
        done = sum(int(line_of(sender)) for sender in senders)
        seconds = time.perf_counter() - began
        if done < count // PROCESSES * PROCESSES:
            sys.exit(f"script/bench reminders: {way} sent {done} of {count}")
        return done / seconds

    def senders(self, way: str, mail: str) -> list[Process]:
        """Return two processes of one way, which stay: starting them is not what is measured."""
        if (way, mail) not in self.running:
            command = [sys.executable, "-m", "benchmarks._senders", way]
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            started = [
                subprocess.Popen(command, env=self.environment(mail), text=True, **pipes)
                for _number in range(PROCESSES)
            ]
            self.running[way, mail] = started
            for sender in started:
                line_of(sender)  # ready
        return self.running[way, mail]

    def by_eta(self, count: int, mail: str) -> float:
        """Return mails a second of a Celery worker with two processes, from its first mail to its last."""
        from benchmarks._eta import app, remind

        if ("eta", mail) not in self.running:
            app.control.purge()
            command = [sys.executable, "-m", "celery", "--app", "benchmarks._eta", "worker"]
            quiet = [
                "--without-gossip",
                "--without-mingle",
                "--queues",
                queue_of(mail),
                "-l",
                "ERROR",
            ]
            silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            worker = subprocess.Popen([*command, *quiet], env=self.environment(mail), **silent)
            self.running["eta", mail] = [worker]
        self.let_wait(count)
        keys = self.owner.execute("select id from reminders_message where state = 'waiting'")
        past = datetime.now(UTC) - timedelta(seconds=1)
        for (key,) in keys.fetchall():
            remind.apply_async([str(key)], eta=past, queue=queue_of(mail))
        while self.sent()[0] < count:
            if self.running["eta", mail][0].poll() is not None:
                sys.exit("script/bench reminders: the rival's worker has ended")
            time.sleep(0.1)
        return (count - 1) / self.sent()[1]

    def end(self) -> None:
        for processes in self.running.values():
            for process in processes:
                process.terminate()
                process.wait()


def line_of(process: Process) -> str:
    return process.stdout.readline() if process.stdout else ""


def queue_of(mail: str) -> str:
    return "bench-eta-" + mail.partition(":")[0]


@contextmanager
def a_sink() -> Iterator[int]:
    """Give the port of a mail server in a process of its own."""
    sink = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(sink.stdout.readline())  # type: ignore[union-attr]
    finally:
        sink.communicate()


def make_mails(endings: Endings, count: int) -> tuple[float, float]:
    """Pour in so many therapists with something to tell; return the seconds of raising and of writing."""
    from django.utils import timezone

    from accounts.models import Practice
    from core.clock import now
    from reminders.operations.posting import make_messages
    from reminders.operations.raising import raise_and_close

    # Every fourth ending is to be told in a while and raises nothing: its therapist gets no mail.
    endings.pour(1, count * 4 // 3 + 4)
    endings.analyze()
    with timezone.override(Practice.objects.current().tzinfo):
        began = time.perf_counter()
        raise_and_close(at=now())
        raised = time.perf_counter()
        make_messages(at=now())
        written = time.perf_counter()
    endings.connection.execute(
        "delete from reminders_message m where not exists"
        " (select from reminders_reminder r where r.person_id = m.person_id)"
    )
    return raised - began, written - raised


def derive(endings: Endings, size: int, there: int) -> tuple[int, list[float]]:
    """Return how many things stand of `size` open endings, and the seconds of three times deriving them."""
    from django.db import connection

    from reminders.operations.reading import WITH_DUE, asked

    if size > there:
        endings.pour(there + 1, size, each=20)
        endings.analyze()
    times: list[float] = []
    found = 0
    for _round in range(3):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(f"{WITH_DUE} select count(*) from stands", asked(date.today(), None))  # noqa: DTZ011, S608
            found = cursor.fetchone()[0]
        times.append(time.perf_counter() - began)
    return found, times


def show(name: str, rates: list[float], unit: str = "/s") -> None:
    middle = statistics.median(rates)
    print(f"{name:<44}{middle:>10,.1f} {unit}   {min(rates):,.1f} to {max(rates):,.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench reminders", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under fifty seconds")
    effort = QUICK if parser.parse_args().quick else FULL
    os.environ["DATABASE_URL"] = os.environ["OWNER_DATABASE_URL"]
    django.setup()
    endings = Endings(os.environ["OWNER_DATABASE_URL"], date.today())  # noqa: DTZ011 -- any day
    endings.begin()
    raising, writing = make_mails(endings, effort.null)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {PROCESSES} processes each")
    print(f"{effort.null:,} readers: raised in {raising:.1f} s, mails made in {writing:.1f} s")
    with a_sink() as port:
        bench = Bench(port)
        try:
            figures = measure(bench, effort)
        finally:
            bench.end()
    found, times = derive(endings, effort.derived, effort.null * 4 // 3 + 4)
    scaled = [one * 1_000_000 / max(effort.derived, effort.null * 4 // 3 + 4) for one in times]
    show(f"derived: {found:,} stand, for 1,000,000", scaled, "s")
    figures |= {"derive_1m_s": round(statistics.median(scaled), 2), "derived": effort.derived}
    print(json.dumps(figures))


def measure(bench: Bench, effort: Effort) -> dict[str, float]:
    """Let the ways take turns; print and return what they came to."""
    limit, ours, eta, null, null_eta = [], [], [], [], []
    for _round in range(effort.rounds):
        limit.append(bench.by("bare", effort.smtp, bench.smtp))
        ours.append(bench.by("ours", effort.smtp, bench.smtp))
        eta.append(bench.by_eta(effort.eta, bench.smtp))
    for number in range(effort.rounds):
        if number == 0 or effort.null <= QUICK.null:
            null.append(bench.by("ours", effort.null, NOWHERE))
        null_eta.append(bench.by_eta(effort.eta, NOWHERE))
    for name, rates in (
        ("(a) bare SMTP loops, the limit", limit),
        ("(b) one Celery ETA task each", eta),
        ("(c) ours", ours),
        ("(b) without a mail server", null_eta),
        ("(c) without a mail server", null),
    ):
        show(name, rates)
    middle = statistics.median
    return {
        "smtp_vs_limit": round(middle(ours) / middle(limit), 3),
        "smtp_vs_eta": round(middle(ours) / middle(eta), 2),
        "null_vs_eta": round(middle(null) / middle(null_eta), 2),
    }


if __name__ == "__main__":
    main()
