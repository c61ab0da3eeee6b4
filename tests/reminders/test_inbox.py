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
from django.utils.html import escape

from caseload.models import Break
from core.clock import now, today
from endings.models import Ending, HandoverInvitation
from reminders.models import HandedOn, Message, Reminder
from reminders.occasions import Occasion
from reminders.operations.raising import raise_and_close
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import AssignmentFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.reminders.practice import raise_now, tick_now

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
    therapist, (reminder,) = ending.assignment.therapist, Reminder.objects.all()
    client.force_login(therapist)
    answer = client.post(reverse("reminders:remind_tomorrow", args=[reminder.pk]), follow=True)
    assert answer.context["days"] == []
    assert [one.reminder for one in answer.context["aside"]] == [reminder]
    assert b"Undo" in answer.content

    client.post(reverse("reminders:remind_again", args=[reminder.pk]))
    assert len(client.get(URL).context["days"]) == 1
    reminder.refresh_from_db()
    assert (reminder.rested, reminder.snoozed_until) == (0, None)

    client.post(reverse("reminders:remind_tomorrow", args=[reminder.pk]))
    time_machine.move_to("2026-11-24 00:00", tick=False)
    client.force_login(therapist)
    assert len(client.get(URL).context["days"]) == 1


def test_the_third_time_it_asks_why(client: Client, ending: Ending, time_machine: Any) -> None:
    url = reverse("reminders:remind_tomorrow", args=[Reminder.objects.get().pk])
    for day in (24, 25):
        client.force_login(ending.assignment.therapist)
        assert client.post(url).status_code == 302
        time_machine.move_to(f"2026-11-{day} 08:00", tick=False)
    client.force_login(ending.assignment.therapist)
    assert url in client.get(URL).content.decode()  # a page that asks, no button
    assert ending.client.known_as not in client.get(url).content.decode()

    assert client.post(url).status_code == 422
    assert client.post(url, {"because": "I do not feel like it"}).status_code == 422
    assert client.post(url, {"because": "waits"}).status_code == 302
    row = Reminder.objects.get()
    assert (row.rested, row.rested_because) == (3, "waits")


def test_the_last_day_of_full_notice_cannot_wait(client: Client) -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today())
    raise_now()
    row = Reminder.objects.get(about=ending.pk)
    assert (row.occasion, row.is_escalation) == (Occasion.LAST_CHANCE, True)
    said = page(client, ending.assignment.therapist)
    assert "Remind me tomorrow" not in said
    answer = client.post(reverse("reminders:remind_tomorrow", args=[row.pk]))
    assert answer.status_code == 422
    assert "no full notice after today" in answer.content.decode()


def test_only_what_no_fact_closes_is_done_by_hand(client: Client, ending: Ending) -> None:
    client.force_login(ending.assignment.therapist)
    tell = Reminder.objects.get()
    assert "Done" not in page(client, ending.assignment.therapist)
    client.post(reverse("reminders:mark_done", args=[tell.pk]))
    tell.refresh_from_db()
    assert tell.done_at is None

    resting = AssignmentFactory.create(therapist=ending.assignment.therapist)
    Break.objects.create(
        assignment=resting,
        episode=resting.episode,
        starts_on=today() - 7 * DAY,
        ends_on=today() + 30 * DAY,
        contact_on=today(),
    )
    raise_now()
    call = Reminder.objects.get(occasion=Occasion.CONTACT_IN_BREAK)
    assert resting.episode.called in page(client, ending.assignment.therapist)
    answer = client.post(reverse("reminders:mark_done", args=[call.pk]), follow=True)
    assert [one.reminder for one in answer.context["aside"]] == [call]
    raise_now()
    assert call not in Reminder.objects.standing(now())

    client.post(reverse("reminders:mark_not_done", args=[call.pk]))
    assert call in Reminder.objects.standing(now())
    # What was called done and is late after all comes back: nothing has proved it.
    client.post(reverse("reminders:mark_done", args=[call.pk]))
    raise_and_close(at=now() + 3 * DAY)
    assert call in Reminder.objects.standing(now())


def test_without_an_absence_ahead_nobody_stands_in(client: Client, ending: Ending) -> None:
    assert "Hand to" not in page(client, ending.assignment.therapist)
    client.post(reverse("reminders:hand_on", args=[Reminder.objects.get().pk]))
    assert not HandedOn.objects.exists()


def test_a_deputy_takes_it_and_gives_it_back(client: Client, ending: Ending) -> None:
    therapist, deputy = ending.assignment.therapist, UserFactory.create(name="Imre")
    coming = today() + 7 * DAY
    AbsenceFactory.create(user=therapist, deputy=deputy, starts_on=coming, ends_on=coming)
    assert "Hand to Imre" in page(client, therapist)
    client.post(reverse("reminders:hand_on", args=[Reminder.objects.get().pk]))
    raise_now()
    theirs = Reminder.objects.get(person=deputy)
    answer = client.get(URL)
    assert [one.occasion for one in answer.context["in_hands"]] == [Occasion.TELL]
    assert answer.context["days"] == []

    said = page(client, deputy)
    assert f"{escape(therapist.name)} has handed it to you" in said
    assert ending.client.known_as not in said  # the absence opens it, not the hand
    back = client.get(reverse("reminders:go", args=[theirs.pk])).headers["Location"]
    assert back == f"{URL}#reminder-{theirs.pk}"

    client.post(reverse("reminders:take_back", args=[HandedOn.objects.get().pk]))
    raise_now()
    assert ending.client.known_as in page(client, therapist)
    assert "No messages." in page(client, deputy)
    client.force_login(UserFactory.create())
    stranger = client.post(reverse("reminders:take_back", args=[HandedOn.objects.get().pk]))
    assert stranger.status_code == 404


def test_what_rises_says_what_was_tried_and_a_practice_admin_reads_a_code(
    client: Client, time_machine: Any
) -> None:
    PracticeFactory.create()
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today())
    therapist = ending.assignment.therapist
    leads = SupervisionFactory.create(supervisee=therapist).supervisor
    admin = UserFactory.create(roles=["practice_admin"])
    for day in (23, 24, 25):
        time_machine.move_to(f"2026-11-{day} 08:00", tick=False)
        tick_now()
    [row] = Reminder.objects.filter(person=admin)
    assert (row.occasion, row.due_on) == (Occasion.UNANSWERED, today())

    said = page(client, leads)
    name = escape(therapist.name)
    assert f"{name} was reminded on Mon 23 Nov, by mail on Mon 23 Nov" in said
    assert ending.client.known_as in said
    said = page(client, admin)
    assert ending.client.code in said
    assert ending.client.known_as not in said
    assert f"{name} was reminded on Mon 23 Nov, by mail" in said
    assert f"{escape(leads.name)} was reminded on Tue 24 Nov, by mail" in said
    back = client.get(reverse("reminders:go", args=[row.pk])).headers["Location"]
    assert back == f"{URL}#reminder-{row.pk}"
    client.post(reverse("reminders:mark_done", args=[row.pk]))
    assert ending.client.code in page(client, admin)  # put aside, with the way back


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
