"""What goes wrong on the way: a dead, slow or abrupt server, a mail that cannot be written, a release that is older."""

import smtplib
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from accounts.models import User
from core.clock import now
from endings.models import Ending
from reminders.models import Message, Reminder, Tick
from reminders.operations import posting, sending, ticking
from reminders.operations.raising import raise_and_close
from reminders.operations.sending import drain
from tests.accounts.factories import UserFactory
from tests.endings.factories import EndingFactory
from tests.reminders.mail_servers import Abrupt, mail_goes_to
from tests.reminders.practice import post_now, send_now, tick_now
from tests.reminders.test_sending import a_mail, state_of
from tests.roles import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

MINUTE = timedelta(minutes=1)
NOBODY_THERE = 1  # a port


def faults() -> list[tuple[str, str, str, int]]:
    rows = Message.objects.order_by("send_after", "pk")
    return list(rows.values_list("state", "fault", "last_error", "attempts"))


# --- the server -----------------------------------------------------------------------------------------
def test_a_dead_server_is_asked_once_a_tick_and_costs_nobody_a_try() -> None:
    """It is not the mails' fault: they go out with the first tick that finds it alive."""
    for _ in range(3):
        a_mail()
    with mail_goes_to(NOBODY_THERE):
        assert send_now() == 0
    assert faults() == [("waiting", "away", "ConnectionRefusedError", 0)] * 3
    assert send_now() == 3
    assert faults() == [("sent", "", "", 1)] * 3


def test_a_server_that_never_greets_holds_up_one_tick_once() -> None:
    for _ in range(5):
        a_mail()
    with Abrupt(b"BANNER", hangs=True) as server, mail_goes_to(server.port, patience=0.3):
        began = time.monotonic()
        assert send_now() == 0
        assert time.monotonic() - began < 3
    assert faults() == [("waiting", "away", "TimeoutError", 0)] * 5
    assert server.visits == 1


@pytest.mark.parametrize("at", [b"MAIL", b"RCPT", b"END"])
@pytest.mark.parametrize(
    ("hangs", "fault", "said"),
    [(True, "slow", "TimeoutError"), (False, "hung_up", "SMTPServerDisconnected")],
)
def test_two_connections_lost_in_a_row_and_the_tick_leaves_the_server_alone(
    at: bytes, fault: str, said: str, *, hangs: bool
) -> None:
    for _ in range(4):
        a_mail()
    with Abrupt(at, hangs=hangs) as server, mail_goes_to(server.port, patience=0.3):
        assert send_now() == 0
    tried = [row for row in faults() if row[3]]
    assert tried == [("waiting", fault, said, 1)] * 2
    assert [row for row in faults() if not row[3]] == [("waiting", "", "", 0)] * 2


def test_one_lost_connection_holds_up_nobody() -> None:
    for _ in range(4):
        a_mail()
    with Abrupt(b"END", hangs=False, times=1) as server, mail_goes_to(server.port):
        assert send_now() == 3
        assert drain(clock=lambda: now() + 2 * MINUTE) == 1
    assert server.taken == 4


def test_a_wrong_password_fails_no_mail_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    message = a_mail()

    def refuse(self: Any) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"wrong")

    monkeypatch.setattr(mail.get_connection().__class__, "open", refuse, raising=False)
    assert send_now() == 0
    assert state_of(message) == "waiting"
    assert (message.fault, message.last_error) == ("away", "535")


def test_a_sender_who_is_refused_is_a_matter_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        a_mail()

    def refuse(self: Any, messages: Any) -> None:
        raise smtplib.SMTPSenderRefused(550, b"who is that", "practice@localhost")

    monkeypatch.setattr(mail.get_connection().__class__, "send_messages", refuse)
    assert send_now() == 0
    assert {row[:2] for row in faults()} == {("waiting", "away"), ("waiting", "")}


# --- ourselves ------------------------------------------------------------------------------------------
def test_a_mail_that_cannot_be_written_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = a_mail(send_after=now() - MINUTE), a_mail()
    compose = sending.compose

    def stumble(message: Message, **facts: Any) -> Any:
        if message.pk == broken.pk:
            raise KeyError("a name that must not be in a log")
        return compose(message, **facts)

    monkeypatch.setattr(sending, "compose", stumble)
    assert send_now() == 1
    assert (state_of(fine), state_of(broken)) == ("sent", "waiting")
    assert (broken.fault, broken.attempts) == ("ours", 1)
    assert broken.send_after > now()


def test_somebody_whose_zone_means_nothing_here_keeps_nobody_from_their_mail() -> None:
    lost, fine = (
        EndingFactory.create(therapist=UserFactory.create()).assignment.therapist for _ in "ab"
    )
    User.objects.filter(pk=lost.pk).update(zone="Mars/Olympus_Mons")
    tick_now()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([lost.email, fine.email])


def test_a_step_that_fails_keeps_none_of_the_others_from_being_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    EndingFactory.create()
    post_now()

    def stumble(**_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(ticking, "make_messages", stumble)
    with pytest.raises(ValueError, match="no"):
        ticking.tick(clock=now, worker="celery@here")
    assert len(mail.outbox) == 1
    [tick] = Tick.objects.all()
    assert (tick.worker, tick.sent, tick.fault) == ("celery@here", 1, "ValueError")
    monkeypatch.undo()
    ticking.tick(clock=now, worker="celery@here")
    tick.refresh_from_db()
    assert (tick.sent, tick.fault) == (0, "")


def test_time_that_is_over_gives_the_rest_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        a_mail()
    ticks = iter([0.0] * 7 + [100.0] * 50)
    monkeypatch.setattr(sending, "seconds", lambda: next(ticks))
    sent = drain(clock=now, lasts=timedelta(seconds=25))
    monkeypatch.undo()
    assert 0 < sent < 3
    assert {row[3] for row in faults() if row[0] == "waiting"} == {0}
    assert send_now() == 3 - sent


# --- what was recorded meanwhile ------------------------------------------------------------------------
def test_what_was_done_while_a_batch_went_out_is_not_spoken_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second reader is told what stands then, not what stood when the batch was claimed."""
    endings = [EndingFactory.create(therapist=UserFactory.create()) for _ in range(2)]
    post_now()
    hand_over = sending.Postman.hand_over

    def and_meanwhile(self: Any, envelope: Any) -> Any:
        went = hand_over(self, envelope)
        other = next(one for one in endings if one.assignment.therapist.email not in envelope.to)
        with as_owner():
            Ending.objects.filter(pk=other.pk).update(withdrawn_on=now().date())
        return went

    monkeypatch.setattr(sending.Postman, "hand_over", and_meanwhile)
    monkeypatch.setattr(sending, "KNOWN_FOR", 0.0)
    monkeypatch.setattr(sending, "RESTS", 0)
    assert drain(clock=now, follow_facts=lambda: raise_and_close(at=now())) == 1
    assert Message.objects.filter(state="sent").count() == len(mail.outbox) == 1
    assert not Message.objects.exclude(state__in=["sent", "dropped"]).exists()
    assert Reminder.objects.filter(closed_at=None).count() == 1


def test_a_digest_made_a_moment_before_its_reminder_is_not_dropped() -> None:
    """Another worker may have made it between somebody's fact and the tick that raises it."""
    ending = EndingFactory.create()
    posting.make_messages(at=now())
    assert not Reminder.objects.exists()
    assert drain(clock=now, follow_facts=lambda: raise_and_close(at=now())) == 1
    assert mail.outbox[0].to == [ending.assignment.therapist.email]
    assert not Message.objects.filter(state__in=["waiting", "claimed"]).exists()


# --- two releases at once -------------------------------------------------------------------------------
def test_a_worker_of_the_release_before_goes_on_writing() -> None:
    """It knows nothing of the columns that have come since: the database fills them."""
    person = UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into reminders_message (id, person_id, kind, key, day, send_after, useful_until, state,"
            " attempts, last_error) values (gen_random_uuid(), %s, 'digest', '', %s, %s, %s, 'waiting', 0, '')",
            [person.pk, now().date(), now(), now() + MINUTE],
        )
    assert Message.objects.get().fault == ""


@pytest.mark.parametrize("kind", ["digest", "directory", "escalation"])
def test_only_what_one_may_switch_off_says_where(kind: str) -> None:
    a_mail(kind=kind, key=posting.REBOOK if kind == "escalation" else "")
    Reminder.objects.update(
        occasion={"digest": "tell", "directory": "check_entry", "escalation": "rebook_telling"}[
            kind
        ],
        is_escalation=kind == "escalation",
    )
    send_now()
    [envelope] = mail.outbox
    unsubscribe = envelope.extra_headers.get("List-Unsubscribe", "")
    assert unsubscribe.endswith("/people/settings/>") is (kind != "escalation")
