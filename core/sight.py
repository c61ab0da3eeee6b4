"""Querysets call the rule of access where it stands once: in SQL, in schema `sight`.

`visible_to(user)` compiles to `episode_id = any ((select sight.episodes())::uuid[])` while that user acts, and to
`sight.episodes_of(user, day)` where nobody does (the worker, a test): one evaluation per query, an index
condition in the plan, and a third of a millisecond to compile (`research/row-security.md` 3). The app may not ask
for anybody but who acts: `visible_to(somebody else)` is an error there, so that the two walls cannot disagree.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, UUIDField, Value

from core.actor import current_actor, current_role
from core.clock import today


def is_oneself(who: Any) -> bool:
    """Say whether the key `who` is the person acting: then policies' own functions answer."""
    return current_role() == "app" and current_actor() == str(who)


class Sight(Func):
    """The keys that `function(who, day)` opens."""

    template = "(select %(function)s(%(expressions)s))::uuid[]"
    output_field = ArrayField(UUIDField())

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        asked: Any = self.source_expressions[0]
        if is_oneself(asked.value):
            road = self.extra["function"].removesuffix("_of")
            return f"(select {road}())::uuid[]", ()
        return self.as_sql(compiler, connection)


class IsAnyOf(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
    conditional = True


def opened_by(function: str, column: str, who: Any) -> IsAnyOf:
    """Return the condition that `column` is among the keys which `sight.<function>` opens to `who` today."""
    return IsAnyOf(F(column), Sight(Value(who.pk), Value(today()), function=f"sight.{function}"))
