from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Session
from core.errors import RuleBroken
from endings.models import Ending, NotToday
from endings.operations.tellings import NotNow, record_not_today
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import SessionFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MISSED = NotNow(on=date(2026, 3, 3), because=NotToday.Because.MISSED)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending) -> str:
    return reverse("endings:record_not_today", args=[ending.pk])


def test_a_missed_session_is_recorded_and_nothing_moves(client: Browser) -> None:
    ending = EndingFactory.create()
    missed = SessionFactory.create(assignment=ending.assignment, days=0, state=Session.State.MISSED)
    client.force_login(ending.assignment.therapist)
    said = {"day": f"session:{missed.pk}", "because": "missed", "until": "2026-03-10"}

    response = client.post(url(ending), said, follow=True)

    recorded = NotToday.objects.get()
    ending.refresh_from_db()
    assert (recorded.session, recorded.on, recorded.until) == (
        missed,
        date(2026, 3, 3),
        date(2026, 3, 10),
    )
    assert ending.stage == Stage.TO_TELL
    assert "Nobody counts this as late." in response.content.decode()
    assert "Tue 3 Mar: The client did not come" in response.content.decode()


def test_the_next_try_is_still_to_come(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)

    response = client.post(
        url(ending), {"day": "today", "because": "crisis", "until": "2026-03-01"}
    )

    assert response.status_code == 422
    assert "until" in response.context["form"].errors


def test_who_was_told_needs_no_reason_for_waiting() -> None:
    ending = EndingFactory.create(told=True)

    with pytest.raises(RuleBroken, match="already recorded"):
        record_not_today(ending=ending, why_not=MISSED, by=ending.assignment.therapist, at=NOON)


def test_a_closed_file_stays_as_it_was() -> None:
    ending = EndingFactory.create(closed=True)

    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        record_not_today(ending=ending, why_not=MISSED, by=ending.assignment.therapist, at=NOON)
