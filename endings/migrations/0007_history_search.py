"""What a practice admin may ask of history, and who has opened a client's file: metadata, never a value.

Here, because only endings know which departures are nobody's business yet: a draft is hidden with all that
hangs below it, in history too.
"""

from django.db import migrations

FORWARD = """
grant usage, create on schema sight to sight;

create function sight.history(
  who uuid, of_code text, since timestamptz, until timestamptz, before_line bigint, how_many int)
returns table (number bigint, at timestamptz, actor text, address text, task text, verb text, kind text,
               codes text[], person text, fields text[])
language plpgsql stable security definer set search_path = public, pg_temp
set plan_cache_mode = force_custom_plan as $$
declare
  asked uuid;
  its_episodes uuid[] := '{}';
  before_at timestamptz;
begin
  perform sight.admin();
  if of_code <> '' then
    select c.id into asked from caseload_client c where c.code = upper(of_code);
    if not found then return; end if;
    its_episodes := array(select p.episode_id from caseload_participation p where p.client_id = asked);
  end if;
  select l.at into before_at from accounts_historyline l where l.number = before_line;
  return query
    select l.number, l.at, coalesce(u.name, '')::text, l.address::text, l.task::text, l.verb::text, s.kind::text,
           coalesce((select array[c.code::text] from caseload_client c where c.id = l.client),
                    array(select c.code::text from caseload_participation p
                            join caseload_client c on c.id = p.client_id
                           where p.episode_id = l.episode order by c.code)),
           coalesce(about.name, '')::text, l.fields::text[]
      from (select h.* from accounts_historyline h
             where (who is null or h.actor = who)
               and (of_code = '' or h.client = asked or h.episode = any (its_episodes))
               and (since is null or h.at >= since) and (until is null or h.at < until)
               and (before_line is null or (h.at, h.number) < (before_at, before_line))
               and (h.departure is null or exists (
                    select from endings_departure d where d.id = h.departure and d.state <> 'draft'
                       and (d.state <> 'withdrawn' or d.submitted_at is not null)))
             order by h.at desc, h.number desc limit how_many) l
      join sight.history_shape s on s.id = l.shape
      left join accounts_user u on u.id = l.actor
      left join accounts_user about on about.id = l.person
     order by l.at desc, l.number desc;
end $$;

create function sight.readings_of(whom uuid, how_many int, after int)
returns table (reader text, at timestamptz, times bigint, road text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  zone text := coalesce((select p.zone from accounts_practice p limit 1), 'UTC');
begin
  if not whom = any (sight.clinical_clients_of(sight.actor(), sight.today())) then return; end if;
  return query
    with days as (
      select r.by_id, (r.at at time zone zone)::date as day, max(r.at) as last, count(*) as times
        from caseload_readlog r where r.client_id = whom
       group by 1, 2 order by 3 desc, 1 limit how_many offset after),
    work as (
      select a.therapist_id, a.starts_on, coalesce(a.ends_on, 'infinity') as ends_on
        from caseload_assignment a join caseload_participation p on p.episode_id = a.episode_id
       where p.client_id = whom)
    select u.name::text, d.last, d.times, case
        when exists (select from work w where w.therapist_id = d.by_id and d.day between w.starts_on and w.ends_on)
          then 'works'
        when exists (select from accounts_absence b join work w on w.therapist_id = b.user_id
                      where b.deputy_id = d.by_id and d.day between b.starts_on and b.ends_on) then 'deputy'
        when exists (select from accounts_supervision v join work w on w.therapist_id = v.supervisee_id
                      where v.supervisor_id = d.by_id and v.kind in ('leading', 'both')
                        and d.day between v.starts_on and coalesce(v.ends_on, 'infinity')) then 'supervision'
        when exists (select from endings_handoverinvitation i join endings_ending e on e.id = i.ending_id
                      where e.client_id = whom and i.receiver_id = d.by_id and i.state = 'accepted')
          then 'receiver'
        else '' end
      from days d join accounts_user u on u.id = d.by_id order by d.last desc, d.by_id;
end $$;

revoke all on function sight.history, sight.readings_of from public, worker;
grant execute on function sight.history, sight.readings_of to app;
alter function sight.history owner to sight;
alter function sight.readings_of owner to sight;
"""
BACK = """
set role sight;
drop function sight.readings_of, sight.history;
reset role;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0006_history"),
        ("accounts", "0009_history"),
        ("caseload", "0006_history"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
