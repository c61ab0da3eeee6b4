"""SQL by which seals are made and checked. It names built-in functions only: what stands in a database that
may have been tampered with is not asked for its opinion.
"""

from collections.abc import Iterable, Mapping, Sequence

from accounts.journal.sql import hash_of

LINE = (
    "number, seal, shape, key, hash, at, actor, request, address, task, verb, thing, client, episode,"
    " departure, person, fields"
)

# What each seal's lines come to: seal, how many, the digest of all in order, which shapes.
LINES_BY_SEAL = f"""
select seal, count(*), sha256(string_agg(hash, ''::bytea order by number)), array_agg(distinct shape)
  from (select seal, number, shape, sha256(convert_to(row({LINE})::text, 'UTF8')) as hash
          from public.accounts_historyline where seal >= %(first)s order by seal, number) line
 group by seal order by seal
"""  # noqa: S608 -- made of constants

SHAPES = "select id, source, kind, columns from sight.history_shape order by id"

# Every line of one table against its row. Plain, so that PostgreSQL shares the work among its processes.
KEPT = """
select l.seal, l.key, case when e.pgh_id is null then 'gone' else 'changed' end
  from public.accounts_historyline l
  left join public.{table} e on e.pgh_id = l.key
  left join public.pghistory_context c on c.id = e.pgh_context_id
 where l.shape in ({shapes}) and (e.pgh_id is null or {hash} is distinct from l.hash)
"""
# Every row of one table: has it a line, and may it have come when it says? `p` is the seal before the one that
# took it in: what was finished then cannot be new, and what came after has a higher number and a later clock.
SLIPPED_IN = """
with seals as materialized (
  select number, made_at, cluster, snapshot::pg_snapshot as snapshot,
         pg_snapshot_xmax(snapshot::pg_snapshot) as beyond
    from public.accounts_seal),
now as materialized (
  select coalesce(max(number), 0) + 1 as open, %(cluster)s::text as cluster, clock_timestamp() as at,
         pg_snapshot_xmax(pg_current_snapshot()) as beyond, pg_current_xact_id_if_assigned() as own
    from seals),
lines as (
  select key, seal,
         max(key) over (order by seal groups between unbounded preceding and 1 preceding) as highest
    from public.accounts_historyline where shape in ({shapes})),
highest as materialized (select max(key) as key from lines)
select coalesce(l.seal, (select open from now)), e.pgh_id, 'slipped in'
  from public.{table} e
  left join lines l on l.key = e.pgh_id
  left join seals s on s.number = l.seal
  left join seals p on p.number = coalesce(l.seal, (select open from now)) - 1
                   and p.cluster = coalesce(s.cluster, (select cluster from now))
 where e.pgh_created_at > coalesce(s.made_at, (select at from now)) + %(may_step)s
    or case when e.pgh_xid < p.beyond then pg_visible_in_snapshot(e.pgh_xid, p.snapshot)
            else e.pgh_created_at < p.made_at - %(may_step)s
                 or e.pgh_id <= coalesce(l.highest, case when l.key is null then (select key from highest) end)
       end
    or (l.key is null and p.number is not null and e.pgh_xid >= (select beyond from now)
        and e.pgh_xid is distinct from (select own from now))
"""
ROWS_WITHOUT_TABLE = """
select seal, key, 'gone' from public.accounts_historyline where shape in ({shapes})
"""


def rows_kept(table: str, shapes: Mapping[int, Sequence[str]]) -> str:
    """Return the check of the hashes of one table; each of its shapes has its own columns."""
    by_shape = " ".join(
        f"when {shape} then {hash_of(list(columns))}" for shape, columns in shapes.items()
    )
    return KEPT.format(table=table, shapes=listed(shapes), hash=f"(case l.shape {by_shape} end)")


def rows_slipped_in(table: str, shapes: Iterable[int]) -> str:
    """Return the check of who came when."""
    return SLIPPED_IN.format(table=table, shapes=listed(shapes))


def listed(shapes: Iterable[int]) -> str:
    return ", ".join(map(str, shapes))


def rows_without(shapes: Sequence[int]) -> str:
    """Return every line of a table, or of a column, that is there no longer."""
    return ROWS_WITHOUT_TABLE.format(shapes=listed(shapes))
