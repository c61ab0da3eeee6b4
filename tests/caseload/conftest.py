"""A practice in Warsaw on a Monday morning, for tests that ask for it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.accounts.factories import PracticeFactory, UserFactory

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = date(2026, 11, 23)


@pytest.fixture
def monday(db, time_machine):
    """Stop the clock on Monday 23 November 2026, 09:00 in Warsaw, and give the practice that lives there."""
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=WARSAW), tick=False)
    with timezone.override(WARSAW):
        yield PracticeFactory()


@pytest.fixture
def marta(monday):
    return UserFactory(name="Marta Zielińska")
