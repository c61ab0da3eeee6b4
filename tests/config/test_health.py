"""`/healthz` tells which process is alive, to anybody, and to nobody more than that."""

import os
import time

import pytest
from django.db import OperationalError, connection
from kombu import Connection

from config.celery import (
    after_task_publish,
    app,
    beat_init,
    heartbeat,
    pulse,
    task_success,
    worker_ready,
)
from reminders.tasks import tick

ALL = ("database", "broker", "worker", "beat", "ticks")


@pytest.fixture(autouse=True)
def signs_of_life(tmp_path, settings):
    """Keep signs of life in files of this test's own; the queue is in memory."""
    settings.DATA_DIR = tmp_path
    return tmp_path / "run"


def health(client):
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_all_alive(client, db):
    for name in ("worker", "beat", "ticks"):
        pulse.beat(name)
    assert health(client) == (200, dict.fromkeys(ALL, "ok"))


def test_processes_that_never_reported(client, db):
    status, states = health(client)
    assert status == 503
    assert states == {
        "database": "ok",
        "broker": "ok",
        "worker": "no sign of life yet",
        "beat": "no sign of life yet",
        "ticks": "no sign of life yet",
    }


@pytest.mark.parametrize(("age", "status"), [(59, 200), (62, 503)])
def test_a_sign_of_life_is_good_for_a_minute(client, db, signs_of_life, age, status):
    for name in ("worker", "beat", "ticks"):
        pulse.beat(name)
    pulse.file("worker").write_text(repr(time.time() - age))
    assert health(client)[0] == status


def test_a_dead_database_is_said_without_its_address(client, db, monkeypatch):
    def cursor():
        raise OperationalError("connection to server at secret.example failed")

    with monkeypatch.context() as for_now:
        for_now.setattr(connection, "cursor", cursor)
        status, states = health(client)
    assert status == 503
    assert states["database"] == "does not answer (OperationalError)"


def test_a_dead_queue_is_said(client, db, monkeypatch):
    monkeypatch.setattr(app, "connection_for_read", lambda **_: Connection("redis://127.0.0.1:1/0"))
    status, states = health(client)
    assert status == 503
    assert states["broker"].startswith("does not answer (")
    assert {states[name] for name in ("worker", "beat", "ticks")} == {
        "not known without the broker"
    }


def test_it_asks_for_no_sign_in_and_opens_no_session(client, db):
    answer = client.get("/healthz")
    assert not answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/healthz").status_code == 405


def test_a_worker_reports_when_it_takes_work(signs_of_life):
    heartbeat()
    assert os.listdir(signs_of_life) == ["pulse.worker"]


def test_a_worker_reports_when_it_is_ready(signs_of_life):
    worker_ready.send(sender=None)
    assert sorted(os.listdir(signs_of_life)) == ["pulse.ticks", "pulse.worker"]


@pytest.mark.parametrize(("age", "fault"), [(149, ""), (152, "no sign of life for 152 s")])
def test_ticks_that_do_not_come_through_are_said(signs_of_life, age, fault):
    """A worker that takes heartbeats and fails at every tick is not well."""
    task_success.send(sender=heartbeat)
    assert pulse.fault("ticks") == "no sign of life yet"
    task_success.send(sender=tick)
    pulse.file("ticks").write_text(repr(time.time() - age))
    assert pulse.fault("ticks") == fault


def test_beat_reports_when_it_begins_and_whenever_it_sends(signs_of_life):
    beat_init.send(sender=None)
    pulse.file("beat").unlink()
    after_task_publish.send(sender="reminders.tasks.tick")
    assert pulse.fault("beat") == "no sign of life yet"
    after_task_publish.send(sender="config.heartbeat")
    assert pulse.fault("beat") == ""


def test_beat_sends_a_heartbeat_four_times_within_what_counts_as_alive():
    seconds = app.conf.beat_schedule["heartbeat"]["schedule"].total_seconds()
    assert seconds * 4 == 60
    assert app.conf.beat_schedule["heartbeat"]["task"] in app.tasks
