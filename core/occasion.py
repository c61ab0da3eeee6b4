"""Within what something is done: one request from one address, or one run of a task or a command.

PostgreSQL is told at each outermost BEGIN, beside who is acting (core/backend), and history keeps it: the
triggers call `_pgh_attach_context()` (accounts/journal), which writes it once per request and person.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection

from core.actor import tell_if_inside_a_transaction


@dataclass(frozen=True)
class Occasion:
    """`address` for a request, `task` for background work; `key` is the request's or the run's own."""

    key: UUID
    address: str = ""
    task: str = ""


_occasion: ContextVar[Occasion | None] = ContextVar("occasion", default=None)


@contextmanager
def within(*, address: str = "", task: str = "") -> Iterator[Occasion]:
    """Let history say of everything inside from which address, or by which task, it was done."""
    occasion = Occasion(uuid4(), address, task)
    before = _occasion.set(occasion)
    try:
        tell_if_inside_a_transaction()
        yield occasion
    finally:
        _occasion.reset(before)
        if not connection.needs_rollback:
            tell_if_inside_a_transaction()


def told_occasion() -> str:
    """Return what PostgreSQL is told: JSON, or nothing where there is no occasion."""
    occasion = _occasion.get()
    if occasion is None:
        return ""
    said = {"request": str(occasion.key), "from": occasion.address, "task": occasion.task}
    return json.dumps({name: value for name, value in said.items() if value})
