"""Standing in another database role for a moment. Tests run as `app`, as the web does."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import environ
from django.db import connection
from psycopg.pq import TransactionStatus

from config.servers.testing import ensure_test_cluster


def stand_as(role: str) -> None:
    """Let every connection from now on begin in `role`."""
    connection.close()
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={role}"


def point_at_the_test_cluster() -> None:
    """Give Django the address of the cluster, which is started where there is none."""
    address = environ.Env.db_url_config(ensure_test_cluster())
    connection.settings_dict.update(
        {name: address[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    )


@contextmanager
def standing_as(role: str) -> Iterator[None]:
    """Do what is inside as `role`: "owner" for a look at the facts, "worker" for a system act."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        before = cursor.fetchone()[0]
        cursor.execute(f"set role {role}")
    try:
        yield
    finally:
        # A broken transaction takes the role back by itself when it is rolled back.
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute(f"set role {before}")


def as_owner():  # -> a context manager
    """Look at or write the facts past every policy."""
    return standing_as("owner")


def database_url(role: str) -> str:
    """Return the address of this test's database in `role`, for a process that a test starts."""
    begin = quote(f"-c role={role}")
    name = connection.settings_dict["NAME"]
    return ensure_test_cluster().replace("/practice?", f"/{name}?") + f"&options={begin}"
