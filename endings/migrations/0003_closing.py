"""What would be left hanging if an account closed: work, endings, departures, reviews, handovers, questions.

Codes and days only: the practice admin who asks has no road to clients. Nobody learns of a draft (decision 15).
"""

from django.db import migrations

FORWARD = """
create or replace function sight.open_with(who uuid)
returns table (kind text, code text, on_day date)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform sight.admin();
  return query
    select 'work', c.code::text, a.starts_on from caseload_assignment a
      join caseload_participation p on p.episode_id = a.episode_id
      join caseload_client c on c.id = p.client_id
     where a.therapist_id = who and (a.ends_on is null or a.ends_on >= sight.today())
       and (p.left_on is null or p.left_on >= sight.today())
    union all
    select 'waiting', c.code::text, w.since from caseload_waitingentry w
      join caseload_client c on c.id = w.client_id
     where w.named_person_id = who and w.ended_on is null
    union all
    select 'ending', c.code::text, e.opened_on from endings_ending e
      join caseload_assignment a on a.id = e.assignment_id
      join caseload_client c on c.id = e.client_id
      left join endings_departure d on d.id = e.departure_id
     where (a.therapist_id = who or e.carried_by_id = who) and e.withdrawn_on is null
       and e.stage <> 'followed_up' and (d.id is null or d.state <> 'draft')
    union all
    select 'departure', '', d.last_day from endings_departure d
     where (d.therapist_id = who or d.carried_by_id = who)
       and d.state not in ('draft', 'completed', 'withdrawn')
    union all
    select 'review', '', r.due_on from endings_review r
      left join endings_ending e on e.id = r.ending_id
      left join endings_departure d on d.id = coalesce(r.departure_id, e.departure_id)
     where (r.reviewer_id = who or r.second_reviewer_id = who)
       and r.decision = '' and r.taken_back_at is null and (d.id is null or d.state <> 'draft')
    union all
    select 'handover', i.code::text, i.invited_at::date from endings_handoverinvitation i
      join endings_ending e on e.id = i.ending_id
     where i.receiver_id = who and i.state in ('sent', 'accepted')
       and e.withdrawn_on is null and e.handed_over_on is null
    union all
    select 'follow_up', c.code::text, f.due_on from referrals_followup f
      join caseload_client c on c.id = f.client_id
     where f.owner_id = who and f.done_on is null and f.dropped_on is null
    union all
    select 'supervision', '', s.starts_on from accounts_supervision s
     where s.supervisor_id = who and (s.ends_on is null or s.ends_on >= sight.today())
    union all
    select 'deputy', '', b.starts_on from accounts_absence b
     where b.deputy_id = who and b.ends_on >= sight.today()
    order by 1, 3, 2;
end $$;

create or replace function sight.hold_caseload_of(who uuid) returns bigint language plpgsql volatile
security definer set search_path = public, pg_temp as $$
declare
  held bigint;
begin
  perform sight.admin();
  update caseload_client set on_legal_hold = true
   where not on_legal_hold and id in (
     select p.client_id from caseload_assignment a
       join caseload_participation p on p.episode_id = a.episode_id
      where a.therapist_id = who and (a.ends_on is null or a.ends_on >= sight.today())
        and (p.left_on is null or p.left_on >= sight.today())
     union
     select e.client_id from endings_ending e
      where e.carried_by_id = who and e.withdrawn_on is null and e.stage <> 'followed_up');
  get diagnostics held = row_count;
  return held;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0002_sight"),
        ("accounts", "0007_closing"),
        ("caseload", "0003_free_time"),
        ("referrals", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
