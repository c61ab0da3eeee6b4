"""What policies ask about the caseload: the rule of 0002 for who is acting today, and who may begin work.

Policies write `column = any ((select sight.<road>())::uuid[])`: one evaluation a query.
"""

from django.db import migrations

# Each of them is `<road>_of(who, day)` for whoever is acting today.
ROADS = (
    "assignments",
    "own_assignments",
    "episodes",
    "own_episodes",
    "clinical_clients",
    "own_clients",
    "clients",
)


def of_the_actor(road: str) -> str:
    return f"""
create function sight.{road}() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.{road}_of(sight.actor(), sight.today())
$$;
"""


# As in 0002, but asked once a query: a function in a filter is called for each row.
ASKED_ONCE = """
create or replace function sight.episodes_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select distinct episode_id from caseload_assignment
                where id = any ((select sight.assignments_of(who, day))::uuid[]))
$$;

create or replace function sight.own_episodes_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct episode_id from caseload_assignment
                where id = any ((select sight.own_assignments_of(who, day))::uuid[]))
$$;

create or replace function sight.clinical_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct client_id from caseload_participation
                where episode_id = any ((select sight.episodes_of(who, day))::uuid[]))
$$;

create or replace function sight.own_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct client_id from caseload_participation
                where episode_id = any ((select sight.own_episodes_of(who, day))::uuid[]))
$$;
"""

# The frame of the work, without anything that was said in it: who works with whom from when to when.
FRAME = """
create function sight.known_assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from caseload_assignment where therapist_id = who
    union
    select id from caseload_assignment where episode_id = any ((select sight.episodes_of(who, day))::uuid[])
  )
$$;

create function sight.known_assignments() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.known_assignments_of(sight.actor(), sight.today())
$$;

create function sight.is_new_client(asked uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select not exists (select from caseload_client where id = asked)
$$;

-- An episode that nobody works on yet: it opens nothing.
create function sight.is_unclaimed(asked uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select not exists (select from caseload_assignment where episode_id = asked)
$$;

-- Those who wait with the actor, or with somebody for whom they stand in: their file is kept meanwhile.
create function sight.waited_for() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(select client_id from caseload_waitingentry
                where named_person_id = any ((select sight.stood_in())::uuid[]) and ended_on is null)
$$;

create function sight.may_begin_work(asked uuid, therapist uuid) returns boolean language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select therapist = sight.actor() and sight.holds('therapist') and sight.is_unclaimed(asked)
$$;

create function sight.may_take_part(asked uuid, client uuid) returns boolean language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select (asked = any ((select sight.own_episodes())::uuid[]) or sight.is_unclaimed(asked))
     and (sight.is_new_client(client) or client = any ((select sight.clients())::uuid[]))
$$;
"""

BACK = (
    "".join(f"drop function sight.{road}() cascade;\n" for road in ROADS)
    + """
drop function sight.may_take_part, sight.may_begin_work, sight.waited_for, sight.is_unclaimed, sight.is_new_client,
  sight.known_assignments, sight.known_assignments_of cascade;
"""
)

class Migration(migrations.Migration):
    dependencies = [("caseload", "0011_roads_to_files"), ("accounts", "0011_row_security")]

    operations = [
        migrations.RunSQL(ASKED_ONCE + "".join(map(of_the_actor, ROADS)) + FRAME, BACK),
    ]
