"""What policies ask about endings: drafts are their author's alone, and a handover opens step by step (R5)."""

from django.db import migrations

ROADS = (
    "endings",
    "own_endings",
    "known_endings",
    "departures",
    "own_departures",
    "handovers",
    "own_handovers",
    "received_sessions",
    "open_summaries",
    "summary_sections",
    "handed_on",
    "followed_up",
    "own_invitations",
)


def of_the_actor(road: str) -> str:
    return f"""
create function sight.{road}() returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.{road}_of(sight.actor(), sight.today())
$$;
"""


FOLLOW_UPS = """
-- Work that somebody was asked to follow up: until the answer is there, and on the day of it.
create function sight.followed_up_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select assignment_id from referrals_followup
                where owner_id = who and dropped_on is null
                  and (done_on is null or done_on >= day))
$$;
"""

ENDINGS = """
-- A plan that was never sent is there for nobody but who drafted it.
create function sight.is_hidden(state text, submitted_at timestamptz) returns boolean language sql immutable
parallel safe as $$
  select state = 'draft' or (state = 'withdrawn' and submitted_at is null)
$$;

create function sight.endings_among(who uuid, work uuid[]) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select e.id from endings_ending e left join endings_departure d on d.id = e.departure_id
     where e.assignment_id = any (work)
       and (d.id is null or d.therapist_id = who or not sight.is_hidden(d.state, d.submitted_at)))
$$;

create function sight.endings_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.endings_among(who, sight.assignments_of(who, day))
$$;

create function sight.own_endings_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.endings_among(who, sight.own_assignments_of(who, day))
$$;

create function sight.departures_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from endings_departure where therapist_id = who
    union
    select id from endings_departure
     where therapist_id = any ((select sight.led_of(who, day))::uuid[]) and not sight.is_hidden(state, submitted_at)
    union
    select e.departure_id from endings_ending e where e.id = any ((select sight.endings_of(who, day))::uuid[])
    union
    select e.departure_id from endings_ending e
     where e.assignment_id = any ((select sight.followed_up_of(who, day))::uuid[])
    union
    select r.departure_id from endings_review r join endings_departure d on d.id = r.departure_id
     where who in (r.reviewer_id, r.second_reviewer_id)
       and not sight.is_hidden(d.state, d.submitted_at)
  )
$$;

create function sight.own_departures_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from endings_departure where therapist_id = who
    union
    select e.departure_id from endings_ending e where e.id = any ((select sight.own_endings_of(who, day))::uuid[])
    union
    select e.departure_id from endings_ending e
     where e.assignment_id = any ((select sight.followed_up_of(who, day))::uuid[])
    union
    select r.departure_id from endings_review r join endings_departure d on d.id = r.departure_id
     where who in (r.reviewer_id, r.second_reviewer_id)
       and not sight.is_hidden(d.state, d.submitted_at)
  )
$$;
"""

KNOWN = """
create function sight.known_endings_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.endings_of(who, day)
      || sight.endings_among(who, sight.followed_up_of(who, day))
      || array(select ending_id from endings_handoverinvitation where receiver_id = who)
$$;
"""

HANDOVERS = """
-- Handovers whose file stands open: told, accepted, no conflict, and the consent's day has come (R5).
create function sight.open_consents_of(who uuid, day date) returns table (ending_id uuid, sections text[])
language sql stable parallel safe rows 5 security definer set search_path = public, pg_temp as $$
  select c.ending_id, c.sections::text[] from endings_consent c
    join endings_ending e on e.id = c.ending_id
    join endings_handoverinvitation i on i.ending_id = c.ending_id and i.receiver_id = c.receiver_id
   where c.receiver_id = who and c.opens_on <= day and c.sections <> '{}'
     and not exists (select from endings_consent later where later.corrects_id = c.id)
     and i.state = 'accepted' and i.no_conflict_on <= day
     and e.told_on <= day and e.withdrawn_on is null
$$;

create or replace function sight.clients_of(who uuid, day date) returns uuid[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select sight.clinical_clients_of(who, day)
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

create function sight.handovers_among(who uuid, mine uuid[]) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from endings_handoversession where ending_id = any (mine)
    union
    select h.id from endings_handoversession h
      join endings_handoverinvitation i on i.id = h.invitation_id
     where i.receiver_id = who and i.no_conflict_on is not null)
$$;

create function sight.handovers_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.handovers_among(who, sight.endings_of(who, day))
$$;

create function sight.own_handovers_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select sight.handovers_among(who, sight.own_endings_of(who, day))
$$;

create function sight.received_sessions_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select session_id from endings_handoversession
                where id = any ((select sight.handovers_among(who, '{}'))::uuid[]))
$$;

create function sight.open_summaries_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select s.id from endings_handoversummary s
                 join sight.open_consents_of(who, day) c on c.ending_id = s.ending_id
                where s.state = 'final')
$$;

create function sight.summary_sections_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select p.id from endings_summarysection p join endings_handoversummary s on s.id = p.summary_id
     where s.ending_id = any ((select sight.endings_of(who, day))::uuid[])
    union
    select p.id from endings_summarysection p join endings_handoversummary s on s.id = p.summary_id
      join sight.open_consents_of(who, day) c on c.ending_id = s.ending_id
     where s.state = 'final' and p.section = any (c.sections))
$$;

create function sight.own_invitations_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(select id from endings_handoverinvitation
                where ending_id = any ((select sight.own_endings_of(who, day))::uuid[]))
$$;

-- The receiver's work that an ending of the actor's own has led to: given, and moved while it is to come.
create function sight.handed_on_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select a.id from endings_handoverinvitation i
      join endings_ending e on e.id = i.ending_id
      join caseload_participation p on p.client_id = e.client_id
      join caseload_assignment a on a.episode_id = p.episode_id and a.therapist_id = i.receiver_id
     where i.state = 'accepted' and e.id = any ((select sight.own_endings_of(who, day))::uuid[])
       and a.role = 'primary' and a.starts_on >= e.opened_on)
$$;

create or replace function sight.may_begin_work(asked uuid, therapist uuid) returns boolean language sql
stable parallel safe security definer set search_path = public, pg_temp as $$
  select (therapist = sight.actor() and sight.holds('therapist') and sight.is_unclaimed(asked))
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

create or replace function sight.known_assignments_of(who uuid, day date) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select id from caseload_assignment where therapist_id = who
    union
    select id from caseload_assignment where episode_id = any ((select sight.episodes_of(who, day))::uuid[])
    union
    select assignment_id from endings_ending where id = any ((select sight.known_endings_of(who, day))::uuid[])
    union
    select unnest(sight.followed_up_of(who, day))
    union
    select unnest(sight.handed_on_of(who, day))
  )
$$;

-- Whom a handover is about, to its receiver: the name, once told and accepted, and nothing else (R5).
create function sight.is_named_in(invitation uuid) returns boolean language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select exists (select from endings_handoverinvitation i join endings_ending e on e.id = i.ending_id
                  where i.id = invitation and i.receiver_id = sight.actor() and i.state = 'accepted'
                    and e.told_on <= sight.today() and e.withdrawn_on is null)
$$;

create function sight.called_in(invitation uuid) returns text language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select coalesce(nullif(c.known_as, ''), c.name)
    from endings_handoverinvitation i join endings_ending e on e.id = i.ending_id
    join caseload_client c on c.id = e.client_id
   where i.id = invitation and sight.is_named_in(invitation)
$$;

create function sight.names_in(invitation uuid) returns text[] language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select array(
    select c.name::text from endings_handoverinvitation i
      join endings_ending e on e.id = i.ending_id
      join caseload_participation p on p.episode_id = e.episode_id
      join caseload_client c on c.id = p.client_id
     where i.id = invitation and sight.is_named_in(invitation)
       and case when e.participation_id is not null then p.id = e.participation_id
                else p.left_on is null
                     or not exists (select from caseload_participation there
                                     where there.episode_id = e.episode_id and there.left_on is null) end
     order by c.sort_key, p.id)
$$;
"""

# Across the practice, and without saying why or for whom.
PLACES = """
create function sight.leaving_people() returns setof uuid language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select therapist_id from endings_departure where state not in ('completed', 'withdrawn')
$$;

create function sight.held_places() returns setof uuid language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select unnest(sight.places_held('00000000-0000-0000-0000-000000000000',
                                  '00000000-0000-0000-0000-000000000000'))
$$;

-- What nobody needs any more stands in nobody's way.
create function sight.let_go_of_place(asked uuid, day date) returns void language sql
security definer set search_path = public, pg_temp as $$
  update endings_heldplace set released_on = day
   where place_id = asked and released_on is null and asked not in (select sight.held_places())
$$;
"""

BACK = "select 1"  # 0002 of caseload and accounts drop what stands below; policies go with `cascade`


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0008_front_desk"),
        ("caseload", "0012_row_security"),
        ("referrals", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            FOLLOW_UPS
            + ENDINGS
            + KNOWN
            + HANDOVERS
            + PLACES
            + "".join(map(of_the_actor, ROADS)),
            BACK,
        )
    ]
