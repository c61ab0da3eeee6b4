"""The text of what is wired: made from the register, never typed.

A row's hash covers every column it had when it was sealed, as PostgreSQL writes a row, under SETTINGS. So
whoever changes how a row is written down changes every hash: columns are named, in `sight.history_shape`.
"""

# ruff: noqa: S608 -- tables are named by the register of models, never by anybody

from accounts.journal.sources import Source

# How values are written where hashes are made or checked.
SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "xmlbinary": "base64",
}

SHAPES = """
create table if not exists sight.history_shape (
  id int generated always as identity primary key,
  source text not null, kind text not null, columns text[] not null)
"""
# The one door to `pghistory_context`. Who acts is taken from the signed token, so it cannot be made up.
ATTACH = """
create or replace function public._pgh_attach_context() returns uuid language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  told jsonb := nullif(current_setting('app.occasion', true), '')::jsonb;
  who uuid;
  key uuid;
begin
  if coalesce(current_setting('app.actor', true), '') <> '' then
    who := sight.actor();
  elsif told is null then
    return null;
  end if;
  key := md5(concat(coalesce(told->>'request', pg_current_xact_id()::text || now()), ' ', who))::uuid;
  if not exists (select from pghistory_context where id = key) then
    insert into pghistory_context (id, created_at, updated_at, metadata)
    values (key, now(), now(), jsonb_strip_nulls(jsonb_build_object('by', who,
      'request', told->>'request', 'from', left(told->>'from', 45), 'task', left(told->>'task', 80))))
    on conflict (id) do nothing;
  end if;
  return key;
end $$
"""
# pgtrigger lets a setting of the session switch triggers off; history is not switched off.
NEVER_IGNORED = """
create or replace function public._pgtrigger_should_ignore(trigger_name name) returns boolean
language plpgsql immutable as $$ begin return false; end $$
"""
# Triggers write as the owner: the app itself may not insert a line of history, nor read one.
TRIGGERS_AS_OWNER = """
do $$ declare f regprocedure; begin
  for f in
    select distinct t.tgfoid::regprocedure from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where t.tgname like 'pgtrigger_%' and c.relnamespace = 'public'::regnamespace
  loop
    execute format('alter function %s security definer set search_path = public, pg_temp', f);
  end loop;
end $$
"""
ACTS_SINCE = """
create function sight.acts_since(first xid8, beyond xid8)
returns table (shape int, key bigint, hash bytea, at timestamptz, actor uuid, request uuid, address text,
  task text, verb text, thing text, client uuid, episode uuid, departure uuid, person uuid, fields text[])
language sql volatile security definer set search_path = public, pg_temp {settings} as $$
  select a.shape, a.key, a.hash, a.at, (a.context->>'by')::uuid, (a.context->>'request')::uuid,
         coalesce(a.context->>'from', ''), coalesce(a.context->>'task', ''), a.verb, a.thing,
         a.client, a.episode, a.departure, a.person, coalesce(a.fields, '{{}}')
    from (
{branches}
    ) a
$$
"""
BRANCH = """
select {shape} as shape, e.pgh_id::bigint as key, {hash} as hash, e.pgh_created_at as at,
       c.metadata as context, {verb} as verb, {thing}::text as thing, {client} as client,
       {episode} as episode, {departure} as departure, {person} as person, {fields} as fields
  from public.{table} e left join public.pghistory_context c on c.id = e.pgh_context_id
 where e.pgh_xid >= first and e.pgh_xid < beyond
   and not exists (select from public.accounts_historyline l where l.shape in ({shapes}) and l.key = e.pgh_id)
"""


def hash_of(columns: list[str]) -> str:
    """Return SQL for the SHA-256, 32 bytes, of a row `e` with its context `c`: who, from where."""
    said = ", ".join(f'e."{column}"' for column in columns)
    return f"sha256(convert_to(row({said}, c.metadata)::text, 'UTF8'))"


def changed_fields(source: Source) -> str:
    """Return SQL for the names of what an update changed; a sealed text shows by its digest."""
    named = ", ".join(
        f'case when p."{column}" is distinct from e."{column}" then \'{column.removesuffix("_digest")}\' end'
        for column in source.compared
    )
    if not named:
        return "null::text[]"
    # "+ 0" keeps the planner from walking back through the whole table by number: it asks for the object's rows.
    before = (
        "p.pgh_obj_id = e.pgh_obj_id and p.pgh_id < e.pgh_id order by p.pgh_id + 0 desc limit 1"
    )
    changed = (
        f"(select array_remove(array[{named}], null) from public.{source.table} p where {before})"
    )
    return f"case when e.pgh_label = 'update' then {changed} end"


def branch(source: Source, shapes: list[int]) -> str:
    """Return the part of `sight.acts_since` for one table; `shapes` are its own, the newest last."""
    return BRANCH.format(
        table=source.table,
        shape=shapes[-1],
        shapes=", ".join(map(str, shapes)),
        hash=hash_of(source.columns),
        verb="'read'" if source.is_log else "e.pgh_label",
        thing="e.id" if source.is_log else "e.pgh_obj_id",
        fields=changed_fields(source),
        **{name: source.leads_to(name) for name in ("client", "episode", "departure", "person")},
    )


def acts_since(branches: list[str]) -> str:
    settings = " ".join(f"set {name} = '{value}'" for name, value in SETTINGS.items())
    return ACTS_SINCE.format(settings=settings, branches="union all".join(branches))


def columns_for(source: Source) -> list[str]:
    """Return what gives a table the columns by which it is sealed. The transaction comes before the number."""
    table = f"public.{source.table}"
    wanted = [
        f"alter table {table} add column if not exists pgh_xid xid8 not null default pg_current_xact_id()"
    ]
    if source.is_log:
        clock = "pgh_created_at timestamptz not null default clock_timestamp()"
        wanted += [
            f"alter table {table} add column if not exists pgh_id bigint generated by default as identity unique",
            f"alter table {table} add column if not exists {clock}",
            f"alter table {table} add column if not exists pgh_context_id uuid default _pgh_attach_context()",
        ]
    return [*wanted, f"create index if not exists {source.table}_xid on {table} (pgh_xid)"]


def grants_for(source: Source) -> list[str]:
    """Return the rights on a table of history: nobody changes, `sight` reads, triggers write."""
    table = f"public.{source.table}"
    wanted = [f"grant select on {table} to sight"]
    if source.is_log:  # the app writes what was read, and cannot say when, in which order, by whom
        said = ", ".join(sorted(columns_of_log(source)))
        for role in ("app", "worker"):
            wanted += [
                f"revoke insert on {table} from {role}",
                f"grant insert ({said}) on {table} to {role}",
            ]
    return wanted


def columns_of_log(source: Source) -> list[str]:
    return [f'"{field.column}"' for field in source.model._meta.local_concrete_fields]
