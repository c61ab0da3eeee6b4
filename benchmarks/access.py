"""What row security costs: the same pages in the same servers with policies on and off, turn by turn.

A practice of 100,000 clients (benchmarks/pages.py), read by one therapist and by who leads them. Between two readings
the owner switches row security off or on again on every guarded table; querysets keep their roads both times, because
a page without any wall is not what anybody would run. Each ratio is of two readings that follow one another.

rls_cost: the largest of the four pages that lists and supervision stand on (list, client, board, supervisor's desk).
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from benchmarks._practice import NotOurs
from benchmarks._servers import Servers
from benchmarks._visits import Page, WrongAnswer

CLIENTS = 100_000
AIM = 1.15
COUNTED = ("caseload of 50", "client", "board of 60", "supervisor's desk")
RIVALS = ("bare list of 50", "empty view")
GUARDED = """
select relname::text from pg_class
 where relrowsecurity and relkind = 'r' and relnamespace = 'public'::regnamespace order by 1
"""


@dataclass
class Compared:
    """One page, read with policies and without; milliseconds a round, in the same order."""

    page: Page
    on: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [on / off for on, off in zip(self.on, self.off, strict=True)]

    @property
    def cost(self) -> float:
        return statistics.median(self.ratios)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench access", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds, visits = (7, 3) if parser.parse_args().quick else (25, 8)
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; median of {rounds} rounds, in ms"
    )
    from benchmarks.pages import pages_of, practice

    try:
        with practice() as (building, departure), Servers() as servers:
            took = building.grow(CLIENTS, seconds=600)
            if took is None:
                sys.exit(f"script/bench access: {CLIENTS:,} clients could not be made here.")
            print(f"{CLIENTS:,} clients (made in {took:.0f} s)")
            pages = [page for page in pages_of(servers, departure) if page.name not in RIVALS]
            seen = compared(pages, building.connection, rounds, visits)
    except (NotOurs, WrongAnswer) as fault:
        sys.exit(f"script/bench access: {fault}")
    print_table(seen)
    print(json.dumps(figures(seen)))


def compared(
    pages: list[Page], owner: psycopg.Connection, rounds: int, visits: int
) -> list[Compared]:
    """Read every page both ways in each round; which way comes first changes from round to round."""
    seen = [Compared(page) for page in pages]
    for number in range(rounds):
        for is_on in (True, False) if number % 2 else (False, True):
            with policies(owner, on=is_on):
                for one in seen:
                    page = replace(one.page, rounds=[])
                    page.read_for_a_round(visits)
                    (one.on if is_on else one.off).append(page.p50)
    return seen


@contextmanager
def policies(owner: psycopg.Connection, *, on: bool) -> Iterator[None]:
    """Let policies bind nobody for as long as the block, unless they are meant to."""
    tables = [] if on else [name for (name,) in owner.execute(GUARDED)]
    switch(owner, tables, "disable")
    try:
        yield
    finally:
        switch(owner, tables, "enable")


def switch(owner: psycopg.Connection, tables: list[str], how: str) -> None:
    with owner.transaction():
        for name in tables:
            owner.execute(f'alter table "{name}" {how} row level security')


def print_table(seen: list[Compared]) -> None:
    print(f"\n  {'page':<22}{'on':>8}{'off':>8}{'ratio':>8}   spread of the ratios")
    for one in seen:
        on, off = statistics.median(one.on), statistics.median(one.off)
        spread = f"{min(one.ratios):.2f} to {max(one.ratios):.2f}"
        print(f"  {one.page.name:<22}{on:>8.1f}{off:>8.1f}{one.cost:>8.2f}   {spread}")
    print(f"Aim: at most {AIM} on {', '.join(COUNTED)}")


def figures(seen: list[Compared]) -> dict[str, float]:
    """Return the key of quality.md."""
    return {"rls_cost": round(max(one.cost for one in seen if one.page.name in COUNTED), 3)}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
