"""Who is acting, on which day and in which role: said, signed, to PostgreSQL at each outermost BEGIN.

The token is `<who>.<day>.<second>.<sha256>`; the key is known to the application and to `sight.key` only, so an
injected `set_config` cannot forge somebody else (`research/row-security.md` 2). The practice's day, and the
instant in seconds since 1970, travel with the actor, so that a test moves every clock at once and the
policies read no other clock.

Whoever acts stands as `app`, under the policies, whatever role the process logged in as: a task of the worker
for a person and a command of the owner see what that person sees, and no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from core.clock import now, today

Role = Literal["app", "worker"]


@dataclass(frozen=True)
class Acting:
    """Whose name, and which role of the database; nobody where `who` is empty."""

    who: str = ""
    role: Role = "app"


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def current_actor() -> str:
    """Return the key of the person acting, or an empty string when nobody is."""
    return _acting.get().who


def current_role() -> Role:
    """Return the role in which the person acting stands."""
    return _acting.get().role


def signed(who: str) -> str:
    """Return the token for `who` at this instant; empty for nobody."""
    if not who:
        return ""
    said = f"{who}.{today().isoformat()}.{int(now().timestamp())}"
    return f"{said}.{digest_of(said)}"


def digest_of(said: str) -> str:
    key: bytes = settings.ACTOR_KEY
    return sha256(key + sha256(key + said.encode()).digest()).hexdigest()


@contextmanager
def acting(who: Any, role: Role = "app") -> Iterator[None]:
    """Let everything inside happen in the name of `who` (a user or a user's key).

    `role="worker"` names who asked for work that the worker does by its own rights, an import say.
    """
    before = _acting.set(Acting(str(getattr(who, "pk", who)), role))
    try:
        tell_if_inside_a_transaction()
        yield
    finally:
        _acting.reset(before)
        if not connection.needs_rollback:
            tell_if_inside_a_transaction()


def tell_if_inside_a_transaction() -> None:
    """Say again who acts where no BEGIN will come, as inside a test's transaction."""
    if connection.in_atomic_block:
        connection.tell_actor()  # type: ignore[attr-defined]
