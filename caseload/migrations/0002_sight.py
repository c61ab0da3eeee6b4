"""Who may see whose work: the roads that exist in the caseload. Apps to the left replace two of them.

`assignments_of` is clinical sight, by therapist and day; a predecessor's rows are not opened by working
on the same episode later (decision 4). `clients_of` is identity.
"""

from django.db import migrations

ROADS = """
create function sight.assignments_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  with mine as (
    select id, episode_id from caseload_assignment
     where therapist_id in (select sight.people(who, day))
       and starts_on <= day and (ends_on is null or ends_on >= day)
  )
  select array(
    select id from mine
    union
    select beside.id from caseload_assignment beside
     where beside.episode_id in (select episode_id from mine)
       and beside.starts_on <= day and (beside.ends_on is null or beside.ends_on >= day)
    union
    select earlier.id from caseload_assignment earlier
     where earlier.therapist_id = who and earlier.episode_id in (select episode_id from mine)
  )
$$;

create function sight.own_assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from caseload_assignment
     where therapist_id in (select sight.stands_in_for(who, day))
       and starts_on <= day and (ends_on is null or ends_on >= day)
  )
$$;
"""

DERIVED = """
create function sight.episodes_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select distinct episode_id from caseload_assignment
                where id = any (sight.assignments_of(who, day)))
$$;

create function sight.own_episodes_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct episode_id from caseload_assignment
                where id = any (sight.own_assignments_of(who, day)))
$$;

create function sight.clinical_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct client_id from caseload_participation
                where episode_id = any (sight.episodes_of(who, day)))
$$;

create function sight.own_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct client_id from caseload_participation
                where episode_id = any (sight.own_episodes_of(who, day)))
$$;

create function sight.clients_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
$$;
"""

BACK = """
drop function sight.clients_of, sight.own_clients_of, sight.clinical_clients_of,
              sight.own_episodes_of, sight.episodes_of, sight.own_assignments_of, sight.assignments_of;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0001_initial"), ("accounts", "0002_sight")]

    operations = [migrations.RunSQL(ROADS + DERIVED, BACK)]
