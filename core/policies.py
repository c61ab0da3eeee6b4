"""Grants and policies of each table, written out from what its model says of itself (`core.guard`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models

from core.guard import NOBODY, VERBS, Guard, Verb, Worker
from core.history import is_event
from core.sealed import SealedTextField

# History is written by triggers and read through `sight` alone (accounts/journal): no role has a road to it.
HISTORY = Guard(read=NOBODY)


@dataclass(frozen=True)
class Table:
    """One table as roles meet it. Without a guard it stands open, for a reason."""

    model: type[models.Model]
    guard: Guard | None
    append_only: bool

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def columns_to_change(self) -> tuple[str, ...]:
        return tuple(getattr(self.model, "columns_to_change", ()))

    def verbs_of_app(self) -> tuple[Verb, ...]:
        """Return what the app may do with the whole table, or with the rows that a policy opens."""
        once = self.verbs_of("app")
        if self.guard is None:
            return once
        return tuple(verb for verb in once if self.guard.condition(verb) != NOBODY)

    def verbs_of(self, role: str) -> tuple[Verb, ...]:
        """Return what a role may do where no guard says less; a model's `rights` say it in full."""
        rights = getattr(self.model, "rights", {})
        if role in rights:
            return tuple(verb for verb in VERBS if verb in rights[role])
        return ("select", "insert") if self.append_only else VERBS


def has_table(model: type[models.Model]) -> bool:
    """Say whether a table of ours stands behind a model; history’s list of everything is a query."""
    return (
        model._meta.managed and not model._meta.proxy and model._meta.db_table != "pghistory_events"
    )


def is_append_only(model: type[models.Model]) -> bool:
    """History and facts can be written once."""
    return bool(getattr(model, "append_only", False)) or is_event(model)


def guard_of(model: type[models.Model]) -> Guard | None:
    """Return how a model's table is guarded."""
    if is_event(model) or model._meta.app_label == "pghistory":
        return HISTORY
    guard: Guard | None = model.__dict__.get("guard")
    return guard


def table_of(model: type[models.Model]) -> Table:
    return Table(model, guard_of(model), is_append_only(model))


def statements(table: Table) -> Iterator[str]:
    """Yield what makes the rights on one table what the model says; run twice it is the same."""
    name = f'"{table.name}"'
    yield f"revoke all on {name} from app, worker"
    yield f"grant select on {name} to sight"
    yield from grants_of_app(table, name)
    if table.guard is None:
        yield from grants_on_open(table, name)
        return
    yield f"alter table {name} enable row level security"
    if table.guard.sight_moves:
        yield f"grant update ({quoted(table.guard.sight_moves)}) on {name} to sight"
    if table.guard.sight_writes:
        yield f"grant {', '.join(table.guard.sight_writes)} on {name} to sight"
    if table.guard is HISTORY:
        return
    yield from policies_of_app(table, table.guard, name)
    yield from rights_of_worker(table, table.guard.worker, name)
    yield from trigger_that_keeps_the_road(table, table.guard, name)


def grants_of_app(table: Table, name: str) -> Iterator[str]:
    verbs = table.verbs_of_app()
    if verbs:
        yield f"grant {', '.join(verbs)} on {name} to app"
    if table.append_only and table.columns_to_change:
        yield f"grant update ({quoted(table.columns_to_change)}) on {name} to app"


def grants_on_open(table: Table, name: str) -> Iterator[str]:
    """What leads to nobody is the worker's as it is the app's."""
    if verbs := table.verbs_of("worker"):
        yield f"grant {', '.join(verbs)} on {name} to worker"
    if table.append_only and table.columns_to_change:
        yield f"grant update ({quoted(table.columns_to_change)}) on {name} to worker"
    yield f"alter table {name} disable row level security"


def policies_of_app(table: Table, guard: Guard, name: str) -> Iterator[str]:
    """One policy a verb. A change must find the row open before and leave it open after."""
    verbs = [*table.verbs_of_app()]
    if table.append_only and table.columns_to_change:
        verbs.append("update")
    for verb in verbs:
        condition = guard.condition(verb)
        checks = {
            "select": f"using ({condition})",
            "delete": f"using ({condition})",
            "insert": f"with check ({condition})",
            "update": f"using ({condition}) with check ({condition})",
        }
        yield f"create policy app_{verb} on {name} for {verb} to app {checks[verb]}"


def rights_of_worker(table: Table, worker: Worker, name: str) -> Iterator[str]:
    """By columns to read, by verbs to write; its policies open every row."""
    columns = columns_for(table.model, worker)
    some = f" ({quoted(columns)})" if len(columns) < len(table.model._meta.concrete_fields) else ""
    yield f"grant select{some} on {name} to worker"
    yield f"create policy worker_select on {name} for select to worker using (true)"
    for verb in worker.writes:
        yield f"grant {verb} on {name} to worker"
        checks = {
            "insert": "with check (true)",
            "update": "using (true) with check (true)",
            "delete": "using (true)",
        }
        yield f"create policy worker_{verb} on {name} for {verb} to worker {checks[verb]}"


def columns_for(model: type[models.Model], worker: Worker) -> list[str]:
    """Return the columns that the worker may read: keys, and what rows are put in order by, at least."""
    ordered = {str(name).lstrip("-") for name in model._meta.ordering or ()}
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.primary_key
        or field.is_relation
        or field.name in ordered
        or (worker.reads and not isinstance(field, SealedTextField))
        or worker.opens
    ]


def trigger_that_keeps_the_road(table: Table, guard: Guard, name: str) -> Iterator[str]:
    """`fixed` columns: an UPDATE policy cannot compare old with new, a trigger can."""
    if guard.fixed and "update" in table.verbs_of_app():
        kept = ", ".join(f"'{column}'" for column in guard.fixed)
        yield (
            f"create or replace trigger keeps_road before update of {quoted(guard.fixed)} on {name}"
            f" for each row execute function sight.keeps_road({kept})"
        )


def quoted(columns: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
