"""Which right the app's and the worker's role have on which table.

The owner migrates; app and worker own nothing. There are no default privileges: each table is granted
here, after each migration, from what its model says of itself. A model of facts that are corrected and
never changed carries `append_only = True`; `columns_to_change` names the few columns that may still move;
`rights` says in full what a role may do. History is written by triggers and read through `sight` alone:
neither role has any right on it (accounts/journal).
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

ROLES = ("app", "worker")
# A function that belongs to `sight` has been given its rights by whoever made it.
GRANT_OURS = """
do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc
            where pronamespace = 'sight'::regnamespace and proowner = current_user::regrole loop
    execute format('grant execute on function %s to app, worker', f);
  end loop;
end $$
"""


def verbs_of(model: type[models.Model], role: str) -> str:
    """Return what `role` may do with all columns of a table; history belongs to its triggers."""
    if hasattr(model, "pgh_tracked_model") or model._meta.app_label == "pghistory":
        return ""
    if role in getattr(model, "rights", {}):
        return str(model.rights[role])  # type: ignore[attr-defined]
    append_only = getattr(model, "append_only", False)
    return "select, insert" if append_only else "select, insert, update, delete"


def statements(model: type[models.Model]) -> Iterator[str]:
    """Yield the grants for one table."""
    table = f'"{model._meta.db_table}"'
    for role in ROLES:
        yield f"revoke all on {table} from {role}"
        if verbs := verbs_of(model, role):
            yield f"grant {verbs} on {table} to {role}"
        columns = ", ".join(f'"{name}"' for name in getattr(model, "columns_to_change", ()))
        if columns:
            yield f"grant update ({columns}) on {table} to {role}"


def grant_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Grant on every table; runs once after `migrate`, where the roles exist and we own the tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_roles where rolname in ('app', 'worker')")
        if cursor.fetchone()[0] < len(ROLES):
            return
        present = set(connection.introspection.table_names(cursor))
        every = apps.get_models(include_auto_created=True)
        tables = [
            model for model in every if model._meta.db_table in present and model._meta.managed
        ]
        for statement in (line for model in tables for line in statements(model)):
            cursor.execute(statement)
        cursor.execute("grant usage on all sequences in schema public to app, worker")
        cursor.execute("select 1 from pg_namespace where nspname = 'sight'")
        if cursor.fetchone():
            open_sight(cursor)


def open_sight(cursor: Any) -> None:
    """Let both roles call the rule, and give PostgreSQL the key that signs who is acting."""
    cursor.execute("grant usage on schema sight to app, worker")
    cursor.execute(GRANT_OURS)
    cursor.execute(
        "insert into sight.key (secret) values (%s)"
        " on conflict (single) do update set secret = excluded.secret",
        [settings.ACTOR_KEY],
    )
