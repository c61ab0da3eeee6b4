"""The supervisor with small real processes: nothing it started outlives it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.servers.data import alive
from config.servers.part import Part
from config.servers.refusal import Refused
from config.servers.supervisor import Supervisor
from tests.config.processes import none_left, processes_using

# A part that runs for ever; {log} keeps its folder's name on the command line.
SLEEPER = "import time; print('ready', flush=True); time.sleep(1000)  # {log}"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
LEAVING = "import atexit, signal, sys, time; atexit.register(lambda: print(time.monotonic())); " + (
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit()); " + SLEEPER
)
WITH_CHILD = "import subprocess; subprocess.Popen(['sleep', '1000']); " + SLEEPER

DRIVER = """
import sys
from pathlib import Path
from config.servers.supervisor import Supervisor, stopping_on_signals
from tests.config.test_supervisor import SLEEPER, WITH_CHILD, part
log = Path(sys.argv[1])
with stopping_on_signals(), Supervisor() as supervisor:
    for name, code in (("first", WITH_CHILD), ("second", SLEEPER)):
        supervisor.start(part(name, code, log))
    print("up", flush=True)
    supervisor.watch()
"""


def part(name: str, code: str, log: Path, **more) -> Part:
    command = [sys.executable, "-c", code.format(log=log)]
    return Part(name, command, log_folder=log, environment=dict(os.environ), **more)


def wait_for_words(part: Part) -> None:
    deadline = time.monotonic() + 10
    while not part.last_words() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture
def driver(tmp_path):
    """A supervisor in a process of its own, with two parts; the first has a child."""
    process = subprocess.Popen(  # noqa: S603 -- our own lines
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.communicate()
    for orphan in processes_using(tmp_path):
        os.kill(orphan, signal.SIGKILL)


def sleepers(folder: Path) -> list[int]:
    """Return the parts, without the driver and without what the first part started."""
    return [pid for pid, words in processes_using(folder).items() if "sleep(1000)" in words]


def settled(folder: Path) -> int:
    """Return how many parts there are once none is between being forked and being itself."""
    deadline = time.monotonic() + 5
    while (count := len(sleepers(folder))) != 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    return count


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_ends_every_part_and_its_children(driver, tmp_path, stop):
    assert settled(tmp_path) == 2
    driver.send_signal(stop)
    driver.wait(10)
    assert none_left(tmp_path, within=0)


def test_killing_the_supervisor_leaves_no_part(driver, tmp_path):
    parts = sleepers(tmp_path)
    assert len(parts) == 2
    driver.kill()
    driver.wait()
    deadline = time.monotonic() + 5
    while any(map(alive, parts)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, parts))


def test_the_death_of_one_part_ends_all_and_is_said_in_words(driver, tmp_path):
    os.kill(sleepers(tmp_path)[0], signal.SIGKILL)
    _, words = driver.communicate(timeout=10)
    assert driver.returncode != 0
    assert "ended by signal 9; all other parts were ended too" in words
    assert none_left(tmp_path, within=0)


def test_parts_end_in_the_opposite_order(tmp_path):
    with Supervisor() as supervisor:
        for name in ("database", "queue", "web"):
            wait_for_words(supervisor.start(part(name, LEAVING, tmp_path)).part)
    said = sorted(tmp_path.glob("*.log"), key=lambda log: float(log.read_text().split()[-1]))
    assert [log.stem for log in said] == ["web", "queue", "database"]


def test_a_part_that_will_not_end_is_killed(tmp_path):
    running = part("stubborn", STUBBORN, tmp_path).start()
    wait_for_words(running.part)
    running.end(within=0.2)
    assert running.process.returncode == -signal.SIGKILL


def test_a_command_that_fails_is_refused_with_its_last_words(tmp_path):
    failing = part("migrate", "raise SystemExit('the table is missing')  # {log}", tmp_path)
    with (
        Supervisor() as supervisor,
        pytest.raises(Refused, match=r"migrate failed.*the table is missing"),
    ):
        supervisor.run(failing)


def test_a_log_is_private_and_a_long_one_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("config.servers.part.LONG_LOG", 3)
    sleeper = part("web", SLEEPER, tmp_path)
    sleeper.log.write_text("words of yesterday")
    running = sleeper.start()
    wait_for_words(sleeper)
    running.end()
    assert (tmp_path / "web.log.1").read_text() == "words of yesterday"
    assert sleeper.log.read_text() == "ready\n"
    assert sleeper.log.stat().st_mode & 0o077 == 0
