"""What history and the read log cost a write, and how fast they are verified.

Four connections change sessions of a practice of 1,000 clients, one row a transaction, as the app does it:
signed actor and request told at BEGIN. Audited, PostgreSQL writes the event with its context and the page
its line of the read log, in the same transaction; plain, the history triggers rest and nothing is logged. Both
take turns. Then events are made, sealed by the worker in one go, and every seal, line and row is verified.

audited_vs_plain: audited transactions a second over plain ones, median of the rounds.
verify_rows_s: rows of history and read log checked a second, seals and signatures included.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
CONNECTIONS = 4
SEAL = "import django; django.setup(); from accounts.operations.sealing import seal_history; seal_history()"
CHANGE = "update caseload_session set is_extra = not is_extra where id = %s"
READ = "insert into caseload_readlog (id, at, by_id, client_id, page) values (%s, now(), %s, %s, 'bench')"
TELL = "select set_config('app.actor', %s, true), set_config('app.occasion', %s, true)"


@dataclass(frozen=True)
class Effort:
    """`quick` stays under fifty seconds, the making of the practice included."""

    rounds: int
    seconds: float
    rows: int


FULL = Effort(rounds=7, seconds=3.0, rows=500_000)
QUICK = Effort(rounds=5, seconds=0.8, rows=60_000)


@dataclass(frozen=True)
class Facts:
    """Who acts, and what they change and read."""

    actor: str
    token: str
    sessions: list[str]
    clients: list[str]


def build() -> Facts:
    """Make the practice and return the leaver's own sessions."""
    from benchmarks._practice import PEOPLE, Building
    from core.actor import signed

    building = Building(os.environ["OWNER_DATABASE_URL"], date.today())  # noqa: DTZ011 -- any day
    building.begin("!")
    building.grow(1_000)
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        found = owner.execute("select id from caseload_session order by id limit 2000").fetchall()
        clients = owner.execute("select id from caseload_client order by id limit 50").fetchall()
    actor = str(PEOPLE.leaver)
    sessions, readable = ([str(key) for (key,) in rows] for rows in (found, clients))
    return Facts(actor, signed(actor), sessions, readable)


def transactions(facts: Facts, number: int, seconds: float, *, audited: bool) -> int:
    """Change rows of one connection's own for so long; return how many transactions that were."""
    mine = facts.sessions[number::CONNECTIONS]
    told = json.dumps({"request": str(uuid4()), "from": "192.0.2.7"})
    done = 0
    # Past the policies, which other benchmarks measure: the owner writes, with the same triggers.
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as connection:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with connection.transaction():
                connection.execute(TELL, [facts.token, told])
                connection.execute(CHANGE, [mine[done % len(mine)]])
                if audited:
                    client = facts.clients[done % len(facts.clients)]
                    connection.execute(READ, [uuid4(), facts.actor, client])
            done += 1
    return done


def rate(facts: Facts, seconds: float, *, audited: bool) -> float:
    """Return transactions a second over all connections."""
    switch("enable" if audited else "disable")
    try:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            work: Callable[[int], int] = lambda number: transactions(  # noqa: E731
                facts, number, seconds, audited=audited
            )
            return sum(pool.map(work, range(CONNECTIONS))) / seconds
    finally:
        switch("enable")


def switch(verb: str) -> None:
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute(f"alter table caseload_session {verb} trigger user")


def make_events(facts: Facts, rows: int) -> None:
    """Change every session again and again, until there is enough to verify."""
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        made = 0
        while made < rows:
            with owner.transaction():
                owner.execute(TELL, [facts.token, json.dumps({"request": str(uuid4())})])
                made += owner.execute(
                    "update caseload_session set is_extra = not is_extra"
                ).rowcount
        owner.execute("vacuum analyze")


def seal() -> float:
    """Seal everything as the worker; return the seconds it took, the start of its process included."""
    began = time.perf_counter()
    environment = {**os.environ, "DATABASE_URL": os.environ["WORKER_DATABASE_URL"]}
    subprocess.run([sys.executable, "-c", SEAL], env=environment, check=True)
    return time.perf_counter() - began


def verify() -> tuple[int, float]:
    """Return how many lines were checked and the seconds it took; what is not intact stops the benchmark."""
    from django.db import transaction

    from accounts.models import HistoryLine
    from accounts.operations.verifying import faults

    lines = HistoryLine.objects.count()
    began = time.perf_counter()
    with transaction.atomic():
        found = next(faults(), None)
    if found is not None:
        sys.exit(f"History is not intact: {found}")
    return lines, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench audit", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under fifty seconds")
    effort = QUICK if parser.parse_args().quick else FULL
    os.environ["DATABASE_URL"] = os.environ["OWNER_DATABASE_URL"]
    os.environ["SEAL_KEYS"] = (
        f"1:{secrets.token_hex(32)}"  # of this run; an earlier one's seals are gone
    )
    django.setup()
    facts = build()
    pairs = [
        (rate(facts, effort.seconds, audited=False), rate(facts, effort.seconds, audited=True))
        for _round in range(effort.rounds)
    ]
    ratios = [audited / plain for plain, audited in pairs]
    print(f"Median of {effort.rounds}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, column in (("plain", 0), ("audited", 1)):
        rates = [pair[column] for pair in pairs]
        print(
            f"{name:<22}{statistics.median(rates):>12,.0f} /s   {min(rates):,.0f} to {max(rates):,.0f}"
        )
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(
        f"{'audited over plain':<22}{statistics.median(ratios):>12.2f}      {spread}   aim ≥ 0.75"
    )
    make_events(facts, effort.rows)
    sealing = seal()
    lines, first = verify()
    times = [first, *(verify()[1] for _round in range(2))]
    speed = lines / statistics.median(times)
    print(f"{'sealed in one go':<22}{lines / sealing:>12,.0f} rows/s of {lines:,}")
    print(f"{'verified':<22}{speed:>12,.0f} rows/s   aim ≥ 100,000")
    figures = {
        "audited_vs_plain": round(statistics.median(ratios), 3),
        "verify_rows_s": round(speed),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
