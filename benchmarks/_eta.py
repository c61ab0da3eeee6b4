"""The rival: one Celery task with an ETA for each reminder, as it is mostly written.

The task looks its row up, asks whether it still waits, writes the mail with our own words, sends it and
marks the row. Its ETAs are past when the worker starts, which is the best case for it.
"""

import os
from typing import Any

import celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
QUEUE = "bench-eta"
app: celery.Celery[Any] = celery.Celery("bench", broker=os.environ.get("CELERY_BROKER_URL"))
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_concurrency=2,
    broker_connection_retry_on_startup=True,
    task_acks_late=bool(os.environ.get("ETA_ACKS_LATE")),
    task_reject_on_worker_lost=bool(os.environ.get("ETA_ACKS_LATE")),
)


@app.task(name="benchmarks.remind")
def remind(key: str) -> None:
    from core.clock import now
    from reminders.models import Message
    from reminders.operations.mails import compose

    message = Message.objects.select_related("person").get(pk=key)
    if message.state != Message.State.WAITING:
        return
    envelope = compose(message, at=now())
    if envelope is not None:
        envelope.send()
        Message.objects.filter(pk=key).update(state=Message.State.SENT, sent_at=now())
