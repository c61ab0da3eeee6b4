from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, EndingException, LastSession, Review
from endings.operations.exceptions import Explanation
from endings.operations.steps import (
    Held,
    correct_last_session,
    record_last_session,
    record_no_last_session,
)
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import AttendedFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
WHY = Explanation("She moved overnight.", "Tomasz calls her.")


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str, *more: object) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def hold(ending: Ending, on: date = TODAY) -> LastSession:
    return record_last_session(
        ending=ending, last=Held(on), by=ending.assignment.therapist, at=NOON
    )


def test_goodbye_is_recorded(client: Browser) -> None:
    ending = EndingFactory.create(chosen=True)
    session = AttendedFactory.create(assignment=ending.assignment, days=0)
    client.force_login(ending.assignment.therapist)

    response = client.post(
        url(ending, "record_last_session"),
        {"day": f"session:{session.pk}", "note": "We laughed."},
        follow=True,
    )

    ending.refresh_from_db()
    assert (ending.stage, ending.last_held_on) == (Stage.LAST_HELD, TODAY)
    assert LastSession.objects.get().session == session
    assert "And how are you?" in response.content.decode()
    assert "We laughed." in response.content.decode()


def test_it_is_recorded_out_of_order_as_it_happened() -> None:
    """A last session before any choice: warned about in the table, never refused (R23)."""
    ending = EndingFactory.create(told=True)

    hold(ending)

    ending.refresh_from_db()
    assert ending.stage == Stage.LAST_HELD


def test_not_before_the_telling() -> None:
    with pytest.raises(RuleBroken, match="First tell the client"):
        hold(EndingFactory.create())


def test_it_is_recorded_once() -> None:
    ending = EndingFactory.create(last_held=True)

    with pytest.raises(RuleBroken, match="recorded already"):
        hold(ending)


def test_a_day_to_come_is_refused() -> None:
    with pytest.raises(RuleBroken, match="still to come"):
        hold(EndingFactory.create(chosen=True), date(2026, 3, 4))


def test_a_correction_adds_a_version(client: Browser) -> None:
    ending = EndingFactory.create(last_held=True)
    first = LastSession.objects.get()
    client.force_login(ending.assignment.therapist)

    client.post(
        url(ending, "correct_last_session", first.pk),
        {"day": "other", "other_day": "2026-02-27"},
    )

    ending.refresh_from_db()
    newest = LastSession.objects.current().get()
    assert (newest.corrects, newest.on, ending.last_held_on) == (
        first,
        date(2026, 2, 27),
        date(2026, 2, 27),
    )
    assert "1 earlier version" in client.get(ending.get_absolute_url()).content.decode()


def test_a_corrected_version_is_corrected_once() -> None:
    ending = EndingFactory.create(closed=True)
    first = LastSession.objects.get()
    by = ending.assignment.therapist
    correct_last_session(last_session=first, last=Held(TODAY), by=by, at=NOON)

    with pytest.raises(ChangedMeanwhile):
        correct_last_session(last_session=first, last=Held(TODAY), by=by, at=NOON)


# --- none -------------------------------------------------------------------------------------------
def test_why_there_was_none_goes_to_the_supervisor(client: Browser) -> None:
    ending = EndingFactory.create(chosen=True)
    client.force_login(ending.assignment.therapist)

    client.post(
        url(ending, "record_no_last_session"),
        {"why": "She moved overnight.", "instead": "Tomasz calls her."},
    )

    ending.refresh_from_db()
    assert (ending.stage, ending.last_held_on) == (Stage.CHOSEN, None)
    assert Review.objects.get().exception.rule == EndingException.Rule.NO_LAST


def test_a_last_session_after_all_takes_the_explanation_back() -> None:
    ending = EndingFactory.create(chosen=True)
    record_no_last_session(ending=ending, explanation=WHY, by=ending.assignment.therapist, at=NOON)

    hold(ending)

    assert EndingException.objects.get().taken_back_on == TODAY
    assert not Review.objects.waiting().exists()


def test_who_said_goodbye_needs_no_reason_for_not_doing_so() -> None:
    ending = EndingFactory.create(last_held=True)

    with pytest.raises(RuleBroken, match="recorded already"):
        record_no_last_session(
            ending=ending, explanation=WHY, by=ending.assignment.therapist, at=NOON
        )
