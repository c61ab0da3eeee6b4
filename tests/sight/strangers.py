# ruff: noqa: S608 -- names of our own tables
"""Worlds that have nothing to do with one another, and every way in which somebody of one could meet a row of another."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import Error, connection, models, transaction

from accounts.models import Role, User
from core.guard import EVERYBODY, SOMEBODY
from core.policies import Table, is_event
from tests.accounts.factories import (
    PracticeFactory,
    SupervisionFactory,
    SupervisorFactory,
    UserFactory,
)
from tests.roles import as_app_for, standing_as
from tests.sight.test_drift import every_table
from tests.world import keys_of

VERBS = ("select", "for update", "update", "delete")
ACROSS = (Role.RECORDS_KEEPER, Role.FRONT_DESK, Role.PRACTICE_ADMIN)  # have roads across worlds
OPEN_WALLS = ("visible_to", "editable_by")


@dataclass(frozen=True)
class Foreign:
    """A row that somebody met and should not have."""

    who: str
    verb: str
    table: str


@dataclass
class Strangers:
    """People by world, and the rows of each guarded table by world."""

    people: list[list[User]]
    rows: list[dict[str, list[Any]]]

    def theirs(self, world: int, table: str) -> list[Any]:
        """Return the keys of the rows of all worlds but one."""
        others = [rows for number, rows in enumerate(self.rows) if number != world]
        return [key for rows in others for key in rows[table]]


def guarded() -> list[Table]:
    """Return the guarded tables that lead to somebody, history apart: nobody has a road to that at all."""
    return [
        table
        for table in every_table()
        if table.guard and table.guard.read and not is_event(table.model)
    ]


def key_of(table: Table) -> str:
    return str(table.model._meta.pk.column)  # type: ignore[union-attr] -- each of ours has one


def present() -> dict[str, set[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for table in guarded():
            cursor.execute(f'select "{key_of(table)}" from "{table.name}"')
            found[table.name] = {key for (key,) in cursor.fetchall()}
    return found


def strangers(worlds: int) -> Strangers:
    """Make so many therapists with one of everything, each with a supervisor and whoever receives from them."""
    PracticeFactory.create()
    made = Strangers([], [])
    for _world in range(worlds):
        before, people = present(), set(User.objects.values_list("pk", flat=True))
        therapist, supervisor = UserFactory.create(), SupervisorFactory.create()
        SupervisionFactory.create(supervisor=supervisor, supervisee=therapist)
        keys_of(therapist, supervisor)
        after = present()
        made.rows.append({name: sorted(after[name] - before[name], key=str) for name in after})
        new = User.objects.exclude(pk__in=people).exclude(roles_held__role__in=ACROSS)
        made.people.append(list(new.order_by("pk")))
    made.people[0].append(UserFactory.create(roles=[Role.DIRECTORY_ADMIN]))
    return made


def statement(table: Table, verb: str) -> str:
    """Return what finds rows by key, without any road of ours; empty where the app has not the right at all."""
    key, name = key_of(table), table.name
    found = f'where "{key}" = any (%s)'
    columns = table.columns_to_change if table.append_only else (key,)
    said = {
        "select": f'select "{key}" from "{name}" {found}',
        "for update": f'select "{key}" from "{name}" {found} for update',
        "update": f'update "{name}" set "{columns[0]}" = "{columns[0]}" {found}' if columns else "",
        "delete": f'delete from "{name}" {found}',
    }
    rights = {"for update": "update"}.get(verb, verb)
    changes_columns = verb == "update" and table.append_only and bool(columns)
    return said[verb] if rights in table.verbs_of_app() or changes_columns else ""


def by_naked_queries(
    there: Strangers, world: int, who: User
) -> Iterator[tuple[int, Foreign | None]]:
    """Meet every foreign row as the app; yield how many were asked for, and what was found."""
    for table in guarded():
        keys = there.theirs(world, table.name)
        for verb in VERBS:
            asked = statement(table, verb)
            reads = verb == "select"
            if not asked or (reads and table.guard.read in (EVERYBODY, SOMEBODY)):  # type: ignore[union-attr]
                yield len(keys), None  # no such right; or everybody's to read
                continue
            with as_app_for(who), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(asked, [keys])
                yield len(keys), Foreign(who.name, verb, table.name) if cursor.rowcount else None


def by_querysets(there: Strangers, world: int, who: User) -> Iterator[tuple[int, Foreign | None]]:
    """Meet every foreign row as the owner, whom no policy binds, through the roads of querysets alone."""
    with standing_as("owner"):
        for table in guarded():
            keys = there.theirs(world, table.name)
            for wall in OPEN_WALLS:
                rows: models.QuerySet[Any] = table.model._default_manager.filter(pk__in=keys)
                if hasattr(rows, wall):
                    found = getattr(rows, wall)(who).exists()
                    yield len(keys), Foreign(who.name, wall, table.name) if found else None


def by_copies(there: Strangers, world: int, who: User) -> Iterator[tuple[int, Foreign | None]]:
    """Add a copy of every row of the next world, under a key of its own."""
    other = there.rows[(world + 1) % len(there.rows)]
    for table in guarded():
        if "insert" not in table.verbs_of_app() or table.guard.condition("insert") == SOMEBODY:  # type: ignore[union-attr]
            continue
        for row in as_json(table, other[table.name]):
            done = is_taken(table, row, who)
            yield 1, Foreign(who.name, "insert", table.name) if done else None


def as_json(table: Table, keys: list[Any]) -> list[str]:
    with standing_as("owner"), connection.cursor() as cursor:
        cursor.execute(
            f"select to_jsonb(t) || jsonb_build_object('{key_of(table)}', gen_random_uuid())"
            f' from "{table.name}" t where "{key_of(table)}" = any (%s)',
            [keys],
        )
        return [row if isinstance(row, str) else json.dumps(row) for (row,) in cursor.fetchall()]


def is_taken(table: Table, row: str, who: User) -> bool:
    columns = ", ".join(f'"{one.column}"' for one in table.model._meta.concrete_fields)
    try:
        with as_app_for(who), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'insert into "{table.name}" ({columns})'
                f' select {columns} from jsonb_populate_record(null::"{table.name}", %s)',
                [row],
            )
            transaction.set_rollback(True)
    except Error:
        return False
    return True
