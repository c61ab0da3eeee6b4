"""Which right each role has on which table, and which rows policies open: made after each migration.

The owner migrates; app and worker own nothing. There are no default privileges: every table is granted and
guarded here from what its model says of itself (`core.guard`, `core.policies`), all in one transaction, so
that a fresh database and an upgraded one end alike and nobody meets a table between two states
(docs/adr/0011-row-security.md). Where the roles do not exist, nothing is granted. History is written by
triggers and read through `sight` alone (accounts/journal).
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from core.policies import has_table, statements, table_of

ROLES = ("app", "worker", "sight")
# A function that belongs to `sight` has been given its rights by whoever made it.
GRANT_OURS = """
do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc
            where pronamespace = 'sight'::regnamespace and proowner = current_user::regrole loop
    execute format('grant execute on function %s to app, worker', f);
  end loop;
end $$
"""
DEFINERS = """
select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = 'sight' and p.prosecdef
"""
# What answers for anybody who is named is there for what asks who acts, and for the worker: not for the app.
FOR_ANYBODY = """
select p.oid::regprocedure::text from pg_proc p
 where p.pronamespace = 'sight'::regnamespace and p.prosecdef
   and (pg_get_function_identity_arguments(p.oid) = 'who uuid, day date'
        or p.proname in ('endings_among', 'handovers_among', 'desk_told', 'glass_people'))
"""
POLICIES = "select policyname, tablename from pg_policies where schemaname = 'public'"


def grant_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Grant and guard every table; runs after `migrate`, where the roles exist and we own the tables."""
    connection = connections[using]
    with connection.cursor() as cursor, transaction.atomic(using=using):
        cursor.execute("select count(*) from pg_roles where rolname = any (%s)", [list(ROLES)])
        if cursor.fetchone()[0] < len(ROLES):
            return
        present = set(connection.introspection.table_names(cursor))
        every = apps.get_models(include_auto_created=True)
        models = [one for one in every if one._meta.db_table in present and has_table(one)]
        drop_policies(cursor)
        for statement in (line for model in models for line in statements(table_of(model))):
            cursor.execute(statement)
        # so that whoever serves can see whether the database is behind its code
        cursor.execute("grant select on django_migrations to app, worker")
        cursor.execute("grant usage on all sequences in schema public to app, worker")
        cursor.execute("select 1 from pg_namespace where nspname = 'sight'")
        if cursor.fetchone():
            open_sight(cursor)


def drop_policies(cursor: Any) -> None:
    """Begin from nothing: a policy that no model asks for any more does not stay."""
    cursor.execute(POLICIES)
    for name, table in cursor.fetchall():
        cursor.execute(f'drop policy "{name}" on "{table}"')


def open_sight(cursor: Any) -> None:
    """Let both roles call the rule, hand it to `sight`, and give PostgreSQL the key that signs who acts."""
    cursor.execute("grant usage on schema sight to app, worker")
    cursor.execute(GRANT_OURS)
    for function in names(cursor, FOR_ANYBODY):
        cursor.execute(f"revoke execute on function {function} from public, app")
    cursor.execute(
        "insert into sight.key (secret) values (%s)"
        " on conflict (single) do update set secret = excluded.secret",
        [settings.ACTOR_KEY],
    )
    cursor.execute("select rolbypassrls from pg_roles where rolname = 'sight'")
    if not cursor.fetchone()[0]:
        return  # a server that refuses BYPASSRLS: the functions stay the owner's (decision 5)
    cursor.execute("grant usage, create on schema sight to sight")
    cursor.execute("grant select on sight.key to sight")
    for function in names(cursor, DEFINERS):
        cursor.execute(f"alter function {function} owner to sight")


def names(cursor: Any, query: str) -> list[str]:
    cursor.execute(query, [])
    return [name for (name,) in cursor.fetchall()]
