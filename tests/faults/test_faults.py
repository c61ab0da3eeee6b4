"""Each fault of research/perf.md 5 that concerns mail, met by real processes; the judge is the mail server.

Every due reminder arrives exactly once, except that a kill in the one instant after the server's 250 may repeat
one mail, under the same Message-ID.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from config.servers.testing import open_folder
from tests.faults.kills import under_fire
from tests.faults.stage import Stage

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

DUE = 60
KILLS = 20


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    folder = open_folder("practice-fault-")
    try:
        with Stage(folder) as up:
            up.wait_for(up.let_be_due(4))
            yield up
    finally:
        if not os.environ.get("FAULTS_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def nothing_is_left_over(stage: Stage) -> Iterator[None]:
    """Every fault ends with all rows marked, nobody lost, and mails that came twice counted by the test itself."""
    yield
    stage.settle()
    assert not [name for name, part in stage.running.items() if part.ended]


def repeats_after(stage: Stage, before: int) -> int:
    return stage.sink.repeats() - before


@pytest.mark.parametrize(
    ("place", "may_repeat"),
    [("before_claim", 0), ("after_claim", 0), ("in_a_batch", 0), ("after_send", 1)],
)
def test_a_worker_killed_at_a_certain_moment(stage: Stage, place: str, may_repeat: int) -> None:
    before = stage.sink.repeats()
    stage.tell(place)
    due = stage.let_be_due(DUE)
    stage.wait_for(due)
    assert not (stage.told / place).exists(), "nobody was killed there"
    assert repeats_after(stage, before) == may_repeat


def test_a_whole_worker_with_everything_it_holds(stage: Stage) -> None:
    before = stage.sink.repeats()
    due = stage.let_be_due(DUE)
    stage.wait(lambda: set(due) & set(stage.sink.readers()) != set(), 30)
    stage.kill("worker one")
    stage.wait_for(due)
    stage.start("worker one")
    assert repeats_after(stage, before) <= 1


def test_postgresql_killed_in_the_midst(stage: Stage) -> None:
    before = stage.sink.repeats()
    for _ in range(2):
        due = stage.let_be_due(DUE)
        stage.wait(lambda due=due: set(due) & set(stage.sink.readers()) != set(), 30)
        stage.kill("postgres")
        time.sleep(1)
        stage.start("postgres")
        stage.wait_for(due)
    assert repeats_after(stage, before) <= 4  # two workers, each in its one instant, twice


def test_the_broker_killed_with_all_it_knew(stage: Stage) -> None:
    before = stage.sink.repeats()
    due = stage.let_be_due(DUE)
    stage.kill("valkey")
    due += stage.let_be_due(DUE)
    time.sleep(1)
    stage.start("valkey")
    stage.wait_for(due)
    assert repeats_after(stage, before) == 0


@pytest.mark.parametrize(
    ("answers", "may_repeat"),
    [(["451 not now"] * 10, 0), (["hang"] * 2, 0), (["drop"] * 4, 0), (["421 closing"] * 3, 0)],
)
def test_a_mail_server_that_is_not_well(stage: Stage, answers: list[str], may_repeat: int) -> None:
    before = stage.sink.repeats()
    stage.sink.script = answers
    stage.wait_for(stage.let_be_due(DUE))
    assert not stage.sink.script
    assert repeats_after(stage, before) <= may_repeat


def test_a_mail_that_is_refused_for_good_is_said_and_holds_up_nobody(stage: Stage) -> None:
    stage.sink.script = ["550 never"] * 3
    due = stage.let_be_due(DUE)
    assert stage.wait(lambda: len(set(due) & set(stage.sink.readers())) == len(due) - 3, 90)
    stage.settle()
    failed = "select count(*), min(fault) from reminders_message where state = 'failed'"
    assert stage.asked(failed) == [(3, "refused")]


def test_a_clock_that_jumps(stage: Stage) -> None:
    before = stage.sink.repeats()
    for ahead in ("3600", "-3600", "0"):
        due = stage.let_be_due(DUE // 2)
        stage.wait(lambda due=due: set(due) & set(stage.sink.readers()) != set(), 30)
        stage.tell("clock", ahead)
    stage.wait_for(due)
    assert repeats_after(stage, before) == 0


def test_a_worker_that_sleeps_past_its_lease_marks_nothing_that_another_has_sent(
    stage: Stage,
) -> None:
    """It may be stopped between the server's yes and the mark: that is the one instant."""
    before = stage.sink.repeats()
    due = stage.let_be_due(DUE)
    stage.wait(lambda: set(due) & set(stage.sink.readers()) != set(), 30)
    child = stage.child_of("worker one")
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    stage.wait_for(due)
    os.kill(child, signal.SIGCONT)
    stage.settle()
    assert repeats_after(stage, before) <= 1


def test_a_deployment_in_the_midst_with_an_old_and_a_new_worker(stage: Stage) -> None:
    """The old one takes other batches; it is asked to end while the new one has begun."""
    before = stage.sink.repeats()
    stage.start_worker("old", FAULTS_BATCH="7")
    time.sleep(8)
    due = stage.let_be_due(2 * DUE)
    stage.wait(lambda: set(due) & set(stage.sink.readers()) != set(), 30)
    stage.running.pop("worker old").end()
    stage.wait_for(due)
    assert repeats_after(stage, before) == 0


def test_random_kills_of_everything(stage: Stage, record_property: Any) -> None:
    before = stage.sink.repeats()
    seed = random.randrange(2**32)
    began = time.monotonic()
    seen = under_fire(
        stage, random.Random(seed), KILLS, until=lambda: time.monotonic() - began > 240
    )
    said = ", ".join(f"{name} {count}" for name, count in sorted(seen.kills.items()))
    record_property(
        "found",
        f"Kills of real processes: {seen.killed} of {KILLS} ({said}), seed {seed};"
        f" {seen.due} due, {seen.lost} lost, {repeats_after(stage, before)} twice",
    )
    assert seen.lost == 0
    assert repeats_after(stage, before) <= seen.killed
