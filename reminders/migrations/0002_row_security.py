"""What stands open in the whole practice, as numbers: rows of an inbox are its person's alone."""

from django.db import migrations

FORWARD = """
create function sight.work_standing() returns table (standing bigint, late bigint, escalations bigint,
people bigint) language sql stable parallel safe security definer set search_path = public, pg_temp as $$
  select count(*), count(*) filter (where is_late), count(*) filter (where is_escalation),
         count(distinct person_id)
    from reminders_reminder where closed_at is null
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial"), ("accounts", "0011_row_security")]

    operations = [migrations.RunSQL(FORWARD, "drop function sight.work_standing")]
