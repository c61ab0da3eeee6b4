"""A practice on several machines: each starts its parts, over one database and one queue, and migrates nothing."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from config.servers import prepare
from config.servers.data import hold, open_data_directory
from config.servers.keys import SETTING_OF_FILE, Secrets
from config.servers.postgres import SUPERUSER
from config.servers.refusal import Refused
from config.servers.stack import bring_up, embedded_cluster, of_several_machines
from config.servers.supervisor import Supervisor
from tests.config.practices import Server, script
from tests.config.processes import none_left

ALL_OK = dict.fromkeys(("database", "broker", "worker", "beat"), "ok")


@contextmanager
def servers_of(filled: Path):
    """The database and the queue, as another machine would have them; give what the environment says."""
    data = open_data_directory(filled)
    with hold(data, "tests") as held, Supervisor(keep=held.descriptor) as supervisor:
        stack = bring_up(data, supervisor, {})
        held.note(what="tests", ready=True)
        kept = Secrets(data.secrets)
        keys = {setting: kept.read(name) or "" for name, setting in SETTING_OF_FILE.items()}
        yield {
            **keys,
            "SEAL_KEYS": kept.read("seal_keys") or "",
            "CELERY_BROKER_URL": stack.broker,
            "DATABASE_URL": stack.databases["app"],
            "WORKER_DATABASE_URL": stack.databases["worker"],
        }


@pytest.mark.long
def test_web_here_and_worker_and_beat_there(filled: Path) -> None:
    one, other = filled.parent / "one", filled.parent / "other"
    with servers_of(filled) as told:
        of_web = {name: value for name, value in told.items() if not name.startswith("WORKER")}
        of_worker = {name: value for name, value in told.items() if name != "DATABASE_URL"}
        done = script("manage", "--data", filled, "migrate")
        assert done.returncode == 0, done.stderr
        worker = Server(other, "--only", "worker", "beat", **of_worker, started="Starting worker")
        with worker, Server(one, "--only", "web", **of_web) as web:
            assert web.health() == (200, ALL_OK)
    assert none_left(one, within=20)
    assert none_left(other, within=20)


def test_a_machine_refuses_to_serve_a_database_that_is_behind(filled: Path) -> None:
    with servers_of(filled) as told:
        data = open_data_directory(filled)
        with embedded_cluster(data).connect(SUPERUSER) as connection:
            connection.execute("delete from django_migrations where app = 'reminders'")
            connection.execute("grant select on django_migrations to app")
        done = script(
            "server", "--data", filled.parent / "one", "--port", "0", "--only", "web", **told
        )
    assert done.returncode == 1
    assert "is behind this release: run script/manage migrate once" in done.stderr


def test_what_a_machine_lacks_is_named(folder: Path) -> None:
    alone = script("server", "--data", folder, "--only", "worker")
    assert "set WORKER_DATABASE_URL and CELERY_BROKER_URL" in alone.stderr


def test_a_machine_makes_no_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {"app": "postgres://app@db/practice"}
    monkeypatch.setattr("config.servers.external.database_urls", lambda *_: urls)
    monkeypatch.setattr("config.servers.external.broker_url", lambda *_: "redis://queue")
    with pytest.raises(Refused, match="the same ACTOR_KEY, FIELD_KEYS: it is not set here"):
        of_several_machines({"SECRET_KEY": "a"}, ["app"])
    told = {"SECRET_KEY": "a", "ACTOR_KEY": "b", "FIELD_KEYS": "c", "HISTORY_KEY": "d"}
    assert of_several_machines(told, ["app"]).secrets == told
    with pytest.raises(Refused, match="SEAL_KEYS"):
        of_several_machines(told, ["worker"])


def test_a_migration_gives_way_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds a lock is at work; five seconds later the table may be free."""

    class Part:
        last = "django.db.utils.OperationalError: canceling statement due to lock timeout"

        def last_lines(self, _number: int) -> str:
            return self.last

    class Practice:
        part = Part()

        def command(self, *_: str, role: str) -> Part:
            return self.part

    class Supervisor:
        tries = 0

        def run(self, _part: Part) -> None:
            self.tries += 1
            if self.tries < 3:
                raise Refused("migrate failed")

    monkeypatch.setattr(prepare, "BETWEEN_TRIES", 0)
    patient = Supervisor()
    prepare.migrate_patiently(Practice(), patient)
    assert patient.tries == 3
    Part.last = "ValueError"
    with pytest.raises(Refused):
        prepare.migrate_patiently(Practice(), Supervisor())
