"""What opened everything in the trial of row security, tried again on the practice as it stands (research, section 3)."""

from typing import Any

import pytest
from django.db import Error, ProgrammingError, connection, transaction

from accounts.models import User
from caseload.models import Client, ContactChannel
from core.actor import acting, signed
from core.policies import is_event
from tests.roles import as_app_for, as_owner, standing_as
from tests.sight import test_drift as drift
from tests.sight.test_drift import ask, every_table
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
GUARDED = ("caseload_client", "caseload_session", "endings_ending", "caseload_goal")


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def stranger(world: World) -> User:
    somebody = world.people["stranger"]
    assert isinstance(somebody, User)
    return somebody


def as_stranger(stranger: User, question: str, *values: Any) -> list[Any]:
    with as_app_for(stranger):
        return ask(question, *values)


def refused(stranger: User, question: str, *values: Any) -> str:
    """Return why PostgreSQL refuses; fails where it does not."""
    with as_app_for(stranger), pytest.raises(Error) as fault, transaction.atomic():
        ask(question, *values)
    return str(fault.value)


# --- who acts ------------------------------------------------------------------------------------------
def test_nobody_acting_is_an_error_and_not_an_empty_list(world: World) -> None:
    for table in GUARDED:
        with standing_as("app"), acting(""):
            why = pytest.raises(ProgrammingError, match="nobody is acting")
            with why, transaction.atomic():
                ask(f"table {table}")


@pytest.mark.parametrize(
    "token",
    ["%(marta)s", "%(marta)s.2026-01-01", "%(marta)s.2026-01-01.", "%(marta)s.%(mine)s", "..", "x"],
)
def test_an_injected_name_is_not_signed(world: World, stranger: User, token: str) -> None:
    """Said by a query that somebody else's words became a part of, in the name of Marta."""
    mine = signed(str(stranger.pk)).split(".", 1)[1]
    token = token % {"marta": world.keys["person"], "mine": mine}
    union = "select 'x' union all select set_config('app.actor', %s, true) union all select name from caseload_client"
    assert "not signed by the application" in refused(stranger, union, token)


def test_a_name_is_good_for_its_own_day(stranger: User) -> None:
    who, day, second, signature = signed(str(stranger.pk)).split(".")
    moved = "select set_config('app.actor', %s, true), array_length(sight.clients(), 1)"
    for forged in (f"{who}.2020-01-01.{second}.{signature}", f"{who}.{day}.0.{signature}"):
        assert "not signed" in refused(stranger, moved, forged)


def test_what_is_said_ends_with_its_transaction_and_leaves_nobody(stranger: User) -> None:
    with as_app_for(stranger):
        assert str(stranger.pk) in ask("select current_setting('app.actor', true)")[0][0]
    assert ask("select coalesce(current_setting('app.actor', true), '')") == [("",)]


@pytest.mark.parametrize(
    "attempt",
    [
        "alter table caseload_client disable row level security",
        "alter table caseload_client owner to app",
        "drop policy app_select on caseload_client",
        "create policy mine on caseload_client to app using (true)",
        "create or replace function sight.clients() returns uuid[] language sql as 'select null::uuid[]'",
        "create or replace function sight.actor() returns uuid language sql as 'select null::uuid'",
        "alter function sight.clients() owner to app",
        "drop function sight.clients() cascade",
        "select * from sight.key",
        "update sight.key set secret = ''",
        "create schema mine",
        "create table public.caseload_mine (id int)",
        "create view public.mine as select * from caseload_client",
        "create temporary table caseload_assignment (id uuid)",
        "truncate caseload_client",
        "alter role app bypassrls",
        "copy caseload_client to 'clients'",
        "copy caseload_client to program 'cat'",
        "copy caseload_client from '/etc/passwd'",
        "select pg_read_file('postgresql.conf')",
        "create extension dblink",
        "alter table caseload_session disable trigger all",
        "set session_replication_role = 'replica'",
        "create trigger mine before update on caseload_session execute function sight.keeps_road()",
    ],
)
def test_the_app_cannot_take_the_wall_down(stranger: User, attempt: str) -> None:
    why = refused(stranger, attempt)
    assert any(word in why for word in ("permission denied", "must be owner", "must have")), why


def test_with_row_security_off_the_app_gets_an_error_and_no_rows(stranger: User) -> None:
    with as_app_for(stranger), transaction.atomic():
        ask("select set_config('row_security', 'off', true)")
        with pytest.raises(ProgrammingError, match="affected by row-level security"):
            ask("select * from caseload_client")
        transaction.set_rollback(True)


# --- a table in front of ours --------------------------------------------------------------------------
def test_a_temporary_table_does_not_stand_in_front_of_ours(world: World, stranger: User) -> None:
    """Also where somebody had given the app TEMP: then everybody's clients were one's own."""
    with transaction.atomic():
        with as_owner():
            ask_nothing(f'grant temporary on database "{connection.settings_dict["NAME"]}" to app')
        with as_app_for(stranger):
            for table in ("caseload_assignment", "accounts_supervision", "caseload_participation"):
                ask_nothing(f"create temporary table {table} as table public.{table} with no data")
            ask_nothing("set local search_path = pg_temp, public")
            ask_nothing(
                "insert into pg_temp.caseload_assignment (id, episode_id, therapist_id, role, starts_on)"
                " select %s, %s, sight.actor(), 'primary', sight.today()",
                world.keys["assignment"],
                world.keys["episode"],
            )
            assert ask("select count(*) from pg_temp.caseload_assignment") == [(1,)]
            assert ask("select sight.own_assignments(), sight.clients()") == [([], [])]
            assert ask("select * from public.caseload_client") == []
        transaction.set_rollback(True)


def ask_nothing(question: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(question, values)


# --- other ways to the same rows -----------------------------------------------------------------------
def test_no_table_of_history_is_read_by_app_or_worker(stranger: User) -> None:
    history = [table.name for table in every_table() if is_event(table.model)]
    may = ask(
        "select role, name from unnest(%s::text[]) name, unnest(array['app', 'worker']) role"
        " where has_any_column_privilege(role, name, 'select, insert, update')"
        " or has_table_privilege(role, name, 'delete')",
        history,
    )
    assert may == []
    assert len(history) > 50


def test_a_view_that_asks_the_policies_of_its_owner_is_noticed(
    world: World, stranger: User
) -> None:
    ask_nothing("create view everybody as select * from caseload_client")
    ask_nothing("grant select on everybody to app")
    assert as_stranger(
        stranger, "select * from everybody"
    )  # all of them: what the test is there for
    with pytest.raises(AssertionError, match="security_invoker"):
        drift.test_views_ask_the_policies_of_who_looks()
    ask_nothing("alter view everybody set (security_invoker = true)")
    assert as_stranger(stranger, "select * from everybody") == []
    drift.test_views_ask_the_policies_of_who_looks()
    ask_nothing("create materialized view kept as select * from caseload_client")
    with pytest.raises(AssertionError, match="materialized"):
        drift.test_views_ask_the_policies_of_who_looks()


def test_a_definer_function_that_looks_elsewhere_first_is_noticed() -> None:
    for path in ("public", "pg_temp, public"):
        ask_nothing(f"alter function sight.people(uuid, date) set search_path = {path}")
        with pytest.raises(AssertionError, match="people"):
            drift.test_functions_that_see_everything_belong_to_sight_and_look_at_our_tables_alone()


def test_copy_gives_ones_own_rows_and_takes_none(world: World, stranger: User) -> None:
    with as_app_for(stranger), connection.cursor() as cursor:
        for table in GUARDED:
            with cursor.copy(f"copy (table {table}) to stdout") as out:
                assert b"".join(out) == b""
    assert Client.objects.exists()
    why = pytest.raises(Error, match="not supported with row-level security")
    with as_app_for(stranger), why, transaction.atomic():
        ask("copy caseload_contactchannel (id) from stdin")


def test_locks_find_nobody_elses_rows(world: World, stranger: User) -> None:
    for lock in ("update", "no key update", "share", "key share"):
        for table in ("caseload_session", "caseload_client", "endings_ending"):
            assert as_stranger(stranger, f"select id from {table} for {lock}") == []  # noqa: S608


def test_a_condition_that_raises_says_nothing_of_rows_behind_the_policy(
    world: World, stranger: User
) -> None:
    """An error over a foreign row would tell its content: `Juniper` is no number."""
    assert as_stranger(stranger, "select 1 from caseload_client where name::int = 1") == []
    assert (
        as_stranger(stranger, "select 1 from caseload_client where 1 / length(left(name, 0)) > 0")
        == []
    )
    with pytest.raises(Error, match="invalid input syntax"), transaction.atomic():
        ask("select 1 from caseload_client where name::int = 1")


def test_the_planners_statistics_say_nothing_of_guarded_tables(
    world: World, stranger: User
) -> None:
    ask_nothing("analyze caseload_client, caseload_session, endings_ending, endings_departure")
    guarded = [table.name for table in every_table() if table.guard]
    seen = "select tablename, attname from pg_stats where tablename = any (%s)"
    everybody_reads = {
        table.name for table in every_table() if table.guard and table.guard.read == "true"
    }
    assert {name for name, _column in as_stranger(stranger, seen, guarded)} <= everybody_reads
    assert ask(seen, ["caseload_client"])
    assert "permission denied" in refused(stranger, "select * from pg_statistic")


def test_an_absent_and_a_foreign_client_are_refused_alike(world: World, stranger: User) -> None:
    """Else a foreign key would tell who is a client here."""
    said = []
    for client in (world.keys["client"], world.keys["person"]):
        with as_app_for(stranger), pytest.raises(Error) as fault, transaction.atomic():
            ContactChannel.objects.create(client_id=client, kind="phone", value="1")
        said.append(str(fault.value))
    assert said[0] == said[1]


def test_codes_cannot_be_tried(world: World, stranger: User) -> None:
    """A unique code is an oracle where one may type it: taken, or not. The database makes them."""
    code = Client.objects.get(pk=world.keys["client"]).code
    insert = (
        "insert into caseload_client (id, code, name) values (gen_random_uuid(), %s, 'x')"
        " on conflict do nothing returning id"
    )
    taken, free = refused(stranger, insert, code), refused(stranger, insert, "R999999")
    assert taken == free
