"""The rows of the practice as flat facts: the one place where reminders read other apps' tables.

Each text is the body of a common table expression; `reminders.operations.reading` selects them one by
one for the pure form, `due_sql` all at once for the set-based one. Parameters: `today` (the practice's
date), `zone` (its name), `person` (a key, or null for everybody) and `check_after` (days).
"""

from dataclasses import asdict

from reminders.offsets import NAMES, Offsets

# Who is at work today: their account is open and they are not away.
HERE = """
select u.id as person_id
  from accounts_user u
 where u.is_active and u.suspended_at is null
   and not exists (select from accounts_absence b
                    where b.user_id = u.id and %(today)s between b.starts_on and b.ends_on)
"""

# Who leads whose work today, the first one first.
LED = """
select s.supervisee_id as person_id, s.supervisor_id,
       row_number() over (partition by s.supervisee_id order by s.is_second, s.starts_on, s.id) as place
  from accounts_supervision s
  join accounts_user who on who.id = s.supervisor_id and who.is_active and who.suspended_at is null
 where s.kind in ('leading', 'both')
   and s.starts_on <= %(today)s and (s.ends_on is null or s.ends_on >= %(today)s)
"""

# Who answers in the place of those who are not here: the deputy; who leads their work where there is none
# at work; the deputy of who leads it. Where there is nobody at all, they themselves.
ANSWERS = """
select u.id as person_id, coalesce(deputy.person_id, leads.person_id, theirs.person_id, u.id) as answers_id
  from accounts_user u
  left join accounts_absence away
    on away.user_id = u.id and %(today)s between away.starts_on and away.ends_on
  left join here deputy on deputy.person_id = away.deputy_id
  left join lateral (
    select h.person_id from led l join here h on h.person_id = l.supervisor_id
     where l.person_id = u.id order by l.place limit 1
  ) leads on true
  left join lateral (
    select h.person_id
      from led l
      join accounts_absence b
        on b.user_id = l.supervisor_id and %(today)s between b.starts_on and b.ends_on
      join here h on h.person_id = b.deputy_id and h.person_id <> u.id
     where l.person_id = u.id order by l.place limit 1
  ) theirs on true
 where not exists (select from here h where h.person_id = u.id)
"""

# The work of one person; the app asks as that person (reading.py), because it may ask for nobody else.
WORK_OF_ONE = "sight.assignments_of(%(person)s::uuid, %(today)s)"
# Endings that stand: not withdrawn, not closed, not in a draft, and where one person asks, theirs to see.
STANDING = f"""
select e.id, e.assignment_id, e.episode_id, e.participation_id, e.carried_by_id, e.option_set_id,
       e.tell_session_id, e.tell_plan_on, e.options_plan_on, e.choice_plan_on, e.playbook,
       e.window_opens_on, e.window_closes_on, e.opened_on, e.told_on, e.has_not_told_exception,
       e.options_on, e.chosen_on, e.handed_over_on, e.last_held_on, e.closed_on, a.therapist_id, a.ends_on as work_ends_on, d.last_day, d.embargo_until,
       coalesce(e.last_on, d.last_day) as last_known_on
  from endings_ending e
  join caseload_assignment a on a.id = e.assignment_id
  left join endings_departure d on d.id = e.departure_id
 where e.withdrawn_on is null and e.closed_on is null
   and (d.id is null or d.state not in ('draft', 'withdrawn'))
   and (%(person)s::uuid is null
        or e.assignment_id = any ((select {WORK_OF_ONE})::uuid[])
        or exists (select from endings_handoverinvitation i
                    where i.ending_id = e.id and i.receiver_id = %(person)s::uuid
                      and i.state = 'accepted'))
"""  # noqa: S608 -- a constant of this file

# A telling that is chosen stands where its session stands; one that was missed or cancelled fell through
# on the day on which that was said. The first and second meeting after the telling carry options and
# choice, unless the plan has chosen a later one. A wish to be handed over is a colleague's place that was
# chosen, or one who has accepted, until the client wants no meeting or an exception says why there is none.
ENDINGS = """
select e.id,
       e.therapist_id,
       e.work_ends_on as therapist_until,
       e.carried_by_id,
       leads.supervisor_id,
       e.opened_on,
       e.window_opens_on,
       e.window_closes_on,
       meetings.last_chance_on,
       e.last_known_on as last_on,
       case when chosen.id is null then e.tell_plan_on
            when chosen.state in ('planned', 'attended')
            then (chosen.starts_at at time zone %(zone)s)::date end as tell_plan_on,
       case when e.told_on is null and chosen.state in ('missed', 'cancelled')
            then (coalesce(chosen.state_at, chosen.starts_at) at time zone %(zone)s)::date
            end as tell_missed_on,
       greatest(not_today.until, risk.tell_not_before, e.embargo_until) as not_today_until,
       e.told_on,
       coalesce(e.told_on > e.window_closes_on, false) as is_told_short,
       e.has_not_told_exception
         or e.playbook not in ('departure', 'sudden', 'involuntary') as not_told_exception,
       coalesce(explained.short, false) as short_exception,
       meetings.returned_on,
       coalesce(case when e.options_plan_on > e.told_on then e.options_plan_on end,
                meetings.first_after) as options_plan_on,
       e.options_on,
       coalesce(case when e.choice_plan_on > e.told_on then e.choice_plan_on end,
                meetings.second_after) as choice_plan_on,
       e.chosen_on,
       (wish.is_colleague or accepted.receiver_id is not null)
         and not coalesce(explained.no_handover, false)
         and not coalesce(declined.handover, false) as hands_over,
       accepted.receiver_id,
       booked.handover_on,
       e.handed_over_on,
       coalesce(explained.no_last, false) or coalesce(declined.last, false) as no_last,
       e.last_held_on,
       e.closed_on,
       case when e.playbook = 'lost_contact' and not coalesce(declined.outreach, false)
            then reached.tries end as tries
  from standing e
  left join led leads on leads.person_id = e.therapist_id and leads.place = 1
  left join caseload_session chosen on chosen.id = e.tell_session_id
  left join lateral (
    select max(day) filter (where day between e.window_opens_on and e.window_closes_on)
             as last_chance_on,
           min(day) filter (where state = 'attended' and day >= e.window_opens_on) as returned_on,
           (array_agg(distinct day order by day) filter (where day > e.told_on))[1] as first_after,
           (array_agg(distinct day order by day) filter (where day > e.told_on))[2] as second_after
      from (select (s.starts_at at time zone %(zone)s)::date as day, s.state
              from caseload_session s
             where s.assignment_id = e.assignment_id and s.state in ('planned', 'attended')) held
  ) meetings on true
  left join lateral (
    select max(n.until) as until from endings_nottoday n where n.ending_id = e.id
  ) not_today on true
  left join lateral (
    select max(newest.tell_not_before) as tell_not_before
      from (select distinct on (l.client_id) l.tell_not_before
              from caseload_participation p
              join caseload_risklook l on l.client_id = p.client_id
             where p.episode_id = e.episode_id and p.left_on is null
               and (e.participation_id is null or p.id = e.participation_id)
             order by l.client_id, l."on" desc, l.recorded_at desc) newest
  ) risk on true
  left join lateral (
    select bool_or(x.rule = 'short_notice') as short,
           bool_or(x.rule = 'no_last') as no_last,
           bool_or(x.rule = 'no_handover') as no_handover
      from endings_endingexception x where x.ending_id = e.id and x.taken_back_on is null
  ) explained on true
  left join lateral (
    select bool_or(n.step = 'handover') as handover, bool_or(n.step = 'last') as last,
           bool_or(n.step = 'outreach') as outreach
      from endings_notwanted n
     where n.ending_id = e.id
       and not exists (select from endings_notwanted later where later.corrects_id = n.id)
  ) declined on true
  left join lateral (
    select exists (
      select from referrals_choice c
        join referrals_choiceoption co on co.choice_id = c.id
        join referrals_referraloption o on o.id = co.option_id
       where c.option_set_id = e.option_set_id and o.place_id is not null
         and not exists (select from referrals_choice later where later.corrects_id = c.id)
    ) as is_colleague
  ) wish on true
  left join lateral (
    select case when bool_or(t.outcome in ('reached', 'not_wanted')) then null else count(t.id) end::int
             as tries
      from endings_outreachattempt t
     where t.ending_id = e.id
       and not exists (select from endings_outreachattempt later where later.corrects_id = t.id)
  ) reached on true
  left join endings_handoverinvitation accepted
    on accepted.ending_id = e.id and accepted.state = 'accepted'
  left join lateral (
    select (s.starts_at at time zone %(zone)s)::date as handover_on
      from endings_handoversession h join caseload_session s on s.id = h.session_id
     where h.ending_id = e.id and h.cancelled_on is null and h.held_on is null
       and s.state = 'planned'
     limit 1
  ) booked on true
"""

REVIEWS = """
select r.id, r.reviewer_id, (r.asked_at at time zone %(zone)s)::date as asked_on, r.due_on,
       r.second_reviewer_id
  from endings_review r
 where r.decision = '' and r.taken_back_at is null
   and not exists (select from endings_handoverinvitation i
                    where i.id = r.invitation_id and i.state in ('declined', 'conflict', 'withdrawn'))
   and not exists (select from endings_ending e join endings_departure d on d.id = e.departure_id
                    where e.id = r.ending_id
                      and (d.state = 'draft' or (d.state = 'withdrawn' and d.submitted_at is null)))
   and (%(person)s::uuid is null or %(person)s::uuid in (r.reviewer_id, r.second_reviewer_id))
"""

FOLLOW_UPS = """
select f.id, f.owner_id, f.due_on
  from referrals_followup f
 where f.done_on is null and f.dropped_on is null
   and (%(person)s::uuid is null or f.owner_id = %(person)s::uuid)
"""

# What was never checked is a list to work through, not a date: only a check that has aged is due (R16).
ENTRIES = """
select s.service_id as id, max(s.checked_on) + %(check_after)s::int as check_on
  from referrals_searchentry s
 where s.is_open and s.checked_on is not null
   and (%(person)s::uuid is null
        or exists (select from accounts_roleheld r
                    where r.user_id = %(person)s::uuid and r.role = 'directory_admin'))
 group by s.service_id
"""

# Somebody who waits for a place, with a named person (R25).
WAITING = """
select w.id, w.named_person_id, w.next_contact_on from caseload_waitingentry w where w.ended_on is null
"""

# The newest break of work that goes on and does not sleep.
PAUSES = """
select b.id, a.therapist_id as worker_id, b.contact_on, b.ends_on, met.met_on,
       coalesce(met.goes_on, false) as goes_on
  from caseload_break b
  join caseload_assignment a on a.id = b.assignment_id
  left join lateral (
    select min(day) filter (where state = 'attended' and day >= b.contact_on) as met_on,
           bool_or(day > b.ends_on) as goes_on
      from (select (s.starts_at at time zone %(zone)s)::date as day, s.state
              from caseload_session s
             where s.assignment_id = a.id and s.state in ('planned', 'attended')) held
  ) met on true
 where a.starts_on <= %(today)s and (a.ends_on is null or a.ends_on >= %(today)s)
   and a.state <> 'dormant'
   and not exists (select from caseload_break later
                    where later.assignment_id = b.assignment_id and later.starts_on > b.starts_on)
"""

# The newest look at risk speaks; it is asked of everybody who leads or holds work with the client today.
RISKS = """
select distinct newest.client_id as id, a.therapist_id as worker_id, newest.look_again_on
  from (select distinct on (l.client_id) l.client_id, l.look_again_on
          from caseload_risklook l order by l.client_id, l."on" desc, l.recorded_at desc) newest
  join caseload_participation p
    on p.client_id = newest.client_id and (p.left_on is null or p.left_on >= %(today)s)
  join caseload_assignment a
    on a.episode_id = p.episode_id and a.role in ('primary', 'holding')
   and a.starts_on <= %(today)s and (a.ends_on is null or a.ends_on >= %(today)s)
 where newest.look_again_on is not null
"""

# A copy or the end of a file, for each who may be the second person (caseload.operations.file_requests).
REQUESTS = """
select q.id, u.id as may_agree_id, (q.asked_at at time zone %(zone)s)::date as asked_on
  from caseload_filerequest q
  join accounts_user u on u.id <> q.asked_by_id and u.is_active and u.suspended_at is null
 where q.state = 'asked' and (%(person)s::uuid is null or u.id = %(person)s::uuid)
   and exists (select from accounts_roleheld r
                where r.user_id = u.id
                  and (r.role = 'records_keeper'
                       or (r.role = 'supervisor'
                           and (q.kind = 'disposal' or sight.has_led(u.id, %(today)s, q.client_id)))))
"""

# Who is concerned by an emergency is told by PostgreSQL, because no reader sees all of it.
GLASSES = """
select g.id, g.person_id as concerned_id, g.broken_on, g.reviews and not g.is_decided as is_to_look_at,
       not g.reviews and %(today)s <= g.broken_on + 7 as is_to_know
  from (select f.*, (f.at at time zone %(zone)s)::date as broken_on from sight.glass_facts(%(today)s) f) g
 where %(person)s::uuid is null or g.person_id = %(person)s::uuid
"""

ADMINS = """
select u.id as person_id
  from accounts_user u join accounts_roleheld r on r.user_id = u.id and r.role = '{role}_admin'
 where u.is_active and u.suspended_at is null
   and (%(person)s::uuid is null or u.id = %(person)s::uuid)
"""

HANDED = """
select h.by_id as person_id, h.occasion, h.about as about_id, h.due_on, h.to_id
  from reminders_handedon h where h.taken_back_at is null
"""

# The practice's own working days: a calendar like a person's, without absences.
HOUSE = """
select '00000000-0000-0000-0000-000000000000'::uuid as person_id,
       coalesce((select p.working_days from accounts_practice p where p.id = 1), '{0,1,2,3,4}') as weekdays
"""

CALENDARS = """
select u.id as person_id, u.working_days as weekdays from accounts_user u
"""

AWAY = """
select b.user_id as person_id, b.starts_on, b.ends_on from accounts_absence b
"""

SHUT = """
select distinct c."on" as day from caseload_closedday c where c.site_id is null
"""

# What the practice has set, and where it has set nothing what is usual: always one row.
POLICY = "select {columns} from reminders_reminderpolicy p".format(  # noqa: S608 -- names of Offsets
    columns=", ".join(
        f"coalesce(max(p.{name}), {usual})::int as {name}"
        for name, usual in asdict(Offsets()).items()
    )
)


def policy_from(given: str) -> str:
    """Return the same row out of the jsonb expression `given`, to look at what it would change."""
    columns = ", ".join(f"({given} ->> '{name}')::int as {name}" for name in NAMES)
    return f"select {columns}"


FACTS: dict[str, str] = {
    "policy": POLICY,
    "standing": STANDING,
    "here": HERE,
    "led": LED,
    "answers": ANSWERS,
    "ending": ENDINGS,
    "review": REVIEWS,
    "follow_up": FOLLOW_UPS,
    "entry": ENTRIES,
    "waiting": WAITING,
    "pause": PAUSES,
    "risk": RISKS,
    "request": REQUESTS,
    "glass": GLASSES,
    "directory_admin": ADMINS.format(role="directory"),
    "practice_admin": ADMINS.format(role="practice"),
    "handed": HANDED,
    "calendar": CALENDARS,
    "away": AWAY,
    "shut": SHUT,
    "house": HOUSE,
}
"""Name of the common table expression → its text, in an order in which each may read those before it."""
