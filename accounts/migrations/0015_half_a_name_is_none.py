"""A name that was cut off after the person passed as signed: nothing over nothing is not distinct from nothing."""

from django.db import migrations

SAID = """
create or replace function sight.said() returns text[] language plpgsql stable parallel safe
security definer set search_path = sight, pg_temp as $$
declare
  said text := coalesce(current_setting('app.actor', true), '');
  parts text[] := string_to_array(said, '.');
  k bytea;
begin
  if said = '' then
    raise exception 'nobody is acting: wrap this in acting(...)' using errcode = '42501';
  end if;
  select secret into k from sight.key;
  if cardinality(parts) = 3 and parts[3] =
     encode(sha256(k || sha256(k || convert_to(parts[1] || '.' || parts[2], 'utf8'))), 'hex') then
    return parts;
  end if;
  raise exception 'not signed by the application' using errcode = '42501';
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_backups_and_tries")]

    operations = [migrations.RunSQL(SAID, migrations.RunSQL.noop)]
