"""Somebody comes back: the new episode points to the last closed one of the same people, by its key alone."""

from django.db import migrations

FORWARD = """
create function sight.last_closed_episode(people uuid[]) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select e.id from caseload_episode e
   where e.closed_on is not null
     and (select array_agg(distinct p.client_id order by p.client_id) from caseload_participation p
           where p.episode_id = e.id)
         = (select array_agg(distinct one order by one) from unnest(people) one)
     and e.id in (select p.episode_id from caseload_participation p where p.client_id = any (people))
   order by e.closed_on desc, e.id limit 1
$$;
"""
BACKWARD = "drop function sight.last_closed_episode(uuid[])"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0008_arrivals_and_waiting")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
