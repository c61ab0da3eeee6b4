"""What the tests of pages stand on."""

import pytest

from referrals.models import OptionSet
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import PlaceFactory
from tests.endings.factories import EndingFactory
from tests.referrals.factories import OptionFactory, OptionSetFactory, ServiceFactory, checked


@pytest.fixture
def option_set(db: None) -> OptionSet:
    """The options of an ending's client: a checked service and a colleague, with reasons."""
    PracticeFactory.create()
    ending = EndingFactory.create(told=True)
    made: OptionSet = OptionSetFactory.create(assignment=ending.assignment, client=ending.client)
    ending.option_set = made
    ending.save(update_fields=["option_set"])
    service = checked(ServiceFactory.create(name="Evening Talks"))
    OptionFactory.create(option_set=made, service=service)
    OptionFactory.create(option_set=made, place=PlaceFactory.create(), why="Mondays stay Mondays.")
    return made
