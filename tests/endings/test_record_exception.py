from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import RuleBroken
from endings.models import Ending, EndingException, Review
from endings.operations.exceptions import (
    Explanation,
    record_exception,
    record_not_told_exception,
)
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-06T12:00:00Z")]

FRIDAY_NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
WHY = Explanation("Nobody answers.", "A colleague visits.")


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str, *more: str) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def test_a_client_who_cannot_be_told_is_put_before_the_supervisor(client: Browser) -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    client.force_login(ending.assignment.therapist)

    response = client.post(
        url(ending, "record_not_told_exception"),
        {"why": "Nobody answers.", "instead": "A colleague visits."},
    )

    ending.refresh_from_db()
    review = Review.objects.get()
    assert response.headers["Location"] == ending.get_absolute_url()
    assert (ending.has_not_told_exception, ending.stage) == (True, Stage.TO_TELL)
    assert (review.exception.rule, review.reviewer) == (
        EndingException.Rule.NOT_TOLD,
        leads.supervisor,
    )


def test_an_answer_is_due_in_two_working_days() -> None:
    """Asked on a Friday, with a supervisor who works Tuesday to Thursday."""
    ending = EndingFactory.create()
    supervisor = UserFactory.create(roles=["supervisor"], working_days=[1, 2, 3])
    SupervisionFactory.create(supervisee=ending.assignment.therapist, supervisor=supervisor)
    second = SupervisionFactory.create(supervisee=ending.assignment.therapist, is_second=True)

    record_exception(
        ending=ending,
        rule=EndingException.Rule.SHORT_NOTICE,
        explanation=WHY,
        by=ending.assignment.therapist,
        at=FRIDAY_NOON,
    )

    review = Review.objects.get()
    assert review.due_on == date(2026, 3, 11)
    assert (review.reviewer, review.second_reviewer) == (supervisor, second.supervisor)


def test_a_suspended_supervisor_is_not_asked() -> None:
    ending = EndingFactory.create()
    gone = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    gone.supervisor.suspended_at = FRIDAY_NOON
    gone.supervisor.save()
    stays = SupervisionFactory.create(supervisee=ending.assignment.therapist, is_second=True)

    record_exception(
        ending=ending,
        rule=EndingException.Rule.NO_HANDOVER,
        explanation=WHY,
        by=ending.assignment.therapist,
        at=FRIDAY_NOON,
    )

    assert Review.objects.get().reviewer == stays.supervisor


@pytest.mark.parametrize("rule", ["short_notice", "not_in_person", "fewer_options", "no_handover"])
def test_every_rule_can_be_explained(client: Browser, rule: str) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)
    address = url(ending, "record_exception", rule)

    assert client.get(address).status_code == 200
    assert client.post(address, {"why": "So it is."}).status_code == 422
    assert client.post(address, {"why": "So it is.", "instead": "This."}).status_code == 302
    assert EndingException.objects.get().rule == rule


@pytest.mark.parametrize("rule", ["not_told", "no_last", "nonsense"])
def test_what_has_its_own_page_or_is_no_rule_is_not_there(client: Browser, rule: str) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)

    assert client.get(url(ending, "record_exception", rule)).status_code == 404


def test_who_was_told_could_be_told() -> None:
    ending = EndingFactory.create(told=True)

    with pytest.raises(RuleBroken, match="recorded already"):
        record_not_told_exception(
            ending=ending, explanation=WHY, by=ending.assignment.therapist, at=FRIDAY_NOON
        )


def test_a_closed_file_takes_no_explanation() -> None:
    ending = EndingFactory.create(closed=True)

    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        record_exception(
            ending=ending,
            rule=EndingException.Rule.SHORT_NOTICE,
            explanation=WHY,
            by=ending.assignment.therapist,
            at=FRIDAY_NOON,
        )


def test_the_reason_and_the_decision_are_on_the_page(client: Browser) -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    record_exception(
        ending=ending,
        rule=EndingException.Rule.SHORT_NOTICE,
        explanation=WHY,
        by=ending.assignment.therapist,
        at=FRIDAY_NOON,
    )
    review = Review.objects.get()
    review.decision, review.decided_by = Review.Decision.AGREED, leads.supervisor
    review.decided_at, review.comment = FRIDAY_NOON, "Good that somebody goes there."
    review.save()
    client.force_login(leads.supervisor)

    page = client.get(ending.get_absolute_url()).content.decode()

    for words in ("Nobody answers.", "A colleague visits.", "Good that somebody goes there."):
        assert words in page
