"""Long work that lost its worker is handed on, once, and given up after three tries."""

from datetime import timedelta
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts.models import Job
from accounts.operations import jobs
from accounts.operations.jobs import KEY, hand_on_again, refuse_a_fourth_try, taken_up
from config.celery import app
from core.clock import now
from core.errors import RuleBroken
from reminders.operations.ticking import LONG_WORK
from tests.accounts.factories import UserFactory
from tests.roles import standing_as

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(jobs, "send_after_commit", lambda *said: found.append(said))
    return found


def a_job(state: str, minutes: int, **facts: Any) -> Job:
    """Return an import that was asked for so many minutes ago."""
    ended = None if state in jobs.UNDER_WAY else now()
    job = Job.objects.create(
        kind="apply_import", started_by=UserFactory.create(), state=state, ended_at=ended, **facts
    )
    Job.objects.filter(pk=job.pk).update(created_at=now() - minutes * MINUTE)
    return job


class Elsewhere:
    """A worker of another process that is at a job, until it is killed."""

    def __init__(self, job: Job) -> None:
        settings = connection.get_connection_params()
        names = {"host", "port", "user", "password", "dbname"} & settings.keys()
        self.own = psycopg.connect(**{name: settings[name] for name in names}, autocommit=True)
        self.own.execute(f"select pg_advisory_lock({KEY})", [str(job.pk)])

    def is_killed(self) -> None:
        """PostgreSQL notices a moment later that nobody is there any more."""
        who = self.own.info.backend_pid
        self.own.close()
        until = monotonic() + 10
        with connection.cursor() as cursor:
            while monotonic() < until:
                cursor.execute(
                    "select from pg_locks where locktype = 'advisory' and pid = %s", [who]
                )
                if not cursor.rowcount:
                    return


def test_what_lost_its_worker_and_what_never_reached_one_is_handed_on(sent: list[Any]) -> None:
    lost = a_job("running", 2)
    waits_long = a_job("waiting", 11)
    for state, minutes in (("waiting", 9), ("running", 0), ("done", 60), ("cancelled", 60)):
        a_job(state, minutes)
    with standing_as("worker"):
        assert hand_on_again(tasks=LONG_WORK, at=now()) == 2
    task = "caseload.tasks.import_caseload"
    assert set(sent) == {(task, lost.pk), (task, waits_long.pk)}
    with standing_as("worker"):
        assert hand_on_again(tasks=LONG_WORK, at=now()) == 0, "it is on its way"
        assert hand_on_again(tasks=LONG_WORK, at=now() + 2 * MINUTE) == 3, (
            "and two whose time has come"
        )


def test_what_somebody_is_at_is_left_alone_until_they_die(sent: list[Any]) -> None:
    job = a_job("running", 60)
    worker = Elsewhere(job)
    assert hand_on_again(tasks=LONG_WORK, at=now()) == 0
    with taken_up(job.pk) as taken:
        assert taken is None, "delivered twice it is done once"
    worker.is_killed()
    assert hand_on_again(tasks=LONG_WORK, at=now()) == 1
    with taken_up(job.pk) as taken:
        assert taken is not None
        assert taken.tries == 1


def test_a_kind_that_nobody_carries_out_is_left_alone(sent: list[Any]) -> None:
    a_job("running", 60)
    assert hand_on_again(tasks={}, at=now()) == 0
    assert sent == []


def test_an_ended_job_is_not_taken_up() -> None:
    with taken_up(a_job("done", 1).pk) as taken:
        assert taken is None


def test_a_fourth_try_is_refused_in_words() -> None:
    job = a_job("running", 5, tries=2)
    with taken_up(job.pk) as taken:
        assert taken is not None
        refuse_a_fourth_try(taken)
    with taken_up(job.pk) as taken:
        assert taken is not None
        with pytest.raises(RuleBroken, match="three times"):
            refuse_a_fourth_try(taken)


def test_every_task_of_long_work_is_there() -> None:
    app.loader.import_default_modules()
    assert set(LONG_WORK.values()) <= set(app.tasks)
