"""What stands open with a person, and putting their caseload on hold, for a practice admin without a road to it.

Here is what accounts know. Apps to the left replace both functions with what they know (decision 3).
"""

from django.db import migrations

FORWARD = """
create function sight.admin() returns uuid language plpgsql stable
security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from accounts_roleheld
                  where user_id = sight.actor() and role = 'practice_admin') then
    raise exception 'a practice admin has to be acting' using errcode = '42501';
  end if;
  return sight.actor();
end $$;

create function sight.open_with(who uuid) returns table (kind text, code text, on_day date)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform sight.admin();
  return query
    select 'supervision', '', s.starts_on from accounts_supervision s
     where s.supervisor_id = who and (s.ends_on is null or s.ends_on >= sight.today())
    union all
    select 'deputy', '', a.starts_on from accounts_absence a
     where a.deputy_id = who and a.ends_on >= sight.today()
    order by 1, 3, 2;
end $$;

create function sight.hold_caseload_of(who uuid) returns bigint language plpgsql volatile
security definer set search_path = public, pg_temp as $$
begin
  perform sight.admin();
  return 0;
end $$;
"""
BACKWARD = """
drop function sight.hold_caseload_of(uuid);
drop function sight.open_with(uuid);
drop function sight.admin();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_retention")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
