"""Work begins with whom one works with, leads or is named for: knowing of somebody is not enough (ADR 0011).

A receiver after consent and the front desk know who somebody is. Beginning work of one's own would have given
them clinical sight by their own hand.
"""

from django.db import migrations

FORWARD = """
create function sight.takeable_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
$$;

create function sight.takeable_clients() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.takeable_clients_of(sight.actor(), sight.today())
$$;

create function sight.may_begin_with(client uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.is_new_client(client) or client = any ((select sight.takeable_clients())::uuid[])
$$;

create or replace function sight.may_take_part(asked uuid, client uuid) returns boolean language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select (asked = any ((select sight.own_episodes())::uuid[]) or sight.is_unclaimed(asked))
     and sight.may_begin_with(client)
$$;

-- An episode that nobody works on yet, given to oneself or to somebody one leads, with people one may begin with.
create function sight.may_lead(asked uuid, therapist uuid) returns boolean language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select (therapist = sight.actor() or therapist = any ((select sight.led())::uuid[]))
     and exists (select from accounts_roleheld r where r.user_id = therapist and r.role = 'therapist')
     and sight.is_unclaimed(asked)
     and not exists (select from caseload_participation p
                      where p.episode_id = asked and not sight.may_begin_with(p.client_id))
$$;

create or replace function sight.may_begin_work(asked uuid, therapist uuid) returns boolean language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.may_lead(asked, therapist)
$$;

-- To be named for somebody who waits opens the way to their work: where a colleague works with them, or did,
-- a colleague names.
create function sight.others_name_for(client uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select not client = any ((select sight.clinical_clients())::uuid[])
     and exists (select from caseload_participation p join caseload_assignment a on a.episode_id = p.episode_id
                  where p.client_id = client and not a.therapist_id = any ((select sight.stood_in())::uuid[]))
$$;

create function sight.who_waits_is_not_taken() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'app'
     and (tg_op = 'INSERT' or new.named_person_id <> old.named_person_id
          or (old.ended_on is not null and new.ended_on is null))
     and new.named_person_id = any (sight.stood_in()) and sight.others_name_for(new.client_id) then
    raise exception 'somebody else names you here' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger who_waits_is_not_taken before insert or update on caseload_waitingentry
  for each row execute function sight.who_waits_is_not_taken();
"""

BACK = "select 1"  # 0002 and 0012 drop what stands below; triggers go with `cascade`


class Migration(migrations.Migration):
    dependencies = [
        ("caseload", "0012_row_security"),
        ("accounts", "0012_not_to_oneself"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
