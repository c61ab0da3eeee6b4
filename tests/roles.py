"""In which database role a test stands.

Outside of everything it stands as `owner`: factories make facts and assertions look at them past every
policy. A request and an operation with `by=` run as `app` under the policies (`tests/conftest.py`); what
beat asks for runs as `worker`. Every connection begins as `app`, so that other threads are in it, too.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

import environ
from django.db import connection
from psycopg.pq import TransactionStatus

from config.servers.testing import ensure_test_cluster

_stance: ContextVar[str] = ContextVar("stance", default="")


def stance() -> str:
    """Return the role in which this thread stands when nobody acts."""
    is_the_tests_own = threading.current_thread() is threading.main_thread()
    return _stance.get() or ("owner" if is_the_tests_own else "app")


def stand_as(role: str) -> None:
    """Let every connection from now on begin in `role`."""
    connection.close()
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={role}"


def take_the_stance(sender: Any, connection: Any, **_more: Any) -> None:
    """Let a new connection of the test's own thread stand where the test does."""
    if stance() != "app":
        set_role(connection, stance())


def stand_as_before(self: Any) -> None:
    """Stand where the test does once nobody acts any more; takes the backend's own way back."""
    if self.connection.info.transaction_status != TransactionStatus.INERROR:
        set_role(self, stance())


def set_role(wrapper: Any, role: str) -> None:
    with wrapper.connection.cursor() as cursor:
        cursor.execute(f"set role {role}")


def point_at_the_test_cluster() -> None:
    """Give Django the address of the cluster, which is started where there is none."""
    address = environ.Env.db_url_config(ensure_test_cluster())
    connection.settings_dict.update(
        {name: address[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    )


@contextmanager
def standing_as(role: str) -> Iterator[None]:
    """Do what is inside as `role`: "owner" for a look at the facts, "worker" for a system act."""
    before = _stance.set(role)
    was = role_now()
    if was:
        set_role(connection, role)
    try:
        yield
    finally:
        _stance.reset(before)
        # A broken transaction takes the role back by itself when it is rolled back.
        if role_now():
            set_role(connection, was or stance())


def role_now() -> str:
    """Return the role of this thread's connection; empty where it is closed or broken."""
    there = connection.connection
    if there is None or there.closed:
        return ""
    if there.info.transaction_status == TransactionStatus.INERROR:
        return ""
    with there.cursor() as cursor:
        cursor.execute("select current_user")
        return str(cursor.fetchone()[0])


def as_owner():  # -> a context manager
    """Look at or write the facts past every policy."""
    return standing_as("owner")


@contextmanager
def as_app_for(somebody: Any) -> Iterator[None]:
    """Do what is inside as `somebody` does it in a practice: signed, as the app, under the policies."""
    from core.actor import acting

    with standing_as("app"), acting(somebody):
        yield


def database_url(role: str) -> str:
    """Return the address of this test's database in `role`, for a process that a test starts."""
    begin = quote(f"-c role={role}")
    name = connection.settings_dict["NAME"]
    return ensure_test_cluster().replace("/practice?", f"/{name}?") + f"&options={begin}"
