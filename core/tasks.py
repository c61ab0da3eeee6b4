"""Handing work to the worker, once what it needs is committed, in the name of who asked for it.

The queue is a shortcut, not a memory: whatever waits stands in a row as well, and a queue that is away
is written to the log and keeps nobody's page from answering.
"""

import json
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from celery import current_app
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.crypto import constant_time_compare

from core.actor import current_actor

ACTING: Final = "acting"  # the header that says who asked for a task


def signer() -> Signer:
    return Signer(salt="core.tasks.acting")


def headers_of(who: str, key: str, name: str, args: Any, kwargs: Any) -> dict[str, str]:
    """Return the headers of the task that `who` asks for, signed with all that is asked.

    So the queue can name nobody, and what it has heard of one task says nothing for another: the name is good for
    this key, this task and these arguments alone.
    """
    return {ACTING: signer().sign(f"{who}:{digest_of(key, name, args, kwargs)}")} if who else {}


def asked_by(request: Any, name: str, args: Any, kwargs: Any) -> str:
    """Return who asked for the task of `request`; nobody for beat's.

    Raises BadSignature for a forged name, and for one that was signed for another task.
    """
    said = getattr(request, ACTING, None) or (getattr(request, "headers", None) or {}).get(ACTING)
    if not said:
        return ""
    who, digest = signer().unsign(said).split(":")
    if not constant_time_compare(digest, digest_of(request.id, name, args, kwargs)):
        raise BadSignature("signed for another task")
    return who


def digest_of(*call: Any) -> str:
    """Return the digest of a call, the same before and after it has passed through the queue as JSON."""
    return sha256(json.dumps(call, sort_keys=True, default=str).encode()).hexdigest()


def send_after_commit(name: str, *arguments: Any) -> None:
    """Send the task `name` when the transaction commits; a broker that is down is logged, not raised."""
    key, arranged = str(uuid4()), [str(each) for each in arguments]
    headers = headers_of(current_actor(), key, name, arranged, {})

    def send() -> None:
        current_app.send_task(name, args=arranged, task_id=key, retry=False, headers=headers)

    transaction.on_commit(send, robust=True)
