"""The two functions that reach a whole record. Their text is made from the register, never typed.

Nobody has a road to everything of a client: not the worker, not a supervisor. Both functions look for the
request by its key and do nothing before two people have said yes.
"""

# ruff: noqa: S608 -- tables are named by the register of models, never by anybody

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from caseload.record.contents import LEFT_OUT, NOTED, OPEN, STAYS, TITLES
from caseload.record.ways import ROOT, TAKES_PART, WORK, Part, parts
from core.history import is_event

AGREED = """
  select client_id into who from caseload_filerequest
   where id = request and kind = '{kind}' and state = 'agreed'
     and agreed_by_id is not null and agreed_by_id <> asked_by_id;
  if who is null then
    raise exception 'nobody else has agreed to this' using errcode = '42501';
  end if;
"""
RECORD_OF = """
create function sight.record_of(request uuid) returns table (part text, said jsonb)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare who uuid; {declared}
begin
{agreed}
{gathered}
{told}
end $$
"""
WIPE_RECORD = """
create function sight.wipe_record(request uuid, day date)
returns table (part text, removed bigint, history bigint[])
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare who uuid; counted bigint; wiped bigint[]; {declared}
begin
{agreed}
  perform from caseload_client where id = who and not on_legal_hold and kept_until < day for update;
  if not found then
    raise exception 'this file is kept' using errcode = '42501';
  end if;
  set constraints all deferred;
{gathered}
{open}
{removed}
end $$
"""
OPEN_WITH = """
create function sight.open_with_client(who uuid, day date) returns text[]
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare found_open text[] := '{{}}'; {declared}
begin
{gathered}
{open}
  return found_open;
end $$
"""


def declared(of: Iterable[Part]) -> str:
    return " ".join(f"{part.keys} uuid[];" for part in of)


def condition(part: Part) -> str:
    """Return how the rows `t` of one table are found by the keys of those before it."""
    if part.label == ROOT:
        return "t.id = who or t.joined_to_id = who"
    if part.label == WORK:
        taken = (
            f"(select episode_id from caseload_participation where id = any ({keys(TAKES_PART)}))"
        )
        return f"t.id in {taken}"
    return " or ".join(
        f't."{column}" = any (keys_of_{parent._meta.db_table})' for column, parent in part.parents
    )


def keys(label: str) -> str:
    return next(part.keys for part in parts() if part.label == label)


def gathered(*, alone: bool = False) -> str:
    """Return the steps that find all keys; with `alone` only work in which nobody else takes part."""
    steps = []
    for part in parts():
        where = f"({condition(part)})"
        if alone and part.label == WORK:
            where += (
                " and not exists (select from caseload_participation p"
                " where p.episode_id = t.id and p.client_id <> who)"
            )
        steps.append(f"  {part.keys} := array(select t.id from {part.table} t where {where});")
    return "\n".join(steps)


def told() -> str:
    """Return the steps that yield each row of what is exported, in the order of the headings."""
    by_label = {part.label: part for part in parts()}
    shown = [by_label[label] for label in TITLES if label in by_label]
    return "\n".join(
        f"  return query select '{part.label}', to_jsonb(t) from {part.table} t"
        f" where t.id = any ({part.keys}) order by {order_of(part)};"
        for part in shown
    )


def order_of(part: Part) -> str:
    """Return the order of rows: by their first day or instant, then by key."""
    first = next(
        (
            field.column
            for field in part.model._meta.local_concrete_fields
            if field.get_internal_type() in ("DateField", "DateTimeField") and not field.null
        ),
        "id",
    )
    return f't."{first}", t.id'


def noted_open() -> str:
    by_label = {part.label: part for part in parts()}
    return "\n".join(
        f"  if exists (select from {by_label[label].table} t where t.id = any ({by_label[label].keys})"
        f" and ({still})) then found_open := array_append(found_open, '{label}'); end if;"
        for label, still in OPEN.items()
    )


def refuse_open() -> str:
    return (
        "  if cardinality(sight.open_with_client(who, day)) > 0 then\n"
        "    raise exception 'something is open' using errcode = '42501';\n  end if;"
    )


def removed() -> str:
    """Return the steps that remove every row with its history, the last ones first."""
    all_keys = " || ".join(part.keys for part in parts())
    steps = [f"  every_key := {all_keys};"]
    for label, column in NOTED:
        table = apps.get_model(label)._meta.db_table
        steps.append(
            f"  delete from {table} where {column} = any (every_key);"
            "  get diagnostics counted = row_count;"
            f"  return query select '{label}', counted, '{{}}'::bigint[];"
        )
    histories = tables_of_history()
    for part in gone():
        steps.append(
            f"  delete from {part.table} where id = any ({part.keys});"
            "  get diagnostics counted = row_count;  wiped := '{}';"
        )
        if table := histories.get(part.model):
            steps.append(
                f"  with h as (delete from {table} where pgh_obj_id = any ({part.keys}) returning pgh_id)"
                " select coalesce(array_agg(pgh_id order by pgh_id), '{}') into wiped from h;"
            )
        steps.append(f"  return query select '{part.label}', counted, wiped;")
    return "\n".join(steps)


def gone() -> list[Part]:
    """Return the tables whose rows go with a file, the last ones first."""
    return [part for part in reversed(parts()) if part.label not in STAYS]


def tables_of_history() -> dict[type[models.Model], str]:
    """Return which table keeps the history of which model."""
    return {
        model.pgh_tracked_model: model._meta.db_table  # type: ignore[attr-defined]
        for model in apps.get_models()
        if is_event(model)
    }


def tables_wiped() -> list[str]:
    """Return every table that `wipe_record` removes rows from."""
    histories = tables_of_history()
    kept = [histories[part.model] for part in gone() if part.model in histories]
    noted = [apps.get_model(label)._meta.db_table for label, _column in NOTED]
    return sorted({*noted, *(part.table for part in gone()), *kept})


def functions() -> list[str]:
    """Return the text of all three, to be run by the owner of the tables."""
    every = declared(parts())
    return [
        "drop function if exists sight.wipe_record, sight.record_of, sight.open_with_client",
        OPEN_WITH.format(declared=every, gathered=gathered(), open=noted_open()),
        RECORD_OF.format(
            declared=every, agreed=AGREED.format(kind="export"), gathered=gathered(), told=told()
        ),
        WIPE_RECORD.format(
            declared=f"every_key uuid[]; {every}",
            agreed=AGREED.format(kind="disposal"),
            gathered=gathered(alone=True),
            open=refuse_open(),
            removed=removed(),
        ),
    ]


def unknown() -> set[str]:
    """Return the tables of the record that neither list names."""
    return {part.label for part in parts()} - TITLES.keys() - LEFT_OUT.keys()
