"""Who is acting, and on which day: said, signed, to PostgreSQL at each outermost BEGIN.

The token is `<who>.<day>.<sha256>`; the key is known to the application and to `sight.key` only, so an
injected `set_config` cannot forge somebody else (`research/row-security.md` 2). The day travels with
the actor, so that a test moves every clock at once and the policies read no other clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection

from core.clock import today

_actor: ContextVar[str] = ContextVar("actor", default="")


def current_actor() -> str:
    """Return the key of the person acting, or an empty string when nobody is."""
    return _actor.get()


def signed(who: str) -> str:
    """Return the token for `who` today; empty for nobody."""
    if not who:
        return ""
    said = f"{who}.{today().isoformat()}"
    key: bytes = settings.ACTOR_KEY
    return f"{said}.{sha256(key + sha256(key + said.encode()).digest()).hexdigest()}"


@contextmanager
def acting(who: Any) -> Iterator[None]:
    """Let everything inside happen in the name of `who` (a user or a user's key)."""
    before = _actor.set(str(getattr(who, "pk", who)))
    try:
        tell_if_inside_a_transaction()
        yield
    finally:
        _actor.reset(before)
        if not connection.needs_rollback:
            tell_if_inside_a_transaction()


def tell_if_inside_a_transaction() -> None:
    """Say again who acts where no BEGIN will come, as inside a test's transaction."""
    if connection.in_atomic_block:
        connection.tell_actor()  # type: ignore[attr-defined]
