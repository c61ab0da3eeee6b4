"""The doctor finds what is missing, the operations page and /metrics say it in figures, a bounce is recorded."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client, override_settings

from core.clock import now, today
from reminders.models import Examination, Message, Reminder, Tick
from reminders.operations import ticking
from reminders.operations.bounces import read_bounce, record_bounce
from reminders.operations.mails import compose, message_id
from tests.accounts.factories import UserFactory
from tests.endings.factories import EndingFactory
from tests.reminders.practice import raise_now, tick_now
from tests.roles import standing_as

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WELL = dict.fromkeys(("unsent", "expired", "missing", "left_over", "silent"), 0)


def a_mail(state: str, **facts: Any) -> Message:
    return Message.objects.create(
        **{"person": UserFactory.create(), "kind": "digest", "day": today(), "state": state}
        | {"send_after": now() - MINUTE, "useful_until": now() + DAY}
        | facts
    )


def a_worker(**facts: Any) -> Tick:
    named = {"worker": f"celery@host{Tick.objects.count()}", "began_at": now(), "ended_at": now()}
    return Tick.objects.create(**named | facts)


def doctor(**options: Any) -> tuple[int, dict[str, Any]]:
    """Run the command as the worker does; return its status and what it said."""
    said, status = io.StringIO(), 0
    with standing_as("worker"):
        try:
            call_command("reminders_doctor", "--json", patience=0, stdout=said, **options)
        except SystemExit as left:
            status = int(left.code or 0)
    found = json.loads(said.getvalue())
    assert found.pop("well") is (status == 0)
    return status, found


# --- the doctor -----------------------------------------------------------------------------------------
def test_a_practice_whose_ticks_are_through_is_well() -> None:
    for facts in ({}, {"told": True}, {"chosen": True}, {"last_held": True}):
        EndingFactory.create(therapist=UserFactory.create(), **facts)
    tick_now()
    assert doctor() == (0, WELL)
    assert Examination.objects.get().is_well


def test_each_fault_is_found_and_counted() -> None:
    gone, there = (EndingFactory.create(therapist=UserFactory.create()) for _ in range(2))
    tick_now()
    Reminder.objects.filter(about=gone.pk).delete()
    Reminder.objects.create(
        person=there.assignment.therapist,
        occasion="close_file",
        about=there.pk,
        due_on=today(),
        raised_at=now(),
    )
    a_mail("waiting", send_after=now() - 11 * MINUTE)
    a_mail("waiting", send_after=now() - 9 * MINUTE)
    a_mail("claimed", leased_until=Now() - 3 * MINUTE)
    a_mail("claimed", leased_until=Now() + MINUTE)
    Tick.objects.update(ended_at=now() - 3 * MINUTE)
    assert doctor() == (1, dict.fromkeys(WELL, 1))


def test_what_only_the_next_tick_can_know_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact of this moment: at the second look the tick has raised it."""
    tick_now()
    EndingFactory.create()
    command = "reminders.management.commands.reminders_doctor.time.sleep"
    monkeypatch.setattr(command, lambda _seconds: raise_now())
    assert doctor() == (0, WELL)


def test_without_any_worker_nothing_is_well() -> None:
    assert doctor() == (1, WELL | {"silent": 1})


def test_the_night_examines_too_and_raises_first_what_is_new() -> None:
    EndingFactory.create()
    a_worker()
    ticking.night(at=now())
    assert Examination.objects.get().is_well
    assert Reminder.objects.count() == 1


def test_in_words_it_names_what_is_wrong_and_nobody(capsys: Any) -> None:
    a_worker()
    a_mail("waiting", send_after=now() - 11 * MINUTE)
    with standing_as("worker"), pytest.raises(SystemExit):
        call_command("reminders_doctor", patience=0)
    assert capsys.readouterr().out == "1 mails that should have gone out ten minutes ago and more\n"


# --- the page -------------------------------------------------------------------------------------------
def test_the_page_says_why_whose_address_who_sends_and_what_was_examined(client: Client) -> None:
    refused = a_mail("failed", fault="no_person", last_error="550").person
    fixed = a_mail("failed", fault="bounced", last_error="5.1.1", send_after=now() - 2 * DAY)
    a_mail("sent", sent_at=now(), person=fixed.person, key="later")
    a_mail("waiting", fault="later", last_error="451")
    a_mail("waiting", fault="later", last_error="450")
    a_worker(worker="celery@one", ended_at=now() - 3 * MINUTE)
    a_worker(worker="celery@two", fault="ValueError")
    a_worker(worker="celery@long-gone", ended_at=now() - 2 * DAY)
    Examination.objects.create(at=now(), **WELL | {"missing": 7})
    client.force_login(UserFactory.create(roles=["practice_admin"]))

    page = client.get("/reminders/operations/")

    causes = {(c.fault, c.codes, c.is_final, c.count) for c in page.context["causes"]}
    assert causes == {
        ("later", "450, 451", False, 2),
        ("no_person", "550", True, 1),
        ("bounced", "5.1.1", True, 1),
    }
    assert list(page.context["failing"]) == [refused]
    workers = {(w.tick.worker, w.is_silent) for w in page.context["workers"]}
    assert workers == {("celery@one", True), ("celery@two", False)}
    said = page.content.decode()
    for words in ("The address does not exist", "with a fault", "2 mails are tried again", ">7<"):
        assert words in said


# --- /metrics -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "secret", "Bearer secret "])
def test_without_the_token_there_is_no_such_page(client: Client, token: str) -> None:
    with override_settings(METRICS_TOKEN="secret"):
        assert client.get("/metrics", headers={"Authorization": token}).status_code == 404
    client.force_login(UserFactory.create(roles=["practice_admin"]))
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_for_prometheus_name_nobody(client: Client) -> None:
    ending = EndingFactory.create(therapist=UserFactory.create(name="Goldhaehnchen"))
    raise_now()
    a_mail("sent", sent_at=now())
    a_mail("waiting", send_after=now() - 20 * MINUTE, fault="away")
    a_worker(worker="celery@marta-laptop", ended_at=now() - MINUTE)
    with override_settings(METRICS_TOKEN="secret"):
        answer = client.get("/metrics", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    said = answer.content.decode()
    lines = dict(line.rsplit(" ", 1) for line in said.splitlines() if not line.startswith("#"))
    assert lines['practice_mails{fault="",kind="digest",state="sent"}'] == "1.0"
    assert lines['practice_mails{fault="away",kind="digest",state="waiting"}'] == "1.0"
    assert lines["practice_mails_late"] == "1.0"
    assert lines["practice_mails_late_seconds"] == "1200.0"
    assert lines["practice_reminders_standing"] == "1.0"
    [age] = [
        value for name, value in lines.items() if name.startswith("practice_tick_age_seconds{")
    ]
    assert age == "60.0"
    known = (ending.client.name, ending.client.code, "Goldhaehnchen", "marta", str(ending.pk))
    for name in known:
        assert name not in said


# --- what comes back ------------------------------------------------------------------------------------
def a_report(of: Message, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Return a report as a mail server writes one (RFC 3464)."""
    person = of.person.email
    return f"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {person}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id(of.pk)}
To: {person}

--b--
""".encode()


def test_a_mail_that_came_back_counts_as_failed_once() -> None:
    sent = a_mail("sent", sent_at=now())
    bounce = read_bounce(a_report(sent))
    assert bounce is not None
    assert (bounce.key, bounce.status) == (sent.pk, "5.1.1")
    assert record_bounce(bounce, at=now())
    assert not record_bounce(bounce, at=now())
    sent.refresh_from_db()
    assert (sent.state, sent.fault, sent.last_error, sent.bounced_at) == (
        *("failed", "bounced", "5.1.1"),
        now(),
    )


@pytest.mark.parametrize(
    ("action", "status", "known"),
    [("delayed", "4.4.1", False), ("failed", "odd", True), ("relayed", "2.0.0", False)],
)
def test_a_delay_is_no_bounce(action: str, status: str, *, known: bool) -> None:
    sent = a_mail("sent", sent_at=now())
    found = read_bounce(a_report(sent, action=action, status=status))
    assert (found is not None) is known
    assert found is None or found.status == "5.0.0"


@pytest.mark.parametrize("written", [b"", b"\xff\xfe", b"Subject: hello\n\nI am on holiday."])
def test_any_other_mail_is_passed_by(written: bytes, monkeypatch: Any, capsys: Any) -> None:
    class Pipe:
        buffer = io.BytesIO(written)

    monkeypatch.setattr("sys.stdin", Pipe)
    with standing_as("worker"):
        call_command("record_bounce")
    assert capsys.readouterr().out == "Nothing of ours came back.\n"


def test_the_command_takes_a_report_from_its_pipe(monkeypatch: Any, capsys: Any) -> None:
    sent = a_mail("sent", sent_at=now())

    class Pipe:
        buffer = io.BytesIO(a_report(sent))

    monkeypatch.setattr("sys.stdin", Pipe)
    with standing_as("worker"):
        call_command("record_bounce")
    assert capsys.readouterr().out == "Recorded.\n"


def test_bounces_go_where_they_are_read() -> None:
    ending = EndingFactory.create()
    raise_now()
    made = a_mail("waiting", person=ending.assignment.therapist)
    message = Message.objects.get(pk=made.pk)
    with override_settings(BOUNCES_TO="bounces@practice.example"):
        envelope = compose(message, at=now())
    assert envelope is not None
    assert envelope.from_email == "bounces@practice.example"
    assert envelope.message()["From"] == "practice@localhost"
