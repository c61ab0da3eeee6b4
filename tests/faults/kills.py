"""Kills at random moments, and what the mail server saw; the rivals under the same fire."""

import logging
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.faults.stage import Stage

log = logging.getLogger(__name__)
# Mostly the process that sends, and now and then everything else.
VICTIMS = {
    "child one": 40,
    "child two": 40,
    "worker one": 3,
    "worker two": 3,
    "beat one": 2,
    "beat two": 2,
    "postgres": 5,
    "valkey": 5,
}
OF_WORKERS = {"child one": 1, "child two": 1}
AT_ONCE = 16  # endings that become due between two kills
EVERY = 10  # kills, then all are waited for
PATIENCE = 2.0  # seconds for a first mail, so that the kill falls into the midst of sending
LONGEST = 0.04  # seconds after it


@dataclass
class Outcome:
    """What came of it. `lost` never arrived; `repeats` arrived once too often, under the same Message-ID."""

    due: int = 0
    lost: int = 0
    repeats: int = 0
    slowest: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def killed(self) -> int:
        return sum(self.kills.values())


def under_fire(
    stage: Stage,
    chance: random.Random,
    kills: int,
    *,
    victims: dict[str, int] = VICTIMS,
    within: float = 90,
    until: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Let reminders become due and kill at random, until there were so many kills; then wait for all."""
    seen = Outcome()
    expected: list[str] = []
    while seen.killed < kills and not until():
        expected += stage.let_be_due(AT_ONCE)
        moment(stage, chance)
        victim = chance.choices(list(victims), list(victims.values()))[0]
        if strike(stage, victim):
            seen.kills[victim.partition(" ")[0]] += 1
        if seen.killed % EVERY == 0:
            stage.wait_quietly(expected, within)
            log.info("%d kills, %d due, %d twice", seen.killed, len(expected), stage.sink.repeats())
    stage.wait_quietly(expected, within)
    seen.due = len(expected)
    seen.lost = len(set(expected) - set(stage.sink.readers()))
    seen.repeats, seen.slowest = stage.sink.repeats(), stage.slowest()
    return seen


def moment(stage: Stage, chance: random.Random) -> None:
    """Wait for any moment, more often for one in the midst of sending."""
    before = len(stage.sink.taken)
    if chance.random() < 0.7:
        stage.wait(lambda: len(stage.sink.taken) > before, PATIENCE)
        time.sleep(chance.uniform(0, LONGEST))
    else:
        time.sleep(chance.uniform(0, 1))


def strike(stage: Stage, victim: str) -> bool:
    """Kill, and start again what nobody else would start."""
    kind, _space, which = victim.partition(" ")
    if kind == "child":
        return stage.kill_child(f"worker {which}")
    stage.kill(victim)
    stage.start(victim)
    return True


def eta_under_fire(stage: Stage, *, late: bool, wait: float = 15) -> Outcome:
    """Send one Celery task with an ETA for each reminder, kill its worker once in the midst, start it again."""
    os.environ["CELERY_BROKER_URL"] = stage.practice.stack.broker
    from datetime import UTC, datetime, timedelta

    from benchmarks._eta import app, remind

    app.conf.broker_url = stage.practice.stack.broker
    expected = stage.let_be_due(800)
    query = "select id from reminders_message where state = 'waiting' and person_id in (select person_id from reminders_reminder)"
    assert stage.wait(lambda: len(stage.asked(query)) >= len(expected), 120)
    at = datetime.now(UTC) + timedelta(seconds=2)
    for (key,) in stage.asked(query):
        remind.apply_async([str(key)], eta=at)
    part = stage.python("eta", ["-m", "celery"], {"ETA_ACKS_LATE": "1"} if late else {})
    words = ["--app", "benchmarks._eta", "worker", "--concurrency", "2", "--loglevel", "ERROR"]
    command = [sys.executable, "-m", "celery", *words]
    first = replace(part, command=command).start()
    assert stage.wait(lambda: len(stage.sink.taken) > 60, 60)
    os.killpg(first.process.pid, signal.SIGKILL)
    second = replace(part, command=command).start()
    stage.wait_quietly(expected, wait + 10)
    second.end(within=3)
    lost = len(set(expected) - set(stage.sink.readers()))
    return Outcome(
        len(expected), lost, stage.sink.repeats(), stage.slowest(), Counter({"worker": 1})
    )
