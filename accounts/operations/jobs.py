"""Long work: one worker at a time, taken up again when its worker died, given up after three tries.

Whoever works on a job holds an advisory lock of PostgreSQL, which ends with its connection. So a job that is
said to run and whose lock is free has lost its worker, for whatever reason, and no clock has to be guessed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Job
from core.errors import RuleBroken
from core.tasks import send_after_commit

UNDER_WAY: Final = (Job.State.WAITING, Job.State.RUNNING)
MOST_TRIES: Final = 3
AWAY: Final = (OperationalError, InterfaceError)  # the database: what was begun is begun again
WAITS: Final = timedelta(minutes=10)  # in a queue that may just be long
TAKEN_UP_WITHIN: Final = timedelta(minutes=1)
KEY = "('x' || substr(md5(%s), 1, 16))::bit(64)::bigint"
log = logging.getLogger(__name__)


@contextmanager
def taken_up(job_id: UUID) -> Iterator[Job | None]:
    """Give a job that has not ended, ours alone for the block; None where it has, or somebody else is at it."""
    if not asked(f"select pg_try_advisory_lock({KEY})", job_id):
        yield None
        return
    try:
        yield begun(job_id)
    finally:
        with suppress(*AWAY):  # the connection is gone, and the lock with it
            asked(f"select pg_advisory_unlock({KEY})", job_id)


def asked(question: str, job_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [str(job_id)])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def begun(job_id: UUID) -> Job | None:
    """Say that a job runs, and how often it was begun; None where it has ended."""
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None or job.state not in UNDER_WAY:
        return None
    job.state, job.tries = Job.State.RUNNING, job.tries + 1
    job.save(update_fields=["state", "tries"])
    return job


def refuse_a_fourth_try(job: Job) -> None:
    """Raise RuleBroken for work that has ended its worker as often as it may."""
    if job.tries > MOST_TRIES:
        raise RuleBroken(
            _(
                "The work was begun three times and broke off each time. Nothing has been changed."
                " Try with less at once, or ask whoever keeps the server running."
            )
        )


def finish(job: Job, state: str, said: str, *, at: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, said=said, ended_at=at)


@transaction.atomic
def hand_on_again(*, tasks: dict[str, str], at: datetime) -> int:
    """Send what lost its worker, or never reached one, to a worker again; return how many.

    `tasks` names the task for each kind of job. Twice is once: a job somebody is at is left alone.
    """
    lost = [job for job in standing_still(at).filter(kind__in=tasks) if is_nobodys(job)]
    for job in lost:
        job.handed_on_at = at
        job.save(update_fields=["handed_on_at"])
        log.warning("job %s (%s) is handed on again", job.pk, job.kind)
        send_after_commit(tasks[job.kind], job.pk)
    return len(lost)


def standing_still(at: datetime) -> QuerySet[Job]:
    """Return the jobs that were handed to a worker long enough ago to be looked at."""
    handed_on = Coalesce("handed_on_at", F("created_at"))
    runs = Q(state=Job.State.RUNNING, since__lt=at - TAKEN_UP_WITHIN)
    waits = Q(state=Job.State.WAITING, since__lt=at - WAITS)
    return Job.objects.alias(since=handed_on).filter(runs | waits).order_by("created_at")


def is_nobodys(job: Job) -> bool:
    """Say whether no worker holds the lock; ours of the question ends with the transaction."""
    return asked(f"select pg_try_advisory_xact_lock({KEY})", job.pk)
