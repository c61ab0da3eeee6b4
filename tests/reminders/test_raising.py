"""Reminders follow the facts: raised once, closed by the fact, open again where it is taken back."""

from datetime import timedelta

import pytest

from core.clock import now, today
from endings.models import Ending
from reminders.models import Reminder
from reminders.occasions import Occasion
from reminders.operations.raising import Raised, raise_and_close
from tests.accounts.factories import SupervisionFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)


def test_what_stands_is_raised_once() -> None:
    ending = EndingFactory.create()

    assert raise_and_close(at=now()) == Raised(new=1, closed=0)
    assert raise_and_close(at=now()) == Raised(new=0, closed=0)

    reminder = Reminder.objects.get()
    assert (reminder.person, reminder.about) == (ending.assignment.therapist, ending.pk)
    assert (reminder.occasion, reminder.due_on) == (Occasion.TELL, today())


def test_telling_the_client_is_what_closes_it() -> None:
    ending = EndingFactory.create()
    raise_and_close(at=now())
    Ending.objects.filter(pk=ending.pk).update(
        told_on=today(), told_by=ending.assignment.therapist, stage="told"
    )

    assert raise_and_close(at=now()) == Raised(new=0, closed=1)
    assert Reminder.objects.get().closed_at == now()


def test_a_telling_that_is_taken_back_opens_the_same_reminder_again() -> None:
    ending = EndingFactory.create()
    raise_and_close(at=now())
    Reminder.objects.update(closed_at=now())

    assert raise_and_close(at=now()) == Raised(new=0, closed=0)
    assert Reminder.objects.get().closed_at is None
    assert Reminder.objects.get().about == ending.pk


def test_a_reminder_becomes_late_without_becoming_another_one() -> None:
    EndingFactory.create(
        told=True,
        options_plan_on=today() - 3 * DAY,
        window_opens_on=today() - 40 * DAY,
        window_closes_on=today() - 20 * DAY,
    )
    raise_and_close(at=now())
    assert not Reminder.objects.get(occasion=Occasion.OFFER_OPTIONS).is_late

    raise_and_close(at=now() + 6 * DAY)

    assert Reminder.objects.get(occasion=Occasion.OFFER_OPTIONS).is_late


def test_three_days_without_a_tick_lose_nothing() -> None:
    ending = EndingFactory.create(
        window_opens_on=today() - DAY, window_closes_on=today() + 10 * DAY
    )
    raise_and_close(at=now() + 3 * DAY)
    assert (
        Reminder.objects.get(about=ending.pk).due_on == today()
    )  # Monday: the window opened on Sunday


def test_the_supervisor_gets_an_escalation_of_their_own() -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    raise_and_close(at=now())
    rows = {row.person_id: row.is_escalation for row in Reminder.objects.all()}
    assert rows == {ending.assignment.therapist_id: False, leads.pk: True}
