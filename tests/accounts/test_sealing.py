"""Seals: what was done is bound each minute, and nobody changes it unseen, a superuser neither."""

# ruff: noqa: S608 -- tables are named by the register of models, never by anybody

import json
import random
import time
from datetime import timedelta

import psycopg
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.journal.signing import NoKey
from accounts.models import HeadSent, HistoryLine, Role, Seal, Team
from accounts.operations.heads import heads_in, send_heads
from accounts.operations.sealing import seal_history
from accounts.operations.verifying import faults
from accounts.tasks import seal as seal_task
from caseload.models import Client, Session
from caseload.operations.reading import log_read
from core.actor import acting
from core.clock import now
from core.occasion import within
from tests.accounts.factories import UserFactory
from tests.accounts.tampering import KINDS, Tamperer
from tests.endings.leaving import a_caseload
from tests.roles import as_owner, database_url, standing_as

SHARE = 240  # seconds of the long tier's 25 minutes
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    settings.SEAL_HEADS_FILE = tmp_path / "heads.log"
    return settings.SEAL_HEADS_FILE


def seal():
    with standing_as("worker"):
        return seal_history()


def tell():
    with standing_as("worker"):
        send_heads()


def found(**said):
    with as_owner(), transaction.atomic():
        return sorted(faults(clock_may_step=timedelta(0), **said))


def a_history(clients=3, changes=1):
    """Make history of many kinds under a few seals: people, clients, work, sessions, reads."""
    leaving = a_caseload(clients)
    seal()
    with acting(leaving.therapist), within(address="192.0.2.7"), transaction.atomic():
        for client in Client.objects.visible_to(leaving.therapist):
            log_read(client=client, page="desk:client", by=leaving.therapist, at=now())
    seal()
    for number in range(changes):
        Session.objects.update(revision=number + 10)
        seal()
    return leaving


def test_everything_done_and_read_is_sealed_and_intact():
    a_history()

    with as_owner():
        assert Seal.objects.count() == 3
        assert set(HistoryLine.objects.values_list("verb", flat=True)) == {
            "insert",
            "update",
            "read",
        }
        read = HistoryLine.objects.filter(verb="read").first()
    assert read.address == "192.0.2.7"
    assert read.client is not None
    assert found() == []


def test_nothing_new_needs_no_seal():
    a_history()

    assert seal() is None


def test_a_line_names_what_changed_and_never_how():
    with acting(UserFactory.create(name="Marta", roles=[Role.PRACTICE_ADMIN])):
        team = Team.objects.create(name="North")
        Team.objects.filter(pk=team.pk).update(name="South", ended_on="2026-01-01")
    seal()

    with as_owner():
        line = HistoryLine.objects.get(verb="update")
        everything = str(HistoryLine.objects.filter(seal=1).values_list())
    assert line.fields == ["ended_on", "name"]
    assert line.thing == str(team.pk)
    assert "South" not in everything
    assert "Marta" not in everything


def test_a_transaction_that_ends_late_is_sealed_late_and_is_no_forgery():
    """It began before a seal and commits after it, with a lower number than what is sealed (decision 25)."""
    with psycopg.connect(database_url("owner")) as late:
        late.execute("insert into accounts_team (id, name) values (gen_random_uuid(), 'Late')")
        Team.objects.create(name="Early")
        first = seal()
        late.commit()
    second = seal()

    assert (first.lines, second.lines) == (1, 1)
    assert found() == []


def test_what_is_rolled_back_leaves_a_gap_and_no_fault():
    with transaction.atomic():
        Team.objects.create(name="Never")
        transaction.set_rollback(True)
    Team.objects.create(name="North")

    assert seal().lines == 1
    assert found() == []


def test_only_one_seals_at_a_time():
    with psycopg.connect(database_url("worker")) as other:
        other.execute("select pg_advisory_xact_lock(7325)")
        Team.objects.create(name="North")
        assert seal() is None
    assert seal().lines == 1


def test_the_web_has_no_key(settings):
    settings.SEAL_KEYS = {}
    with pytest.raises(NoKey):
        seal()


def test_the_worker_seals_and_reads_no_history():
    with standing_as("worker"), connection.cursor() as cursor:
        for table in ("accounts_teamevent", "pghistory_context"):
            cursor.execute("select has_table_privilege(current_user, %s, 'select')", [table])
            assert cursor.fetchone() == (False,)
        for verb in ("update", "delete"):
            for table in ("accounts_seal", "accounts_historyline"):
                cursor.execute("select has_table_privilege(current_user, %s, %s)", [table, verb])
                assert cursor.fetchone() == (False,)


def test_a_restored_database_counts_transactions_anew_and_seals_on():
    """The numbers of its rows are those of another server; what has a line is not sealed twice."""
    a_history()
    with as_owner(), connection.cursor() as cursor:
        before = Seal.objects.order_by("-number").first()
        cursor.execute(
            "update accounts_seal set cluster = 'another' where number = %s", [before.number]
        )
        cursor.execute("update accounts_teamevent set pgh_xid = '900000000'")
    Team.objects.create(name="North")

    assert seal().lines == 1


# --- tampering ------------------------------------------------------------------------------------


def tamper_and_look(chance, kinds):
    """Do each of `kinds` to rows of its own, look, take it back; return what was not found."""
    with as_owner(), transaction.atomic():
        tamperer = Tamperer(chance)
        for kind in kinds:
            tamperer.act(kind)
        hit = {(fault.table, fault.key) for fault in faults(clock_may_step=timedelta(0))}
        transaction.set_rollback(True)
    return [what for what, touched in tamperer.done if not touched <= hit]


def test_a_single_act_is_found():
    a_history()
    chance = random.Random(1)

    for kind in KINDS * 5:
        assert tamper_and_look(chance, [kind]) == []


def test_hundreds_of_random_acts_are_all_found():
    a_history(clients=8, changes=2)
    chance = random.Random(20261122)

    assert tamper_and_look(chance, chance.choices(KINDS, k=300)) == []


def seals_of_rows():
    """Return the seal under which each row of history stands, by (table, key)."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select s.source, l.key, l.seal from accounts_historyline l"
            " join sight.history_shape s on s.id = l.shape"
        )
        return {(table, key): seal for table, key, seal in cursor.fetchall()}


def first_bad_seal(chance, kinds, sealed_by):
    """Do each of `kinds`, look, take it back; return (what was not found, the first bad seal named, the one it is)."""
    with as_owner(), transaction.atomic():
        tamperer = Tamperer(chance)
        for kind in kinds:
            tamperer.act(kind)
        named = {(one.table, one.key): one.seal for one in faults(clock_may_step=timedelta(0))}
        transaction.set_rollback(True)
    missed = [what for what, touched in tamperer.done if not touched <= named.keys()]
    touched = [row for _what, rows in tamperer.done for row in rows if row in sealed_by]
    return missed, min(named[row] for row in touched), min(sealed_by[row] for row in touched)


@pytest.mark.long
@pytest.mark.timeout(3 * SHARE)
def test_ten_thousand_random_acts_are_all_found(record_property):
    """In rounds of five hundred on rows of their own: each act found, and the first bad seal named, every time."""
    a_history(clients=20, changes=8)
    chance, sealed_by = random.Random(25), seals_of_rows()
    began, acts = time.monotonic(), 0
    while acts < 10_000 and time.monotonic() - began < SHARE:
        missed, named, first = first_bad_seal(chance, chance.choices(KINDS, k=500), sealed_by)
        assert missed == []
        assert named == first
        acts += 500
    took = time.monotonic() - began
    record_property("found", f"Tamperings: {acts} of 10000 made and found, in {took:.0f} s")
    assert acts


def test_what_is_slipped_in_is_found_also_after_it_was_sealed():
    a_history()
    chance = random.Random(4)
    with as_owner():
        tamperer = Tamperer(chance)
        for _number in range(30):
            tamperer.act("insert")
    seal()

    hit = {(fault.table, fault.key) for fault in found()}
    assert [what for what, touched in tamperer.done if not touched <= hit] == []


LINES_AND_SEALS = {
    "another_actor": "update accounts_historyline set actor = gen_random_uuid() where number = 5",
    "another_instant": "update accounts_historyline set at = at + interval '1 microsecond' where number = 5",
    "another_hash": "update accounts_historyline set hash = sha256('x') where number = 5",
    "a_line_is_gone": "delete from accounts_historyline where number = 5",
    "two_lines_change_places": "update accounts_historyline set number = 1000000 - number where number in (5, 999995)",
    "a_line_under_another_seal": "update accounts_historyline set seal = 2 where number = 5",
    "a_line_under_no_seal": "update accounts_historyline set seal = 99 where number = 5",
    "a_seal_is_gone": "delete from accounts_seal where number = 2",
    "another_time_of_a_seal": "update accounts_seal set made_at = made_at - interval '1 day' where number = 2",
    "another_signature": "update accounts_seal set signature = sha256('x') || sha256('y') where number = 2",
    "another_key": "update accounts_seal set key = 7 where number = 2",
    "a_chain_that_begins_anew": "update accounts_seal set previous = '' where number = 2",
    "another_actor_of_a_context": "update pghistory_context set metadata = metadata || '{\"by\": null}'",
    "a_context_is_gone": "delete from pghistory_context",
    "a_column_less_in_a_shape": "update sight.history_shape set columns = columns[2:] where source = 'accounts_userevent'",
    "a_table_is_gone": "drop table caseload_sessionevent cascade",
    "a_column_is_gone": "alter table caseload_sessionevent drop column state cascade",
}


def test_tampering_with_seals_lines_and_contexts_is_found():
    a_history()
    unseen = []
    for name, act in LINES_AND_SEALS.items():
        with as_owner(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(act)
            unseen += [] if list(faults(clock_may_step=timedelta(0))) else [name]
            transaction.set_rollback(True)

    assert unseen == []


def test_seals_made_anew_without_the_key_are_found(settings):
    """Who can write all tables, and has all but the key, makes a whole chain of their own."""
    ours = settings.SEAL_KEYS
    settings.SEAL_KEYS = {1: bytes(32)}
    a_history()
    settings.SEAL_KEYS = ours

    assert {fault.what for fault in found()} == {"is not signed with our key"}


# --- outside ----------------------------------------------------------------------------------------


def cut_tail(seals=1):
    """Remove the last seals with all they cover: what is left is whole in itself."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("select max(number) - %s from accounts_seal", [seals])
        (last,) = cursor.fetchone()
        cursor.execute("select distinct source from sight.history_shape")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"delete from {table} e using accounts_historyline l, sight.history_shape s where l.key = e.pgh_id"
                " and l.shape = s.id and s.source = %s and l.seal > %s",
                [table, last],
            )
        cursor.execute("delete from accounts_historyline where seal > %s", [last])
        cursor.execute("delete from accounts_seal where number > %s", [last])


def test_a_cut_tail_is_found_by_the_head_outside(heads):
    a_history()
    tell()
    cut_tail()

    assert found() == []
    (fault,) = found(heads=heads_in(heads))
    assert fault.seal == 3
    assert "the tail was cut" in fault.what


def test_a_tail_grown_again_after_an_older_backup_is_found(heads):
    a_history()
    tell()
    cut_tail(2)
    for name in ("North", "South"):
        Team.objects.create(name=name)
        seal()

    assert found() == []
    assert {fault.seal for fault in found(heads=heads_in(heads))} == {2, 3}


def test_heads_are_added_to_the_file_once(heads):
    a_history()
    tell()
    tell()

    lines = list(heads_in(heads))
    assert [json.loads(line)["seal"] for line in lines] == [1, 2, 3]


def test_a_head_somebody_else_wrote_is_named(heads):
    a_history()
    head = json.dumps({"seal": 1, "made_at": "", "digest": "00", "key": 1, "signature": "00"})

    assert [fault.what for fault in found(heads=[head, "no head"])] == [
        "a line of the heads outside is not ours"
    ] * 2


def test_a_mail_a_day_and_a_command_for_each_seal(settings, tmp_path):
    settings.SEAL_HEADS_MAIL = ["notary@example.org"]
    settings.SEAL_HEADS_COMMAND = f"tee -a {tmp_path / 'given'}"
    a_history()
    with standing_as("worker"):
        send_heads()
        send_heads()

    assert len(mail.outbox) == 1
    assert json.loads(mail.outbox[0].body)["seal"] == 3
    assert [json.loads(line)["seal"] for line in (tmp_path / "given").read_text().splitlines()] == [
        1,
        2,
        3,
    ]


def test_a_way_that_fails_is_told_again_and_holds_up_no_other(settings, heads):
    settings.SEAL_HEADS_COMMAND = "false"
    a_history()
    with standing_as("worker"):
        send_heads()
        assert not HeadSent.objects.filter(way="command").exists()
        settings.SEAL_HEADS_COMMAND = "true"
        send_heads()
        assert HeadSent.objects.get(way="command").number == 3
    assert len(list(heads_in(heads))) == 3


def test_the_task_seals_and_tells(heads):
    Team.objects.create(name="North")
    with standing_as("worker"):
        seal_task()

    assert len(list(heads_in(heads))) == 1


# --- the command -----------------------------------------------------------------------------------


def test_the_command_says_intact(heads, capsys):
    a_history()
    tell()
    with as_owner():
        call_command("verify_history")

    assert "under 3 seals" in capsys.readouterr().out


def test_the_command_names_the_first_bad_seal(heads, capsys):
    a_history()
    tell()
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("update accounts_userevent set name = 'X'")
        with pytest.raises(CommandError, match="not intact"):
            call_command("verify_history")

    out = capsys.readouterr().out
    assert "The first bad seal is 1." in out
    assert "changed (accounts_userevent" in out


def test_disposed_content_is_no_fault_and_its_seal_still_verifies():
    """Lines hold the hash by themselves; what is not certified as disposed of is named all the same."""
    a_history()
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("update caseload_clientevent set name = '' returning pgh_id")
            wiped = {("caseload_clientevent", key) for (key,) in cursor.fetchall()}
        named = list(faults(clock_may_step=timedelta(0)))
        certified = list(faults(clock_may_step=timedelta(0), disposed=wiped))
        transaction.set_rollback(True)

    assert {(fault.table, fault.key) for fault in named} == wiped
    assert certified == []
