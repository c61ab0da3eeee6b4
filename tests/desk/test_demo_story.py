"""What the demonstration shows besides the departure: work that ended well, and was asked after."""

import pytest

from caseload.models import Assignment
from core.clock import today
from desk.demo.story import tell_the_story
from endings.models import Ending, Review
from referrals.models import FollowUp
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def test_two_endings_are_behind_thirty_four_under_way() -> None:
    staff = tell_the_story("linden tree in autumn")

    with as_owner():
        before = Ending.objects.filter(departure=None)
        assert set(before.values_list("stage", "carried_by")) == {("closed", staff.ilse.pk)}
        assert Ending.objects.exclude(departure=None).count() == 34
        assert Assignment.objects.filter(therapist=staff.marta, ends_on__lt=today()).count() == 2
        asked = FollowUp.objects.exclude(done_on=None)
        waiting = FollowUp.objects.filter(done_on=None)
        assert (asked.count(), waiting.count()) == (2, 2)
        assert not waiting.filter(due_on__lte=today()).exists()
        assert not Review.objects.waiting().exists()
