"""The practice's reminders in numbers, for whoever sets how many days before and after: made after each `migrate`.

A practice admin sees no client, so the rows are counted by a definer function. Its text is that of `due`
(`operations.due_sql`), which is Python's: a migration would hold yesterday's rules.
"""

from typing import Any

from django.db import connections

from reminders.operations.due_sql import DUE, with_tables
from reminders.operations.facts_sql import FACTS, policy_from
from reminders.operations.reading import CHECK_AFTER

ROLES = ("app", "worker", "sight")
NAME = "sight.reminders_on(date, jsonb)"
FUNCTION = """
create or replace function sight.reminders_on(asked_day date, asked_offsets jsonb)
returns table (occasion text, standing bigint, late bigint) language sql stable
security definer set search_path = public, pg_temp as $$
{tables}
select s.occasion, count(*), count(*) filter (where s.is_late)
  from stands s where (select sight.holds('practice_admin')) group by s.occasion
$$
"""
ARGUMENTS = {
    "today": "asked_day",
    "zone": "(select coalesce(max(zone), 'UTC') from accounts_practice)",
    "person": "null",
    "check_after": str(CHECK_AFTER),
}


def function() -> str:
    """Return the statement that makes the function."""
    tables = FACTS | {"policy": policy_from("asked_offsets")} | DUE
    return FUNCTION.format(tables=with_tables(tables) % ARGUMENTS)


def wire_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Make the function anew; can be run again at any time."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_roles where rolname = any (%s)", [list(ROLES)])
        roles = cursor.fetchone()[0]
        if roles < len(ROLES) or "reminders_handedon" not in connection.introspection.table_names():
            return
        cursor.execute(function())
        cursor.execute(f"revoke all on function {NAME} from public, worker")
        cursor.execute(f"grant execute on function {NAME} to app")
        cursor.execute("select rolbypassrls from pg_roles where rolname = 'sight'")
        if cursor.fetchone()[0]:
            cursor.execute(f"alter function {NAME} owner to sight")
