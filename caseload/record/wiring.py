"""Wire the functions of the record after each `migrate`, when every table stands."""

from typing import Any

from django.db import connections

from caseload.record import joining
from caseload.record.sql import functions, tables_wiped
from caseload.record.ways import parts

ROLES = ("app", "worker", "sight")


def wire_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Make the functions anew; can be run again at any time."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        cursor.execute("select count(*) from pg_roles where rolname = any (%s)", [list(ROLES)])
        if cursor.fetchone()[0] < len(ROLES) or not {part.table for part in parts()} <= present:
            return
        for statement in [*functions(), *joining.functions()]:
            cursor.execute(statement)
        rights = {
            "sight.record_of(uuid)": "worker",
            "sight.wipe_record(uuid, date)": "worker",
            "sight.open_with_client(uuid, date)": "worker",
            "sight.join_files(uuid)": "app",
            "sight.take_files_apart(uuid)": "app",
        }
        for function, roles in rights.items():
            cursor.execute(f"revoke all on function {function} from public, app, worker")
            cursor.execute(f"grant execute on function {function} to {roles}")
        hand_to_sight(cursor, list(rights))


def hand_to_sight(cursor: Any, made: list[str]) -> None:
    """Let `sight` own the functions and remove what they remove; it alone wipes, by no other function.

    Where the server refuses BYPASSRLS they stay the owner's, as all of them do (`core.grants`).
    """
    cursor.execute("select rolbypassrls from pg_roles where rolname = 'sight'")
    if not cursor.fetchone()[0]:
        return
    for table in tables_wiped():
        cursor.execute(f'grant delete on "{table}" to sight')
    for _label, table, column in joining.columns():
        cursor.execute(f'grant update ("{column}") on "{table}" to sight')
    for function in made:
        cursor.execute(f"alter function {function} owner to sight")
