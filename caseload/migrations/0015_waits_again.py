"""An end on the waiting list can be taken back for two weeks, by whoever could end it.

Once somebody waits no longer, the road of the named person is gone; what is left is this: their line of the list, and
the way back. Neither opens the file. Who was taken in, or waits again already, is not among them.
"""

from django.db import migrations

FORWARD = """
create function sight.waited_lately() returns table (
  id uuid, called text, code text, since date, ended_on date, ended_why text, named_person text
) language sql stable security definer set search_path = public, pg_temp as $$
  select w.id, coalesce(nullif(c.known_as, ''), c.name), c.code, w.since, w.ended_on, w.ended_why, u.name
    from caseload_waitingentry w
    join caseload_client c on c.id = w.client_id
    join accounts_user u on u.id = w.named_person_id
   where w.ended_on >= sight.today() - 14
     and (w.named_person_id = any ((select sight.stood_in())::uuid[]) or (select sight.holds('front_desk')))
     and not exists (select from caseload_waitingentry again
                      where again.client_id = w.client_id and again.ended_on is null)
     and not exists (select from caseload_participation p join caseload_assignment a on a.episode_id = p.episode_id
                      where p.client_id = w.client_id
                        and (a.ends_on is null or a.ends_on >= sight.today()))
   order by w.ended_on desc, w.id
$$;

create function sight.let_wait_again(asked uuid) returns boolean language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update caseload_waitingentry w set ended_on = null, ended_why = ''
   where w.id = asked and w.id in (select lately.id from sight.waited_lately() lately);
  return found;
end $$;
"""
BACKWARD = "drop function sight.let_wait_again, sight.waited_lately"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0014_what_each_is_told")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
