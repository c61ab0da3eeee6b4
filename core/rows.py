"""Rows that hang below another row, read with it in one question.

A page may ask twelve questions and shows a dozen short lists. `said` makes such a list a column of the
row it belongs to: an array of objects. `rows_of` turns what came back into instances of the model again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject

from core.sealed import Sealed, SealedTextField

Columns = Sequence[str]


def said(rows: Any, columns: Columns = (), **beside: Columns) -> ArraySubquery:
    """Return `rows`, a queryset about `OuterRef`, as an array of objects, in their order.

    Without `columns` every column of the model. `beside` brings rows that a foreign key leads to, the same
    way: `by=("name",)`, `session=()`, `session__room=("name",)`; what lies on the way is to be given, too.
    """
    named: dict[str, Any] = {name: name for name in columns or columns_of(rows.model)}
    for path, names in beside.items():
        there = names or columns_of(model_at(rows.model, path))
        named[path] = JSONObject(**{name: f"{path}__{name}" for name in ("pk", *there)})
    return ArraySubquery(rows.values(said=JSONObject(**named)))


def columns_of(model: type[models.Model]) -> Columns:
    return [field.attname for field in model._meta.concrete_fields]


def model_at(model: type[models.Model], path: str) -> type[models.Model]:
    """Return the model to which a path of foreign keys leads."""
    for name in path.split("__"):
        field: Any = model._meta.get_field(name)
        model = field.related_model
    return model


def rows_of(model: type[models.Model], objects: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return what `said` gave as instances; a column that was not asked for is deferred."""
    return [row_of(model, one) for one in objects]


def row_of(model: type[models.Model], one: Mapping[str, Any]) -> Any:
    known = [field for field in model._meta.concrete_fields if is_said(field, one)]
    values = [value_of(field, one) for field in known]
    # `from_db` wants the values in the order of the table, and an object keeps none.
    row = model.from_db(None, [field.attname for field in known], values)
    columns = {field.attname for field in known}
    for path in sorted(one.keys() - columns - {"pk"}):
        put_beside(row, path.split("__"), one[path])
    return row


def is_said(field: Any, one: Mapping[str, Any]) -> bool:
    return field.attname in one or (field.primary_key and "pk" in one)


def value_of(field: Any, one: Mapping[str, Any]) -> Any:
    """Return a column's value as the database itself would have given it."""
    value = one[field.attname] if field.attname in one else one["pk"]
    if isinstance(field, SealedTextField):
        return "" if value is None else Sealed(bytes.fromhex(value.removeprefix("\\x")))
    return field.to_python(value)


def put_beside(row: models.Model, path: Sequence[str], one: Mapping[str, Any]) -> None:
    """Set the row that a foreign key leads to; nothing where the key is empty."""
    at: models.Model | None = row
    for name in path[:-1]:
        at = getattr(at, name, None)
    if at is None:
        return
    field: Any = at._meta.get_field(path[-1])
    there = None if one["pk"] is None else row_of(field.related_model, one)
    field.set_cached_value(at, there)
