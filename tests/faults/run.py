"""The proof at length: `python -m tests.faults.run --kills 200 --seed 1 --ways ours,row_lock`; prints a table for the documents."""

import argparse
import random
import shutil
import sys
import time

from config.servers.testing import open_folder
from tests.faults.kills import OF_WORKERS, Outcome, eta_under_fire, under_fire
from tests.faults.stage import Stage

HEAD = "| way | kills | of whom | reminders due | lost | came twice | slowest | took |\n|---|---|---|---|---|---|---|---|"


def one(way: str, kills: int, seed: int) -> Outcome:
    """Bring up a stage and put it under fire."""
    folder = open_folder("practice-fault-")
    try:
        with Stage(folder, way=way) as stage:
            if way.startswith("eta"):
                return eta_under_fire(stage, late=way == "eta_late")
            chance = random.Random(seed)
            if way == "ours":
                return under_fire(stage, chance, kills)
            return under_fire(stage, chance, kills, victims=OF_WORKERS, within=15)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument(
        "--ways", default="ours", help="ours, mark_first, per_batch, row_lock, eta, eta_late"
    )
    options = parser.parse_args()
    say(f"seed {options.seed}\n\n{HEAD}")
    for way in options.ways.split(","):
        began = time.monotonic()
        seen = one(way, options.kills, options.seed)
        of_whom = ", ".join(f"{name} {count}" for name, count in sorted(seen.kills.items()))
        took = time.monotonic() - began
        say(
            f"| {way} | {seen.killed} | {of_whom} | {seen.due} | {seen.lost} | {seen.repeats}"
            f" | {seen.slowest:.1f} s | {took:.0f} s |"
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
