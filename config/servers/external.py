"""Somebody else's PostgreSQL and queue: asked before anything starts, each fault in one sentence."""

from collections.abc import Collection, Mapping

import psycopg
from kombu import Connection
from psycopg.conninfo import conninfo_to_dict

from config.servers.refusal import Refused, refusing

OLDEST_SERVER = 170000
EXTENSIONS = ("btree_gist", "fuzzystrmatch", "pg_trgm", "unaccent")
ROLES = ("owner", "app", "worker", "sight")
SETTINGS = {"app": "DATABASE_URL", "owner": "OWNER_DATABASE_URL", "worker": "WORKER_DATABASE_URL"}
ANSWERS_WITHIN = 5  # seconds
HOW = "config/servers/roles.sql, run there by a superuser, makes what is missing."


def database_urls(
    given: Mapping[str, str], roles: Collection[str] = tuple(SETTINGS)
) -> dict[str, str] | None:
    """Return the addresses of `roles`, checked; None when none is given and the embedded server is meant."""
    urls = {role: given[SETTINGS[role]] for role in roles if given.get(SETTINGS[role])}
    if not urls:
        return None
    if missing := [SETTINGS[role] for role in roles if role not in urls]:
        needed = "three addresses" if len(roles) == len(SETTINGS) else "an address for each role"
        raise Refused(f"An external database needs {needed}; {' and '.join(missing)} not set.")
    for role, url in urls.items():
        check_database(url, role=role)
    return urls


def check_database(url: str, *, role: str) -> None:
    """Refuse a server that is dead, too old, not UTF-8, or lacks an extension or a role."""
    setting = SETTINGS[role]
    with (
        refusing(f"The database of {setting} does not answer", psycopg.Error),
        psycopg.connect(url, connect_timeout=ANSWERS_WITHIN, autocommit=True) as connection,
    ):
        faults = (
            version_fault(connection),
            encoding_fault(connection),
            extension_fault(connection),
            role_fault(connection),
            login_fault(connection, role),
        )
    if fault := next((fault for fault in faults if fault), ""):
        raise Refused(f"The database of {setting} {fault}")


def version_fault(connection: psycopg.Connection) -> str:
    server = connection.info.server_version
    if server >= OLDEST_SERVER:
        return ""
    return f"is PostgreSQL {server // 10000}; this needs {OLDEST_SERVER // 10000} or newer."


def encoding_fault(connection: psycopg.Connection) -> str:
    encoding = one(connection, "select getdatabaseencoding()")
    return "" if encoding == "UTF8" else f"is encoded in {encoding}; this needs UTF8."


def extension_fault(connection: psycopg.Connection) -> str:
    there = {name for (name,) in connection.execute("select extname from pg_extension")}
    missing = [name for name in EXTENSIONS if name not in there]
    return f"lacks the extension {', '.join(missing)}: {HOW}" if missing else ""


def role_fault(connection: psycopg.Connection) -> str:
    there = {name for (name,) in connection.execute("select rolname::text from pg_roles")}
    missing = [name for name in ROLES if name not in there]
    return f"lacks the role {', '.join(missing)}: {HOW}" if missing else ""


def login_fault(connection: psycopg.Connection, role: str) -> str:
    """Say what is wrong with who we are there: policies do not bind a superuser or a role that bypasses them."""
    is_one = one(connection, "select pg_has_role(current_user, %s, 'member')", role)
    if not is_one:
        return f"was entered as “{connection.info.user}”, which is not the role {role}."
    mighty = one(
        connection, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    )
    return (
        f"was entered as “{connection.info.user}”, which row security does not bind."
        if mighty
        else ""
    )


def one(connection: psycopg.Connection, query: str, *values: str) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def broker_url(given: Mapping[str, str]) -> str | None:
    """Return the queue's address, checked; None when the embedded one is meant."""
    url = given.get("CELERY_BROKER_URL")
    if not url:
        return None
    with (
        refusing("The queue of CELERY_BROKER_URL does not answer", Exception),
        Connection(url, connect_timeout=ANSWERS_WITHIN) as connection,
    ):
        connection.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN)
    return url


def shown(url: str) -> str:
    """Return an address without its password."""
    parts = conninfo_to_dict(url)
    return f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
