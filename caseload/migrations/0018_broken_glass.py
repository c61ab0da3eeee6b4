"""What an emergency opens, that it ends once, and that what was read by it says so."""

from django.db import migrations

FORWARD = """
create function sight.broken_clients_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select client_id from caseload_breakglass
                where by_id = who and ended_at is null and until > sight.moment())
$$;

-- The work in which the client is alone: what runs, or what ran last. A couple, a family, a group is others' as well.
create function sight.broken_assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  with alone as (
    select a.id, a.ends_on, p.client_id from caseload_participation p
      join caseload_assignment a on a.episode_id = p.episode_id
     where p.client_id = any ((select sight.broken_clients_of(who, day))::uuid[]) and a.starts_on <= day
       and not exists (select from caseload_participation o
                        where o.episode_id = p.episode_id and o.client_id <> p.client_id)
  )
  select array(
    select id from alone where ends_on is null or ends_on >= day
    union
    select id from alone one
     where not exists (select from alone later
                        where later.client_id = one.client_id
                          and (later.ends_on is null or later.ends_on > one.ends_on)))
$$;

-- A code typed exactly gives a key, which opens nothing by itself.
create function sight.file_to_open(said text) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select c.id from caseload_client c
   where c.code = said and (sight.holds('therapist') or sight.holds('supervisor'))
$$;

create or replace function sight.glass_until(who uuid) returns timestamptz language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select max(until) from caseload_breakglass where by_id = who and ended_at is null
$$;

create function sight.glass_ends_once() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'app' and (old.ended_at is not null or new.ended_at is null) then
    raise exception 'an emergency ends once' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger glass_ends_once before update on caseload_breakglass
  for each row execute function sight.glass_ends_once();

create function sight.marks_reading() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  new.break_glass_id := (select g.id from caseload_breakglass g
                          where g.by_id = new.by_id and g.client_id = new.client_id
                            and g.ended_at is null and g.until > sight.moment()
                          order by g.at desc limit 1);
  return new;
end $$;
create trigger marks_reading before insert on caseload_readlog
  for each row execute function sight.marks_reading();
"""

BACK = """
drop trigger marks_reading on caseload_readlog;
drop trigger glass_ends_once on caseload_breakglass;
drop function sight.marks_reading, sight.glass_ends_once, sight.file_to_open, sight.broken_assignments_of,
              sight.broken_clients_of cascade;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("caseload", "0017_break_glass"),
        ("accounts", "0017_the_moment"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
