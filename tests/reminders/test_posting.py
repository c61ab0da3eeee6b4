"""Which mails are made, and when: once a morning in the reader's zone, at once for escalations."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from core.clock import now, today
from endings.models import HandoverInvitation, Review
from reminders.models import Message, Reminder
from reminders.operations.posting import make_messages
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import ClosedDayFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.reminders.practice import post_now

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ZONES = ["Europe/Warsaw", "America/New_York", "Asia/Kolkata"]


def reader(**facts: Any) -> User:
    return UserFactory.create(digest_at=time(7), **facts)


def digests_of(person: User) -> list[Any]:
    rows = Message.objects.filter(person=person, kind="digest").order_by("day")
    return [row.day.isoformat() for row in rows]


def every_half_hour(begin: str, hours: int, zone: str) -> list[datetime]:
    first = datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    return [first + n * timedelta(minutes=30) for n in range(2 * hours)]


@pytest.mark.parametrize("zone", ZONES)
def test_one_digest_a_working_day_at_seven_in_the_readers_zone(zone: str) -> None:
    PracticeFactory.create(zone="Europe/Warsaw")
    person = reader(zone=zone)
    for at in every_half_hour("2026-11-20T00:00", 24 * 5, zone):  # Friday to Tuesday
        make_messages(at=at)
    assert digests_of(person) == ["2026-11-20", "2026-11-23", "2026-11-24"]
    sent_at = {row.send_after.astimezone(ZoneInfo(zone)).time() for row in Message.objects.all()}
    assert sent_at == {time(7)}
    [useful_until] = {
        row.useful_until.astimezone(ZoneInfo(zone)).time() for row in Message.objects.all()
    }
    assert useful_until == time(0)


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Warsaw", "2027-03-28"),  # 02:00 → 03:00
        ("Europe/Warsaw", "2026-10-25"),  # 03:00 → 02:00
        ("America/New_York", "2027-03-14"),
        ("America/New_York", "2026-11-01"),
    ],
)
def test_the_nights_on_which_clocks_change_bring_one_digest(zone: str, night: str) -> None:
    PracticeFactory.create(zone=zone)
    person = UserFactory.create(digest_at=time(2, 30), zone=zone, working_days=list(range(7)))
    for at in every_half_hour(f"{night}T00:00", 24, zone):
        make_messages(at=at)
    assert digests_of(person).count(night) == 1


def test_midnight_belongs_to_the_readers_day() -> None:
    PracticeFactory.create(zone="Europe/Warsaw")
    person = UserFactory.create(digest_at=time(0), zone="America/New_York")
    make_messages(at=datetime(2026, 11, 24, 4, 59, tzinfo=ZoneInfo("UTC")))
    make_messages(at=datetime(2026, 11, 24, 5, 0, tzinfo=ZoneInfo("UTC")))
    assert digests_of(person) == ["2026-11-23", "2026-11-24"]


@pytest.mark.time_machine("2026-11-23 08:00", tick=False)
def test_on_a_day_off_nobody_is_written_to() -> None:
    away, closed_out = reader(), reader()
    AbsenceFactory.create(user=away)
    make_messages(at=now())
    assert digests_of(away) == []
    assert digests_of(closed_out) == ["2026-11-23"]
    ClosedDayFactory.create(on=today() + DAY)
    make_messages(at=now() + DAY)
    assert digests_of(closed_out) == ["2026-11-23"]


@pytest.mark.time_machine("2026-11-23 08:00", tick=False)
@pytest.mark.parametrize("facts", [{"email": None}, {"is_active": False}, {"suspended_at": now()}])
def test_who_has_no_address_or_no_access_gets_none(facts: dict[str, Any]) -> None:
    person = reader(**facts)
    make_messages(at=now())
    assert digests_of(person) == []


@pytest.mark.time_machine("2026-11-23 08:00", tick=False)
class TestAtOnce:
    def test_short_notice_is_one_mail_to_the_supervisor_however_many_clients(self) -> None:
        departure = DepartureFactory.create()
        leads = SupervisionFactory.create(supervisee=departure.therapist).supervisor
        for _ in range(3):
            EndingFactory.create(
                departure=departure,
                window_opens_on=today() - 9 * DAY,
                window_closes_on=today() - DAY,
            )
        post_now()
        post_now()
        [mail] = Message.objects.filter(kind="escalation")
        assert (mail.person, mail.key.partition(":")[0]) == (leads, "short")

    def test_the_next_one_the_same_day_is_a_mail_of_its_own(self) -> None:
        departure = DepartureFactory.create()
        SupervisionFactory.create(supervisee=departure.therapist)
        short = {"window_opens_on": today() - 9 * DAY, "window_closes_on": today() - DAY}
        EndingFactory.create(departure=departure, **short)
        post_now()
        EndingFactory.create(departure=departure, **short)
        post_now()
        assert Message.objects.filter(kind="escalation").count() == 2

    def test_a_review_that_is_due_reaches_the_reviewer_then_the_second(self) -> None:
        departure = DepartureFactory.create()
        first, second = UserFactory.create(), UserFactory.create()
        Review.objects.create(
            kind="departure",
            departure=departure,
            author=departure.therapist,
            reviewer=first,
            second_reviewer=second,
            asked_at=now() - 3 * DAY,
            due_on=today(),
        )
        post_now()
        assert list(Message.objects.filter(kind="review").values_list("person", flat=True)) == [
            first.pk
        ]
        from reminders.operations.raising import raise_and_close

        raise_and_close(at=now() + DAY)
        make_messages(at=now() + DAY)
        assert set(Message.objects.filter(kind="review").values_list("person", flat=True)) == {
            first.pk,
            second.pk,
        }

    def test_a_file_open_a_week_after_reaches_who_leads(self) -> None:
        ending = EndingFactory.create(last_held=True, last_held_on=today() - 8 * DAY)
        type(ending).objects.filter(pk=ending.pk).update(last_held_on=today() - 8 * DAY)
        leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
        post_now()
        [mail] = Message.objects.filter(kind="escalation")
        assert (mail.person, mail.key.partition(":")[0]) == (leads, "closing")

    def test_without_anybody_who_leads_an_open_file_is_the_therapists_alone(self) -> None:
        ending = EndingFactory.create(last_held=True)
        type(ending).objects.filter(pk=ending.pk).update(last_held_on=today() - 8 * DAY)
        post_now()
        assert not Message.objects.filter(kind="escalation").exists()
        assert Reminder.objects.get(occasion="close_file").person == ending.assignment.therapist

    def test_a_colleague_who_is_asked_hears_of_it_once(self) -> None:
        ending = EndingFactory.create(chosen=True)
        receiver = UserFactory.create()
        HandoverInvitation.objects.create(
            ending=ending,
            receiver=receiver,
            code="K-77",
            invited_at=now(),
            invited_by=ending.assignment.therapist,
        )
        post_now()
        post_now()
        assert Message.objects.filter(person=receiver, kind="invitation").count() == 1

    def test_an_escalation_is_marked_when_it_is_in_a_mail(self) -> None:
        ending = EndingFactory.create(
            window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY
        )
        SupervisionFactory.create(supervisee=ending.assignment.therapist)
        post_now()
        marked = Reminder.objects.filter(escalated_at=now())
        assert [row.is_escalation for row in marked] == [True]


def entries_to_check(person: User, *late: bool) -> None:
    for number, is_late in enumerate(late):
        Reminder.objects.create(
            person=person,
            occasion="check_entry",
            about=UUID(int=number),
            due_on=today(),
            is_late=is_late,
            raised_at=now(),
        )


def calls_of(person: User) -> list[str]:
    rows = Message.objects.filter(person=person, kind="directory").order_by("day")
    return [row.send_after.date().isoformat() for row in rows]


@pytest.mark.time_machine("2026-11-19 06:00", tick=False)  # a Thursday
def test_entries_to_check_are_one_mail_a_week_on_a_working_day() -> None:
    PracticeFactory.create(zone="Europe/Warsaw")
    admin, nothing_to_do = reader(), reader()
    entries_to_check(admin, False, True)
    for at in every_half_hour("2026-11-19T00:00", 24 * 6, "Europe/Warsaw"):  # to Tuesday
        make_messages(at=at)
    assert calls_of(admin) == ["2026-11-19", "2026-11-23"]
    assert calls_of(nothing_to_do) == []


@pytest.mark.time_machine("2026-11-23 08:00", tick=False)
@pytest.mark.parametrize("facts", [{"email": None}, {"wants_mail": False}, {"is_active": False}])
def test_who_reads_no_mail_is_not_called_to_check(facts: dict[str, Any]) -> None:
    admin = reader(**facts)
    entries_to_check(admin, False)
    make_messages(at=now())
    assert calls_of(admin) == []
