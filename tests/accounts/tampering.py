"""What somebody with every right in the database could do to history, at random."""

# ruff: noqa: S608 -- tables are named by the register of models, never by anybody

import random
from dataclasses import dataclass, field

from django.db import connection

from accounts.journal.sources import sources

KINDS = ("change", "delete", "insert", "swap")
NOT_TO_BE_ASKED = {"pgh_id", "pgh_xid", "pgh_obj_id", "pgh_context_id", "pgh_label"}


@dataclass
class Tamperer:
    """Does one thing after another, never two to one row; `done` says what to which (table, key)."""

    chance: random.Random
    done: list[tuple[str, set[tuple[str, int]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = columns_by_table()
        self.free = {}
        with connection.cursor() as cursor:
            for source in sources():
                cursor.execute(f"select pgh_id from {source.table} order by pgh_id")
                keys = [key for (key,) in cursor.fetchall()]
                if keys:
                    self.chance.shuffle(keys)
                    self.free[source.table] = keys

    def act(self, kind: str) -> None:
        wanted = 2 if kind == "swap" else 1
        tables = [table for table, keys in self.free.items() if len(keys) >= wanted]
        table = self.chance.choice(sorted(tables))
        keys = [self.free[table].pop() for _ in range(wanted)]
        with connection.cursor() as cursor:
            touched = getattr(self, kind)(cursor, table, *keys)
        self.done.append((f"{kind} {table} {keys}", {(table, key) for key in touched}))

    def change(self, cursor, table, key):
        """Change one value to another of its kind."""
        column, kind = self.chance.choice(self.columns[table])
        cursor.execute(
            f'update {table} set "{column}" = {another(column, kind)} where pgh_id = %s', [key]
        )
        return [key]

    def delete(self, cursor, table, key):
        cursor.execute(f"delete from {table} where pgh_id = %s", [key])
        return [key]

    def insert(self, cursor, table, key):
        """Put a copy of a row beside it, under a number that is free, before, between or after."""
        names = ", ".join(
            f'"{name}"' for name in all_columns(cursor, table) if name not in ("pgh_id", "pgh_xid")
        )
        said = names.replace('"id"', "gen_random_uuid()") if "readlog" in table else names
        number = self.chance.choice(["-nextval(%(seq)s)", "nextval(%(seq)s)"])
        xid = self.chance.choice(["pg_current_xact_id()", "pgh_xid", "'3'::xid8"])
        cursor.execute("select pg_get_serial_sequence(%s, 'pgh_id')", [table])
        (sequence,) = cursor.fetchone()
        cursor.execute(
            f"insert into {table} ({names}, pgh_id, pgh_xid) overriding system value"
            f" select {said}, {number}, {xid} from {table} where pgh_id = %(key)s returning pgh_id",
            {"seq": sequence, "key": key},
        )
        return [cursor.fetchone()[0]]

    def swap(self, cursor, table, one, other):
        """Let two rows change places."""
        for old, new in [(one, -(10**9)), (other, one), (-(10**9), other)]:
            cursor.execute(f"update {table} set pgh_id = %s where pgh_id = %s", [new, old])
        return [one, other]


def another(column, kind):
    """Return SQL for a value that is not the one there."""
    column = f'"{column}"'
    return {
        "text": f"coalesce({column}, '') || '!'",
        "character varying": f"left('!' || coalesce({column}, ''), greatest(1, length({column})))",
        "integer": f"coalesce({column}, 0) + 1",
        "smallint": f"coalesce({column}, 0) + 1",
        "boolean": f"not coalesce({column}, false)",
        "uuid": "gen_random_uuid()",
        "date": f"coalesce({column}, '2020-01-01') + 1",
        "timestamp with time zone": f"coalesce({column}, '2020-01-01') + interval '1 microsecond'",
    }[kind]


def columns_by_table():
    """Return what can be changed: columns of plain kinds."""
    found = {}
    with connection.cursor() as cursor:
        for source in sources():
            cursor.execute(
                "select column_name, data_type from information_schema.columns where table_name = %s"
                " and data_type in ('integer', 'smallint', 'boolean', 'uuid', 'date',"
                " 'timestamp with time zone') and is_identity = 'NO' order by 1",
                [source.table],
            )
            found[source.table] = [
                row
                for row in cursor.fetchall()
                if row[0] not in NOT_TO_BE_ASKED | {"id", "by_id", "client_id"}
            ]
    return found


def all_columns(cursor, table):
    cursor.execute(
        "select column_name from information_schema.columns where table_name = %s order by ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]
