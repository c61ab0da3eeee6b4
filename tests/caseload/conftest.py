"""A practice in Warsaw on a Monday morning, for tests that ask for it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Role, User
from caseload.models import FileRequest
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.world import World, a_world

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


@pytest.fixture
def world() -> World:
    """The world of the access table, in which nobody has asked for anything yet."""
    made = a_world()
    FileRequest.objects.all().delete()
    return made


@pytest.fixture
def keeper(world: World) -> User:
    found = world.people["records_keeper"]
    assert found is not None
    return found


@pytest.fixture
def other_keeper() -> User:
    return UserFactory.create(roles=[Role.RECORDS_KEEPER])
