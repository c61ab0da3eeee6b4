"""Whoever acts says the instant, too: an emergency ends after an hour, not with the day."""

from django.db import migrations

FORWARD = """
create or replace function sight.said() returns text[] language plpgsql stable parallel safe
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
  -- without four parts the digest would be null on both sides
  if array_length(parts, 1) is distinct from 4 or parts[4] is distinct from
     encode(sha256(k || sha256(k || convert_to(parts[1] || '.' || parts[2] || '.' || parts[3], 'utf8'))), 'hex') then
    raise exception 'not signed by the application' using errcode = '42501';
  end if;
  return parts;
end $$;

-- The instant of whoever acts; where the owner or the worker asks about somebody, PostgreSQL's own.
create function sight.moment() returns timestamptz language sql stable parallel safe
set search_path = sight, pg_temp as $$
  select case when coalesce(current_setting('app.actor', true), '') = '' then now()
              else to_timestamp((sight.said())[3]::bigint) end
$$;

-- Until when somebody reads a file in an emergency: told with the person at each request. The caseload knows.
create function sight.glass_until(who uuid) returns timestamptz language sql stable parallel safe
security definer set search_path = public, pg_temp as $$ select null::timestamptz $$;
"""

# `said` stays as it is: an older application would sign what nobody understands either way.
BACK = "drop function sight.glass_until; drop function sight.moment cascade"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_ways_of_being_reminded")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
