"""The demonstration practice: its story can be told, and its dates move to today as they stand to each other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from caseload.models import Assignment, Booking, Client, ReadLog, Session
from caseload.operations.reading import log_read
from core.clock import now
from core.errors import RuleBroken
from desk.demo.renewal import renew
from desk.demo.story import ZONE, tell_the_story
from endings.models import Departure, Ending, Telling
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

TOLD = datetime(2026, 10, 7, 10, tzinfo=ZONE)  # a Wednesday; the clocks change on 25 October
LATER = TOLD + timedelta(days=26)
WEEKS = timedelta(weeks=3)


@pytest.fixture
def story(time_machine: Any) -> Iterator[None]:
    time_machine.move_to(TOLD, tick=False)
    with timezone.override(ZONE):
        tell_the_story("seven quiet lindens")
        yield


def the_days() -> dict[str, Any]:
    """Return what stands to what: days and wall-clock times of the story."""
    departure = Departure.objects.get()
    wall = {
        key: timezone.localtime(starts_at).replace(tzinfo=None)
        for key, starts_at in Session.objects.values_list("pk", "starts_at")
    }
    return {
        "last day": departure.last_day,
        "sessions": wall,
        "tellings": dict(Telling.objects.values_list("pk", "on")),
        "windows": dict(Ending.objects.values_list("pk", "window_opens_on")),
        "work": dict(Assignment.objects.values_list("pk", "starts_on")),
        "decided": {
            row.pk: row.decision.get("telling_at") for row in Ending.objects.all() if row.decision
        },
    }


def moved(days: Any, by: timedelta) -> Any:
    if isinstance(days, dict):
        return {key: moved(day, by) for key, day in days.items()}
    if isinstance(days, str):
        at = datetime.fromisoformat(days).astimezone(ZONE).replace(tzinfo=None)
        return (
            (at + by).replace(tzinfo=ZONE).isoformat()
            if by
            else at.replace(tzinfo=ZONE).isoformat()
        )
    return days and days + by


def test_the_story_moves_by_whole_weeks_and_stays_what_it_is(
    story: None, time_machine: Any
) -> None:
    client, reader = Client.objects.first(), User.objects.get(email__startswith="ilse")
    assert client is not None
    log_read(client=client, page="desk:client", by=reader, at=now())
    before, bookings = the_days(), Booking.objects.count()
    births, read = dict(Client.objects.values_list("pk", "born_on")), ReadLog.objects.get().at
    with as_owner():
        written = Session.pgh_event_model.objects.count()  # type: ignore[attr-defined]
    time_machine.move_to(LATER, tick=False)

    with as_owner():
        assert renew(at=now()) == WEEKS.days // 7
        assert renew(at=now()) == 0
        assert Session.pgh_event_model.objects.count() == written  # type: ignore[attr-defined]

    after = the_days()
    assert {name: after[name] for name in before if name != "decided"} == {
        name: moved(before[name], WEEKS) for name in before if name != "decided"
    }
    assert moved(after["decided"], timedelta()) == moved(before["decided"], WEEKS)
    assert 0 < Booking.objects.count() <= bookings
    assert dict(Client.objects.values_list("pk", "born_on")) == births
    assert ReadLog.objects.get().at == read
    assert not Session.objects.planned().filter(ends_at__lt=now() - timedelta(hours=2)).exists()


def test_real_dates_are_never_moved() -> None:
    PracticeFactory.create()
    SupervisionFactory.create()
    UserFactory.create(email="somebody@practice.test")
    with pytest.raises(RuleBroken, match="not the demonstration"):
        renew(at=now())
    with pytest.raises(CommandError, match="not the demonstration"):
        call_command("demo", "--renew")
