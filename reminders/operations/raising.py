"""Reminders are raised and closed by one statement: what stands in the facts stands in the rows."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core.dates import on_day
from reminders.operations.reading import WITH_DUE, asked

# The unique key is who, what, about what, since when: raised twice is raised once. What had been closed
# and stands again (a telling that was taken back) is the same reminder, open again. What was done by hand
# comes back where it becomes late: no fact says that it was done.
RAISE_AND_CLOSE = f"""
{WITH_DUE},
raised as (
  insert into reminders_reminder as r
    (id, person_id, occasion, about, due_on, is_late, is_escalation, raised_at)
  select distinct on (person_id, occasion, about_id, due_on)
         gen_random_uuid(), person_id, occasion, about_id, due_on, is_late, is_escalation, %(at)s
    from stands
   order by person_id, occasion, about_id, due_on, is_escalation desc
  on conflict (person_id, occasion, about, due_on) do update
     set is_late = excluded.is_late, is_escalation = excluded.is_escalation, closed_at = null,
         done_at = case when excluded.is_late and not r.is_late then null else r.done_at end
   where r.closed_at is not null
      or (r.is_late, r.is_escalation) is distinct from (excluded.is_late, excluded.is_escalation)
  returning (xmax = 0) as is_new
),
closed as (
  update reminders_reminder r set closed_at = %(at)s
   where r.closed_at is null
     and not exists (select from stands s
                      where s.person_id = r.person_id and s.occasion = r.occasion
                        and s.about_id = r.about and s.due_on = r.due_on)
  returning 1
)
select (select count(*) from raised where is_new), (select count(*) from closed)
"""  # noqa: S608 -- constants of this project
TURN = 4_720_001  # of pg_advisory_xact_lock: two ticks at once take turns


@dataclass(frozen=True)
class Raised:
    """How many reminders are new, and how many were closed because their fact no longer stands."""

    new: int
    closed: int


@transaction.atomic
def raise_and_close(*, at: datetime) -> Raised:
    """Let the reminders of the whole practice follow its facts. Doing it twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TURN])
        cursor.execute(RAISE_AND_CLOSE, asked(on_day(at), None) | {"at": at})
        return Raised(*cursor.fetchone())
