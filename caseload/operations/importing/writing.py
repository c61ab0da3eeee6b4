"""Records into rows, one kind at a time: new, changed, the same, or left because a person has changed it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import models

from caseload.models import ImportedFrom
from caseload.operations.importing.known import BATCH, Facts, Known, batches, kept, plain
from caseload.operations.importing.tally import Outcome, Tally
from caseload.readers.records import Record

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=models.Model)


@dataclass
class Change(Generic[M]):
    """A known row whose content is new: what stands there now, and what shall."""

    known: ImportedFrom
    row: M
    was: Facts
    facts: Facts
    content: str


class Writer(ABC, Generic[R, M]):
    """Writes records of one kind. A subclass says which columns they fill.

    `ids` grows to hold the row behind each key, as far as it may be referred to.
    """

    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]
    is_referred_to: ClassVar[bool] = False

    def __init__(self, known: Known, tally: Tally) -> None:
        self.known, self.tally = known, tally
        self.ids: dict[str, UUID] = {}

    @abstractmethod
    def facts(self, record: R) -> Facts:
        """Return the columns that a record fills."""

    @classmethod
    def now(cls, rows: Sequence[M]) -> list[Facts]:
        """Return what stands in rows, as `facts` would say it."""
        return [{column: getattr(row, column) for column in cls.columns} for row in rows]

    @classmethod
    def put(cls, rows: Sequence[M], facts: Sequence[Facts]) -> None:
        """Let rows say what `facts` says, and write them."""
        for row, told in zip(rows, facts, strict=True):
            for column in cls.columns:
                setattr(row, column, told[column])
        fields = [column.removesuffix("_id") for column in cls.columns]
        cls.model._default_manager.bulk_update(rows, fields, batch_size=BATCH)

    def found_here(self, records: Sequence[R]) -> dict[str, M]:
        """Return rows that are here already without an import, by the key of the record that means them."""
        return {}

    def refusal(self, record: R, was: Facts, facts: Facts) -> str:
        """Return the code of why a change may not be made, or nothing."""
        return ""

    def insert(self, rows: Sequence[M], facts: Sequence[Facts]) -> None:
        """Write new rows."""
        self.model._default_manager.bulk_create(rows, batch_size=BATCH)

    def write(self, records: Iterable[R]) -> None:
        """Write records in batches."""
        for batch in batches(records):
            self.write_batch(batch)

    def write_batch(self, records: Sequence[R]) -> None:
        known = self.known_rows(records)
        asked = [
            known[each.source_id].object_id
            for each in records
            if each.source_id in known and self.must_stand(each, known[each.source_id])
        ]
        rows: dict[UUID, Any] = self.model._default_manager.in_bulk(asked)
        self.add([each for each in records if each.source_id not in known])
        self.revise(
            [(each, known[each.source_id]) for each in records if each.source_id in known], rows
        )

    def must_stand(self, record: R, row: ImportedFrom) -> bool:
        """Say whether the row itself is needed: others refer to it, or it shall change."""
        return self.is_referred_to or row.content_hash != record.content_hash()

    def known_rows(self, records: Sequence[R]) -> dict[str, ImportedFrom]:
        """Return what earlier imports know of these records, by their keys."""
        keys = [each.source_id for each in records]
        return self.known.rows(records[0].source_type, keys) if records else {}

    def add(self, records: Sequence[R]) -> None:
        """Make rows for records that come for the first time, or link those that are here already."""
        here = self.found_here(records)
        new = [each for each in records if each.source_id not in here]
        facts = [self.facts(each) for each in new]
        rows: list[Any] = [self.build(each, told) for each, told in zip(new, facts, strict=True)]
        self.insert(rows, facts)
        made: list[tuple[str, str, models.Model, Facts]] = [
            (record.source_id, record.content_hash(), row, {"wrote": told})
            for record, row, told in zip(new, rows, facts, strict=True)
        ]
        linked = [each for each in records if each.source_id in here]
        made += [
            (each.source_id, each.content_hash(), here[each.source_id], {"found": True})
            for each in linked
        ]
        if records:
            self.known.remember(records[0].source_type, made)
        self.ids |= {key: row.pk for key, _content, row, _kept in made}
        self.tell(new, Outcome.NEW)
        self.tell(linked, Outcome.SAME)
        for each in linked:
            self.tally.note(each.place, "linked")

    def build(self, record: R, facts: Facts) -> models.Model:
        """Return a new row, not saved yet."""
        return self.model(**{column: facts[column] for column in self.columns})

    def revise(self, pairs: Sequence[tuple[R, ImportedFrom]], rows: dict[UUID, M]) -> None:
        """Change known rows whose content is new, unless a person has changed them since."""
        changed: list[tuple[R, ImportedFrom]] = []
        for record, row in pairs:
            if self.must_stand(record, row) and row.object_id not in rows:
                self.tally.skip(record.place, "gone")
                continue
            self.ids[record.source_id] = row.object_id
            if row.content_hash == record.content_hash():
                self.tell([record], Outcome.SAME)
            else:
                changed.append((record, row))
        if changed:
            self.apply(changed, rows)

    def apply(self, pairs: Sequence[tuple[R, ImportedFrom]], rows: dict[UUID, M]) -> None:
        standing = self.now([rows[row.object_id] for _record, row in pairs])
        changes = []
        for (record, row), was in zip(pairs, standing, strict=True):
            facts = self.facts(record)
            code = self.refusal(record, was, facts)
            if code:
                self.ids.pop(record.source_id)
                self.tally.reject(record.place, code)
            elif plain(was) != kept(row).get("wrote"):
                self.tally.skip(record.place, "touched")
            else:
                changes.append(Change(row, rows[row.object_id], was, facts, record.content_hash()))
                self.tell([record], Outcome.CHANGED)
        self.put([each.row for each in changes], [each.facts for each in changes])
        for each in changes:
            self.known.update(each.known, each.content, each.was, each.facts)

    def tell(self, records: Iterable[R], outcome: Outcome) -> None:
        for each in records:
            self.tally.count(each.place, outcome, each.source_type)
