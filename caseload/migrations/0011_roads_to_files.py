"""Which files a records keeper and a supervisor may know of, and what PostgreSQL sees to by itself.

A records keeper has no road to a client's rows, and a closed file has no work by which a supervisor would
have one. These functions tell what the pages of files show: code, name, days.
"""

from django.db import migrations

FORWARD = """
create function sight.has_role(wanted text) returns boolean language sql stable
security definer set search_path = public, pg_temp as $$
  select exists (select from accounts_roleheld where user_id = sight.actor() and role = wanted)
$$;

create function sight.has_led(who uuid, day date, client uuid) returns boolean language sql stable
security definer set search_path = public, pg_temp as $$
  select exists (
    select from caseload_participation p
      join caseload_assignment a on a.episode_id = p.episode_id
      join accounts_supervision s on s.supervisee_id = a.therapist_id
     where p.client_id = client and s.supervisor_id = who and s.kind in ('leading', 'both')
       and s.starts_on <= day and (s.ends_on is null or s.ends_on >= day))
$$;

create function sight.file_of(client uuid)
returns table (id uuid, code text, name text, known_as text, born_on date, registered_on date,
               kept_until date, on_legal_hold boolean, open text[])
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  -- open_with_client is made after each migrate, from the register of models (caseload/record)
  return query
  select c.id, c.code::text, c.name::text, c.known_as::text, c.born_on, c.registered_on, c.kept_until,
         c.on_legal_hold, sight.open_with_client(c.id, sight.today())
    from caseload_client c
   where c.id = client
     and (sight.has_role('records_keeper') or sight.has_led(sight.actor(), sight.today(), c.id));
end $$;

create function sight.file_with_code(said text) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select c.id from caseload_client c
   where c.code = said
     and (sight.has_role('records_keeper') or sight.has_led(sight.actor(), sight.today(), c.id))
$$;

create function sight.files_due(how_many int, after int)
returns table (id uuid, code text, kept_until date, on_legal_hold boolean, asked boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.id, c.code, c.kept_until, c.on_legal_hold,
         exists (select from caseload_filerequest r where r.client_id = c.id and r.kind = 'disposal'
                    and r.state in ('asked', 'agreed', 'ready'))
    from caseload_client c
   where c.kept_until < sight.today() and sight.has_role('records_keeper')
   order by c.kept_until, c.code limit how_many offset after
$$;

create function sight.a_yes_is_ones_own() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if new.agreed_by_id is not null
     and (tg_op = 'INSERT' or new.agreed_by_id is distinct from old.agreed_by_id)
     and new.agreed_by_id is distinct from sight.actor() then
    raise exception 'whoever agrees says so themselves' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger a_yes_is_ones_own before insert or update of agreed_by_id, asked_by_id
  on caseload_filerequest for each row execute function sight.a_yes_is_ones_own();

create function sight.hold_follows() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' and new.set_by_id is not null and new.lifted_at is null
     and exists (select from caseload_client c where c.id = new.client_id and c.on_legal_hold)
     and not exists (select from caseload_legalhold h where h.client_id = new.client_id
                        and h.id <> new.id and h.lifted_at is null) then
    insert into caseload_legalhold (id, client_id, set_at, reason_digest, lifted_why_digest)
    values (gen_random_uuid(), new.client_id, new.set_at, '', '');
  end if;
  update caseload_client c set on_legal_hold = exists (
           select from caseload_legalhold h where h.client_id = c.id and h.lifted_at is null)
   where c.id = new.client_id;
  return null;
end $$;
create trigger hold_follows after insert or update of lifted_at on caseload_legalhold
  for each row execute function sight.hold_follows();
"""
BACKWARD = """
drop trigger hold_follows on caseload_legalhold;
drop trigger a_yes_is_ones_own on caseload_filerequest;
drop function sight.hold_follows, sight.a_yes_is_ones_own, sight.files_due, sight.file_with_code,
              sight.file_of, sight.has_led, sight.has_role;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0010_keeping")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
