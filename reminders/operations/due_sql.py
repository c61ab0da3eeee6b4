"""`due` as one set-based statement: the rules of `reminders.due`, line for line, over the same facts.

The pure form says what is right; `tests/reminders/test_due_in_sql.py` holds both against each other row
for row. A rule is changed there first, then here.
"""

# Whether a person works on `{day}`; a person without a calendar works Monday to Friday.
WORKS = """(
  extract(isodow from {day})::int - 1 = any (coalesce(c.weekdays, '{{0,1,2,3,4}}'))
  and not exists (select from away a
                   where a.person_id = c.person_id and {day} between a.starts_on and a.ends_on)
  and not exists (select from shut where c.person_id is not null and shut.day = {day}))"""
# The first working day in 92 days, from `since` on or before it; the day itself (the day before) otherwise.
# Most days are working days: they are looked at alone first.
FROM_ON = """case when {at_once} then {since} else coalesce({since} + (
  select min(n) from generate_series(1, 91) n where {works}), {since}) end"""
BEFORE = """case when {at_once} then {since} - 1 else coalesce({since} - (
  select min(n) from generate_series(2, 91) n where {works}), {since} - 1) end"""


def works(day: str) -> str:
    return WORKS.format(day=day)


def from_on(since: str) -> str:
    """Return the expression for the first working day from `since` on; `c` is the person's calendar."""
    return FROM_ON.format(since=since, at_once=works(since), works=works(f"({since} + n)"))


def before(since: str) -> str:
    """Return the expression for the working day before `since`."""
    at_once, others = works(f"({since} - 1)"), works(f"({since} - n)")
    return BEFORE.format(since=since, at_once=at_once, works=others)


# Open endings, who answers for each today, and what has become of the meeting for the telling.
OPEN = """
select e.*,
       case when %(today)s > e.therapist_until and e.carried_by_id is not null
            then e.carried_by_id else e.therapist_id end as holder_id,
       case when e.tell_missed_on <= %(today)s then e.tell_missed_on end as missed_on,
       coalesce(%(today)s < e.not_today_until, false) as holds,
       e.last_held_on is not null or e.no_last as has_ended,
       e.told_on is not null or e.not_told_exception as knows
  from ending e where e.closed_on is null
"""

UNTOLD = """
select o.*, least(o.window_opens_on, coalesce(o.tell_plan_on, o.window_opens_on)) as starts_on,
       o.window_opens_on is null or o.window_closes_on is null as has_no_window,
       coalesce(o.last_chance_on, o.window_closes_on) as chance_on
  from opened o where not o.has_ended and not o.knows
"""

# The last chance is the working day before the last meeting for full notice.
IN_TIME = f"""
select u.*, {before("u.chance_on")} as chance_due_on
  from untold u left join calendar c on c.person_id = u.holder_id
 where not u.has_no_window and (%(today)s <= u.window_closes_on or u.short_exception) and not u.holds
"""  # noqa: S608 -- constants of this file

SHORT = """
select id, holder_id, supervisor_id, holds, window_closes_on + 1 as since from untold
 where not has_no_window and %(today)s > window_closes_on and not short_exception
union all
select id, holder_id, supervisor_id, holds, told_on from opened
 where not has_ended and told_on is not null and is_told_short and not short_exception
"""

MEETING_OF_THREE = """
select o.*, who.person_id
  from opened o
  cross join lateral (select o.holder_id as person_id
                      union select o.receiver_id where o.receiver_id is not null) who
 where not o.has_ended and o.knows and o.chosen_on is not null and o.hands_over
   and o.handed_over_on is null
"""

# Rows (person, occasion, about, since, is_late) that fall on a working day of that person.
ON_A_WORKING_DAY = """
select holder_id as person_id, 'choose_meeting' as occasion, id as about_id, opened_on as since,
       false as is_late, 0 as turn
  from untold where has_no_window and opened_on is not null and missed_on is null
union all
select holder_id, 'tell', id, starts_on, %(today)s > window_closes_on, 0
  from in_time where not (chance_due_on <= %(today)s and %(today)s <= window_closes_on)
   and missed_on is null and %(today)s >= starts_on
union all
select holder_id, 'choose_meeting', id, window_opens_on - 7, false, 0
  from in_time where not (chance_due_on <= %(today)s and %(today)s <= window_closes_on)
   and missed_on is null and %(today)s < starts_on and tell_plan_on is null
union all
select holder_id, 'notice_short', id, since, not holds and %(today)s > since - 1, 0 from short
union all
select holder_id, 'return_to_it', id, window_opens_on, false, 0
  from opened where not has_ended and told_on < window_opens_on and returned_on is null
union all
select holder_id, 'offer_options', id, coalesce(options_plan_on, told_on + 7),
       %(today)s > coalesce(options_plan_on, told_on + 7) + 7, 0
  from opened where not has_ended and told_on is not null and options_on is null
union all
select holder_id, 'hear_choice', id, asked.since, %(today)s > asked.since + 7, 0
  from opened
 cross join lateral (select greatest(coalesce(choice_plan_on, options_on + 7), options_on + 1)
                            as since) asked
 where not has_ended and knows and options_on is not null and chosen_on is null
union all
select person_id, 'book_handover', id, chosen_on, %(today)s > chosen_on + 7, 0
  from meeting_of_three where handover_on is null
union all
select person_id, 'prepare_handover', id, handover_on - 2, %(today)s > handover_on, 0
  from meeting_of_three where handover_on is not null
union all
select holder_id, 'last_session', id, last_on - 3, %(today)s > last_on, 0
  from opened where not has_ended and last_on is not null
union all
select holder_id, 'close_file', id, coalesce(last_held_on, last_on) + after, after = 7, after
  from opened cross join (values (1), (3), (7)) asked (after)
 where has_ended and coalesce(last_held_on, last_on) is not null
union all
select reviewer_id, 'review', id, asked_on, false, 0 from review where %(today)s < due_on
union all
select owner_id, 'ask_after', id, due_on, %(today)s > due_on + 7, 0 from follow_up
union all
select a.person_id, 'check_entry', e.id, e.check_on + again, again = 7, again
  from entry e cross join directory_admin a cross join (values (0), (7)) asked (again)
"""

# Rows (person, occasion, about, since, due_on, is_late, is_escalation) whose day is settled already.
ON_THE_DAY = f"""
select holder_id as person_id, 'rebook_telling' as occasion, id as about_id, missed_on as since,
       missed_on as due_on, false as is_late, true as is_escalation
  from untold where missed_on is not null
union all
select holder_id, 'last_chance', id, chance_on - 1, chance_due_on, false, false
  from in_time where chance_due_on <= %(today)s and %(today)s <= window_closes_on
union all
select supervisor_id, 'notice_short', id, since, since, not holds, true
  from short where supervisor_id is not null and supervisor_id <> holder_id
union all
select supervisor_id, 'close_file', id, ended.since, ended.since, true, true
  from opened cross join lateral (select coalesce(last_held_on, last_on) + 7 as since) ended
 where has_ended and supervisor_id <> holder_id and ended.since <= %(today)s
union all
select reviewer_id, 'review', id, due_on, due_on, %(today)s > due_on, true
  from review where %(today)s >= due_on
union all
select r.second_reviewer_id, 'review', r.id, r.due_on,
       case when {works("r.due_on")} then {from_on("(r.due_on + 1)")} else r.due_on end,
       %(today)s > r.due_on, true
  from review r left join calendar c on c.person_id = r.reviewer_id
 where r.second_reviewer_id is not null
"""  # noqa: S608 -- constants of this file

# Of what is asked more than once (closing, a check) only the last time stands.
SHIFTED = f"""
select distinct on (w.person_id, w.occasion, w.about_id)
       w.person_id, w.occasion, w.about_id,
       case when w.occasion = 'check_entry' then w.since - w.turn else w.since end as since,
       due.due_on, w.is_late, false as is_escalation
  from on_a_working_day w
  left join calendar c on c.person_id = w.person_id
 cross join lateral (select {from_on("w.since")} as due_on) due
 where w.since <= %(today)s and due.due_on <= %(today)s
 order by w.person_id, w.occasion, w.about_id, w.turn desc
"""  # noqa: S608 -- constants of this file

STANDS = """
select person_id, occasion, about_id, since, due_on, is_late, is_escalation from shifted
union all
select person_id, occasion, about_id, since, due_on, is_late, is_escalation
  from on_the_day where due_on <= %(today)s
"""

RULES: dict[str, str] = {
    "opened": OPEN,
    "untold": UNTOLD,
    "in_time": IN_TIME,
    "short": SHORT,
    "meeting_of_three": MEETING_OF_THREE,
    "on_a_working_day": ON_A_WORKING_DAY,
    "on_the_day": ON_THE_DAY,
    "shifted": SHIFTED,
    "stands": STANDS,
}
"""Name of the common table expression → its text; they stand on those of `facts_sql.FACTS`."""


def with_tables(tables: dict[str, str]) -> str:
    """Return the `with …` clause in front of a statement."""
    return "with " + ",\n".join(f"{name} as ({text})" for name, text in tables.items())
