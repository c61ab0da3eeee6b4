"""Web and worker refuse to serve as a role that policies do not bind."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.signals import connection_created

MIGHTY = """
select current_user,
       (select rolsuper or rolbypassrls from pg_roles where rolname = current_user),
       exists (select from pg_class where relnamespace = 'public'::regnamespace
                and relkind = 'r' and pg_has_role(current_user, relowner, 'usage'))
"""


def fault_of(connection: Any) -> str:
    """Say why policies would not bind whoever `connection` is; empty where they do."""
    with connection.connection.cursor() as cursor:
        cursor.execute(MIGHTY)
        who, bypasses, owns = cursor.fetchone()
    if bypasses:
        return f"The role “{who}” passes row security by. Enter the database as app or worker."
    if owns:
        return f"The role “{who}” owns tables, which row security does not bind. Enter as app or worker."
    return ""


def serve_under_policies() -> None:
    """Let this process look once, at its first connection, and refuse to go on where policies do not bind it."""
    connection_created.connect(refuse_the_mighty, dispatch_uid="under policies")


def refuse_the_mighty(connection: Any, **_more: Any) -> None:
    fault = fault_of(connection)
    if fault:
        connection.close()
        raise ImproperlyConfigured(fault)
    connection_created.disconnect(dispatch_uid="under policies")


@register(Tags.database, deploy=True)
def policies_bind(
    *, databases: Sequence[str] | None = None, **_more: Any
) -> Sequence[CheckMessage]:
    """`manage.py check --deploy --database default`, as the role that the web or the worker has."""
    faults: list[CheckMessage] = []
    for alias in databases or []:
        connections[alias].ensure_connection()
        if fault := fault_of(connections[alias]):
            faults.append(Error(fault, hint="DATABASE_URL names the role.", id="core.E001"))
    return faults
