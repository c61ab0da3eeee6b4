"""When the morning's mail comes: on clocks that leave an hour out, have one twice, or change their zone."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.clock import now, today
from reminders.models import Message, Reminder
from reminders.operations.posting import make_messages
from reminders.operations.putting_off import tomorrow
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.endings.factories import EndingFactory
from tests.reminders.practice import at, post_now, tick_now

pytestmark = pytest.mark.django_db

HALF = timedelta(minutes=30)
EVERY_DAY = list(range(7))


def reader(zone: str, digest_at: str, **facts: Any) -> User:
    PracticeFactory.create(zone="Europe/Warsaw")
    return UserFactory.create(
        zone=zone, digest_at=time.fromisoformat(digest_at), working_days=EVERY_DAY, **facts
    )


def mornings(person: User, start: str, hours: int) -> list[tuple[date, str]]:
    """Return the day of each digest and the UTC time it was made, of a tick every half hour."""
    for n in range(2 * hours):
        make_messages(at=at(start) + n * HALF)
    rows = Message.objects.filter(person=person, kind="digest").order_by("send_after")
    return [(row.day, f"{row.send_after:%d %H:%M}") for row in rows]


def test_a_time_that_does_not_exist_is_the_moment_after() -> None:
    person = reader("Europe/Warsaw", "02:30")
    assert mornings(person, "2026-03-28T22:00+00:00", 4) == [
        (date(2026, 3, 28), "28 22:00"),  # the day that was under way when the ticks began
        (date(2026, 3, 29), "29 01:00"),  # the clock goes from 02:00 to 03:00
    ]


def test_a_time_that_exists_twice_is_the_first_of_the_two() -> None:
    person = reader("Europe/Warsaw", "02:30")
    assert mornings(person, "2026-10-24T22:00+00:00", 6) == [
        (date(2026, 10, 25), "25 00:30"),  # the clock goes from 03:00 back to 02:00
    ]


@pytest.mark.parametrize(
    ("zone", "made_at"),
    [
        ("Asia/Kathmandu", "12 01:30"),
        ("Pacific/Kiritimati", "11 17:00"),
        ("Pacific/Niue", "12 18:00"),
    ],
)
def test_the_morning_is_the_readers_own(zone: str, made_at: str) -> None:
    person = reader(zone, "07:00")
    said = dict(mornings(person, "2026-05-11T16:00+00:00", 27))
    assert said[date(2026, 5, 12)] == made_at


@pytest.mark.parametrize(
    ("first", "then"), [("Asia/Tokyo", "America/New_York"), ("America/New_York", "Asia/Tokyo")]
)
def test_who_moves_to_another_zone_hears_once_for_each_of_their_days(first: str, then: str) -> None:
    person = reader(first, "07:00")
    mornings(person, "2026-05-11T20:00+00:00", 17)
    person.zone = then
    person.save()
    days = [day for day, _made in mornings(person, "2026-05-12T13:00+00:00", 24)]
    assert len(days) == len(set(days))
    assert {date(2026, 5, 12), date(2026, 5, 13)} <= set(days)


def test_a_digest_ends_with_its_day_also_where_midnight_does_not_exist() -> None:
    person = reader("America/Santiago", "07:00")
    make_messages(at=at("2026-09-05T12:00+00:00"))
    row = Message.objects.get(person=person)
    # Midnight is skipped: the first moment of the next day is 01:00.
    first = at("2026-09-06T04:00+00:00").timestamp()
    assert row.useful_until.timestamp() == first
    practice = PracticeFactory.build(zone="America/Santiago")
    assert tomorrow(date(2026, 9, 5), practice).timestamp() == first


def in_warsaw() -> None:
    """Raise and write as the worker does, by the practice's clock."""
    with timezone.override(ZoneInfo("Europe/Warsaw")):
        post_now()


def test_what_a_new_day_brings_waits_for_the_morning_and_what_happens_does_not(
    time_machine: Any,
) -> None:
    time_machine.move_to("2026-11-22 23:30", tick=False)  # 00:30 in Warsaw, a Monday
    PracticeFactory.create(zone="Europe/Warsaw")
    late = EndingFactory.create(
        window_opens_on=today() - timedelta(days=9), window_closes_on=date(2026, 11, 20)
    )
    leads = SupervisionFactory.create(supervisee=late.assignment.therapist).supervisor
    User.objects.filter(pk=leads.pk).update(digest_at=time(19), zone="Europe/London")
    in_warsaw()
    [mail_at_once] = Message.objects.filter(kind="escalation")
    ten = datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Europe/London"))
    assert mail_at_once.person == leads
    assert mail_at_once.send_after == max(now(), ten)  # in London it is still Sunday evening

    Reminder.objects.all().delete()
    Message.objects.all().delete()
    User.objects.filter(pk=leads.pk).update(zone="")
    in_warsaw()
    assert Message.objects.get(kind="escalation").send_after == at("2026-11-23T09:00+00:00")


@pytest.mark.time_machine("2026-11-23 08:00", tick=False)
class TestOnesOwnChoice:
    def test_who_wants_no_mail_is_written_to_about_who_is_to_be_told_and_nothing_else(self) -> None:
        therapist = UserFactory.create(wants_mail=False)
        EndingFactory.create(therapist=therapist)
        EndingFactory.create(therapist=therapist, last_held=True)
        tick_now()
        assert Reminder.objects.filter(person=therapist, closed_at=None).count() == 2
        [sent] = mail.outbox
        assert sent.subject == "Today: 1 thing to do"
        assert "1 conversation to have in person" in sent.body

    def test_and_of_the_rest_there_is_no_mail(self) -> None:
        therapist = UserFactory.create(wants_mail=False)
        EndingFactory.create(therapist=therapist, last_held=True)
        tick_now()
        assert mail.outbox == []
        assert Message.objects.get(person=therapist).state == "dropped"

    def test_who_wants_mail_alone_is_shown_the_number_of_people_to_tell(
        self, client: Client
    ) -> None:
        therapist = UserFactory.create(wants_notices=False)
        EndingFactory.create(therapist=therapist)
        EndingFactory.create(therapist=therapist, last_held=True)
        tick_now()
        client.force_login(therapist)
        assert client.get("/more/").context["inbox_count"] == 1
        assert sum(len(some) for _day, some in client.get("/reminders/").context["days"]) == 2

    def test_one_chooses_mail_the_app_or_both_and_never_neither(self, client: Client) -> None:
        person = UserFactory.create()
        client.force_login(person)
        url = reverse("accounts:own_settings")
        form = client.get(url).context["form"]
        sent = {name: form[name].value() for name in form.fields} | {"zone": "Asia/Tokyo"}
        for way, columns in {
            "app": (False, True),
            "mail": (True, False),
            "both": (True, True),
        }.items():
            assert client.post(url, sent | {"reminded_by": way}).status_code == 302
            person.refresh_from_db()
            assert (person.wants_mail, person.wants_notices, person.zone) == (
                *columns,
                "Asia/Tokyo",
            )
        assert client.post(url, sent | {"reminded_by": "neither"}).status_code == 422
        with pytest.raises(IntegrityError, match="everybody_is_reminded_some_way"):
            User.objects.filter(pk=person.pk).update(wants_mail=False, wants_notices=False)
