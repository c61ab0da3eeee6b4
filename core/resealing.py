"""Moving sealed text from one key to another while the practice works, and seeing that keys open their texts.

A batch is one short transaction: rows that another key sealed are locked, opened, sealed with the key in use
and written back. Whoever is interrupted goes on where rows of another key are left; two may run at once.
Runs as the owner: no policy hides a row from it, and history is not told, because no text changes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg import sql

from core.sealed import NotOpened, Sealed, SealedTextField, seal, unseal

BATCH = 1000
COUNT = "select substr({text}, 1, 2), count(*) from {table} where {text} is not null group by 1"
ONE = "select {key}, {text} from {table} where {text} is not null limit 1"
FIRST = (
    "select {key}, {text} from {table} where substr({text}, 1, 2) <> %s"
    " order by {key} limit %s for no key update skip locked"
)
NEXT = (
    "select {key}, {text} from {table} where substr({text}, 1, 2) <> %s and {key} > %s"
    " order by {key} limit %s for no key update skip locked"
)
WRITE = (
    "update {table} set {text} = new.text from unnest(%s::uuid[], %s::bytea[]) as new (pk, text)"
    " where {table}.{key} = new.pk"
)


@dataclass(frozen=True)
class Column:
    """One sealed column; the names come from models, never from input."""

    table: str
    key: str
    name: str

    def query(self, text: LiteralString) -> sql.Composed:
        """Return a query with {table}, {key} and {text} named."""
        names = {"table": self.table, "key": self.key, "text": self.name}
        return sql.SQL(text).format(**{word: sql.Identifier(name) for word, name in names.items()})

    def place(self, pk: object) -> bytes:
        return f"{self.table}.{self.name}.{pk}".encode()


def sealed_columns() -> list[Column]:
    """Return every sealed column of every model, in the order of their tables."""
    columns = {
        Column(
            field.model._meta.db_table,
            str(field.model._meta.pk.column),
            str(field.column),
        )
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, SealedTextField)
    }
    return sorted(columns, key=lambda column: (column.table, column.name))


def count_by_key() -> Counter[int]:
    """Return how many texts each key has sealed."""
    counted: Counter[int] = Counter()
    with connection.cursor() as cursor:
        for column in sealed_columns():
            cursor.execute(column.query(COUNT))
            for number, count in cursor.fetchall():
                counted[int.from_bytes(number)] += count
    return counted


def reseal_everything(report: Callable[[Column, int], None]) -> int:
    """Seal every text with the key in use; return how many were moved.

    A save that had read before the new key came may write the old one back, and a row that somebody has
    locked is passed over. So it goes round until two rounds have found nothing.
    """
    moved, idle = 0, 0
    while idle < 2:
        found = sum(move_column(column, report) for column in sealed_columns())
        moved += found
        idle = 0 if found else idle + 1
    return moved


def move_column(column: Column, report: Callable[[Column, int], None]) -> int:
    """Move a column batch by batch, in the order of its keys, and report each."""
    done, keys = 0, reseal_batch(column, None)
    while keys:
        done += len(keys)
        report(column, done)
        keys = reseal_batch(column, keys[-1])
    return done


def reseal_batch(column: Column, after: Any) -> list[Any]:
    """Move up to `BATCH` rows that come after a key; return the keys of those that were moved."""
    with transaction.atomic(), connection.cursor() as cursor:
        in_use = settings.FIELD_KEY_IN_USE.to_bytes(2)
        if after is None:
            cursor.execute(column.query(FIRST), [in_use, BATCH])
        else:
            cursor.execute(column.query(NEXT), [in_use, after, BATCH])
        rows = cursor.fetchall()
        keys = [pk for pk, _text in rows]
        texts = [bytes(resealed(column, pk, text)) for pk, text in rows]
        cursor.execute(column.query(WRITE), [keys, texts])
    return keys


def resealed(column: Column, pk: object, text: bytes) -> Sealed:
    place = column.place(pk)
    return seal(unseal(Sealed(text), place), place)


def see_that_keys_open(**_kwargs: Any) -> None:
    """After each migrate: wrong keys end a start, with one sentence, before anybody writes with them."""
    try:
        open_one_of_each()
    except NotOpened as error:
        raise CommandError(str(error)) from error


def open_one_of_each() -> None:
    """Open one text of each column; raises NotOpened where a key is lost or another one."""
    with connection.cursor() as cursor:
        standing = set(connection.introspection.table_names(cursor))
        for column in (one for one in sealed_columns() if one.table in standing):
            cursor.execute(column.query(ONE))
            for pk, text in cursor.fetchall():
                unseal(Sealed(text), column.place(pk))
