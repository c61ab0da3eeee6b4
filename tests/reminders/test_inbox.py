"""The inbox: what stands, by day; gone when the thing is done; tomorrow again when asked."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import now, today
from endings.models import Ending, HandoverInvitation
from reminders.models import Message, Reminder
from reminders.occasions import Occasion
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.reminders.practice import raise_now

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
URL = "/reminders/"


@pytest.fixture
def ending() -> Ending:
    made = EndingFactory.create()
    raise_now()
    return made


def page(client: Client, person: Any) -> str:
    client.force_login(person)
    return client.get(URL).content.decode()


def test_what_stands_is_shown_with_its_client(client: Client, ending: Ending) -> None:
    said = page(client, ending.assignment.therapist)
    assert "The window is open: tell in person" in said
    assert ending.client.known_as in said


def test_it_leaves_with_the_fact_before_any_tick(client: Client, ending: Ending) -> None:
    Ending.objects.filter(pk=ending.pk).update(
        told_on=today(), told_by=ending.assignment.therapist, stage="told"
    )
    assert "No messages." in page(client, ending.assignment.therapist)


def test_nobody_reads_another_persons_inbox(client: Client, ending: Ending) -> None:
    stranger = UserFactory.create()
    assert "No messages." in page(client, stranger)
    reminder = Reminder.objects.get()
    assert client.get(reverse("reminders:go", args=[reminder.pk])).status_code == 404
    answer = client.post(reverse("reminders:remind_tomorrow", args=[reminder.pk]))
    assert answer.status_code == 404
    reminder.refresh_from_db()
    assert reminder.snoozed_until is None


def test_remind_me_tomorrow_rests_until_the_next_day(
    client: Client, ending: Ending, time_machine: Any
) -> None:
    therapist = ending.assignment.therapist
    client.force_login(therapist)
    client.post(reverse("reminders:remind_tomorrow", args=[Reminder.objects.get().pk]))
    assert ending.client.known_as not in page(client, therapist)

    time_machine.move_to("2026-11-24 00:00", tick=False)

    assert ending.client.known_as in page(client, therapist)


def test_a_link_leads_to_the_thing_after_signing_in(client: Client, ending: Ending) -> None:
    url = reverse("reminders:go", args=[Reminder.objects.get().pk])
    door = unquote(client.get(url).headers["Location"])
    assert door.startswith("/account/login/?next=/reminders/go/")
    client.force_login(ending.assignment.therapist)
    told = reverse("endings:record_told_in_person", args=[ending.pk])
    assert client.get(url).headers["Location"] == told


def test_a_supervisor_looks_at_the_ending(client: Client) -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    raise_now()
    client.force_login(leads)
    url = reverse("reminders:go", args=[Reminder.objects.get(person=leads).pk])
    assert client.get(url).headers["Location"] == ending.get_absolute_url()


def test_a_receiver_is_led_to_what_they_were_asked_and_reads_no_name(client: Client) -> None:
    ending = EndingFactory.create(chosen=True)
    receiver = UserFactory.create()
    asked = HandoverInvitation.objects.create(
        ending=ending,
        receiver=receiver,
        code="K-1",
        state="accepted",
        invited_at=now(),
        invited_by=ending.assignment.therapist,
        answered_at=now(),
    )
    raise_now()
    said = page(client, receiver)
    assert "Book the meeting of three" in said
    assert ending.client.known_as not in said
    assert ending.client.code not in said
    url = reverse("reminders:go", args=[Reminder.objects.get(person=receiver).pk])
    assert client.get(url).headers["Location"] == reverse("endings:invitation", args=[asked.pk])


@pytest.mark.parametrize(
    ("kind", "leads_to"),
    [("digest", "/"), ("escalation", "/reminders/"), ("review", "/reminders/")],
)
def test_the_link_of_a_mail_is_its_readers_alone(client: Client, kind: str, leads_to: str) -> None:
    reader, stranger = UserFactory.create(), UserFactory.create()
    message = Message.objects.create(
        person=reader, kind=kind, day=today(), send_after=now(), useful_until=now() + DAY
    )
    url = reverse("reminders:go", args=[message.pk])
    client.force_login(reader)
    assert client.get(url).headers["Location"] == leads_to
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_the_navigation_says_how_many_wait(client: Client, ending: Ending) -> None:
    client.force_login(ending.assignment.therapist)
    response = client.get("/more/")
    links = {
        link["label"]: link["count"] for part in response.context["nav"] for link in part["links"]
    }
    assert links["Inbox"] == 1
    assert links["Endings"] == 1
    assert response.context["inbox_count"] == 1


def test_every_occasion_has_a_page(client: Client) -> None:
    from reminders.targets import target_of

    for occasion in Occasion:
        assert target_of(occasion, uuid4()).startswith("/")


@pytest.mark.parametrize("clients", [1, 30])
def test_the_inbox_takes_at_most_twelve_queries(client: Client, clients: int) -> None:
    PracticeFactory.create()
    departure = DepartureFactory.create()
    for _ in range(clients):
        EndingFactory.create(departure=departure)
    raise_now()
    page(client, departure.therapist)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(URL)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 12
    assert sum(len(some) for _day, some in response.context["days"]) == clients
