"""Schema `sight`: who is acting and on which day, as PostgreSQL itself can check it.

The key is filled in after `migrate` (core.grants), from ACTOR_KEY, and only `sight.actor()` reads it.
"""

from django.db import migrations

FORWARD = """
create schema if not exists sight;
revoke all on schema sight from public;
create table sight.key (single boolean primary key default true check (single), secret bytea not null);

create function sight.said() returns text[] language plpgsql stable parallel safe
security definer set search_path = sight, pg_temp as $$
declare
  said text := coalesce(current_setting('app.actor', true), '');
  parts text[] := string_to_array(said, '.');
  k bytea;
begin
  if said = '' then
    raise exception 'nobody is acting: wrap this in acting(...)' using errcode = '42501';
  end if;
  select secret into k from sight.key;
  if parts[3] is distinct from
     encode(sha256(k || sha256(k || convert_to(parts[1] || '.' || parts[2], 'utf8'))), 'hex') then
    raise exception 'not signed by the application' using errcode = '42501';
  end if;
  return parts;
end $$;

create function sight.actor() returns uuid language sql stable parallel safe
set search_path = sight, pg_temp as $$ select (sight.said())[1]::uuid $$;

create function sight.today() returns date language sql stable parallel safe
set search_path = sight, pg_temp as $$ select (sight.said())[2]::date $$;

create function sight.people(who uuid, day date) returns setof uuid language sql stable parallel safe
rows 12 security definer set search_path = public, pg_temp as $$
  select who
  union
  select supervisee_id from accounts_supervision
   where supervisor_id = who and kind in ('leading', 'both')
     and starts_on <= day and (ends_on is null or ends_on >= day)
  union
  select user_id from accounts_absence
   where deputy_id = who and starts_on <= day and ends_on >= day
$$;

create function sight.stands_in_for(who uuid, day date) returns setof uuid language sql stable
parallel safe rows 2 security definer set search_path = public, pg_temp as $$
  select who
  union
  select user_id from accounts_absence
   where deputy_id = who and starts_on <= day and ends_on >= day
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, "drop schema sight cascade")]
