"""Rights cannot be given to oneself: roles, supervision and standing in are given by somebody else (ADR 0011).

What would open somebody's work to whoever is acting is refused, whatever their role; to end it is not.
"""

from django.db import migrations

FORWARD = """
-- Where nobody else could give it, the one practice admin gives a role to themselves. Roles alone open no work.
create function sight.is_only_admin() returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.holds('practice_admin')
     and not exists (select from accounts_roleheld r join accounts_user u on u.id = r.user_id
                      where r.role = 'practice_admin' and u.id <> sight.actor()
                        and u.is_active and u.suspended_at is null)
$$;

create function sight.supervision_is_given() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'app' and new.supervisor_id = sight.actor()
     and (tg_op = 'INSERT' or new.kind <> old.kind or new.starts_on < old.starts_on
          or coalesce(new.ends_on, 'infinity') > coalesce(old.ends_on, 'infinity')) then
    raise exception 'somebody else names a supervisor' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger supervision_is_given before insert or update on accounts_supervision
  for each row execute function sight.supervision_is_given();

-- Who leads somebody may take cover for them (decision 18): they see the work already.
create function sight.standing_in_is_asked() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'app' and new.deputy_id = sight.actor()
     and (tg_op = 'INSERT' or new.deputy_id is distinct from old.deputy_id
          or new.starts_on < old.starts_on or new.ends_on > old.ends_on)
     and not new.user_id = any (sight.led()) then
    raise exception 'somebody else names who stands in' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger standing_in_is_asked before insert or update on accounts_absence
  for each row execute function sight.standing_in_is_asked();
"""

BACK = """
drop function if exists sight.standing_in_is_asked, sight.supervision_is_given cascade;
drop function if exists sight.is_only_admin cascade;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_row_security")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
