"""The front desk: identity of those who come or wait, bookings, whether somebody has been told. Nothing clinical.

Three functions speak for somebody at the front desk who has no road to sessions: the bookings of a span,
signing somebody in, moving a booking. Each asks who is acting. `clients_of` gets a road of identity.
"""

from django.db import migrations

FORWARD = """
create function sight.is_at_the_desk(who uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select exists (select from accounts_roleheld r join accounts_user u on u.id = r.user_id
                  where r.user_id = who and r.role = 'front_desk'
                    and u.is_active and u.suspended_at is null)
$$;

create function sight.desk() returns uuid language plpgsql stable
security definer set search_path = public, pg_temp as $$
begin
  if not sight.is_at_the_desk(sight.actor()) then
    raise exception 'somebody at the front desk has to be acting' using errcode = '42501';
  end if;
  return sight.actor();
end $$;

create function sight.clients_at_the_desk(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select case when sight.is_at_the_desk(who) then array(
    select p.client_id from caseload_session s
      join caseload_participation p on p.episode_id = s.episode_id
     where s.starts_at >= day - 7 and s.starts_at < day + 29
       and (p.left_on is null or p.left_on >= s.starts_at::date)
    union
    select client_id from caseload_waitingentry where ended_on is null
  ) else '{}'::uuid[] end
$$;

create or replace function sight.clients_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
      || array(select client_id from caseload_waitingentry
                where named_person_id in (select sight.stands_in_for(who, day)) and ended_on is null)
      || sight.clients_at_the_desk(who, day)
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

create function sight.desk_told(client uuid, assignment uuid) returns text language sql stable
security definer set search_path = public, pg_temp as $$
  select coalesce((
    select case when e.told_on is null then 'not_told' else 'told' end
      from endings_ending e left join endings_departure d on d.id = e.departure_id
     where e.client_id = client and e.assignment_id = assignment and e.withdrawn_on is null
       and e.stage not in ('closed', 'followed_up')
       and (e.told_on is not null
            or (d.state in ('agreed', 'under_way')
                and (d.embargo_until is null or d.embargo_until < sight.today())))
     order by e.told_on nulls first limit 1), '')
$$;

create function sight.desk_bookings(begins timestamptz, ends timestamptz)
returns table (session_id uuid, starts_at timestamptz, ends_at timestamptz, mode text, state text,
               arrived_at timestamptz, revision integer, room_id uuid, room text, site_id uuid, site text,
               therapist_id uuid, therapist text, clients jsonb)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform sight.desk();
  return query
    select s.id, s.starts_at, s.ends_at, s.mode::text, s.state::text, s.arrived_at, s.revision,
           r.id, r.name::text, t.id, t.name::text, u.id, u.name::text,
           coalesce((select jsonb_agg(jsonb_build_object('id', p.client_id, 'told',
                                        sight.desk_told(p.client_id, s.assignment_id))
                                      order by p.joined_on, p.id)
                       from caseload_participation p
                      where p.episode_id = s.episode_id
                        and (p.left_on is null or p.left_on >= s.starts_at::date)), '[]'::jsonb)
      from caseload_session s
      join caseload_assignment a on a.id = s.assignment_id
      join accounts_user u on u.id = a.therapist_id
      left join caseload_room r on r.id = s.room_id
      left join accounts_site t on t.id = r.site_id
     where s.starts_at >= begins and s.starts_at < ends
     order by s.starts_at, s.id;
end $$;

create function sight.desk_session(which uuid) returns table (begins_on date, ends_on date,
  therapists_own boolean) language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform sight.desk();
  return query
    select a.starts_on, a.ends_on,
           exists (select from endings_ending e
                     left join endings_departure d on d.id = e.departure_id
                    where e.assignment_id = a.id and e.withdrawn_on is null
                      and e.stage not in ('closed', 'followed_up')
                      and (d.id is null or d.state <> 'withdrawn'))
        or exists (select from endings_handoversession h where h.session_id = s.id)
      from caseload_session s join caseload_assignment a on a.id = s.assignment_id
     where s.id = which;
end $$;

create function sight.desk_sign_in(which uuid, at timestamptz) returns boolean language plpgsql volatile
security definer set search_path = public, pg_temp as $$
begin
  perform sight.desk();
  update caseload_session set arrived_at = at, revision = revision + 1
   where id = which and state = 'planned' and starts_at::date between sight.today() - 1 and sight.today() + 1;
  return found;
end $$;

create function sight.desk_move(which uuid, read integer, begins timestamptz, ends timestamptz, place uuid)
returns boolean language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform sight.desk();
  update caseload_session set starts_at = begins, ends_at = ends, room_id = place, revision = revision + 1
   where id = which and state = 'planned' and revision = read and begins >= sight.today();
  if not found then
    return false;
  end if;
  delete from caseload_booking where session_id = which and room_id is not null;
  update caseload_booking set during = tstzrange(begins, ends) where session_id = which;
  if place is not null then
    insert into caseload_booking (id, session_id, room_id, during)
    values (gen_random_uuid(), which, place, tstzrange(begins, ends));
  end if;
  return true;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0007_history_search"),
        ("caseload", "0009_last_closed_episode"),
        ("accounts", "0007_closing"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
