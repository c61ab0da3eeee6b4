"""What was tried before something came to whoever is acting: whom we have reminded, and whether mail went out.

Nobody reads another person's inbox; of a thing that went unanswered and has come to oneself one learns who was
asked before. A practice admin learns the code of the client, and no name.
"""

from django.db import migrations

FORWARD = """
create function sight.tried() returns table (reminder_id uuid, code text, person_id uuid,
raised_at timestamptz, mailed_at timestamptz, rested int) language sql stable parallel safe
security definer set search_path = public, pg_temp as $$
  select mine.id,
         case when mine.occasion = 'unanswered' then
           (select c.code from endings_ending e join caseload_client c on c.id = e.client_id
             where e.id = mine.about) end,
         before.person_id, min(before.raised_at),
         (select min(m.sent_at) from reminders_message m
           where m.person_id = before.person_id and m.state = 'sent'
             and m.kind in ('digest', 'escalation', 'review') and m.sent_at >= min(before.raised_at)),
         sum(before.rested)::int
    from reminders_reminder mine
    join reminders_reminder before
      on before.about = mine.about and before.person_id <> mine.person_id
     and before.raised_at <= mine.raised_at
   where mine.person_id = (select sight.actor()) and mine.closed_at is null and mine.is_escalation
     and (mine.occasion, before.occasion) in (
       ('notice_short', 'tell'), ('notice_short', 'choose_meeting'), ('notice_short', 'last_chance'),
       ('notice_short', 'rebook_telling'), ('notice_short', 'notice_short'),
       ('unanswered', 'tell'), ('unanswered', 'choose_meeting'), ('unanswered', 'last_chance'),
       ('unanswered', 'rebook_telling'), ('unanswered', 'notice_short'),
       ('close_file', 'close_file'), ('review', 'review'))
   group by mine.id, mine.occasion, mine.about, before.person_id
   order by min(before.raised_at), before.person_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("reminders", "0006_policy_and_hands")]

    operations = [migrations.RunSQL(FORWARD, "drop function sight.tried")]
