"""Beginning work, with what endings know: a receiver's comes by handover; who asks after somebody may take them back."""

from django.db import migrations

FORWARD = """
create or replace function sight.takeable_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
      -- who asks after somebody takes them back only where nobody works with them (R25)
      || array(select f.client_id from referrals_followup f
                where f.owner_id = who and f.dropped_on is null and (f.done_on is null or f.done_on >= day)
                  and not exists (select from caseload_participation p
                                    join caseload_assignment a on a.episode_id = p.episode_id
                                   where p.client_id = f.client_id
                                     and (a.ends_on is null or a.ends_on >= day)))
$$;

create or replace function sight.may_begin_work(asked uuid, therapist uuid) returns boolean language sql
stable parallel safe security definer set search_path = public, pg_temp as $$
  select sight.may_lead(asked, therapist)
      or exists (select from endings_handoverinvitation i
                   join endings_ending e on e.id = i.ending_id
                  where i.receiver_id = may_begin_work.therapist
                    and i.state = 'accepted' and i.no_conflict_on is not null
                    and e.told_on is not null and e.withdrawn_on is null
                    and e.id = any ((select sight.own_endings_of(sight.actor(), sight.today()))::uuid[])
                    and exists (select from endings_consent c
                                 where c.ending_id = e.id and c.receiver_id = i.receiver_id
                                   and c.sections <> '{}'
                                   and not exists (select from endings_consent later
                                                    where later.corrects_id = c.id))
                    and (e.episode_id = asked
                         or (sight.is_unclaimed(asked)
                             and exists (select from caseload_participation p
                                          where p.episode_id = asked and p.client_id = e.client_id))))
$$;
"""

BACK = "select 1"  # 0002 and 0012 of caseload drop what stands below


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0009_row_security"),
        ("caseload", "0013_work_is_not_taken"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
