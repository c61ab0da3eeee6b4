"""Which tables hold history, and how a row of theirs leads to a client, an episode, a departure, a person.

Found through the register of apps: every event table, and every log (`kept_log = True`). A model that such
ways end at says so itself: `history_names = "client"`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models

from core.history import is_event

LONGEST_WAY = 3  # foreign keys
WAYS_TRIED = 3
GIVEN = ("pgh_id", "pgh_xid", "pgh_created_at", "pgh_context_id")  # by PostgreSQL, to every row


@dataclass(frozen=True)
class Source:
    """One table of history, and the model that its rows speak of. Expressions are SQL over its row `e`."""

    model: type[models.Model]
    of: type[models.Model]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def is_log(self) -> bool:
        return self.model is self.of

    @property
    def kind(self) -> str:
        """Name what the rows speak of, such as `caseload.session`."""
        return self.of._meta.label_lower

    @property
    def columns(self) -> list[str]:
        """Everything a row says, in a fixed order."""
        return sorted({*columns_of(self.model), *GIVEN})

    @property
    def compared(self) -> list[str]:
        """Columns whose change a line names."""
        if self.is_log:
            return []
        shared = columns_of(self.of) & columns_of(self.model)
        return sorted(shared - {"revision", self.of._meta.pk.column})

    def leads_to(self, name: str) -> str:
        """Return the key of the client (episode, …) that a row leads to; `null` where no way leads there."""
        if names(self.of) == name:
            return "e.pgh_obj_id"
        ways = list(islice(sorted(self.ways_to(name), key=len), WAYS_TRIED))
        return f"coalesce({', '.join(ways)})" if ways else "null::uuid"

    def ways_to(self, name: str) -> Iterator[str]:
        """Yield the ways; where a row must name its client itself, that one only."""
        for field in foreign_keys(self.of):
            if field.column not in self.columns:
                continue
            if names(field.related_model) == name and not field.null:
                yield f"e.{field.column}"
                return
        for field in foreign_keys(self.of):
            if field.column in self.columns:
                yield from ways_over(field, name, "e", LONGEST_WAY)


def ways_over(field: Any, name: str, row: str, longest: int) -> Iterator[str]:
    """Yield SQL that follows `field` of `row`, and what comes after, to a model that `names` it."""
    target = field.related_model
    if names(target) == name:
        yield f"{row}.{field.column}"
    elif longest > 1:
        there = f"x{longest}"
        found = (
            f"from public.{target._meta.db_table} {there} where {there}.{target._meta.pk.column}"
        )
        for further in foreign_keys(target):
            for way in ways_over(further, name, there, longest - 1):
                yield f"(select {way} {found} = {row}.{field.column})"


def foreign_keys(model: type[models.Model]) -> list[Any]:
    """Return those to another model: what a row corrects or returns to is not what it belongs to."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if (field.many_to_one or field.one_to_one) and field.related_model is not model
    ]


def names(model: Any) -> str:
    return getattr(model, "history_names", "")


def columns_of(model: type[models.Model]) -> set[str]:
    return {field.column for field in model._meta.local_concrete_fields if field.column}


def sources() -> list[Source]:
    """Return every table of history, by name."""
    found = [
        Source(model, getattr(model, "pgh_tracked_model", model))
        for model in apps.get_models()
        if is_event(model) or getattr(model, "kept_log", False)
    ]
    return sorted(found, key=lambda source: source.table)
