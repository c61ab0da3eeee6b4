"""Web and worker refuse to serve as a role that policies do not bind."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.signals import connection_created

# Whom the process logged in as counts too, and what either could become: `reset role` and `set role` are one word each.
MIGHTY = """
with recursive reach(oid) as (
  select oid from pg_roles where rolname in (current_user, session_user)
  union
  select m.roleid from pg_auth_members m join reach on reach.oid = m.member)
select session_user::text,
       exists (select from pg_roles join reach using (oid) where rolsuper or rolbypassrls),
       exists (select from pg_class join reach on reach.oid = relowner
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')),
       exists (select from pg_proc join reach on reach.oid = proowner
                where pronamespace = to_regnamespace('sight'))
"""


def fault_of(connection: Any) -> str:
    """Say why policies would not bind whoever `connection` is; empty where they do."""
    with connection.connection.cursor() as cursor:
        cursor.execute(MIGHTY)
        who, bypasses, owns, rules = cursor.fetchone()
    if bypasses:
        return f"The role “{who}” can pass row security by. Enter the database as app or worker."
    if owns:
        return f"The role “{who}” owns tables, or can act as who does: row security does not bind it. Enter as app or worker."
    if rules:
        return (
            f"The role “{who}” can change the functions that policies ask. Enter as app or worker."
        )
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
