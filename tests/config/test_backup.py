"""A backup that was never restored is a hope: these are restored."""

import os
from pathlib import Path

import psycopg
import pytest

from config.servers.backup import move
from config.servers.data import hold, open_data_directory
from config.servers.engine import engine_of_this_release
from config.servers.keys import SETTING_OF_FILE
from config.servers.postgres import SUPERUSER, Cluster
from tests.config.practices import Server, running, script
from tests.config.processes import none_left

SEAL = """
from django.db import connection
from core.sealed import seal
with connection.cursor() as cursor:
    cursor.execute("create table notes (body bytea)")
    cursor.execute("insert into notes values (%s)", [bytes(seal("She cried, then laughed.", b"notes"))])
"""
OPEN = """
from django.db import connection
from core.sealed import Sealed, unseal
with connection.cursor() as cursor:
    cursor.execute("select body from notes")
    print(unseal(Sealed(cursor.fetchone()[0]), b"notes"))
"""
SIGN_UP = """
from accounts.models import User
User.objects.create_user(email="a@practice.example", password="a long enough one", name="A Person")
"""
SIGN_IN = """
from accounts.models import User
print(User.objects.get().check_password("a long enough one"))
"""


def contents(cluster: Cluster) -> dict[str, list[str]]:
    """Return every row of every table of ours, as text."""
    tables = (
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname in ('public', 'sight')"
    )
    with cluster.connect(SUPERUSER) as connection:
        names = [name for (name,) in connection.execute(tables)]
        return {name: sorted(rows_of(connection, name)) for name in names}


def rows_of(connection, name: str) -> list[str]:
    return [row for (row,) in connection.execute(f"select t::text from {name} t")]  # noqa: S608 -- our tables


RIGHTS = [
    """
    select relname::text, pg_get_userbyid(relowner)::text, relacl::text, relrowsecurity::text
    from pg_class where relnamespace in ('public'::regnamespace, 'sight'::regnamespace)
    """,
    """
    select proname::text, pg_get_userbyid(proowner)::text, proacl::text, prosrc
    from pg_proc where pronamespace = 'sight'::regnamespace
    """,
    "select polname::text, pg_get_expr(polqual, polrelid) from pg_policy",
    "select tgname::text, tgrelid::regclass::text from pg_trigger where not tgisinternal",
]


def rights(cluster: Cluster) -> list[str]:
    """Return who owns and may do what, which functions and policies stand, which triggers fire."""
    with cluster.connect(SUPERUSER) as connection:
        return sorted(repr(row) for question in RIGHTS for row in connection.execute(question))


def told(ended) -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(ended) -> str:
    assert ended.returncode == 1, ended.stdout
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    return ended.stderr


def write_rows(filled: Path) -> None:
    with (
        running(filled) as cluster,
        psycopg.connect(cluster.url("owner"), autocommit=True) as connection,
    ):
        connection.execute("create table remembered (word text)")
        connection.execute(
            "insert into remembered select 'telling ' || n from generate_series(1, 1000) n"
        )


def test_a_backup_restores_every_row_and_every_right(filled, tmp_path):
    write_rows(filled)
    file = tmp_path / "monday.dump"
    assert f"The data are in {file}" in told(script("manage", "--data", filled, "backup", file))
    restored = filled.parent / "restored"
    told(script("manage", "--data", restored, "restore", file))
    with running(filled) as before, running(restored) as after:
        assert len(contents(after)["public.remembered"]) == 1000
        of_before, of_after = contents(before), contents(after)
        assert len(of_before.pop("public.accounts_backup")) == 1  # noted once the copy was whole
        assert of_after.pop("public.accounts_backup") == []
        assert of_after == of_before
        assert rights(after) == rights(before)
        assert after.passwords["app"] != before.passwords["app"]
    for name in SETTING_OF_FILE:
        assert (restored / "secrets" / name).read_text() == (filled / "secrets" / name).read_text()
    assert none_left(filled.parent, within=0)


def test_keys_and_data_lie_apart_and_are_private(filled, tmp_path):
    file = tmp_path / "monday.dump"
    told(script("manage", "--data", filled, "backup", file))
    keys = tmp_path / "monday.dump.keys"
    field_key = (filled / "secrets" / "field_keys").read_text().strip()
    assert field_key in keys.read_text()
    assert field_key.partition(":")[2].encode() not in file.read_bytes()
    assert (file.stat().st_mode | keys.stat().st_mode) & 0o077 == 0
    assert sorted(os.listdir(tmp_path)) == ["monday.dump", "monday.dump.keys"]


def test_backup_never_overwrites(filled, tmp_path):
    (tmp_path / "monday.dump").write_text("last week's")
    assert "exists already" in refused(
        script("manage", "--data", filled, "backup", tmp_path / "monday.dump")
    )
    assert (tmp_path / "monday.dump").read_text() == "last week's"


def test_there_is_nothing_to_back_up_yet(folder, tmp_path):
    assert "There are no data" in refused(
        script("manage", "--data", folder, "backup", tmp_path / "a")
    )


def test_restore_never_overwrites(filled, tmp_path):
    file = tmp_path / "monday.dump"
    told(script("manage", "--data", filled, "backup", file))
    assert "holds data already" in refused(script("manage", "--data", filled, "restore", file))


def test_restore_needs_the_keys(filled, folder, tmp_path):
    file = tmp_path / "monday.dump"
    told(script("manage", "--data", filled, "backup", file))
    keys = tmp_path / "monday.dump.keys"
    elsewhere = folder.parent / "restored"
    keys.rename(tmp_path / "kept-elsewhere")
    assert "without them nobody can read" in refused(
        script("manage", "--data", elsewhere, "restore", file)
    )
    keys.write_text("not keys")
    assert "does not hold keys" in refused(script("manage", "--data", elsewhere, "restore", file))
    keys.write_text("{}")
    assert "lacks secret_key, actor_key, field_keys, sha256" in refused(
        script("manage", "--data", elsewhere, "restore", file)
    )
    assert not (elsewhere / "postgres").exists()


def test_a_damaged_backup_is_refused_and_a_whole_one_then_taken(filled, tmp_path):
    whole = tmp_path / "monday.dump"
    told(script("manage", "--data", filled, "backup", whole))
    damaged = tmp_path / "damaged.dump"
    damaged.write_bytes(whole.read_bytes()[:-5000])  # what pg_restore takes without a word
    (tmp_path / "damaged.dump.keys").write_text((tmp_path / "monday.dump.keys").read_text())
    elsewhere = filled.parent / "restored"
    assert "is damaged" in refused(script("manage", "--data", elsewhere, "restore", damaged))
    assert not (elsewhere / "postgres").exists()
    told(script("manage", "--data", elsewhere, "restore", whole))


def test_an_upgrade_that_is_not_needed_says_so(filled):
    assert "which is what this release brings" in told(
        script("manage", "--data", filled, "upgrade")
    )


def test_data_move_from_one_engine_to_another_and_the_old_ones_stay(filled):
    write_rows(filled)
    with running(filled) as cluster:
        before, rights_before = contents(cluster), rights(cluster)
    data = open_data_directory(filled)
    engine = engine_of_this_release(data)
    with hold(data, "tests") as held:
        kept = move(data, engine, engine, keep=held.descriptor)
    assert (kept / "PG_VERSION").exists()
    assert not (filled / "postgres.upgraded").exists()
    assert not (filled / "upgrade.dump").exists()
    with running(filled) as cluster:
        assert (contents(cluster), rights(cluster)) == (before, rights_before)


@pytest.mark.long
def test_people_and_sealed_words_of_a_running_practice_open_in_the_restored_one(filled, tmp_path):
    with Server(filled):
        told(script("manage", "--data", filled, "--as", "owner", "shell", "-c", SEAL + SIGN_UP))
        told(script("manage", "--data", filled, "backup", tmp_path / "monday.dump"))
    restored = filled.parent / "restored"
    told(script("manage", "--data", restored, "restore", tmp_path / "monday.dump"))
    opened = told(
        script("manage", "--data", restored, "--as", "owner", "shell", "-c", OPEN + SIGN_IN)
    )
    assert "She cried, then laughed." in opened
    assert opened.strip().endswith("True")
    with Server(restored) as server:
        assert server.health()[0] == 200
        assert not any("demonstration" in line for line in server.lines)
