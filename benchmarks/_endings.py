"""Open endings by the thousand, made with SQL: therapists with something to tell, and mail addresses.

Number n stands for one client with one ending; `each` of them belong to one therapist, who leaves. Half of
what is due today is a telling whose window is open. History triggers rest while rows are poured in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from psycopg import sql

DOMAIN = "@mail.bench.example"
STEP = 50_000  # rows a transaction
PRACTICE = """
insert into accounts_practice (id, name, zone) values (1, 'Bench', 'Europe/Warsaw') on conflict do nothing
"""
THERAPISTS = """
insert into accounts_user (id, password, email, name, sort_key, digest_at, working_days, is_active)
select md5('reader' || k)::uuid, '!', 'reader' || k || %(domain)s, 'Reader ' || k, 'reader ' || k, '00:00',
  '{0,1,2,3,4,5,6}', true
from generate_series((%(first)s - 1) / %(each)s, (%(last)s - 1) / %(each)s) k on conflict do nothing
"""
DEPARTURES = """
insert into endings_departure (id, therapist_id, state, last_day, created_at)
select md5('leaves' || k)::uuid, md5('reader' || k)::uuid, 'under_way', %(today)s + 40, now()
from generate_series((%(first)s - 1) / %(each)s, (%(last)s - 1) / %(each)s) k on conflict do nothing
"""
CLIENTS = """
insert into caseload_client (id, code, name, sort_key, registered_on)
select md5('told' || n)::uuid, 'E-' || n, 'Given' || n || ' Family', 'family' || n, %(today)s - 300
from generate_series(%(first)s, %(last)s) n
"""
EPISODES = """
insert into caseload_episode (id, kind, opened_on)
select md5('stretch' || n)::uuid, 'individual', %(today)s - 300 from generate_series(%(first)s, %(last)s) n
"""
PARTICIPATIONS = """
insert into caseload_participation (id, client_id, episode_id, joined_on)
select md5('takes' || n)::uuid, md5('told' || n)::uuid, md5('stretch' || n)::uuid, %(today)s - 300
from generate_series(%(first)s, %(last)s) n
"""
ASSIGNMENTS = """
insert into caseload_assignment (id, episode_id, therapist_id, role, state, starts_on)
select md5('does' || n)::uuid, md5('stretch' || n)::uuid, md5('reader' || (n - 1) / %(each)s)::uuid, 'primary',
  'active', %(today)s - 300 from generate_series(%(first)s, %(last)s) n
"""
SESSIONS = """
insert into caseload_session (id, assignment_id, episode_id, starts_at, ends_at, state)
select md5('meets' || n || ' ' || week)::uuid, md5('does' || n)::uuid, md5('stretch' || n)::uuid, at,
  at + interval '50 minutes', 'planned'
from generate_series(%(first)s, %(last)s) n cross join generate_series(1, 2) week
cross join lateral (select (%(today)s + week * 7)::timestamptz + interval '10 hours' as at) timed
"""
# By n modulo 4: the window is open, the same, to be chosen in a while, told and options are to be offered.
ENDINGS = """
insert into endings_ending (id, departure_id, assignment_id, episode_id, client_id, opened_on, last_on,
  window_opens_on, window_closes_on, tell_plan_on, told_on, told_by_id, stage)
select md5('ends' || n)::uuid, md5('leaves' || (n - 1) / %(each)s)::uuid, md5('does' || n)::uuid,
  md5('stretch' || n)::uuid, md5('told' || n)::uuid, %(today)s - 30, %(today)s + 28,
  %(today)s + case when n %% 4 = 2 then 10 else 0 end, %(today)s + 14, %(today)s + 3,
  case when n %% 4 = 3 then %(today)s - 8 end,
  case when n %% 4 = 3 then md5('reader' || (n - 1) / %(each)s)::uuid end,
  case when n %% 4 = 3 then 'told' else 'to_tell' end
from generate_series(%(first)s, %(last)s) n
"""
POURS = {
    "accounts_user": THERAPISTS,
    "endings_departure": DEPARTURES,
    "caseload_client": CLIENTS,
    "caseload_episode": EPISODES,
    "caseload_participation": PARTICIPATIONS,
    "caseload_assignment": ASSIGNMENTS,
    "caseload_session": SESSIONS,
    "endings_ending": ENDINGS,
}


class Endings:
    """Pours endings in as the owner, who need not know what the product's columns default to."""

    def __init__(self, owner: str, today: date) -> None:
        self.connection = psycopg.connect(
            owner, autocommit=True, cursor_factory=psycopg.ClientCursor
        )
        self.today = today

    def begin(self) -> None:
        """Empty what an earlier run has left; refuses a database with anybody else in it."""
        strangers = self.connection.execute(
            "select exists (select from accounts_user where email not like '%%bench.example')"
        ).fetchone()
        if strangers and strangers[0]:
            raise RuntimeError("There are people in this database whom no benchmark has made.")
        self.connection.execute(
            "truncate accounts_practice, accounts_user, caseload_client cascade"
        )
        self.connection.execute("truncate caseload_episode, reminders_tick cascade")
        self.let_columns_fill_themselves()
        self.connection.execute(PRACTICE)

    def let_columns_fill_themselves(self) -> None:
        from benchmarks._story import column_defaults

        statement = sql.SQL("alter table {} alter column {} set default {}")
        for table, column, value in column_defaults(["accounts_practice", *POURS]):
            names = sql.Identifier(table), sql.Identifier(column)
            self.connection.execute(statement.format(*names, sql.Literal(value)))

    def pour(self, first: int, last: int, *, each: int = 1) -> None:
        """Add the endings `first` to `last`, `each` of them a therapist's."""
        with self.without_history():
            for begin in range(first, last + 1, STEP):
                end = min(begin + STEP - 1, last)
                self.step({"first": begin, "last": end, "each": each})

    def step(self, facts: dict[str, int]) -> None:
        known = {**facts, "today": self.today, "domain": DOMAIN}
        with self.connection.transaction():
            for statement in POURS.values():
                self.connection.execute(statement, known)

    @contextmanager
    def without_history(self) -> Iterator[None]:
        self.triggers("disable")
        try:
            yield
        finally:
            self.triggers("enable")

    def triggers(self, verb: str) -> None:
        for table in POURS:
            statement = sql.SQL("alter table {} {} trigger user")
            self.connection.execute(statement.format(sql.Identifier(table), sql.SQL(verb)))

    def analyze(self) -> None:
        self.connection.execute("vacuum analyze")
