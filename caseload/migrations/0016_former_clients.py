"""Somebody comes back: whoever takes them in finds their closed file by what that person says of themselves.

By the whole name and the date of birth, of a file nobody works with and nobody waits in; anything less finds nothing,
and so does a file that is open: that somebody comes to a colleague stays confidential. What opens is who they are
and how to reach them; the earlier work stays closed to everybody who did not do it.
"""

from django.db import migrations

FORWARD = """
create function sight.former_client(asked_name text, born date) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select case when count(*) = 1 then (array_agg(c.id))[1] end
    from caseload_client c
   where (select sight.holds('therapist') or sight.holds('supervisor'))
     and c.born_on = born and c.died_on is null and length(btrim(asked_name)) > 2
     and lower(unaccent(btrim(asked_name))) = lower(unaccent(c.name))
     and exists (select from caseload_participation p where p.client_id = c.id)
     and not exists (select from caseload_participation p join caseload_assignment a on a.episode_id = p.episode_id
                      where p.client_id = c.id and (a.ends_on is null or a.ends_on >= sight.today()))
     and not exists (select from caseload_waitingentry w where w.client_id = c.id and w.ended_on is null)
$$;

-- The work stands, with nobody in it: whoever began it lets the person take part who says so of themselves.
create function sight.let_former_take_part(part uuid, asked uuid, asked_name text, born date, day date)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare who uuid := sight.former_client(asked_name, born);
begin
  if who is null or not asked = any (sight.episodes())
     or exists (select from caseload_participation p where p.episode_id = asked) then
    return false;
  end if;
  insert into caseload_participation (id, episode_id, client_id, joined_on) values (part, asked, who, day);
  return true;
end $$;
"""
BACKWARD = "drop function sight.let_former_take_part, sight.former_client"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0015_waits_again")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
