"""What history keeps: of every model with meaning, by whom, in which request, from where; and for nobody to change."""

# ruff: noqa: S608 -- tables are named by the register of models, never by anybody

import json

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from accounts.journal.sources import sources
from accounts.models import Role, Team
from core.history import is_event
from core.occasion import within
from tests.accounts.factories import UserFactory
from tests.roles import as_owner, standing_as

pytestmark = pytest.mark.django_db

APPS = ("accounts", "caseload", "referrals", "endings", "reminders")
DIRECTORY = (
    "holds no client; what came when stands in DirectoryImport, who checked it in Verification"
)
WORK = "goes by itself; says nothing of anybody"
# Models without history of their own, and why.
UNTRACKED = {
    "accounts.Seal": "is what history is sealed with",
    "accounts.HistoryLine": "is history",
    "accounts.HeadSent": WORK,
    "accounts.Device": "a sign-in of today; gone when it ends",
    "accounts.Attempt": "counts failures for an hour",
    "accounts.FactorSecret": "what a second factor is proved with; setting one up is told by mail",
    "accounts.FormToken": WORK,
    "accounts.Draft": "what a person has not said yet, theirs alone",
    "accounts.Job": WORK,
    "accounts.Backup": "written once, says nothing of anybody",
    "reminders.HandedOn": "says itself who, to whom, when, and when it was taken back",
    "caseload.ReadLog": "is a log itself, sealed with history",
    "caseload.ImportRun": "says itself who, when and what came; what it made is tracked",
    "caseload.ImportIssue": "line numbers of an import, written once",
    "caseload.ImportedFrom": "where an imported row came from; the row is tracked",
    "caseload.AppointmentSource": "where one's own calendar lies, theirs alone",
    "caseload.AppointmentRun": "says itself when and what came; the sessions are tracked",
    "caseload.Appointment": "what became of one line of a calendar; the session is tracked",
    "caseload.KnownSeries": "what a person said of their own calendar",
    "caseload.Booking": "follows its session, which is tracked",
    "caseload.ExportParcel": "the copy itself, gone once it is collected; its request is tracked",
    "accounts.DisposalCertificate": "written once, signed",
    "caseload.Commitment": "numbers that follow assignments, endings and invitations",
    "referrals.Source": DIRECTORY,
    "referrals.Organization": DIRECTORY,
    "referrals.Service": DIRECTORY,
    "referrals.Location": DIRECTORY,
    "referrals.ServiceAtLocation": DIRECTORY,
    "referrals.Address": DIRECTORY,
    "referrals.Contact": DIRECTORY,
    "referrals.Phone": DIRECTORY,
    "referrals.Schedule": DIRECTORY,
    "referrals.Language": DIRECTORY,
    "referrals.Attribute": DIRECTORY,
    "referrals.CostOption": DIRECTORY,
    "referrals.DirectoryObject": DIRECTORY,
    "referrals.OrganizationIdentifier": DIRECTORY,
    "referrals.ServiceArea": DIRECTORY,
    "referrals.ServiceCapacity": DIRECTORY,
    "referrals.Taxonomy": DIRECTORY,
    "referrals.TaxonomyTerm": DIRECTORY,
    "referrals.Unit": DIRECTORY,
    "referrals.DirectoryChange": "what an import did, written with it",
    "referrals.PutAside": "rows of a source that could not be taken, written with the import",
    "referrals.SearchEntry": "made from the directory",
    "referrals.DirectoryImport": "says itself who, when and what came",
    "referrals.DirectoryIssue": "line numbers of an import, written once",
    "referrals.NewClients": "facts of the directory, added and never changed",
    "referrals.Verification": "facts of the directory, added and never changed",
    "referrals.ChoiceOption": "written with its choice, which is tracked, and never changed",
    "referrals.Shortlist": "a therapist's own bookmarks of the directory",
    "reminders.Reminder": "derived from facts; the facts are tracked",
    "reminders.Message": "proof of sending by itself: state, attempts, when",
    "reminders.Examination": WORK,
    "reminders.Tick": WORK,
    "reminders.CalendarFeed": "says itself when it was made and ended",
    "reminders.FeedRead": "is a log itself, its person's own",
}


def events(table):
    """Return the events of a table with their contexts; nobody but the owner reads them."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            f"select e.pgh_label, c.metadata from {table} e"
            " left join pghistory_context c on c.id = e.pgh_context_id order by e.pgh_id"
        )
        return [(label, json.loads(said) if said else None) for label, said in cursor.fetchall()]


def test_every_model_is_tracked_or_says_why_not():
    ours = [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS and not is_event(model) and model._meta.managed
    ]
    without = {model._meta.label for model in ours if not hasattr(model, "pgh_event_model")}

    assert without == set(UNTRACKED)


def test_history_leaves_secrets_out():
    for source in sources():
        names = {field.name for field in source.model._meta.fields}
        assert not names & {"password", "code_digest", "session_salt", "text"}, source.table
        sealed = {
            field.name
            for field in source.of._meta.fields
            if field.get_internal_type() == "SealedTextField"
        }
        assert source.is_log or not names & sealed


def test_an_event_says_who_in_which_request_from_where(client):
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    person = UserFactory.create()
    client.force_login(admin)

    client.post(f"/people/{person.pk}/", {"roles": ["supervisor"]}, REMOTE_ADDR="192.0.2.7")

    label, context = events("accounts_roleheldevent")[-1]
    assert label == "insert"
    assert context["by"] == str(admin.pk)
    assert context["from"] == "192.0.2.7"
    assert len(context["request"]) == 36


def test_background_work_says_which_task():
    with within(task="reminders.tasks.tick"):
        Team.objects.create(name="North")

    assert events("accounts_teamevent")[-1][1]["task"] == "reminders.tasks.tick"


def test_who_acts_cannot_be_made_up():
    somebody = UserFactory.create()
    with within(address="192.0.2.7"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.actor', %s, true)", [f"{somebody.pk}.2026-11-22.00"])
        with pytest.raises(ProgrammingError, match="not signed by the application"):
            Team.objects.create(name="North")
        connection.needs_rollback = False
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ["app", "worker"])
def test_neither_role_has_any_right_on_history(role):
    tables = [source.table for source in sources() if not source.is_log]
    with connection.cursor() as cursor:
        cursor.execute(
            "select t, r from unnest(%s::text[]) t, unnest('{select,insert,update,delete,truncate}'::text[]) r"
            " where has_table_privilege(%s, t, r) or (r in ('select', 'insert', 'update')"
            " and has_any_column_privilege(%s, t, r))",
            [[*tables, "pghistory_context"], role, role],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("role", ["app", "worker"])
def test_a_log_is_added_to_and_its_clock_is_not_the_apps(role):
    with connection.cursor() as cursor:
        for verb, may in [
            ("select", role == "app"),  # the worker reads keys: some columns
            ("update", False),
            ("delete", False),
            ("truncate", False),
        ]:
            cursor.execute("select has_table_privilege(%s, 'caseload_readlog', %s)", [role, verb])
            assert cursor.fetchone() == (may,), verb
        for column in ("pgh_id", "pgh_xid", "pgh_created_at", "pgh_context_id"):
            cursor.execute(
                "select has_column_privilege(%s, 'caseload_readlog', %s, 'insert')", [role, column]
            )
            assert cursor.fetchone() == (False,), column


def test_history_cannot_be_switched_off():
    """pgtrigger would let any session do so by a setting."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('pgtrigger.ignore', array_agg(tgname)::text, true) from pg_trigger"
            " where tgrelid = 'accounts_team'::regclass"
        )
        Team.objects.create(name="North")

    assert events("accounts_teamevent")[-1][0] == "insert"


def test_triggers_write_as_the_owner_with_a_search_path_of_their_own():
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.proname from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
            " where t.tgname like 'pgtrigger_%%' and (not p.prosecdef or p.proconfig is null"
            " or not p.proconfig::text like '%%search_path=public, pg_temp%%')"
        )
        assert cursor.fetchall() == []


def test_the_app_does_not_see_what_is_sealed():
    with (
        standing_as("app"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute("select * from sight.acts_since('0', '100')")
