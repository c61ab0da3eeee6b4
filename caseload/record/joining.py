"""Two files of one person become one, and can be taken apart again. The text is made from the register.

Every row that names the one client names the other from then on; the row of the client stays as it was, and says
where it went. Which rows moved stands in the request, so that they find their way back. Who read which file stays
with that file: the read log is evidence.
"""

from functools import cache

from django.apps import apps

from caseload.record.contents import STAYS
from caseload.record.ways import ROOT, keys_to, parts

LINK = "caseload.ClientLink"
ASKED = """
  select * into r from caseload_filerequest
   where id = request and kind = 'join' and state = '{state}'
     and agreed_by_id is not null and agreed_by_id <> asked_by_id for update;
  if r.id is null or not ({may}) then
    raise exception 'whoever may answer this has to be acting' using errcode = '42501';
  end if;
  perform from caseload_client where id in (r.client_id, r.other_id) order by id for update;
"""
JOIN_FILES = """
create function sight.join_files(request uuid) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare r caseload_filerequest; kept caseload_client; gone caseload_client; keys uuid[]; went jsonb;
begin
{asked}
  select * into kept from caseload_client where id = r.client_id;
  select * into gone from caseload_client where id = r.other_id;
  if kept.id is null or gone.id is null or kept.joined_to_id is not null or gone.joined_to_id is not null
     or exists (select from caseload_client c where c.joined_to_id = gone.id) then
    return 'joined';
  end if;
  if exists (select from caseload_participation a join caseload_participation b on b.episode_id = a.episode_id
              where a.client_id = kept.id and b.client_id = gone.id) then
    return 'together';
  end if;
  went := jsonb_build_object('kept_until', kept.kept_until, 'on_legal_hold', kept.on_legal_hold);
{moves}
  update caseload_client set joined_to_id = kept.id where id = gone.id;
  update caseload_client set kept_until = greatest(kept.kept_until, gone.kept_until),
         on_legal_hold = kept.on_legal_hold or gone.on_legal_hold where id = kept.id;
  update caseload_filerequest f set moved = went, state = 'done', ended_at = now() where f.id = r.id;
  return '';
end $$
"""
TAKE_FILES_APART = """
create function sight.take_files_apart(request uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare r caseload_filerequest;
begin
{asked}
{moves}
  update caseload_client set joined_to_id = null where id = r.other_id;
  update caseload_client set kept_until = (r.moved->>'kept_until')::date,
         on_legal_hold = exists (select from caseload_legalhold h where h.client_id = r.client_id
                                    and h.lifted_at is null) or (r.moved->>'on_legal_hold')::boolean
   where id = r.client_id;
  update caseload_filerequest f set state = 'apart', ended_at = now() where f.id = r.id;
  return true;
end $$
"""
MOVE = """
  with those as (update {table} t set {column} = r.client_id where t.{column} = r.other_id{but} returning t.id)
  select coalesce(array_agg(id), '{{}}') into keys from those;
  went := went || jsonb_build_object('{table}.{column}', to_jsonb(keys));
"""
MOVE_BACK = """
  update {table} t set {column} = r.other_id
   where t.{column} = r.client_id and t.id in (select one::uuid from jsonb_array_elements_text(
           coalesce(r.moved->'{table}.{column}', '[]')) one);
"""
# Nobody is linked to themselves, and no two are linked twice: such a link stays with the file that went.
BUT_LINKS = (
    " and t.{there} <> r.client_id and not exists (select from caseload_clientlink x"
    " where (x.client_id = r.client_id and x.other_id = t.{there})"
    " or (x.other_id = r.client_id and x.client_id = t.{there}))"
)


@cache
def columns() -> tuple[tuple[str, str, str], ...]:
    """Return label, table and column of everything that names a client and moves with their file."""
    root = apps.get_model(ROOT)
    return tuple(
        (part.label, part.table, column)
        for part in parts()
        if part.label not in (ROOT, *STAYS)
        for column, _parent in keys_to(part.model, {root}, nulls=True)
    )


def functions() -> list[str]:
    """Return the text of both, to be run by the owner of the tables."""
    moves, back = [], []
    for label, table, column in columns():
        there = "other_id" if column == "client_id" else "client_id"
        but = BUT_LINKS.format(there=there) if label == LINK else ""
        moves.append(MOVE.format(table=table, column=column, but=but))
        back.append(MOVE_BACK.format(table=table, column=column))
    own = "r.agreed_by_id = sight.actor()"
    keeper = "sight.holds('records_keeper')"
    return [
        "drop function if exists sight.join_files, sight.take_files_apart",
        JOIN_FILES.format(asked=ASKED.format(state="agreed", may=own), moves="".join(moves)),
        TAKE_FILES_APART.format(asked=ASKED.format(state="done", may=keeper), moves="".join(back)),
    ]
