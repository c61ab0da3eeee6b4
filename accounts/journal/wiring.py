"""Wire history after each `migrate`, when every table and trigger stands and the roles have their grants."""

from typing import Any

from django.db import connections

from accounts.journal import sql
from accounts.journal.sources import Source, sources

ROLES = ("app", "worker", "sight")


def wire_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Give each table of history its columns, rights and part in sealing; can be run again at any time."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        cursor.execute("select count(*) from pg_roles where rolname = any (%s)", [list(ROLES)])
        if cursor.fetchone()[0] < len(ROLES) or "accounts_historyline" not in present:
            return
        every = [source for source in sources() if source.table in present]
        for statement in (sql.SHAPES, sql.ATTACH, sql.NEVER_IGNORED, sql.TRIGGERS_AS_OWNER):
            cursor.execute(statement)
        give_columns(cursor, every)
        open_to_sight(cursor, every)
        make_sealing(cursor, every)


def give_columns(cursor: Any, every: list[Source]) -> None:
    """Add what is missing only: `if not exists` would still lock each table."""
    cursor.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
    )
    there = set(cursor.fetchall())
    for source in every:
        last = "pgh_context_id" if source.is_log else "pgh_xid"
        if (source.table, last) not in there:
            for statement in sql.columns_for(source):
                cursor.execute(statement)


def open_to_sight(cursor: Any, every: list[Source]) -> None:
    cursor.execute("grant usage, create on schema sight to sight")
    cursor.execute("grant select on all tables in schema public to sight")
    for statement in (line for source in every for line in sql.grants_for(source)):
        cursor.execute(statement)


def make_sealing(cursor: Any, every: list[Source]) -> None:
    """Make `sight.acts_since`, which tells the worker what is not sealed yet: hashes and ways, no values."""
    shapes = {source.table: shapes_of(cursor, source) for source in every}
    cursor.execute("drop function if exists sight.acts_since")
    cursor.execute(sql.acts_since([sql.branch(source, shapes[source.table]) for source in every]))
    # Rights first: once it belongs to `sight`, only `sight` may give them.
    cursor.execute("revoke all on function sight.acts_since from public, app")
    cursor.execute("grant execute on function sight.acts_since to worker")
    cursor.execute("alter function sight.acts_since owner to sight")
    cursor.execute("grant select on sight.history_shape to worker, sight")


def shapes_of(cursor: Any, source: Source) -> list[int]:
    """Return the keys of all shapes a table has had, the one of today last."""
    cursor.execute(
        "insert into sight.history_shape (source, kind, columns) select %(source)s, %(kind)s, %(columns)s"
        " where %(columns)s::text[] is distinct from (select columns from sight.history_shape"
        "   where source = %(source)s order by id desc limit 1)",
        {"source": source.table, "kind": source.kind, "columns": source.columns},
    )
    cursor.execute(
        "select id from sight.history_shape where source = %s order by id", [source.table]
    )
    return [key for (key,) in cursor.fetchall()]
