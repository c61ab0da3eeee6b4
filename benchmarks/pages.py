"""How fast pages are, and whether they stay so when the practice grows a hundredfold and a thousandfold.

One therapist with sixty clients and a departure half-way (by the operations that the pages call, as in the
demonstration), a supervisor, a directory; around them 1,000, then 100,000, then 1,000,000 clients of
colleagues. The people sign in by the door; every page passes through the whole middleware, in the gunicorn
and with the pool that script/server starts. The rivals, in the same gunicorn: an empty view, and a bare list
of fifty rows in plain Django (benchmarks/_plain.py).

list_vs_bare: requests a second of the caseload list over those of the bare list, at 1,000 clients.
growth_1m: the largest p50 at 1,000,000 over p50 at 1,000, of all pages; null where a million could not be made.
max_queries: the most that any page asks, at any size, with session and signed actor; BEGIN and COMMIT apart.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from benchmarks._practice import LEAVER, PEOPLE, PLAIN_TABLE, SUPERVISOR, Building, NotOurs
from benchmarks._servers import Servers
from benchmarks._visits import Page, WrongAnswer, requests_per_second, sign_in

SIZES = (1_000, 100_000, 1_000_000)
PASSWORD = "four grey herons stand"  # noqa: S105 -- of people who live for one run
MOST_QUERIES = 12
PATIENCE = 1500.0  # seconds in which the million has to be made


@dataclass(frozen=True)
class Effort:
    """How often is measured; `quick` stays under fifty seconds, the making of a practice included."""

    rounds: int
    visits: int
    seconds: float
    sizes: tuple[int, ...]


FULL = Effort(rounds=7, visits=20, seconds=2.0, sizes=SIZES)
QUICK = Effort(rounds=5, visits=2, seconds=0.25, sizes=SIZES[:2])


@dataclass
class AtOneSize:
    """What was seen while the practice had so many clients."""

    clients: int
    pages: list[Page]
    queries: dict[str, int]
    rates: dict[str, list[float]] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        return statistics.median(self.rates[name])


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench pages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no million")
    effort = QUICK if parser.parse_args().quick else FULL
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; p50 in ms: median of {effort.rounds} rounds"
    )
    try:
        with practice() as (building, departure), Servers() as servers:
            seen = list(measured(building, pages_of(servers, departure), effort))
    except (NotOurs, WrongAnswer) as fault:
        sys.exit(f"script/bench pages: {fault}")
    print_rates(seen)
    print(json.dumps(figures(seen)))


@contextmanager
def practice() -> Iterator[tuple[Building, str]]:
    """Give a practice of the first size, with the departure in it."""
    from benchmarks._story import password_hash, set_up, tell

    set_up()
    building = Building(os.environ["OWNER_DATABASE_URL"], date.today())  # noqa: DTZ011 -- only its week counts
    building.begin(password_hash(PASSWORD))
    building.grow(SIZES[0])
    building.connection.execute(PLAIN_TABLE)
    yield building, tell()


def pages_of(servers: Servers, departure: str) -> list[Page]:
    """Return the pages that are measured, signed in, and the two rivals."""
    port, plain = servers.product, servers.plain
    leaver = sign_in(port, LEAVER, PASSWORD)
    supervisor = sign_in(port, SUPERVISOR, PASSWORD)
    from benchmarks._story import a_client

    return [
        Page("today", port, "/today/", leaver),
        Page("caseload of 50", port, "/caseload/", leaver),
        Page("client", port, f"/clients/{a_client(PEOPLE.leaver)}/", leaver),
        Page("board of 60", port, f"/endings/departures/{departure}/", leaver),
        Page("supervisor's desk", port, "/desk/", supervisor),
        Page("directory search", port, "/directory/?q=counseling", leaver),
        Page("bare list of 50", plain, "/list"),
        Page("empty view", plain, "/empty"),
    ]


def measured(building: Building, pages: list[Page], effort: Effort) -> Iterator[AtOneSize]:
    """Measure at each size; a size that cannot be made in time ends it, and is said."""
    for size in effort.sizes:
        took = building.grow(size, seconds=PATIENCE)
        if took is None:
            print(
                f"\n{size:,} clients could not be made in {PATIENCE:.0f} s here ({building.size:,} were)"
            )
            return
        print(f"\n{size:,} clients (made in {took:.0f} s){'p50':>12}   {'spread':<18}queries")
        yield at_one_size(size, [replace(page, rounds=[]) for page in pages], effort)


def at_one_size(size: int, pages: list[Page], effort: Effort) -> AtOneSize:
    """Measure all pages in turns, so that a noisy moment falls on each of them."""
    from benchmarks._story import queries_of

    seen = AtOneSize(size, pages, {page.name: queries_of(page) for page in pages if page.cookie})
    for _round in range(effort.rounds):
        for page in pages:
            page.read_for_a_round(effort.visits)
    for page in pages:
        asked = str(seen.queries.get(page.name, ""))
        print(f"  {page.name:<26}{page.p50:>10.1f}   {page.spread:<18}{asked:>4}", flush=True)
    if size == SIZES[0]:
        measure_rates(seen, effort)
    return seen


def measure_rates(seen: AtOneSize, effort: Effort) -> None:
    compared = [
        page
        for page in seen.pages
        if page.name in ("caseload of 50", "bare list of 50", "empty view")
    ]
    for _round in range(effort.rounds):
        for page in compared:
            rate = requests_per_second(page, readers=4, seconds=effort.seconds)
            seen.rates.setdefault(page.name, []).append(rate)


def print_rates(seen: list[AtOneSize]) -> None:
    print(f"\nRequests a second at {SIZES[0]:,} clients, four readers")
    for name, rates in seen[0].rates.items():
        print(
            f"  {name:<26}{statistics.median(rates):>10.0f}   {min(rates):.0f} to {max(rates):.0f}"
        )
    for later in seen[1:]:
        grown = ", ".join(f"{name} {times:.2f}" for name, times in growth(seen[0], later).items())
        print(f"p50 at {later.clients:,} over p50 at {SIZES[0]:,}: {grown}")
    print(
        f"Aims: list ≥ 0.5 × bare list; growth at a million ≤ 1.25; at most {MOST_QUERIES} queries"
    )


def growth(first: AtOneSize, later: AtOneSize) -> dict[str, float]:
    pairs = zip(first.pages, later.pages, strict=True)
    return {before.name: after.p50 / before.p50 for before, after in pairs}


def figures(seen: list[AtOneSize]) -> dict[str, float | None]:
    """Return the keys of quality.md."""
    first, last = seen[0], seen[-1]
    ours = list(first.queries)
    grown = growth(first, last) if last.clients == SIZES[2] else None
    return {
        "list_vs_bare": round(first.rate("caseload of 50") / first.rate("bare list of 50"), 3),
        "growth_1m": round(max(grown[name] for name in ours), 3) if grown else None,
        "max_queries": max(count for one in seen for count in one.queries.values()),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
