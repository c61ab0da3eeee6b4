"""Two at the same instant, each with a connection of their own: one is done, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from caseload.models import Commitment
from core.clock import today
from endings.models import Closure, Ending, Telling
from endings.models.handovers import Consent
from endings.operations.people_to_tell import key_of
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import PlaceFactory
from tests.endings.factories import EndingFactory
from tests.endings.handing_over import accepted, asked
from tests.roles import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], int]) -> list[int]:
    """Do all at the same instant; return the statuses, in order."""
    start = Barrier(len(acts))

    def do(act: Callable[[], int]) -> int:
        start.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


def sending(person: User, where: str, said: dict[str, Any]) -> Callable[[], int]:
    """Return the act of sending a form in a browser of its own, signed in beforehand."""
    browser = Browser()
    browser.raise_request_exception = False
    browser.force_login(person)
    return lambda: int(browser.post(where, {**said, "_once": str(uuid4())}).status_code)


def of(ending: Ending, name: str) -> str:
    return reverse(f"endings:{name}", args=[ending.pk])


def test_of_two_acceptances_one_counts() -> None:
    PracticeFactory.create()
    story = asked()
    assert story.invitation is not None
    where = reverse("endings:accept_invitation", args=[story.invitation.pk])

    answers = together(*(sending(story.receiver, where, {}) for _each in range(3)))

    assert max(answers) < 500, answers
    story.invitation.refresh_from_db()
    assert story.invitation.state == "accepted"
    with as_owner():
        assert Commitment.objects.filter(cause=story.invitation.pk).count() == 1


def test_of_accepting_and_withdrawing_one_counts() -> None:
    """Who asked takes it back while who is asked says yes: load is counted only where the yes stands."""
    PracticeFactory.create()
    story = asked()
    assert story.invitation is not None
    accept = reverse("endings:accept_invitation", args=[story.invitation.pk])

    answers = together(
        sending(story.receiver, accept, {}),
        sending(story.outgoing, of(story.ending, "withdraw_invitation"), {}),
    )

    assert max(answers) < 500, answers
    story.invitation.refresh_from_db()
    with as_owner():
        carried = Commitment.objects.filter(cause=story.invitation.pk, ends_on=None).count()
    assert story.invitation.state in ("accepted", "withdrawn")
    assert carried == (story.invitation.state == "accepted")


def test_of_two_closures_one_counts() -> None:
    PracticeFactory.create()
    ending = EndingFactory.create(last_held=True)
    said = {
        "outcome": "good_end",
        "summary": "Two years.",
        "client_view": "I can ask now.",
        "on": today().isoformat(),
    }
    therapist = ending.assignment.therapist

    answers = together(*(sending(therapist, of(ending, "close_ending"), said) for _each in "abc"))

    assert max(answers) < 500, answers
    assert answers.count(302) >= 1
    with as_owner():
        assert Closure.objects.filter(ending=ending).count() == 1


def test_of_two_tellings_one_counts() -> None:
    PracticeFactory.create()
    ending = EndingFactory.create()
    therapist = ending.assignment.therapist
    said = {
        "people": [key_of(ending.client)],
        "day": "today",
        "how": "in_person",
    }

    answers = together(
        *(sending(therapist, of(ending, "record_told_in_person"), said) for _each in "abc")
    )

    assert max(answers) < 500, answers
    with as_owner():
        assert Telling.objects.filter(ending=ending).count() == 1


def test_of_two_consents_one_stands() -> None:
    PracticeFactory.create()
    story = accepted()
    said = {
        "sections": ["identity"],
        "day": "today",
        "opens_on": today().isoformat(),
    }

    answers = together(
        *(sending(story.outgoing, of(story.ending, "record_consent"), said) for _each in "ab")
    )

    assert max(answers) < 500, answers
    with as_owner():
        assert Consent.objects.filter(ending=story.ending, corrects=None).count() == 1, answers


def test_one_place_is_held_for_one_of_two() -> None:
    PracticeFactory.create()
    place = PlaceFactory.create()
    endings = [EndingFactory.create(told=True) for _each in "ab"]

    answers = together(
        *(
            sending(ending.assignment.therapist, of(ending, "hold_place"), {"place": place.pk})
            for ending in endings
        )
    )

    assert max(answers) < 500, answers
    with as_owner():
        assert place.held.filter(released_on=None).count() == 1, answers
