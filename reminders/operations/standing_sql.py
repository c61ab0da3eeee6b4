"""What the rules ask of an ending or a review today, as columns: `reminders.standing`, name for name.

Each text is the body of a common table expression over those of `facts_sql`.
"""

# Whether a person works on `{day}`; `{c}` is their calendar. Who has none works Monday to Friday.
WORKS = """(
  extract(isodow from {day})::int - 1 = any (coalesce({c}.weekdays, '{{0,1,2,3,4}}'))
  and not exists (select from away a
                   where a.person_id = {c}.person_id and {day} between a.starts_on and a.ends_on)
  and not exists (select from shut where {c}.person_id is not null and shut.day = {day}))"""
# The first working day in 92 days, from `since` on or before it; the day itself (the day before) otherwise.
# Most days are working days: they are looked at alone first.
FROM_ON = """case when {at_once} then {since} else coalesce({since} + (
  select min(n) from generate_series(1, 91) n where {works}), {since}) end"""
BEFORE = """case when {at_once} then {since} - 1 else coalesce({since} - (
  select min(n) from generate_series(2, 91) n where {works}), {since} - 1) end"""
# The working day of the practice that is `{number}` of them after `{day}`.
AFTER = """coalesce({day} + (
  select n from generate_series(1, 91) n where {works} order by n offset {number} - 1 limit 1),
  {day} + {number})"""


def works(day: str, c: str = "c") -> str:
    return WORKS.format(day=day, c=c)


def from_on(since: str) -> str:
    """Return the expression for the first working day from `since` on; `c` is the person's calendar."""
    return FROM_ON.format(since=since, at_once=works(since), works=works(f"({since} + n)"))


def before(since: str) -> str:
    """Return the expression for the working day before `since`."""
    at_once, others = works(f"({since} - 1)"), works(f"({since} - n)")
    return BEFORE.format(since=since, at_once=at_once, works=others)


def after(day: str, number: str) -> str:
    """Return the expression for the practice's working day `number` of them after `day`; `h` is its calendar."""
    return AFTER.format(day=day, number=number, works=works(f"({day} + n)", "h"))


def offset(name: str) -> str:
    """Return the expression for an offset of the practice's policy (`reminders.offsets`)."""
    return f"(select {name} from policy)"  # noqa: S608 -- a name of Offsets


# `offset 0` keeps what looks for a working day from being worked out once for each column that uses it.
# Open endings, who answers for each today, and how far it is.
OPENED = """
select e.*,
       case when %(today)s > e.therapist_until and e.carried_by_id is not null
            then coalesce(carries.answers_id, e.carried_by_id)
            else coalesce(mine.answers_id, e.therapist_id) end as holder_id,
       coalesce(leads.answers_id, e.supervisor_id) as led_by_id,
       case when e.tell_missed_on <= %(today)s then e.tell_missed_on end as missed_on,
       coalesce(%(today)s < e.not_today_until, false) as holds,
       e.last_held_on is not null or e.no_last as has_ended,
       e.told_on is not null or e.not_told_exception as knows,
       e.window_opens_on is not null and e.window_closes_on is not null as has_window,
       coalesce(e.last_chance_on, e.window_closes_on) as chance_on,
       coalesce(e.last_held_on, e.last_on) as ended_on
  from ending e
  left join answers mine on mine.person_id = e.therapist_id
  left join answers carries on carries.person_id = e.carried_by_id
  left join answers leads on leads.person_id = e.supervisor_id
 where e.closed_on is null
"""

GONE_BY = """
select o.*, said.is_untold,
       said.is_untold and o.has_window and %(today)s > o.window_closes_on
         and not o.short_exception as is_past,
       said.is_untold and o.has_window and not o.holds
         and (%(today)s <= o.window_closes_on or o.short_exception) as is_in_time,
       least(o.window_opens_on, coalesce(o.tell_plan_on, o.window_opens_on)) as starts_on
  from opened o
 cross join lateral (select not o.has_ended and not o.knows as is_untold) said
"""

# The last chance is the working day before the last meeting for full notice.
WITH_CHANCE = f"""
select g.*,
       g.is_in_time and %(today)s <= g.window_closes_on as has_a_chance,
       case when g.is_in_time then {before("g.chance_on")} end as chance_due_on,
       g.is_past or (not g.has_ended and g.told_on is not null and g.is_told_short
                     and not g.short_exception) as is_short,
       case when g.is_past then g.window_closes_on + 1 else g.told_on end as short_on
  from gone_by g left join calendar c on c.person_id = g.holder_id
offset 0
"""  # noqa: S608 -- constants of this file

ENDING_TODAY = f"""
select w.*, heard.leads_hears_on, quiet.is_quiet,
       case when w.led_by_id <> w.holder_id then w.led_by_id end as leads_id,
       case when w.receiver_id <> w.holder_id then w.receiver_id end as other_receiver_id,
       w.is_untold and w.missed_on is not null as is_missed,
       w.is_untold and not w.has_window and w.missed_on is null as is_to_plan,
       quiet.is_quiet and %(today)s >= w.starts_on as is_to_tell,
       quiet.is_quiet and %(today)s < w.starts_on and w.tell_plan_on is null as is_to_choose,
       case when not w.holds then w.short_on end as late_since_on,
       w.is_past and not w.holds as is_unanswered,
       case when w.is_past and not w.holds
            then {after("heard.leads_hears_on", offset("admin_after"))} end as admin_hears_on,
       not w.has_ended and w.told_on < w.window_opens_on and w.returned_on is null
         as is_to_return_to,
       not w.has_ended and w.told_on is not null and w.options_on is null as is_to_offer,
       not w.has_ended and w.knows and w.options_on is not null and w.chosen_on is null as is_to_hear,
       hand.is_over and w.handover_on is null as is_to_book,
       hand.is_over and w.handover_on is not null as is_to_prepare,
       not w.has_ended and w.tries = 0 as is_untried,
       not w.has_ended and w.tries = 1 as is_tried_once,
       not w.has_ended and w.tries = 2 as is_tried_twice,
       not w.has_ended as is_to_come
  from with_chance w
 cross join house h
 cross join lateral (
   select case when w.is_short then {after("(w.short_on - 1)", offset("leads_after"))} end
            as leads_hears_on offset 0) heard
 cross join lateral (
   select w.is_in_time and w.missed_on is null
          and not (w.has_a_chance and w.chance_due_on <= %(today)s) as is_quiet offset 0) quiet
 cross join lateral (
   select not w.has_ended and w.knows and w.chosen_on is not null and w.hands_over
          and w.handed_over_on is null as is_over) hand
"""  # noqa: S608 -- constants of this file

# The second reviewer hears on the reviewer's working day after the due date; at once where they do not
# work on it.
REVIEW_TODAY = f"""
select r.*, r.second_reviewer_id as second_id,
       coalesce(a.answers_id, r.reviewer_id) <> r.reviewer_id as reviewer_is_away,
       case when {works("r.due_on")} then {from_on("(r.due_on + 1)")} else r.due_on end
         as second_hears_on
  from review r
  left join calendar c on c.person_id = r.reviewer_id
  left join answers a on a.person_id = r.reviewer_id
"""  # noqa: S608 -- constants of this file

PAUSE_TODAY = """
select p.*, p.met_on is null as is_to_contact, not p.goes_on as is_to_agree from pause p
"""

STANDING: dict[str, str] = {
    "opened": OPENED,
    "gone_by": GONE_BY,
    "with_chance": WITH_CHANCE,
    "ending_today": ENDING_TODAY,
    "review_today": REVIEW_TODAY,
    "pause_today": PAUSE_TODAY,
}
"""Name of the common table expression → its text, in an order in which each may read those before it."""
