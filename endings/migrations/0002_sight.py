"""Endings add two roads: who carries a client on after the last working day, and the receiver.

The receiver's road is identity only, and only once telling, consent and acceptance are all there (R5).
"""

from django.db import migrations

FORWARD = """
create or replace function sight.carried_assignments(who uuid, day date) returns setof uuid
language sql stable parallel safe rows 20 security definer set search_path = public, pg_temp as $$
  select e.assignment_id from endings_ending e
    join caseload_assignment a on a.id = e.assignment_id
    left join endings_departure d on d.id = e.departure_id
   where e.carried_by_id = who and e.withdrawn_on is null and e.stage <> 'followed_up'
     and a.ends_on < day and (d.id is null or d.state not in ('draft', 'withdrawn'))
$$;

create or replace function sight.assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
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
    union
    select sight.carried_assignments(somebody, day) from sight.people(who, day) somebody
  )
$$;

create or replace function sight.own_assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from caseload_assignment
     where therapist_id in (select sight.stands_in_for(who, day))
       and starts_on <= day and (ends_on is null or ends_on >= day)
    union
    select sight.carried_assignments(somebody, day) from sight.stands_in_for(who, day) somebody
  )
$$;

create or replace function sight.clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
      || array(select e.client_id from endings_handoverinvitation i
                 join endings_ending e on e.id = i.ending_id
                where i.receiver_id = who and i.state = 'accepted' and i.no_conflict_on <= day
                  and e.told_on <= day and e.withdrawn_on is null
                  and exists (select from endings_consent c
                               where c.ending_id = e.id and c.receiver_id = who
                                 and 'identity' = any (c.sections)
                                 and c.opens_on <= day
                                 and not exists (select from endings_consent later
                                                  where later.corrects_id = c.id)))
$$;
"""

BACK = "select 1"  # caseload's own 0002 drops the functions; carried_assignments goes with the schema


class Migration(migrations.Migration):
    dependencies = [("endings", "0001_initial"), ("caseload", "0002_sight")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
