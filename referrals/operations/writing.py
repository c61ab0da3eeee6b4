"""Write rows of the directory in bulk: new ones by COPY, changed ones by one upsert."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, UUIDField, Value
from psycopg import sql
from psycopg.types.json import Jsonb

from core.sight import IsAnyOf
from referrals.models import (
    Address,
    Contact,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)
from referrals.readers import Kind


@contextmanager
def checked_at_once() -> Iterator[None]:
    """Let PostgreSQL check references as rows are written, not all of them at the end."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    yield
    with connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")


def plan_anew() -> None:
    """Forget how references were checked while the tables were small: row by row would take minutes."""
    with connection.cursor() as cursor:
        cursor.execute("discard plans")


KEPT: Final = {"id", "created_at"}  # an update leaves these alone


class Writer:
    """One table of the directory."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.fields: list[Any] = list(model._meta.concrete_fields)
        self.room = {each.name: each.max_length for each in self.fields if each.max_length}

    def known(self, keys: list[UUID]) -> dict[UUID, str]:
        """Return the content hash of every row that is there."""
        asked = Value(keys, output_field=ArrayField(UUIDField()))
        there = self.model._default_manager.filter(IsAnyOf(F("pk"), asked))
        return dict(there.values_list("pk", "content_hash"))

    def fitted(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return values that fit their columns, and whole the ones that had to be cut."""
        fits, raw = dict(values), {}
        for name, text in values.items():
            room = self.room.get(name)
            if room and isinstance(text, str) and len(text) > room:
                fits[name], raw[name] = text[:room], text
        return fits, raw

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """COPY new rows; keys of `rows` are attribute names, what is missing takes its default."""
        if not rows:
            return
        columns = sql.SQL(", ").join(sql.Identifier(each.column) for each in self.fields)
        table = sql.Identifier(self.model._meta.db_table)
        statement = sql.SQL("copy {} ({}) from stdin").format(table, columns)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([self.cell(each, row) for each in self.fields])

    def update(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Overwrite rows that are there with what the source says now."""
        if not rows:
            return
        names = [each.name for each in self.fields if each.name not in KEPT]
        self.model._default_manager.bulk_create(
            (self.model(**row) for row in rows),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=names,
            batch_size=1000,
        )

    def cell(self, column: Any, row: Mapping[str, Any]) -> Any:
        value = row[column.attname] if column.attname in row else column.get_default()
        if isinstance(column, models.JSONField):
            return Jsonb(value)
        return list(value) if isinstance(column, ArrayField) else value


WRITERS: Final = {
    Kind.ORGANIZATION: Writer(Organization),
    Kind.LOCATION: Writer(Location),
    Kind.SERVICE: Writer(Service),
    Kind.AT_LOCATION: Writer(ServiceAtLocation),
    Kind.ADDRESS: Writer(Address),
    Kind.CONTACT: Writer(Contact),
    Kind.PHONE: Writer(Phone),
    Kind.SCHEDULE: Writer(Schedule),
    Kind.LANGUAGE: Writer(Language),
}
