"""Nothing that leads to a client stands open: the models against what PostgreSQL keeps."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction

from accounts.models import User
from caseload.models import Client, Episode
from caseload.record.wiring import wire_after_migrate
from core.access import document, in_document, rows
from core.grants import grant_after_migrate
from core.policies import Table, has_table, is_event, table_of
from tests.accounts.factories import UserFactory
from tests.caseload.factories import ClientFactory
from tests.roles import as_app_for

pytestmark = pytest.mark.django_db
OURS = ("accounts", "caseload", "referrals", "endings", "reminders")
# Keys of a client's rows that are no foreign keys, and what belongs to one person alone.
LEADS_BY_HAND = {"Reminder", "HandedOn", "Draft", "ImportedFrom", "Job", "FormToken", "Message"}
GIVES_SIGHT = {"Supervision", "TeamMembership", "Absence", "RoleHeld"}
LOG_WRITES = (
    "caseload_readlog",
    "insert",
)  # by columns: the app cannot say when (accounts/journal)
HOW = (
    "leads to a client and says nothing of who may read it. Put a `guard = …` beside its columns"
    " (core/guard.py; `of_client()`, `of_work()` and `of_ending()` are the usual ones), run"
    " `manage.py show_access --write`, and read CONTRIBUTING.md, “A new model”."
)


def ask(query: str, *values) -> list:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def every_table() -> list[Table]:
    every = apps.get_models(include_auto_created=True)
    return [table_of(model) for model in every if has_table(model)]


def leads_to_a_client(model: type[models.Model], seen: frozenset = frozenset()) -> bool:
    """Follow foreign keys, in history too, where they stand without a constraint."""
    if model in (Client, Episode) or model.__name__ in LEADS_BY_HAND:
        return True
    if is_event(model):
        return leads_to_a_client(model.pgh_tracked_model, seen | {model})
    targets = {
        field.related_model
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
    }
    return any(leads_to_a_client(one, seen | {model}) for one in targets - seen - {model, User})


def test_every_table_that_leads_to_a_client_is_guarded() -> None:
    for table in every_table():
        name = table.model.__name__
        if leads_to_a_client(table.model) or name in GIVES_SIGHT:
            assert table.guard is not None, f"{table.model._meta.label} {HOW}"


def test_what_is_guarded_in_the_models_is_guarded_in_postgresql() -> None:
    guarded = dict(
        ask(
            "select relname::text, relrowsecurity from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
        )
    )
    for table in every_table():
        assert guarded[table.name] == (table.guard is not None), table.name


def test_the_app_has_on_each_table_what_its_model_says_and_no_more() -> None:
    policies = set(ask("select tablename::text, policyname::text from pg_policies"))
    for table in every_table():
        verbs = set(table.verbs_of_app())
        for verb in ("select", "insert", "update", "delete", "truncate"):
            asked = "any_column" if (table.name, verb) == LOG_WRITES else "table"
            [(may,)] = ask(f"select has_{asked}_privilege('app', %s, %s)", table.name, verb)
            assert may == (verb in verbs), (table.name, verb)
            if table.guard is not None and verb in verbs:
                assert (table.name, f"app_{verb}") in policies, (table.name, verb)


def test_migrating_again_changes_nothing() -> None:
    look = "select tablename::text, policyname::text, roles::text, cmd, qual, with_check from pg_policies order by 1, 2"
    before = ask(look)
    grant_after_migrate()
    assert ask(look) == before
    assert len(before) > 200


def test_the_functions_of_a_whole_record_are_the_workers_alone_also_after_a_second_migrate() -> (
    None
):
    look = (
        "select proname::text, proowner::regrole::text, proacl::text from pg_proc"
        " where pronamespace = 'sight'::regnamespace"
        " and proname in ('record_of', 'wipe_record', 'open_with_client') order by 1"
    )
    before = ask(look)
    assert [(owner, acl) for _name, owner, acl in before] == [
        ("sight", "{sight=X/sight,worker=X/sight}")
    ] * 3
    grant_after_migrate()
    wire_after_migrate()
    assert ask(look) == before


@pytest.mark.parametrize("role", ["app", "worker"])
def test_roles_own_nothing_and_can_make_nothing(role: str) -> None:
    assert ask("select relname from pg_class where relowner = %s::regrole", role) == []
    assert ask("select proname from pg_proc where proowner = %s::regrole", role) == []
    [mighty] = ask(
        "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = %s",
        role,
    )
    assert not any(mighty)
    for right in ("create", "temporary"):
        assert ask("select has_database_privilege(%s, current_database(), %s)", role, right) == [
            (False,)
        ]
    for schema in ("public", "sight"):
        assert ask("select has_schema_privilege(%s, %s, 'create')", role, schema) == [(False,)]
    assert ask("select has_table_privilege(%s, 'sight.key', 'select')", role) == [(False,)]


def test_views_ask_the_policies_of_who_looks() -> None:
    views = ask(
        "select c.relname::text, c.relkind::text, coalesce(c.reloptions::text, '') from pg_class c"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')"
        " and c.relname not like 'pg_stat%%'"
    )
    for name, kind, options in views:
        assert kind == "v", f"{name}: a materialized view holds rows for everybody"
        assert "security_invoker=true" in options, f"{name}: make it with (security_invoker = true)"


def test_functions_that_see_everything_belong_to_sight_and_look_at_our_tables_alone() -> None:
    """With `pg_temp` anywhere but last a temporary table could stand in front of ours."""
    found = ask(
        "select proname::text, proowner::regrole::text, proconfig from pg_proc"
        " where prosecdef and pronamespace in ('public'::regnamespace, 'sight'::regnamespace)"
    )
    assert len(found) > 150  # the rule, and history's triggers
    for name, owner, config in found:
        assert owner == ("owner" if name.startswith(("pgtrigger_", "_pgh")) else "sight"), name
        [path] = [one for one in config or [] if one.startswith("search_path=")]
        assert path.endswith("pg_temp"), name


def test_history_is_written_by_triggers_alone() -> None:
    """`pgtrigger` puts its functions back at each install; ours come after it."""
    loose = ask(
        "select proname::text from pg_proc where pronamespace = 'public'::regnamespace"
        " and proname like 'pgtrigger\\_%%' and not prosecdef"
    )
    assert loose == []
    for table in every_table():
        if is_event(table.model):
            assert table.verbs_of_app() == ()


def test_an_event_written_by_hand_is_refused_and_one_by_trigger_is_there() -> None:
    client = ClientFactory.create()
    assert client.events.count() == 1
    event = client.events.get()
    event.pk = None
    with (
        as_app_for(UserFactory.create()),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        event.save(force_insert=True)


def test_the_table_of_access_in_the_documents_is_the_one_that_stands() -> None:
    with open("docs/access.md") as file:
        text = file.read()
    assert in_document(text, document(rows())) == text, "run `manage.py show_access --write`"
