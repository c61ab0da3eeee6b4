"""Three questions open the right way; another answer keeps what was recorded (R6)."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from caseload.models import Assignment, Client
from core.errors import RuleBroken
from endings.models import Ending
from endings.operations.beginnings import Begun, begin_ending, change_beginning, go_on_after_all
from endings.operations.sheets import Taken, record_step
from endings.workflow import BEGINNINGS, Beginning, Cause, Initiator, Playbook, Stage, Step
from tests.accounts.factories import PracticeFactory, SupervisionFactory
from tests.caseload.factories import AssignmentFactory
from tests.endings.factories import EndingFactory, first_client_of

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
DONE = Beginning(Initiator.BOTH, True, Cause.GOALS_MET)
GONE = Beginning(Initiator.CLIENT, False, Cause.STOPPED_COMING)
BY_MESSAGE = Beginning(Initiator.CLIENT, False, Cause.CLIENT_DECIDED)
SAFETY = Beginning(Initiator.SERVICE, False, Cause.SAFETY)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def begin(beginning: Beginning, last_on: date | None = None) -> Ending:
    work = AssignmentFactory.create()
    SupervisionFactory.create(supervisee=work.therapist)
    return begin_ending(
        assignment=work,
        client=first_client_of(work),
        begun=Begun(beginning, last_on),
        by=work.therapist,
        at=NOON,
    )


def agree(ending: Ending) -> None:
    answers = {"brought_up": "both", "agreed": "Four more meetings."}
    by = ending.assignment.therapist
    record_step(ending=ending, step=Step.AGREE, taken=Taken(TODAY, answers), by=by, at=NOON)
    ending.refresh_from_db()


# --- the table --------------------------------------------------------------------------------------
def test_every_playbook_but_those_of_a_therapists_going_is_opened_by_some_answer() -> None:
    assert set(BEGINNINGS.values()) == set(Playbook) - {Playbook.DEPARTURE, Playbook.SUDDEN}


def test_only_the_practice_sends_anybody_away() -> None:
    senders = {one.initiator for one, way in BEGINNINGS.items() if way == Playbook.INVOLUNTARY}
    assert senders == {Initiator.SERVICE}


def test_a_client_who_vanishes_is_looked_for_and_never_simply_closed() -> None:
    assert BEGINNINGS[GONE] == Playbook.LOST_CONTACT


# --- beginning --------------------------------------------------------------------------------------
def test_the_answers_are_kept_and_the_way_follows() -> None:
    ending = begin(DONE, date(2026, 4, 7))

    assert ending.playbook == Playbook.GOALS_MET
    assert (ending.initiator, ending.is_planned, ending.cause) == ("both", True, "goals_met")
    assert (ending.stage, ending.last_on, ending.opened_on) == (
        Stage.TO_TELL,
        date(2026, 4, 7),
        TODAY,
    )


def test_answers_that_do_not_fit_together_open_nothing() -> None:
    with pytest.raises(RuleBroken, match="do not go together"):
        begin(Beginning(Initiator.SERVICE, True, Cause.GOALS_MET))
    assert not Ending.objects.exists()


def test_the_last_session_is_still_to_come() -> None:
    with pytest.raises(RuleBroken, match="still to come"):
        begin(DONE, date(2026, 3, 2))


def test_one_ending_at_a_time() -> None:
    ending = begin(DONE)
    work = Assignment.objects.get(pk=ending.assignment_id)
    with pytest.raises(RuleBroken, match="already under way"):
        begin_ending(
            assignment=work, client=ending.client, begun=Begun(GONE), by=work.therapist, at=NOON
        )


# --- another answer ---------------------------------------------------------------------------------
def change(ending: Ending, beginning: Beginning) -> Ending:
    by = ending.assignment.therapist
    return change_beginning(ending=ending, begun=Begun(beginning), by=by, at=NOON)


def test_what_was_recorded_stays_when_the_way_changes_and_comes_back() -> None:
    ending = begin(DONE)
    agree(ending)
    assert ending.stage == Stage.TOLD

    changed = change(ending, GONE)
    assert (changed.playbook, changed.stage) == (Playbook.LOST_CONTACT, Stage.TO_TELL)
    assert changed.step_records.filter(step=Step.AGREE).exists()

    assert change(changed, DONE).stage == Stage.TOLD


def test_a_way_that_has_a_telling_waits_for_it() -> None:
    ending = begin(DONE)
    agree(ending)

    assert change(ending, SAFETY).stage == Stage.TO_TELL


def test_an_ending_of_a_departure_is_changed_there() -> None:
    ending = EndingFactory.create()
    with pytest.raises(RuleBroken, match="belongs to a departure"):
        change(ending, DONE)
    with pytest.raises(RuleBroken, match="belongs to a departure"):
        go_on_after_all(ending=ending, by=ending.assignment.therapist, at=NOON)


def test_a_closed_file_stays_as_it_was() -> None:
    ending = EndingFactory.create(departure=None, closed=True)
    with pytest.raises(RuleBroken, match="stays as it was"):
        change(ending, DONE)


def test_work_that_goes_on_after_all_can_be_ended_anew() -> None:
    ending = begin(DONE)
    by = ending.assignment.therapist
    go_on_after_all(ending=ending, by=by, at=NOON)

    again = begin_ending(
        assignment=ending.assignment, client=ending.client, begun=Begun(GONE), by=by, at=NOON
    )
    assert Ending.objects.open().get() == again


# --- the pages --------------------------------------------------------------------------------------
def where(work: Assignment, client: Client) -> str:
    return reverse("endings:begin_ending", args=[work.pk, client.pk])


def test_the_page_offers_only_what_fits_and_says_which_way_it_opens(client: Browser) -> None:
    work = AssignmentFactory.create()
    client.force_login(work.therapist)
    url = where(work, first_client_of(work))

    first = client.get(url).content.decode()
    assert "Who started it?" in first
    assert "Why?" not in first

    second = client.get(url + "?who=client&planned=no").content.decode()
    assert "The client stopped coming" in second
    assert "Contact is lost" in second
    assert "Goals met" not in second

    sent = client.post(url + "?who=client&planned=no", {"cause": "stopped_coming"})
    ending = Ending.objects.get()
    assert sent.headers["Location"] == ending.get_absolute_url()
    assert ending.playbook == Playbook.LOST_CONTACT


def test_a_cause_that_does_not_fit_is_an_error_on_the_page(client: Browser) -> None:
    work = AssignmentFactory.create()
    client.force_login(work.therapist)
    url = where(work, first_client_of(work)) + "?who=service&planned=no"
    assert client.post(url, {"cause": "goals_met"}).status_code == 422
    assert not Ending.objects.exists()


def test_the_ending_says_that_it_was_laid_aside(
    client: Browser, django_user_model: type[User]
) -> None:
    ending = begin(DONE)
    client.force_login(ending.assignment.therapist)
    page = ending.get_absolute_url()
    assert "The work goes on after all" in client.get(page).content.decode()

    client.post(reverse("endings:go_on_after_all", args=[ending.pk]))

    said = client.get(page).content.decode()
    assert "was laid aside" in said
    assert "Record what you agreed" not in said


def test_the_first_page_of_another_answer_has_the_old_one(client: Browser) -> None:
    ending = begin(BY_MESSAGE)
    client.force_login(ending.assignment.therapist)
    url = reverse("endings:change_beginning", args=[ending.pk])
    assert "What is recorded already stays" in client.get(url).content.decode()
    client.post(url + "?who=client&planned=no", {"cause": "client_died"})
    ending.refresh_from_db()
    assert ending.playbook == Playbook.UNAVAILABLE
