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
    Attribute,
    Contact,
    CostOption,
    DirectoryObject,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Taxonomy,
    TaxonomyTerm,
    Unit,
)
from referrals.models.written import AsWritten, dumped
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


KEPT: Final = {"id", "created_at", "born_in"}  # an update leaves these alone


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

    def there(self, keys: list[UUID]) -> set[UUID]:
        """Return which of these rows there are."""
        return set(self.known(keys))

    def before(self, keys: list[UUID]) -> dict[UUID, str]:
        """Return whole rows as JSON, so that they can be put back."""
        table = sql.Identifier(self.model._meta.db_table)
        asked = sql.SQL("select id, row_to_json(t)::text from {} t where id = any(%s)").format(
            table
        )
        with connection.cursor() as cursor:
            cursor.execute(asked, [keys])
            return dict(cursor.fetchall())

    def put_back(self, rows: Sequence[str]) -> None:
        """Let rows be again what `before` gave: those that are there, and those that are gone."""
        names = [each.column for each in self.fields if each.column != "id"]
        columns = sql.SQL(", ").join(map(sql.Identifier, ["id", *names]))
        excluded = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names
        )
        told = sql.SQL(
            "insert into {0} ({1}) select {1} from unnest(%s::text[]) told,"
            " json_populate_record(null::{0}, told::json) on conflict (id) do update set {2}"
        ).format(sql.Identifier(self.model._meta.db_table), columns, excluded)
        with connection.cursor() as cursor:
            cursor.execute(told, [list(rows)])

    def name_parents(self, parents: Mapping[UUID, UUID]) -> None:
        table = sql.Identifier(self.model._meta.db_table)
        told = sql.SQL(
            "update {} t set parent_id = v.parent from unnest(%s::uuid[], %s::uuid[]) v(child, parent)"
            " where t.id = v.child"
        ).format(table)
        with connection.cursor() as cursor:
            cursor.execute(told, [list(parents), list(parents.values())])

    def delete(self, keys: Sequence[UUID]) -> None:
        """Delete rows that nothing stands below any more."""
        self.model._default_manager.filter(pk__in=keys).delete()

    def has(self, column: str) -> bool:
        return any(each.column == column for each in self.fields)

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
        if isinstance(column, AsWritten):
            return None if value is None else dumped(value)
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
    Kind.TAXONOMY: Writer(Taxonomy),
    Kind.TERM: Writer(TaxonomyTerm),
    Kind.UNIT: Writer(Unit),
    Kind.AREA: Writer(ServiceArea),
    Kind.COST: Writer(CostOption),
    Kind.CAPACITY: Writer(ServiceCapacity),
    Kind.IDENTIFIER: Writer(OrganizationIdentifier),
    Kind.OBJECT: Writer(DirectoryObject),
    Kind.ATTRIBUTE: Writer(Attribute),
}
