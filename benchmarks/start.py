"""How long `script/server` takes from the command to a healthy address: the first time and the second.

The environment is installed already. The first start makes database, keys, translations, static files and
the demonstration practice in an empty folder; the second finds all of it. Nothing in the line of JSON is
estimated: each start is timed from outside, until the address is printed.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN_ADDRESSES = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
)  # endings of settings that belong to the bench's servers


def surroundings() -> dict[str, str]:
    """Return the environment without the servers that script/bench has started."""
    settings = {"DATA_DIR", "PUBLIC_URL", "SECRET_KEY", "ACTOR_KEY", "FIELD_KEYS", "DEMO"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.endswith(OWN_ADDRESSES) and name not in settings
    }


def timed_start(folder: Path) -> float:
    """Start script/server on `folder`, wait for its address, end it; return the seconds until the address."""
    began = time.perf_counter()
    command = [
        sys.executable,
        str(ROOT / "script" / "server"),
        "--port",
        "0",
        "--data",
        str(folder),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings()
    ) as server:
        lines = list(until_address(server))
        seconds = time.perf_counter() - began
        server.send_signal(signal.SIGTERM)
        server.communicate()
    if not lines[-1].startswith("Open "):
        sys.exit("".join(lines))
    return seconds


def until_address(server: subprocess.Popen[str]) -> Iterator[str]:
    """Yield what it prints, the address last."""
    for line in server.stdout or ():
        yield line
        if line.startswith("Open "):
            return


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds of first and of second starts, each round in a new folder."""
    firsts, seconds = [], []
    for _ in range(rounds):
        home = Path(tempfile.mkdtemp(prefix="practice-start-"))
        home.chmod(0o755)
        try:
            firsts.append(timed_start(home / "data"))
            seconds.append(timed_start(home / "data"))
        finally:
            shutil.rmtree(home)
    return firsts, seconds


def row(name: str, times: list[float], aim: float) -> str:
    spread = f"{min(times):.1f} to {max(times):.1f}"
    return f"{name:<14}{statistics.median(times):>8.1f} s   {spread:<16} aim ≤ {aim:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench start", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    rounds = 1 if parser.parse_args().quick else 5
    firsts, seconds = measure(rounds)
    print(f"Median of {rounds}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(row("first start", firsts, 60))
    print(row("second start", seconds, 10))
    figures = {"first_s": statistics.median(firsts), "second_s": statistics.median(seconds)}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
