"""Two more answers without a name (decisions 3 and 4): does work go on, which places are kept for somebody.

Rows one cannot see would make *nobody works with them* a lie, and a place would be promised twice.
`places_held` begins empty; endings, which hold places, replace it.
"""

from django.db import migrations

FORWARD = """
create function sight.work_goes_on(client uuid, but_for uuid, day date) returns boolean language sql
stable parallel safe security definer set search_path = public, pg_temp as $$
  select exists (
    select from caseload_participation p join caseload_assignment a on a.episode_id = p.episode_id
     where p.client_id = client and p.left_on is null and a.id <> but_for
       and a.role in ('primary', 'holding')
       and (a.ends_on is null or a.ends_on >= day))
$$;

create function sight.places_held(work uuid, who uuid) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array[]::uuid[]
$$;
"""

BACK = "drop function sight.places_held, sight.work_goes_on"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0004_booked_beside")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
