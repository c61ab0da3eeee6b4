"""The handover as a step on the page of the ending: one next verb, and who cannot see what yet."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from caseload.operations.work import load_of
from endings.models import Departure, Ending, HandoverInvitation
from endings.models.handovers import Section
from endings.operations import handovers
from endings.operations.handovers import Question
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import AssignmentFactory
from tests.endings.handing_over import (
    NEEDS,
    HandingOver,
    a_choice,
    a_session,
    accepted,
    agreed,
    asked,
    consented,
    final_summary,
    planned,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
State = HandoverInvitation.State
SECRET = {Section.IDENTITY.value: "Reach her by post only", Section.RISK.value: "The night in May"}


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str, *more: object) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def page_of(story: HandingOver, name: str = "invitation") -> str:
    assert story.invitation is not None
    return reverse(f"endings:{name}", args=[story.invitation.pk])


def state_of(story: HandingOver) -> str:
    assert story.invitation is not None
    story.invitation.refresh_from_db()
    return story.invitation.state


# --- on the ending's page ---------------------------------------------------------------------------
def handover_step(client: Browser, story: HandingOver) -> object:
    client.force_login(story.outgoing)
    steps = client.get(story.ending.get_absolute_url()).context["steps"]
    return next(step for step in steps if str(step.title) == "Meeting of three")


def verbs(client: Browser, story: HandingOver) -> list[str]:
    step = handover_step(client, story)
    return [str(act.label) for act in step.acts]  # type: ignore[attr-defined]


def test_the_step_has_one_next_verb_after_another(client: Browser) -> None:
    story = a_choice()
    assert verbs(client, story) == ["Ask a colleague"]
    asked(story)
    assert verbs(client, story) == []
    handovers.accept_invitation(invitation=story.invitation, by=story.receiver, at=NOON)
    assert verbs(client, story) == ["Record the consent"]
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)
    agreed(story)
    assert verbs(client, story) == ["Write the summary"]
    final_summary(story, SECRET)
    assert verbs(client, story) == ["Plan the meeting of three"]
    planned(story, a_session(story, 2))
    assert verbs(client, story) == []


def test_the_step_says_who_cannot_see_what_yet(client: Browser) -> None:
    story = accepted()

    step = handover_step(client, story)

    assert "The receiver cannot see this client yet." in step.note  # type: ignore[attr-defined]


def test_withdrawing_asks_first_and_names_who_stays(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)
    address = url(story.ending, "withdraw_invitation")

    page = client.get(address)
    client.post(address)

    assert page.context["named"] == story.outgoing
    assert state_of(story) == State.WITHDRAWN
    assert load_of([story.receiver], TODAY)[story.receiver].incoming == 0


def test_a_departure_that_is_withdrawn_asks_nobody_anything(client: Browser) -> None:
    story = asked()
    Ending.objects.filter(pk=story.ending.pk).update(withdrawn_on=TODAY)
    Departure.objects.update(state=Departure.State.WITHDRAWN)
    client.force_login(story.receiver)

    client.post(page_of(story, "accept_invitation"))

    assert state_of(story) == State.SENT
    assert NEEDS not in client.get(page_of(story)).content.decode()


def test_a_colleague_who_worked_with_the_client_before_is_proposed_like_anybody() -> None:
    story = a_choice()
    AssignmentFactory.create(therapist=story.receiver)

    assert story.receiver in handovers.may_receive(story.ending)


def test_a_question_weighs_one_unless_said() -> None:
    assert Question("x", "y").load_points == 1
