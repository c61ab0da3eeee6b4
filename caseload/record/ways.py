"""Which tables a client leads to, and by which columns.

A row belongs to the client whom it names, itself or through the row it hangs on. What names nobody hangs on
a stretch of work (sessions, goals), and belongs to everybody who takes part in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models

from core.history import is_event

ROOT = "caseload.Client"
TAKES_PART = "caseload.Participation"
WORK = "caseload.Episode"

Model = type[models.Model]


@dataclass(frozen=True)
class Part:
    """One table of the record: its rows are those whose `columns` hold a key of the table beside each."""

    model: Model
    parents: tuple[tuple[str, Model], ...]
    is_shared: bool = False

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def keys(self) -> str:
        """Return the name under which SQL keeps the keys of its rows."""
        return f"keys_of_{self.table}"


@cache
def parts() -> tuple[Part, ...]:
    """Return the tables of a record, each after those that its rows are found by."""
    root, work = apps.get_model(ROOT), apps.get_model(WORK)
    personal = everything_below({root})
    shared = everything_below({work}) - personal - {work}
    found = {root: Part(root, ())}
    found |= {model: Part(model, ways_of(model, personal)) for model in personal - {root}}
    found[work] = Part(work, (("id", apps.get_model(TAKES_PART)),), is_shared=True)
    for model in shared:
        found[model] = Part(model, ways_of(model, shared | {work}), is_shared=True)
    order = TopologicalSorter(
        {model: {parent for _column, parent in part.parents} for model, part in found.items()}
    )
    return tuple(found[model] for model in order.static_order())


def everything_below(tops: Iterable[Model]) -> set[Model]:
    """Return `tops` and every table that a foreign key leads from to one of them; history is no part."""
    found = set(tops)
    every = [model for model in apps.get_models() if not is_event(model)]
    while more := {
        model for model in every if model not in found and any(keys_to(model, found, nulls=True))
    }:
        found |= more
    return found


def ways_of(model: Model, among: set[Model]) -> tuple[tuple[str, Model], ...]:
    """Return the columns that say whose a row is: the client it names, else what it must hang on, else what it may."""
    root = apps.get_model(ROOT)
    for targets, nulls in (({root}, False), (among, False), (among, True)):
        ways = tuple(keys_to(model, targets, nulls=nulls))
        if ways:
            return ways
    raise LookupError(model)  # pragma: no cover -- everything_below found it by such a key


def keys_to(model: Model, targets: set[Model], *, nulls: bool) -> Iterable[tuple[str, Any]]:
    """Yield the foreign keys of `model` to other tables among `targets`; with `nulls` those that may be empty too."""
    for field in model._meta.local_concrete_fields:
        if not (field.many_to_one or field.one_to_one) or field.related_model is model:
            continue
        if field.related_model in targets and (nulls or not field.null):
            yield str(field.column), field.related_model
