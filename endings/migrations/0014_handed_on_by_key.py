"""Whose work was handed on, by the B-trees: one by one a key is looked for in the wrong tree.

The planner takes an equality to the GiST index of `a_client_takes_part_once_at_a_time`, whose second column
the client is, and reads all of it: 1,700 pages in a practice of 100,000. `any (array[…])` only a B-tree can answer.
"""

from django.db import migrations

FORWARD = """
create or replace function sight.handed_on_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select a.id from endings_handoverinvitation i
      join endings_ending e on e.id = i.ending_id
      join caseload_participation p on p.client_id = any (array[e.client_id])
      join caseload_assignment a on a.episode_id = any (array[p.episode_id]) and a.therapist_id = i.receiver_id
     where i.state = 'accepted' and e.id = any ((select sight.own_endings_of(who, day))::uuid[])
       and a.role = 'primary' and a.starts_on >= e.opened_on)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("endings", "0013_break_glass")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
