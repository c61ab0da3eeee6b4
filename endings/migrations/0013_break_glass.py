"""The rule with the road of an emergency: it opens identity and clinical rows to read, and leads to nothing else.

What one works, leads, stands in for or carries is *worked*; what one knows of by more than an emergency is *kept*.
Whatever lets somebody write asks for those.
"""

from django.db import migrations

RULE = """
create function sight.worked_assignments_of(who uuid, day date) returns uuid[] language sql stable
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

create or replace function sight.assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.worked_assignments_of(who, day) || sight.broken_assignments_of(who, day)
$$;

create function sight.worked_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select distinct p.client_id from caseload_participation p
                where p.episode_id in (
                  select a.episode_id from caseload_assignment a
                   where a.id = any ((select sight.worked_assignments_of(who, day))::uuid[])))
$$;

create or replace function sight.clinical_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.worked_clients_of(who, day) || sight.broken_clients_of(who, day)
$$;

create function sight.kept_clients_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.worked_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
      || sight.clients_at_the_desk(who, day)
      || array(select e.client_id from endings_ending e
                 join sight.open_consents_of(who, day) c on c.ending_id = e.id
                where 'identity' = any (c.sections))
      || array(select client_id from referrals_followup
                where owner_id = who and dropped_on is null
                  and (done_on is null or done_on >= day))
$$;

create or replace function sight.clients_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.kept_clients_of(who, day) || sight.broken_clients_of(who, day)
$$;

create or replace function sight.takeable_clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.worked_clients_of(who, day)
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

create or replace function sight.others_name_for(client uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select not client = any ((select sight.worked_clients_of(sight.actor(), sight.today()))::uuid[])
     and exists (select from caseload_participation p join caseload_assignment a on a.episode_id = p.episode_id
                  where p.client_id = client and not a.therapist_id = any ((select sight.stood_in())::uuid[]))
$$;
"""

# Whom it concerns: who works with the client, or did last; practice admins; and one who looks at it, who is
# never the one who opened the file: who leads the work, else who does it, else who leads the one who opened it.
PEOPLE = """
create function sight.glass_people(asked uuid, day date) returns table (person uuid, reviews boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  with glass as (select client_id, by_id from caseload_breakglass where id = asked),
  here as (select u.id from accounts_user u, glass g
            where u.is_active and u.suspended_at is null and u.id <> g.by_id),
  work as (
    select a.therapist_id, a.ends_on from glass g
      join caseload_participation p on p.client_id = g.client_id
      join caseload_assignment a on a.episode_id = p.episode_id
     where a.starts_on <= day),
  mine as (
    select distinct therapist_id from work w
     where w.ends_on is null or w.ends_on >= day
        or not exists (select from work later where later.ends_on is null or later.ends_on > w.ends_on)),
  therapists as (select therapist_id as id from mine where therapist_id in (select id from here)),
  leads as (
    select s.supervisor_id as id, s.supervisee_id from accounts_supervision s
     where s.kind in ('leading', 'both') and s.starts_on <= day and (s.ends_on is null or s.ends_on >= day)
       and s.supervisor_id in (select id from here)),
  first as (select id from leads where supervisee_id in (select therapist_id from mine)),
  second as (select id from therapists where not exists (select from first)),
  third as (select l.id from leads l, glass g where l.supervisee_id = g.by_id
             and not exists (select from first) and not exists (select from second)),
  reviewers as (select id from first union select id from second union select id from third),
  told as (
    select id from therapists
    union select r.user_id from accounts_roleheld r
           where r.role = 'practice_admin' and r.user_id in (select id from here))
  select id, true from reviewers
  union all
  select id, false from told where id not in (select id from reviewers)
$$;

create function sight.glasses_to_review_of(who uuid, day date) returns uuid[] language sql stable
security definer set search_path = public, pg_temp as $$
  select array(select g.id from caseload_breakglass g, sight.glass_people(g.id, day) p
                where p.person = who and p.reviews)
$$;

create function sight.worked_clients() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.worked_clients_of(sight.actor(), sight.today())
$$;

create function sight.kept_clients() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.kept_clients_of(sight.actor(), sight.today())
$$;

create function sight.glasses_to_review() returns uuid[] language sql stable
security definer set search_path = public, pg_temp as $$
  select sight.glasses_to_review_of(sight.actor(), sight.today())
$$;

-- For reminders: everybody's to the worker, one's own to a person. Nothing here names a client.
create function sight.glass_facts(day date)
returns table (id uuid, person_id uuid, at timestamptz, reviews boolean, is_decided boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select g.id, p.person, g.at, p.reviews, r.id is not null
    from caseload_breakglass g
    left join caseload_breakglassreview r on r.break_glass_id = g.id
    cross join lateral sight.glass_people(g.id, day) p
   where (r.id is null or g.at >= day - 8)
     and case when coalesce(current_setting('app.actor', true), '') = '' then true
              else p.person = sight.actor() end
$$;

-- The list, by code: a practice admin has no road to the rows, and sees no reason.
create function sight.glasses(asked uuid, how_many int, after int)
returns table (id uuid, code text, by_id uuid, by_name text, at timestamptz, until timestamptz, ended_at timestamptz,
               decision text, decided_by text, decided_at timestamptz, reviewers text[])
language sql stable security definer set search_path = public, pg_temp as $$
  select g.id, c.code::text, g.by_id, u.name::text, g.at, g.until, g.ended_at, coalesce(r.decision, '')::text,
         coalesce(d.name, '')::text, r.at,
         array(select w.name::text from sight.glass_people(g.id, sight.today()) p
                 join accounts_user w on w.id = p.person where p.reviews order by w.sort_key)
    from caseload_breakglass g
    join caseload_client c on c.id = g.client_id
    join accounts_user u on u.id = g.by_id
    left join caseload_breakglassreview r on r.break_glass_id = g.id
    left join accounts_user d on d.id = r.by_id
   where (asked is null or g.id = asked)
     and (sight.holds('practice_admin') or g.by_id = sight.actor()
          or g.client_id = any ((select sight.worked_clients())::uuid[])
          or g.id = any ((select sight.glasses_to_review())::uuid[]))
   order by g.at desc, g.id limit how_many offset after
$$;

create or replace function sight.readings_of(whom uuid, how_many int, after int)
returns table (reader text, at timestamptz, times bigint, road text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  zone text := coalesce((select p.zone from accounts_practice p limit 1), 'UTC');
begin
  if not whom = any (sight.clinical_clients_of(sight.actor(), sight.today())) then return; end if;
  return query
    with days as (
      select r.by_id, (r.at at time zone zone)::date as day, max(r.at) as last, count(*) as times,
             bool_or(r.break_glass_id is not null) as broke
        from caseload_readlog r where r.client_id = whom
       group by 1, 2 order by 3 desc, 1 limit how_many offset after),
    work as (
      select a.therapist_id, a.starts_on, coalesce(a.ends_on, 'infinity') as ends_on
        from caseload_assignment a join caseload_participation p on p.episode_id = a.episode_id
       where p.client_id = whom)
    select u.name::text, d.last, d.times, case
        when d.broke then 'glass'
        when exists (select from work w where w.therapist_id = d.by_id and d.day between w.starts_on and w.ends_on)
          then 'works'
        when exists (select from accounts_absence b join work w on w.therapist_id = b.user_id
                      where b.deputy_id = d.by_id and d.day between b.starts_on and b.ends_on) then 'deputy'
        when exists (select from accounts_supervision v join work w on w.therapist_id = v.supervisee_id
                      where v.supervisor_id = d.by_id and v.kind in ('leading', 'both')
                        and d.day between v.starts_on and coalesce(v.ends_on, 'infinity')) then 'supervision'
        when exists (select from endings_handoverinvitation i join endings_ending e on e.id = i.ending_id
                      where e.client_id = whom and i.receiver_id = d.by_id and i.state = 'accepted')
          then 'receiver'
        else '' end
      from days d join accounts_user u on u.id = d.by_id order by d.last desc, d.by_id;
end $$;
"""

BACK = "select 1"  # 0002 of caseload drops the schema's functions; what stands here goes with `cascade`


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0012_review_of_an_exit"),
        ("caseload", "0018_broken_glass"),
    ]

    operations = [migrations.RunSQL(RULE + PEOPLE, BACK)]
