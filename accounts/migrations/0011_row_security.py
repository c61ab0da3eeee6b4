"""What policies ask about people: the same rule as in 0002, of who is acting today."""

from django.db import migrations

FORWARD = """
create function sight.holds(wanted text) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select exists (select from accounts_roleheld where user_id = sight.actor() and role = wanted)
$$;

create function sight.stood_in() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select sight.stands_in_for(sight.actor(), sight.today()))
$$;

create function sight.worked_for() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select sight.people(sight.actor(), sight.today()))
$$;

create function sight.led_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select supervisee_id from accounts_supervision
                where supervisor_id = who and kind in ('leading', 'both')
                  and starts_on <= day and (ends_on is null or ends_on >= day))
$$;

create function sight.led() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.led_of(sight.actor(), sight.today())
$$;

-- A row stays on the road it was written on: else a right to change one's own would be a right to move it.
create function sight.keeps_road() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  kept text;
begin
  if current_user = 'app' then
    foreach kept in array tg_argv loop
      if to_jsonb(new) -> kept is distinct from to_jsonb(old) -> kept then
        raise exception 'this row stays where it is: % of %', kept, tg_table_name
          using errcode = '42501';
      end if;
    end loop;
  end if;
  return new;
end $$;
"""

BACK = """
drop function sight.keeps_road cascade;
drop function sight.led, sight.led_of, sight.worked_for, sight.stood_in, sight.holds cascade;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_disposal_certificates")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
