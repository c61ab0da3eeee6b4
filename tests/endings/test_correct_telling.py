from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, EndingException, Review, Telling
from endings.operations.exceptions import Explanation, record_not_told_exception
from endings.operations.people_to_tell import key_of
from endings.operations.tellings import (
    Told,
    correct_telling,
    record_told_in_person,
    take_back_telling,
)
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory, SupervisionFactory
from tests.caseload.factories import AttendedFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
FEBRUARY = date(2026, 2, 17)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


@pytest.fixture
def told() -> Ending:
    return EndingFactory.create(told=True)


def telling_of(ending: Ending) -> Telling:
    return Telling.objects.current().get(ending=ending)  # type: ignore[return-value]


def url(ending: Ending, telling: Telling) -> str:
    return reverse("endings:correct_telling", args=[ending.pk, telling.pk])


def test_a_correction_adds_a_version_and_keeps_the_first(client: Browser, told: Ending) -> None:
    first = telling_of(told)
    AttendedFactory.create(assignment=told.assignment, days=-14)
    client.force_login(told.assignment.therapist)
    said = {"day": "other", "other_day": "2026-02-17", "how": "in_person", "words": "I am leaving."}

    response = client.post(url(told, first), {**said, "people": key_of(told.client)})

    assert response.headers["Location"] == told.get_absolute_url()
    newest = telling_of(told)
    first.refresh_from_db()
    told.refresh_from_db()
    assert newest.corrects == first
    assert (newest.on, newest.words, newest.as_planned) == (FEBRUARY, "I am leaving.", False)
    assert first.on == date(2026, 2, 3)
    assert (told.told_on, told.stage) == (FEBRUARY, Stage.TOLD)


def test_the_form_begins_with_what_was_recorded(client: Browser, told: Ending) -> None:
    telling = telling_of(told)
    client.force_login(told.assignment.therapist)

    form = client.get(url(told, telling)).context["form"]

    assert form["day"].value() == "recorded"
    assert form.occasions["recorded"].on == telling.on
    assert form["feelings"].value() == ["sadness"]
    assert form["reaction"].value() == "Quiet, then sad."
    assert form["words"].value() == ""


def test_both_versions_are_on_the_page(client: Browser, told: Ending) -> None:
    therapist = told.assignment.therapist
    correct_telling(
        telling=telling_of(told),
        told=Told(on=FEBRUARY, reaction="Angry, then quiet."),
        by=therapist,
        at=NOON,
    )
    client.force_login(therapist)

    page = client.get(told.get_absolute_url()).content.decode()

    assert "Angry, then quiet." in page
    assert "Quiet, then sad." in page
    assert "1 earlier version" in page


def test_a_corrected_version_is_corrected_once(told: Ending) -> None:
    telling = telling_of(told)
    by = told.assignment.therapist
    correct_telling(telling=telling, told=Told(on=FEBRUARY), by=by, at=NOON)

    with pytest.raises(ChangedMeanwhile):
        correct_telling(telling=telling, told=Told(on=TODAY), by=by, at=NOON)


def test_two_who_correct_at_once_see_both_texts(client: Browser, told: Ending) -> None:
    telling = telling_of(told)
    therapist = told.assignment.therapist
    correct_telling(
        telling=telling, told=Told(on=FEBRUARY, reaction="Theirs."), by=therapist, at=NOON
    )
    client.force_login(therapist)
    said = {"day": "recorded", "how": "in_person", "reaction": "Mine."}

    response = client.post(url(told, telling), {**said, "people": key_of(told.client)})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Theirs." in page
    assert "Mine." in page
    assert Telling.objects.filter(ending=told).count() == 2


def test_corrections_pass_after_closing() -> None:
    ending = EndingFactory.create(closed=True)
    told = Told(on=FEBRUARY)

    correct_telling(telling=telling_of(ending), told=told, by=ending.assignment.therapist, at=NOON)

    ending.refresh_from_db()
    assert (ending.stage, ending.told_on) == (Stage.CLOSED, FEBRUARY)


def test_a_day_to_come_is_refused(told: Ending) -> None:
    with pytest.raises(RuleBroken, match="still to come"):
        correct_telling(
            telling=telling_of(told),
            told=Told(on=date(2026, 3, 4)),
            by=told.assignment.therapist,
            at=NOON,
        )


def test_in_person_after_all_takes_the_exception_back(told: Ending) -> None:
    """The question that waits for the supervisor goes with it."""
    SupervisionFactory.create(supervisee=told.assignment.therapist)
    by = told.assignment.therapist
    by_phone = Told(on=FEBRUARY, how=Telling.How.PHONE, why_not_in_person="Ill.")
    remote = correct_telling(telling=telling_of(told), told=by_phone, by=by, at=NOON)
    assert Review.objects.waiting().count() == 1

    correct_telling(telling=remote, told=Told(on=FEBRUARY), by=by, at=NOON)

    told.refresh_from_db()
    assert told.told_live
    assert EndingException.objects.get().taken_back_on == TODAY
    assert not Review.objects.waiting().exists()


# --- taking back ------------------------------------------------------------------------------------
def test_a_mistaken_telling_is_taken_back(client: Browser, told: Ending) -> None:
    telling = telling_of(told)
    client.force_login(told.assignment.therapist)
    address = reverse("endings:take_back_telling", args=[told.pk, telling.pk])

    assert client.post(address, {}).status_code == 422
    client.post(address, {"because": "It was the other file."})

    told.refresh_from_db()
    assert (told.stage, told.told_on, told.told_by) == (Stage.TO_TELL, None, None)
    page = client.get(told.get_absolute_url()).content.decode()
    assert "It was the other file." in page
    assert "Quiet, then sad." in page


def test_after_taking_back_it_can_be_told(told: Ending) -> None:
    by = told.assignment.therapist
    taken_back = take_back_telling(
        telling=telling_of(told), because="The other file.", by=by, at=NOON
    )

    (telling,) = record_told_in_person(
        ending=told, people=[key_of(told.client)], told=Told(on=TODAY), by=by, at=NOON
    )

    told.refresh_from_db()
    assert telling.corrects == taken_back
    assert (told.stage, told.told_on) == (Stage.TOLD, TODAY)


def test_what_other_steps_stand_on_is_not_taken_back() -> None:
    ending = EndingFactory.create(options_offered=True)

    with pytest.raises(RuleBroken, match="Other steps were recorded after this"):
        take_back_telling(
            telling=telling_of(ending),
            because="Mistaken.",
            by=ending.assignment.therapist,
            at=NOON,
        )


def test_once_told_a_client_could_be_told() -> None:
    """The exception that said otherwise is taken back by itself."""
    ending = EndingFactory.create()
    by = ending.assignment.therapist
    why = Explanation("Nobody answers.", "A colleague visits.")
    record_not_told_exception(ending=ending, explanation=why, by=by, at=NOON)

    record_told_in_person(
        ending=ending, people=[key_of(ending.client)], told=Told(on=TODAY), by=by, at=NOON
    )

    ending.refresh_from_db()
    assert not ending.has_not_told_exception
    assert EndingException.objects.get().taken_back_on == TODAY


def test_a_strangers_telling_is_not_there(client: Browser, told: Ending) -> None:
    other = EndingFactory.create(told=True)
    client.force_login(told.assignment.therapist)

    assert client.get(url(told, telling_of(other))).status_code == 404
    assert client.get(url(other, telling_of(other))).status_code == 404
