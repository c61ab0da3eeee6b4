"""Background work: the app that tasks belong to, and what beat sends when.

Nothing that matters lives in the queue: what is due is derived from facts, so a lost message is found by
the next tick.
"""

import logging
import os
from datetime import timedelta
from signal import SIGKILL
from typing import Any
from uuid import uuid4

import celery
from celery.signals import (
    after_task_publish,
    beat_init,
    task_success,
    worker_process_init,
    worker_ready,
)
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from config.pulse import TICKS, Pulse
from config.servers.data import open_data_directory
from config.servers.nightly import back_up_if_due
from config.servers.part import LIBC, PR_SET_PDEATHSIG
from core.actor import acting, current_actor
from core.clock import now
from core.tasks import asked_by, headers_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

HEARTBEAT = "config.heartbeat"
TICK = "reminders.tasks.tick"
BACK_UP = "config.back_up"
log = logging.getLogger(__name__)
LONGEST_WORK = timedelta(minutes=30)  # a task unfinished after it is given to another worker


class Task(celery.Task[Any, Any]):
    """What every task of ours is: done in the practice's zone (decision 9), in the name of who asked for it.

    Whoever acts when a task is sent travels with it, signed: who can write to the queue cannot name
    anybody. A task that beat sends acts for nobody, with the worker's own rights.
    """

    reads_clock = True

    def apply_async(
        self, args: Any = None, kwargs: Any = None, task_id: Any = None, *more: Any, **options: Any
    ) -> Any:
        task_id = task_id or str(uuid4())
        signed = headers_of(current_actor(), task_id, str(self.name), args or [], kwargs or {})
        options["headers"] = {**(options.get("headers") or {}), **signed}
        return super().apply_async(args, kwargs, task_id, *more, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.reads_clock:
            return super().__call__(*args, **kwargs)
        from accounts.models import Practice
        from core.occasion import within

        with (
            timezone.override(Practice.objects.current().tzinfo),
            within(task=str(self.name)),
            acting(self.who_asked(args, kwargs)),
        ):
            return super().__call__(*args, **kwargs)

    def who_asked(self, args: Any, kwargs: Any) -> str:
        """Return who asked for this; raises PermissionDenied where their access has ended since (decision 20)."""
        from accounts.models import User

        who = asked_by(self.request, str(self.name), args, kwargs)
        if who and not User.objects.who_work_here().filter(pk=who).exists():
            raise PermissionDenied("whoever asked for this has no access any more")
        return who


app: celery.Celery[Any] = celery.Celery("practice", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    task_acks_late=True,  # a killed worker's task is done again: tasks claim rows, so twice is once
    task_reject_on_worker_lost=True,
    task_time_limit=LONGEST_WORK.total_seconds(),
    worker_prefetch_multiplier=1,
    worker_concurrency=int(os.environ.get("WORKER_PROCESSES", "2")),
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 2 * LONGEST_WORK.total_seconds()},
    beat_schedule={
        "heartbeat": {
            "task": HEARTBEAT,
            "schedule": timedelta(seconds=15),
            "options": {"expires": 15},
        },
        "tick": {
            "task": TICK,
            "schedule": timedelta(seconds=30),
            "options": {"expires": 30},
        },
        "seal": {
            "task": "accounts.tasks.seal",
            "schedule": timedelta(minutes=1),
            "options": {"expires": 60},
        },
        "backup": {  # each hour: whether it is time is asked of what was noted
            "task": BACK_UP,
            "schedule": timedelta(hours=1),
            "options": {"expires": 3600},
        },
        "night": {  # each hour: what the night has done already is not done again
            "task": "reminders.tasks.night",
            "schedule": timedelta(hours=1),
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks()
pulse = Pulse(app)


@app.task(name=HEARTBEAT, reads_clock=False)
def heartbeat() -> None:
    """Show that a worker takes work."""
    pulse.beat("worker")


@app.task(name=BACK_UP, reads_clock=False)
def back_up() -> None:
    """Make the day's backup of the embedded database, where it is due (decision 24)."""
    data = open_data_directory(settings.DATA_DIR)
    file = back_up_if_due(data, os.environ, at=now())
    if file is not None:
        log.info("backup %s", file.name)


@worker_process_init.connect
def worker_process_dies_with_its_worker(**_: Any) -> None:
    """An orphan would go on, and hold what it has locked."""
    LIBC.prctl(PR_SET_PDEATHSIG, SIGKILL)


@worker_process_init.connect
def worker_stands_under_policies(**_: Any) -> None:
    from core.standing import serve_under_policies

    serve_under_policies()


@worker_ready.connect
def worker_is_ready(**_: Any) -> None:
    """A worker that has just come has half a minute, and two more, until its first tick is through."""
    pulse.beat("worker")
    pulse.beat(TICKS)


@task_success.connect
def a_tick_is_through(sender: Any, **_: Any) -> None:
    if sender.name == TICK:
        pulse.beat(TICKS)


@beat_init.connect
def beat_has_begun(**_: Any) -> None:
    pulse.beat("beat")


@after_task_publish.connect(sender=HEARTBEAT)
def beat_has_sent(**_: Any) -> None:
    """Only beat sends heartbeats: sending one is its own sign of life."""
    pulse.beat("beat")
