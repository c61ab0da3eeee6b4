"""What an earlier import brought and this one does not say any more."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from referrals.models import Source
from referrals.operations.writing import WRITERS
from referrals.readers import Kind

# That these are gone is for a person to say (R16); what hangs below them stays, too.
STAYS: Final = (Kind.ORGANIZATION, Kind.LOCATION, Kind.SERVICE, Kind.AT_LOCATION)
OWNERS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.ADDRESS: ("location_id",),
    Kind.CONTACT: ("organization_id", "service_id", "location_id", "at_location_id"),
    Kind.PHONE: ("organization_id", "service_id", "location_id", "at_location_id", "contact_id"),
    Kind.SCHEDULE: ("service_id", "location_id", "at_location_id"),
    Kind.LANGUAGE: ("service_id", "location_id", "phone_id"),
    Kind.AREA: ("service_id", "at_location_id"),
    Kind.COST: ("service_id",),
    Kind.CAPACITY: ("service_id",),
    Kind.IDENTIFIER: ("organization_id",),
    Kind.OBJECT: ("of_id",),
    Kind.ATTRIBUTE: ("of_id",),
}


class Vanished:
    """Compares what is there of a source with what was seen in this import."""

    def __init__(self, source: Source, there: dict[Kind, set[UUID]], seen: set[UUID]) -> None:
        self.source, self.there, self.seen = source, there, seen

    def missing(self) -> Iterator[tuple[Kind, list[tuple[UUID, str]]]]:
        """Yield what is left alone, with its name."""
        for kind in STAYS:
            name = "original_id" if kind is Kind.AT_LOCATION else "name"
            rows = WRITERS[kind].model._default_manager.filter(source=self.source)
            gone = [
                (key, label)
                for key, label in rows.exclude(extra__has_key="_stand_in").values_list("pk", name)
                if key not in self.seen
            ]
            yield kind, gone

    def removed(self, told: set[Kind] | None) -> Iterator[tuple[Kind, list[UUID]]]:
        """Yield what hung below something that was said this time, and was not said itself.

        `told` are the kinds that the source has tables for. Without tables a kind counts where anything of it
        was said: a list without details takes no details away.
        """
        owners = {key for kind in STAYS for key in self.there[kind] if key in self.seen}
        gone: set[UUID] = set()
        found: list[tuple[Kind, list[UUID]]] = []
        for kind, columns in OWNERS.items():
            if told is not None and kind not in told:
                continue
            rows = self.unseen(kind, columns)
            keys = [
                key for key, *whose in rows if any(each in owners or each in gone for each in whose)
            ]
            if told is None and not self.there[kind] & self.seen:
                keys = [key for key, *whose in rows if any(each in gone for each in whose)]
            gone.update(keys)
            if keys:
                found.append((kind, keys))
        yield from reversed(found)

    def unseen(self, kind: Kind, columns: tuple[str, ...]) -> list[tuple[UUID, ...]]:
        asked = sql.SQL(
            "select {} from {} where source_id = %s and id not in (select unnest(%s::uuid[]))"
        )
        names = sql.SQL(", ").join(map(sql.Identifier, ["id", *columns]))
        table = sql.Identifier(WRITERS[kind].model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(asked.format(names, table), [self.source.pk, list(self.seen)])
            return list(cursor.fetchall())
