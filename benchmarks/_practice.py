"""A practice of any size, made with SQL: everybody has fifty clients, one therapist sixty and a departure.

The people whose pages are looked at stay the same while the practice grows around them: what grows is what
their queries have to pass by. History triggers rest while rows are poured in, because no page reads history;
everything else (keys, constraints, indexes) is as in a practice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

OURS = "@bench.example"  # a database with anybody else in it is not touched
LEAVER, RECEIVER, SUPERVISOR, DIRECTORY = (
    f"{name}{OURS}" for name in ("leaver", "receiver", "supervisor", "directory")
)
HERS = 60  # clients of the therapist who leaves
EACH = 50  # clients of everybody else
STEP = 100_000  # rows a transaction
KEPT = ("django_migrations", "django_content_type", "auth_permission")
FIRST = ("accounts_practice", "accounts_user")
POURED = (
    "accounts_roleheld",
    "accounts_supervision",
    "caseload_client",
    "caseload_episode",
    "caseload_participation",
    "caseload_assignment",
    "caseload_cadence",
    "caseload_session",
)

PRACTICE = """
insert into accounts_practice (revision, id, name, zone, language, languages, emergency_text, contact_name,
  contact_phone, contact_hours, notice_shortest, notice_longest, notice_meetings, notice_spread, options_asked,
  follow_up_days, stays_with_leaver_text, retention_years, second_factor_required)
values (0, 1, 'Bench', 'Europe/Warsaw', 'en', '{en,pl,nl,it}', '', '', '', '', 21, 28, 3, 14, 2, '{14,42}', '', 10, false)
"""
PERSON = """
insert into accounts_user (id, password, email, name, sort_key, language, zone, theme, working_days, digest_at,
  wants_mail, languages_spoken, capacity, is_active, session_salt)
select %(key)s::uuid, %(password)s, %(email)s, %(name)s::text, lower(%(name)s::text), 'en', 'Europe/Warsaw', 'light', '{0,1,2,3,4}',
  '07:00', true, '{en}', 60, true, 0
"""
ROLE = "insert into accounts_roleheld (id, user_id, role) values (gen_random_uuid(), %s, %s)"
SUPERVISION = """
insert into accounts_supervision (id, supervisor_id, supervisee_id, kind, is_second, starts_on)
values (gen_random_uuid(), %s, %s, 'leading', false, %s)
"""
# n counts clients from 1; the first sixty are the leaver's, each next fifty belong to the next colleague.
COLLEAGUES = """
insert into accounts_user (id, password, email, name, sort_key, language, zone, theme, working_days, digest_at,
  wants_mail, languages_spoken, is_active, session_salt)
select md5('colleague' || k)::uuid, '!', null, 'Colleague ' || k, 'colleague ' || k, 'en', '', '', '{0,1,2,3,4}',
  '07:00', true, '{en}', true, 0
from generate_series((%(first)s - %(hers)s - 1) / %(each)s, (%(last)s - %(hers)s - 1) / %(each)s) k
where %(last)s > %(hers)s
on conflict do nothing
"""
CLIENTS = """
insert into caseload_client (revision, id, code, name, known_as, sort_by, sort_key, pronouns, languages, registered_on,
  on_legal_hold, safe_to_contact_digest, safe_address_digest, what_makes_it_easier_digest)
select 0, md5('client' || n)::uuid, 'B-' || n, 'Given' || n %% 997 || ' Family' || n, '', '', 'given' || n %% 997 || ' family' || n,
  '', '{en}', %(long_ago)s, false, '', '', ''
from generate_series(%(first)s, %(last)s) n
"""
EPISODES = """
insert into caseload_episode (revision, id, kind, title, opened_on)
select 0, md5('episode' || n)::uuid, 'individual', '', %(long_ago)s from generate_series(%(first)s, %(last)s) n
"""
PARTICIPATIONS = """
insert into caseload_participation (id, client_id, episode_id, joined_on)
select md5('part' || n)::uuid, md5('client' || n)::uuid, md5('episode' || n)::uuid, %(long_ago)s
from generate_series(%(first)s, %(last)s) n
"""
ASSIGNMENTS = """
insert into caseload_assignment (revision, id, episode_id, therapist_id, role, state, starts_on, usual_mode, reason)
select 0, md5('work' || n)::uuid, md5('episode' || n)::uuid,
  case when n <= %(hers)s then %(leaver)s::uuid else md5('colleague' || (n - %(hers)s - 1) / %(each)s)::uuid end,
  'primary', 'active', %(long_ago)s, 'in_person', ''
from generate_series(%(first)s, %(last)s) n
"""
# Sixty weekly hours: Monday to Friday, twelve a day. Only she has rhythms; a colleague's client has a session ahead.
CADENCES = """
insert into caseload_cadence (id, assignment_id, episode_id, weekday, starts_at, minutes, every_weeks, mode, starts_on)
select md5('rhythm' || n)::uuid, md5('work' || n)::uuid, md5('episode' || n)::uuid, n %% 5,
  time '08:00' + (n / 5 %% 12) * interval '1 hour', 50, 1, 'in_person', %(long_ago)s
from generate_series(%(first)s, least(%(last)s, %(hers)s)) n
"""
SESSIONS = """
insert into caseload_session (revision, id, assignment_id, episode_id, cadence_id, cadence_day, starts_at, ends_at,
  mode, state, is_extra)
select 0, md5('session' || n || ' ' || week)::uuid, md5('work' || n)::uuid, md5('episode' || n)::uuid,
  case when n <= %(hers)s then md5('rhythm' || n)::uuid end, day, at, at + interval '50 minutes', 'in_person',
  case when at < now() then 'attended' else 'planned' end, false
from generate_series(%(first)s, %(last)s) n
cross join generate_series(-12, 12) week
cross join lateral (select %(monday)s::date + (n %% 5)::int + week * 7 as day) dated
cross join lateral (
  select (day + time '08:00' + (n / 5 %% 12) * interval '1 hour') at time zone 'Europe/Warsaw' as at) timed
where n <= %(hers)s or week = 1
"""
# What the bare list of benchmarks/_plain.py shows: a table of its own, because ours will have policies.
PLAIN_TABLE = """
create table if not exists bench_row (id serial primary key, name text not null, code text not null,
  since date not null, weight int not null);
truncate bench_row;
insert into bench_row (name, code, since, weight)
  select 'Given Family ' || n, 'C-' || n, current_date - n, n % 5 from generate_series(1, 1000) n;
create index if not exists bench_row_name on bench_row (name);
grant select on bench_row to app;
"""
POURS = (COLLEAGUES, CLIENTS, EPISODES, PARTICIPATIONS, ASSIGNMENTS, CADENCES, SESSIONS)


class NotOurs(RuntimeError):
    """There are people in this database whom no benchmark has made."""


@dataclass(frozen=True)
class People:
    """Keys of the people whose pages are measured, and the one password they share."""

    leaver: str
    receiver: str
    supervisor: str
    directory: str


def key_of(email: str) -> str:
    """Return the same UUID for the same e-mail in every run."""
    from uuid import NAMESPACE_URL, uuid5

    return str(uuid5(NAMESPACE_URL, email))


PEOPLE = People(*(key_of(email) for email in (LEAVER, RECEIVER, SUPERVISOR, DIRECTORY)))


class Building:
    """Makes the practice as the owner, and grows it."""

    def __init__(self, owner: str, today: date) -> None:
        self.connection = psycopg.connect(
            owner, autocommit=True, cursor_factory=psycopg.ClientCursor
        )
        monday = date.fromordinal(today.toordinal() - today.weekday())
        self.facts = {
            "hers": HERS,
            "each": EACH,
            "leaver": PEOPLE.leaver,
            "monday": monday,
            "long_ago": date.fromordinal(monday.toordinal() - 280),
        }
        self.size = 0

    def begin(self, password: str) -> None:
        """Empty the database of an earlier run, and make the practice and its first people."""
        self.refuse_real_people()
        names = sql.SQL(", ").join(map(sql.Identifier, self.tables()))
        self.connection.execute(sql.SQL("truncate {} cascade").format(names))
        self.let_columns_fill_themselves()
        self.connection.execute(PRACTICE)
        roles = {
            LEAVER: "therapist",
            RECEIVER: "therapist",
            SUPERVISOR: "supervisor",
            DIRECTORY: "directory_admin",
        }
        for email, role in roles.items():
            facts = {
                "key": key_of(email),
                "email": email,
                "name": email.split("@")[0].title(),
                "password": password,
            }
            self.connection.execute(PERSON, facts)
            self.connection.execute(ROLE, (key_of(email), role))
        for supervisee in (PEOPLE.leaver, PEOPLE.receiver):
            self.connection.execute(
                SUPERVISION, (PEOPLE.supervisor, supervisee, self.facts["long_ago"])
            )

    def let_columns_fill_themselves(self) -> None:
        """Give columns the product's defaults, for those that the statements above do not name."""
        from benchmarks._story import column_defaults

        statement = sql.SQL("alter table {} alter column {} set default {}")
        for table, column, value in column_defaults([*POURED, *FIRST]):
            names = sql.Identifier(table), sql.Identifier(column)
            self.connection.execute(statement.format(*names, sql.Literal(value)))

    def refuse_real_people(self) -> None:
        strangers = self.connection.execute(
            "select exists (select from accounts_user where email not like %s)", ["%" + OURS]
        ).fetchone()
        if strangers and strangers[0]:
            raise NotOurs(
                "There are real or demonstration people in this database: benchmarks need one of their own."
            )

    def tables(self) -> list[str]:
        found = self.connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
        )
        return [name for (name,) in found if name not in KEPT]

    def grow(self, size: int, *, seconds: float | None = None) -> float | None:
        """Pour in clients until there are `size`; return how long it took, or None where `seconds` were not enough."""
        began = time.monotonic()
        with self.without_history():
            while self.size < size:
                last = min(size, self.size + STEP)
                self.pour(self.size + 1, last)
                self.size = last
                if seconds is not None and time.monotonic() - began > seconds and last < size:
                    return None
        self.connection.execute("vacuum analyze")
        return time.monotonic() - began

    def pour(self, first: int, last: int) -> None:
        with self.connection.transaction():
            for statement in POURS:
                self.connection.execute(statement, {**self.facts, "first": first, "last": last})

    @contextmanager
    def without_history(self) -> Iterator[None]:
        """Let the tables' own triggers rest; those that keep foreign keys stay on."""
        self.triggers("disable")
        try:
            yield
        finally:
            self.triggers("enable")

    def triggers(self, verb: str) -> None:
        for table in POURED:
            statement = sql.SQL("alter table {} {} trigger user")
            self.connection.execute(statement.format(sql.Identifier(table), sql.SQL(verb)))
