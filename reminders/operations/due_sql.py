"""`due` as one set-based statement: the rules of `reminders.rules` over the same facts, made into SQL.

The pure form says what is right; `tests/reminders/test_due_in_sql.py` holds both against each other row
for row. A column that a rule names is written in `reminders.standing` first, then in `standing_sql`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from reminders.operations.standing_sql import STANDING, from_on, offset
from reminders.rule import ROLES, THEMSELVES, Day, Rule, Whom
from reminders.rules import RULES

# The columns of a rule that mean another one in the table, where the fact has that name already.
COLUMNS: Mapping[Whom, str] = MappingProxyType({Whom.RECEIVER: "other_receiver_id"})


def moved(day: Day) -> str:
    """Return the expression for a day of the row, moved."""
    parts = ["asked.since" if day.fact == "since" else f"r.{day.fact}"]
    parts += [f"+ {offset(day.after)}"] if day.after else []
    parts += [f"- {offset(day.before)}"] if day.before else []
    parts += [f"+ {day.days}"] if day.days else []
    return f"({' '.join(parts)})"


def branch(rule: Rule) -> str:
    """Return the select of one rule: whom, of what, since when, and on which day where that is settled."""
    since = moved(rule.since)
    if rule.otherwise:
        since = f"coalesce({since}, {moved(rule.otherwise)})"
    if rule.not_before:
        since = f"greatest({since}, {moved(rule.not_before)})"
    in_role = rule.to in ROLES
    whom = "held.person_id" if in_role else f"r.{COLUMNS.get(rule.to, rule.to.value)}"
    settled = {"": "null::date", "since": "asked.since"}.get(rule.on, f"r.{rule.on}")
    late_after = moved(rule.late) if rule.late else "null::date"
    late_days = "null::int" if rule.late_days is None else str(rule.late_days)
    return f"""
select {whom} as person_id, '{rule.occasion.value}' as occasion, r.id as about_id, asked.since,
       {settled} as settled_on, {late_after} as late_after, {late_days} as late_days,
       {str(rule.is_escalation).lower()} as is_escalation, {rule.turn} as turn,
       {str(rule.to not in (*ROLES, *THEMSELVES)).lower()} as is_answered_for
  from {rule.rows.value} r {f"cross join {rule.to.value} held" if in_role else ""}
 cross join lateral (select {since} as since) asked
 where {f"r.{rule.while_} and " if rule.while_ else ""}{whom} is not null
   and coalesce({settled}, asked.since) <= %(today)s"""  # noqa: S608 -- constants of this project


ASKED = "\nunion all".join(branch(rule) for rule in RULES)

# Each on a day of the person it goes to, who may stand in for another one.
ON_A_DAY = f"""
select whom.person_id, w.occasion, w.about_id, w.since, due.due_on, w.is_escalation, w.turn,
       coalesce(%(today)s > coalesce(due.due_on + w.late_days, w.late_after), false) as is_late
  from asked_for w
  left join answers s on s.person_id = w.person_id and w.is_answered_for
 cross join lateral (select coalesce(s.answers_id, w.person_id) as person_id) whom
  left join calendar c on c.person_id = whom.person_id
 cross join lateral (select coalesce(w.settled_on, {from_on("w.since")}) as due_on offset 0) due
 where due.due_on <= %(today)s
"""  # noqa: S608 -- constants of this file

# Of what is asked more than once the last time stands.
NEWEST = """
select distinct on (person_id, occasion, about_id)
       person_id, occasion, about_id, since, due_on, is_late, is_escalation
  from on_a_day
 order by person_id, occasion, about_id, turn desc, is_escalation desc, due_on desc, since desc,
          is_late desc
"""

# In other hands until it is late; then it is with both.
STANDS = """
select n.person_id, n.occasion, n.about_id, n.since, n.due_on, n.is_late, n.is_escalation
  from newest n
 where n.is_late or not exists (
   select from handed h where h.person_id = n.person_id and h.occasion = n.occasion
                          and h.about_id = n.about_id and h.due_on = n.due_on)
union
select h.to_id, n.occasion, n.about_id, n.since, n.due_on, n.is_late, n.is_escalation
  from newest n
  join handed h on h.person_id = n.person_id and h.occasion = n.occasion
               and h.about_id = n.about_id and h.due_on = n.due_on
"""

DUE: dict[str, str] = {
    **STANDING,
    "asked_for": ASKED,
    "on_a_day": ON_A_DAY,
    "newest": NEWEST,
    "stands": STANDS,
}
"""Name of the common table expression → its text; they stand on those of `facts_sql.FACTS`."""


def with_tables(tables: dict[str, str]) -> str:
    """Return the `with …` clause in front of a statement."""
    return "with " + ",\n".join(f"{name} as ({text})" for name, text in tables.items())
