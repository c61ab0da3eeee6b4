"""A colleague's free time and load as numbers and ranges only (decision 4).

Rows one cannot see would make a sum too low, and a low number is a lie; so these functions see every row
and say neither a client nor a session.
"""

from django.db import migrations

FORWARD = """
create function sight.taken_during(people uuid[], rooms uuid[], begins timestamptz, ends timestamptz)
returns table (user_id uuid, room_id uuid, during tstzrange) language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select b.user_id, b.room_id, b.during from caseload_booking b
   where b.during && tstzrange(begins, ends) and (b.user_id = any (people) or b.room_id = any (rooms))
$$;

create function sight.free_rooms(begins timestamptz, ends timestamptz) returns setof uuid language sql
stable parallel safe security definer set search_path = public, pg_temp as $$
  select r.id from caseload_room r
   where (r.ended_on is null or r.ended_on > begins::date)
     and not exists (select from caseload_booking b
                      where b.room_id = r.id and b.during && tstzrange(begins, ends))
$$;

create function sight.meetings_planned(begins timestamptz, ends timestamptz) returns bigint language sql
stable parallel safe security definer set search_path = public, pg_temp as $$
  select count(*) from caseload_booking
   where user_id is not null and during && tstzrange(begins, ends)
$$;

create function sight.load_of(people uuid[], day date)
returns table (user_id uuid, kind text, points numeric) language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select c.user_id, c.kind::text, sum(c.points) from caseload_commitment c
   where c.user_id = any (people) and c.starts_on <= day and (c.ends_on is null or c.ends_on >= day)
   group by c.user_id, c.kind
$$;
"""

BACK = """
drop function sight.load_of, sight.meetings_planned, sight.free_rooms, sight.taken_during;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0002_sight")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
