"""What cannot start says so in one sentence, and leaves a status that is not zero."""

import os
import socket
from pathlib import Path

import pytest

from config.servers.data import hold, make_socket_folder, open_data_directory
from tests.config.practices import script
from tests.config.processes import processes_using


def refusal(folder: Path, *words: str, **more: str) -> str:
    """Return the one line that script/server refuses with."""
    ended = script("server", "--data", folder, "--no-demo", *words, **more)
    lines = ended.stderr.strip().splitlines()
    assert ended.returncode == 1, ended.stdout
    assert len(lines) == 1, ended.stderr
    assert not processes_using(folder)
    return lines[0].removeprefix("script/server: ")


def test_a_careful_umask_closes_nothing(folder):
    before = os.umask(0o077)
    try:
        data = open_data_directory(folder)
        sockets = make_socket_folder(data)
    finally:
        os.umask(before)
    assert not (data.account and data.account.first_closed(sockets))


def test_a_taken_port(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal(folder, "--port", str(port)) == (
            f"Port {port} is taken or not allowed: choose another with --port."
        )


def test_a_port_that_does_not_exist(folder):
    assert "There is no port 70000" in refusal(folder, "--port", "70000")


def test_a_folder_that_cannot_be_written(folder):
    folder.write_text("a file stands here")
    assert f"The data directory {folder}/data cannot be written" in refusal(folder / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_a_folder_that_is_closed_to_the_account_below_root(folder):
    folder.mkdir(mode=0o700)
    line = refusal(folder / "data")
    assert line.startswith("As root, PostgreSQL runs as “")
    assert f"cannot enter {folder}:" in line


def test_data_of_another_postgres(folder):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("16\n")
    line = refusal(folder, "--port", "0")
    assert (
        "was written by PostgreSQL 16 and this release brings 18: run script/manage upgrade."
        in line
    )


def test_data_that_are_no_data(folder):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("seventeen")
    assert "PG_VERSION cannot be read" in refusal(folder, "--port", "0")


def test_a_folder_that_is_in_use(folder):
    data = open_data_directory(folder)
    with hold(data, "script/manage import_caseload"):
        ended = script("server", "--data", folder)
    assert ended.returncode == 1
    assert f"in use by script/manage import_caseload (process {os.getpid()})" in ended.stderr


def test_an_external_database_without_its_other_addresses(folder):
    line = refusal(folder, "--port", "0", DATABASE_URL="postgres://app@localhost/practice")
    assert "OWNER_DATABASE_URL and WORKER_DATABASE_URL not set" in line


def test_a_dead_external_database(folder):
    dead = "postgres://app@127.0.0.1:1/practice"
    urls = {"DATABASE_URL": dead, "OWNER_DATABASE_URL": dead, "WORKER_DATABASE_URL": dead}
    assert "The database of DATABASE_URL does not answer" in refusal(folder, "--port", "0", **urls)


def test_a_dead_external_queue(folder):
    line = refusal(folder, "--port", "0", CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert "The queue of CELERY_BROKER_URL does not answer" in line


@pytest.mark.parametrize("key", ["field_keys", "actor_key", "database_app"])
def test_data_whose_keys_are_gone(folder, key):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("18\n")
    secrets = folder / "secrets"
    secrets.mkdir()
    names = {"secret_key", "actor_key", "field_keys", "database_postgres", "database_owner"}
    for name in (names | {"database_app", "database_worker", "database_backup"}) - {key}:
        (secrets / name).write_text("kept")
    line = refusal(folder, "--port", "0")
    assert f"{secrets / key} is missing, and the data cannot be read without it" in line
    assert not (secrets / key).exists()
