"""What beat asks for: a tick does everything once, the night rolls on what is planned."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail

from caseload.models import Session
from caseload.operations.rhythms import Wish, set_cadence
from config.celery import app
from core.clock import now, today
from endings.models import Departure
from reminders import tasks
from reminders.models import Message, Reminder
from reminders.operations import ticking
from tests.accounts.factories import PracticeFactory, SupervisionFactory
from tests.caseload.factories import AssignmentFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.roles import standing_as

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

WEEK = timedelta(weeks=1)


def test_a_tick_raises_writes_and_sends() -> None:
    ending = EndingFactory.create()
    ticking.tick(clock=now)
    assert [row.about for row in Reminder.objects.all()] == [ending.pk]
    assert [sent.to for sent in mail.outbox] == [[ending.assignment.therapist.email]]


def test_the_worker_may_do_all_that_a_tick_does() -> None:
    """It runs in a database role of its own."""
    ending = EndingFactory.create(
        window_opens_on=today() - WEEK, window_closes_on=today() - timedelta(days=1)
    )
    SupervisionFactory.create(supervisee=ending.assignment.therapist)
    with standing_as("worker"):
        ticking.tick(clock=now)
        ticking.night(at=now())
    assert set(Message.objects.values_list("kind", "state")) == {
        ("digest", "sent"),
        ("digest", "dropped"),
        ("escalation", "sent"),
    }


def test_ticks_that_were_missed_lose_nothing(time_machine: Any) -> None:
    EndingFactory.create(
        window_opens_on=today() + WEEK,
        window_closes_on=today() + 3 * WEEK,
        tell_plan_on=today() + WEEK,
    )
    ticking.tick(clock=now)
    assert mail.outbox == []
    time_machine.move_to("2026-12-03 09:00", tick=False)  # beat was away for ten days
    ticking.tick(clock=now)
    assert Reminder.objects.get(closed_at=None).due_on == today() - timedelta(days=3)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 24), ("America/New_York", 23)])
@pytest.mark.time_machine("2026-11-23 22:00", tick=False)
def test_a_task_reads_the_practices_date(zone: str, day: int) -> None:
    """At ten in the evening in Greenwich it is tomorrow in Auckland (decision 9)."""
    PracticeFactory.create(zone=zone)
    EndingFactory.create(window_opens_on=today() + timedelta(days=1))
    tasks.tick()
    raised = Reminder.objects.filter(due_on__day=24, occasion="tell").exists()
    assert raised is (day == 24)


def test_beat_sends_ticks_that_carry_nothing() -> None:
    entries = app.conf.beat_schedule
    for name in ("tick", "night"):
        assert entries[name]["task"] == f"reminders.tasks.{name}"
        assert not entries[name].get("args")
        assert not entries[name].get("kwargs")
    assert entries["tick"]["schedule"] <= timedelta(seconds=60)


def test_the_night_plans_sixteen_weeks_ahead_and_is_done_once(time_machine: Any) -> None:
    work = AssignmentFactory.create()
    wish = Wish(weekday=0, starts_at=time(10), starts_on=today())
    set_cadence(assignment=work, wish=wish, by=work.therapist, on=today())
    planned = Session.objects.count()

    time_machine.move_to("2026-12-21 02:00", tick=False)
    ticking.night(at=now())

    assert Session.objects.count() == planned + 4
    ticking.night(at=now())
    assert Session.objects.count() == planned + 4


def test_the_night_lets_a_departure_follow_its_facts() -> None:
    departure = DepartureFactory.create(state=Departure.State.AGREED)
    EndingFactory.create(departure=departure)
    ticking.night(at=now())
    departure.refresh_from_db()
    assert departure.state == Departure.State.UNDER_WAY
    assert Message.objects.count() == 0
