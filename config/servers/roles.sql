-- The roles that migrations and policies name. Run by a superuser, at every start or once on a real server;
-- it can be run again. Passwords are set apart. `current_database()` is the practice's.
do $$
declare wanted text;
begin
  foreach wanted in array array['owner', 'app', 'worker', 'sight', 'backup'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I', wanted);
    end if;
  end loop;
end $$;

alter role owner login nosuperuser nobypassrls nocreatedb nocreaterole;    -- migrates and owns the tables
alter role app login nosuperuser nobypassrls nocreatedb nocreaterole;      -- the web: owns nothing, sees through policies
alter role worker login nosuperuser nobypassrls nocreatedb nocreaterole;   -- reminders, imports, long work
alter role sight nologin nosuperuser bypassrls;                            -- owns the functions that policies call
alter role backup login nosuperuser bypassrls nocreatedb nocreaterole;     -- reads all, for dumps

grant sight to owner with inherit true, set true;     -- a migration hands functions to sight, a later one replaces them
grant app to worker with inherit false, set true;     -- for a person's task: set local role app
grant app to owner with inherit false, set true;      -- for a command that acts as somebody
grant pg_read_all_data to backup;

-- The signed token of who is acting must not be read off pg_stat_activity.
alter role app set track_activities = off;
alter role worker set track_activities = off;

-- A page that takes longer is a defect, and must not hold others up; a migration that does not get its lock
-- within seconds gives way to the people at work and is tried again (docs/operations.md, Upgrade).
alter role app set statement_timeout = '30s';
alter role app set lock_timeout = '10s';
alter role app set idle_in_transaction_session_timeout = '60s';
alter role worker set lock_timeout = '60s';
alter role owner set lock_timeout = '5s';

-- Nobody but the owner makes tables, temporary ones included: they could stand in front of ours.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to owner, app, worker, backup', current_database());
  execute format('grant create, temporary on database %I to owner', current_database());
end $$;

create extension if not exists btree_gist;
create extension if not exists fuzzystrmatch;
create extension if not exists pg_trgm;
create extension if not exists unaccent;
