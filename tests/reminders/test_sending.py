"""Claims, leases, marks; what the mail server says; never twice, never lost."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test import override_settings

from accounts.models import User
from core.clock import now, today
from reminders.models import Message, Reminder
from reminders.occasions import Occasion
from reminders.operations import sending
from reminders.operations.claiming import LONGEST_MAIL, claim, seconds
from reminders.operations.sending import drain
from tests.accounts.factories import UserFactory
from tests.reminders.practice import send_now, tick_now
from tests.roles import standing_as

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def a_mail(person: User | None = None, **facts: Any) -> Message:
    """Return a digest that waits, for somebody who has something to do."""
    reader = person or UserFactory.create()
    Reminder.objects.create(
        person=reader, occasion=Occasion.ASK_AFTER, about=uuid4(), due_on=today(), raised_at=now()
    )
    return Message.objects.create(
        **{"person": reader, "kind": "digest", "day": today(), "send_after": now()}
        | {"useful_until": now() + 16 * timedelta(hours=1)}
        | facts
    )


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def let_leases_end() -> None:
    """As if a minute had gone by on PostgreSQL's clock, which is the one that counts."""
    Message.objects.filter(state="claimed").update(leased_until=Now() - MINUTE)


# --- claiming -------------------------------------------------------------------------------------------
def test_what_one_has_claimed_another_passes_by(time_machine: Any) -> None:
    message = a_mail()
    assert claim(at=now()).keys == [message.pk]
    assert claim(at=now()).keys == []
    time_machine.shift(60 * MINUTE)  # a clock that runs ahead takes nothing away from anybody
    assert claim(at=now()).keys == []


def test_a_claim_whose_holder_died_is_taken_over_when_its_lease_ends() -> None:
    message = a_mail()
    first = claim(at=now())
    let_leases_end()
    second = claim(at=now())
    assert second.keys == [message.pk]
    message.refresh_from_db()
    assert (message.token, message.attempts) == (second.token, 2)
    assert first.token != second.token


def test_a_worker_that_slept_past_its_lease_sends_nothing() -> None:
    message = a_mail()
    slow = claim(at=now())
    let_leases_end()
    claim(at=now())
    slow.held_until = seconds()  # its own clock went on, too
    with sending.Postman() as postman:
        round_ = sending.Round(now, float("inf"), sending.FactsFollower(None))
        round_.deliver(slow, postman)
    assert mail.outbox == []
    assert state_of(message) == "claimed"


def test_a_lease_is_renewed_while_the_batch_goes_out() -> None:
    message = a_mail()
    batch = claim(at=now())
    Message.objects.update(leased_until=Now() + timedelta(seconds=30))
    batch.hold()
    message.refresh_from_db()
    soon = message.leased_until
    batch.held_until = seconds() + 30
    batch.hold()
    message.refresh_from_db()
    assert soon < message.leased_until
    assert batch.keys == [message.pk]
    assert batch.held_until > seconds() + LONGEST_MAIL.total_seconds()


def test_a_batch_is_no_larger_than_asked_and_the_oldest_goes_first() -> None:
    later, sooner = a_mail(send_after=now() - MINUTE), a_mail(send_after=now() - 2 * MINUTE)
    assert claim(at=now(), size=1).keys == [sooner.pk]
    assert claim(at=now(), size=1).keys == [later.pk]


def test_what_is_not_due_yet_stays() -> None:
    message = a_mail(send_after=now() + MINUTE)
    tried = a_mail(send_after=now() + 20 * MINUTE, attempts=5)
    assert send_now() == 0
    assert (state_of(message), state_of(tried)) == ("waiting", "waiting")


def test_what_a_clock_that_ran_ahead_has_made_does_not_wait_for_that_hour() -> None:
    message = a_mail(send_after=now() + 60 * MINUTE, useful_until=now() + DAY)
    assert send_now() == 1
    assert state_of(message) == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once() -> None:
    messages = [a_mail() for _ in range(30)]
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait()
        try:
            drain(clock=now)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert len(ids) == len(set(ids)) == len(messages)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_does_not_hold_up_the_others() -> None:
    held, free = a_mail(), a_mail()
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import transaction

        try:
            with standing_as("worker"), transaction.atomic():
                Message.objects.select_for_update().get(pk=held.pk)
                locked.set()
                done.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    keys = claim(at=now()).keys
    done.set()
    holder.join()
    assert keys == [free.pk]


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_between_the_servers_yes_and_the_mark_sends_one_more_with_the_same_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_mail()

    class KilledError(BaseException):
        """As kill -9 would: nothing after it runs."""

    def die(self: Any, messages: Any) -> None:
        type(self).real(self, messages)
        raise KilledError

    backend = mail.get_connection().__class__
    monkeypatch.setattr(backend, "real", backend.send_messages, raising=False)
    monkeypatch.setattr(backend, "send_messages", die)
    with pytest.raises(KilledError):
        drain(clock=now)
    monkeypatch.undo()

    assert drain(clock=now) == 0  # the lease still holds
    let_leases_end()
    assert drain(clock=now) == 1

    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert Message.objects.get().attempts == 2


def test_a_tick_that_comes_twice_sends_once() -> None:
    person = UserFactory.create()
    from tests.endings.factories import EndingFactory

    EndingFactory.create(therapist=person)
    tick_now()
    sent = len(mail.outbox)
    tick_now()
    tick_now()
    assert sent == len(mail.outbox) == 1


def test_what_nobody_could_send_in_time_has_failed() -> None:
    message = a_mail(useful_until=now(), send_after=now() - DAY)
    assert send_now() == 0
    assert (state_of(message), message.fault) == ("failed", "too_late")
    assert mail.outbox == []


# --- what the server says -------------------------------------------------------------------------------
class Server:
    """A mail server that answers what the test has put down, one answer a mail; then 250."""

    def __init__(self) -> None:
        self.answers_to_rcpt: list[str] = []
        self.answers_to_data: list[str] = []
        self.taken: list[Any] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.answers_to_rcpt.pop(0) if self.answers_to_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- as above
        answer = self.answers_to_data.pop(0) if self.answers_to_data else "250 taken"
        if answer.startswith("250"):
            self.taken.append(envelope)
            self.sessions.add(id(session))
        return answer


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=5,
    ):
        yield handler
    controller.stop()


def test_all_mails_of_a_tick_go_over_one_connection(server: Server) -> None:
    for _ in range(5):
        a_mail()
    assert send_now() == 5
    assert len(server.taken) == 5
    assert len(server.sessions) == 1


@pytest.mark.parametrize("where", ["answers_to_rcpt", "answers_to_data"])
def test_not_now_is_tried_again_later(server: Server, where: str) -> None:
    message = a_mail()
    setattr(server, where, ["451 try again later, jan@example.org"])
    assert send_now() == 0
    assert (state_of(message), message.last_error, message.attempts) == ("waiting", "451", 1)
    assert now() + MINUTE <= message.send_after <= now() + 2 * MINUTE

    assert send_now() == 0
    assert drain(clock=lambda: now() + 2 * MINUTE) == 1
    assert state_of(message) == "sent"
    assert len(server.taken) == 1


@pytest.mark.parametrize("where", ["answers_to_rcpt", "answers_to_data"])
def test_never_is_never_and_holds_up_nobody(server: Server, where: str) -> None:
    refused = a_mail(send_after=now() - MINUTE)
    fine = a_mail()
    setattr(server, where, ["550 no such person, jan@example.org"])
    assert send_now() == 1
    assert (state_of(refused), refused.last_error) == ("failed", "550")
    assert state_of(fine) == "sent"


def test_pauses_double_up_to_an_hour_until_the_mail_is_of_no_use(server: Server) -> None:
    message = a_mail(useful_until=now() + 5 * timedelta(hours=1))
    server.answers_to_data = ["451 later"] * 50
    at, pauses = now(), []
    while state_of(message) == "waiting":
        pauses.append(message.send_after - at)
        at = message.send_after
        drain(clock=partial(max, at, at))
    whole = [round(pause / MINUTE / (1 + message.pk.int % 64 / 256)) for pause in pauses[1:]]
    assert whole[:6] == [1, 2, 4, 8, 16, 32]
    assert set(whole[6:]) <= {60}
    assert (message.state, message.last_error) == ("failed", "451")
    assert server.taken == []


def test_no_address_stands_in_the_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    message = a_mail()
    server.answers_to_rcpt = [f"550 {message.person.email} is unknown"]
    send_now()
    ours = [row.getMessage() for row in caplog.records if row.name.startswith("reminders")]
    assert ours == [f"mail {message.pk} was not taken (550)"]
