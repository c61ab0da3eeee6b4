"""The private feed: *Reserved* and nothing else, for whoever has the address, until it ends."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.test import Client

from accounts.models import User
from accounts.operations.closing import restore_access, suspend_access
from caseload.models import Booking, Session
from core.clock import now
from reminders.models import CalendarFeed, FeedRead
from reminders.operations import feeds
from reminders.operations.feeds import READS_AN_HOUR, end_feed, make_feed
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory, SessionFactory
from tests.reminders.practice import tick_now
from tests.roles import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-10-20 08:00", tick=False)]

WARSAW = ZoneInfo("Europe/Warsaw")
DAY = timedelta(days=1)


def booked(person: User, *days: int, **facts: Any) -> list[Session]:
    client = ClientFactory.create(name="Kanarienvogel", known_as="Zeisig")
    work = AssignmentFactory.create(therapist=person, client=client)
    return [SessionFactory.create(assignment=work, days=day, booked=True, **facts) for day in days]


def address_of(person: User) -> str:
    return f"/reminders/calendar/{make_feed(by=person, at=now())}.ics"


@pytest.fixture
def person() -> User:
    PracticeFactory.create(zone="Europe/Warsaw", name="Girlitz Practice")
    return UserFactory.create(name="Goldhaehnchen", language="nl", zone="Asia/Kolkata")


# --- what it says ---------------------------------------------------------------------------------------
def test_two_readers_find_the_same_times_and_a_time_zone(client: Client, person: User) -> None:
    """Over the end of summer time; one of the readers shares no line with the library that writes."""
    sessions = booked(person, 1, 3, 7, 14)
    booked(UserFactory.create(), 2)
    answer = client.get(address_of(person))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"

    wanted = sorted((row.starts_at, row.ends_at) for row in sessions)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert sorted((one.start, one.end) for one in events) == wanted
    assert {str(one["dtstart"].params["TZID"]) for one in events} == {"Europe/Warsaw"}
    second = vobject.readOne(answer.content.decode())
    assert sorted((one.dtstart.value, one.dtend.value) for one in second.vevent_list) == wanted
    assert second.vtimezone.tzid.value == "Europe/Warsaw"
    offsets = {one.start.utcoffset() for one in events}
    assert offsets == {timedelta(hours=2), timedelta(hours=1)}


def test_it_says_reserved_and_nothing_else(client: Client, person: User) -> None:
    [session] = booked(person, 1)
    text = client.get(address_of(person)).content.decode()
    event = re.search("BEGIN:VEVENT\r\n(.*)END:VEVENT", text, re.DOTALL)
    assert event is not None
    lines = dict(line.split(":", 1) for line in event[1].strip().split("\r\n"))
    assert {name.partition(";")[0] for name in lines} == {
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"),
    }
    assert lines["SUMMARY"] == "Bezet"
    known = [session.pk, session.assignment_id, session.episode_id, person.pk]
    for said in ("Kanarienvogel", "Zeisig", "Girlitz", "Goldhaehnchen", *map(str, known)):
        assert said not in text


def test_two_who_meet_cannot_be_matched_and_a_moved_meeting_is_the_same_event(
    client: Client, person: User, time_machine: Any
) -> None:
    [session] = booked(person, 1)
    other = UserFactory.create()
    Booking.objects.create(
        session=session, user=other, during=Booking.objects.get(user=person).during
    )
    mine, theirs = address_of(person), address_of(other)

    def uid(address: str) -> str:
        [event] = icalendar.Calendar.from_ical(client.get(address).content).walk("VEVENT")
        return str(event["uid"])

    before = uid(mine)
    assert before != uid(theirs)
    Booking.objects.filter(user=person).delete()
    at = session.starts_at + DAY
    Booking.objects.create(session=session, user=person, during=(at, at + timedelta(hours=1)))
    assert uid(mine) == before


def test_without_a_booking_it_is_an_empty_calendar(client: Client, person: User) -> None:
    answer = client.get(address_of(person))
    assert icalendar.Calendar.from_ical(answer.content).walk("VEVENT") == []


# --- asked again ----------------------------------------------------------------------------------------
def test_what_has_not_changed_is_not_sent_again(
    client: Client, person: User, time_machine: Any
) -> None:
    booked(person, 1)
    address = address_of(person)
    first = client.get(address)
    time_machine.shift(timedelta(minutes=5))
    etag, since = first["ETag"], first["Last-Modified"]
    by_tag = client.get(address, headers={"If-None-Match": etag})
    by_date = client.get(address, headers={"If-Modified-Since": since})
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.content == b""
    assert client.get(address).content == first.content

    booked(person, 2)
    changed = client.get(address, headers={"If-None-Match": etag, "If-Modified-Since": since})
    assert changed.status_code == 200
    assert changed["ETag"] != etag
    assert changed["Last-Modified"] == "Tue, 20 Oct 2026 08:05:00 GMT"
    assert client.head(address).status_code == 200


def test_a_calendar_that_asks_all_the_time_is_told_to_wait(
    client: Client, person: User, time_machine: Any
) -> None:
    address = address_of(person)
    feed = CalendarFeed.objects.get()
    rows = [FeedRead(feed=feed, person=person, at=now()) for _ in range(READS_AN_HOUR - 1)]
    FeedRead.objects.bulk_create(rows)
    assert client.get(address).status_code == 200
    refused = client.get(address)
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    time_machine.shift(timedelta(minutes=61))
    assert client.get(address).status_code == 200


# --- when it ends ---------------------------------------------------------------------------------------
def test_an_address_that_was_ended_is_one_that_never_was(client: Client, person: User) -> None:
    old = address_of(person)
    new = address_of(person)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    end_feed(by=person, at=now())
    gone, never = client.get(new), client.get("/reminders/calendar/never.ics")
    assert gone.status_code == never.status_code == 404
    assert len(gone.content) == len(never.content)


def test_suspending_ends_it_at_once_and_for_good(client: Client, person: User) -> None:
    address = address_of(person)
    suspend_access(person=person, by=UserFactory.create(roles=["practice_admin"]), at=now())
    assert client.get(address).status_code == 404
    tick_now()
    restore_access(person=person)
    assert client.get(address).status_code == 404
    assert client.get(address_of(person)).status_code == 200


def test_closing_the_account_ends_it_at_once(client: Client, person: User) -> None:
    address = address_of(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(address).status_code == 404


def test_only_a_digest_of_the_address_is_kept(client: Client, person: User) -> None:
    secret = address_of(person).rpartition("/")[2].removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert feed.digest == feeds.digest_of(secret)
    assert secret not in str(CalendarFeed.objects.values())
    assert len(secret) >= 43


# --- one's own page -------------------------------------------------------------------------------------
def test_the_address_is_shown_once_and_its_reads_are(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    assert "There is no feed." in client.get("/reminders/calendar-feed/").content.decode()
    shown = client.post("/reminders/calendar-feed/make/", follow=True)
    address = shown.context["address"]
    assert re.fullmatch(r"http://testserver/reminders/calendar/[\w-]{43}\.ics", address)
    again = client.get("/reminders/calendar-feed/")
    assert again.context["address"] == ""
    assert address not in again.content.decode()

    assert Client().get(address, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert "192.0.2.7" in client.get("/reminders/calendar-feed/").content.decode()

    ended = client.post("/reminders/calendar-feed/end/", follow=True)
    assert "The address opens nothing any more." in ended.content.decode()
    assert Client().get(address).status_code == 404


def test_nobody_sees_the_feed_of_somebody_else(client: Client, person: User) -> None:
    address_of(person)
    client.force_login(UserFactory.create(roles=["practice_admin"]))
    page = client.get("/reminders/calendar-feed/")
    assert page.context["feed"] is None
    client.post("/reminders/calendar-feed/end/")
    with as_owner():
        assert CalendarFeed.objects.standing().filter(person=person).exists()


def test_reads_are_forgotten_after_ninety_days(person: User, time_machine: Any) -> None:
    address_of(person)
    FeedRead.objects.create(feed=CalendarFeed.objects.get(), person=person, at=now() - 89 * DAY)
    time_machine.move_to(datetime(2026, 10, 22, 8, tzinfo=WARSAW), tick=False)
    feeds.forget_old_reads(at=now())
    assert not FeedRead.objects.exists()
