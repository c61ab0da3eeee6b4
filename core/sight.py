"""Querysets call the rule of access where it stands once: in SQL, in schema `sight`.

`visible_to(user)` compiles to `episode_id = any ((select sight.episodes_of(user, day))::uuid[])`: one
evaluation per query, an index condition in the plan, and a third of a millisecond to compile
(`research/row-security.md` 3).
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, UUIDField, Value

from core.clock import today


class Sight(Func):
    """The keys that `function(who, day)` opens."""

    template = "(select %(function)s(%(expressions)s))::uuid[]"
    output_field = ArrayField(UUIDField())


class IsAnyOf(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
    conditional = True


def opened_by(function: str, column: str, who: Any) -> IsAnyOf:
    """Return the condition that `column` is among the keys which `sight.<function>` opens to `who` today."""
    return IsAnyOf(F(column), Sight(Value(who.pk), Value(today()), function=f"sight.{function}"))
