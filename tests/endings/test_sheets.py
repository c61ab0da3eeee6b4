"""Steps that are words and picks; attempts to reach; one's own look back (R8, R11, R12)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Debrief, Ending, OutreachAttempt, StepRecord
from endings.operations.debriefs import LookBack, keep_to_oneself, look_back, share_look_back
from endings.operations.outreach import Tried, record_attempt
from endings.operations.records import done_steps, records_of
from endings.operations.sheets import Taken, answers_of, correct_step, record_step
from endings.workflow import PLAYBOOKS, SHEETS, Playbook, Stage, Step, has_step
from endings.workflow.sheets import unanswered
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import ContactChannelFactory
from tests.endings.factories import EndingFactory
from tests.roles import as_app_for

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
Outcome, By = OutreachAttempt.Outcome, OutreachAttempt.By


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def an_ending(playbook: Playbook) -> Ending:
    return EndingFactory.create(departure=None, playbook=playbook)


def with_safe_address(ending: Ending) -> None:
    ending.client.safe_address = "Lime Street 4"
    ending.client.save()


def full(step: Step) -> dict[str, Any]:
    """Answer every question of a step: picks by their first answer."""
    said: dict[str, Any] = {}
    for question in SHEETS[step].questions:
        value: Any = {"day": "2026-02-20", "words": "As it was.", "line": "Anneke"}.get(
            question.kind
        )
        value = value or question.options[0][0]
        said[question.name] = [value] if question.kind == "picks" else value
    return said


def take(ending: Ending, step: Step, **changed: Any) -> StepRecord:
    by = ending.assignment.therapist
    taken = Taken(TODAY, {**full(step), **changed})
    return record_step(ending=ending, step=step, taken=taken, by=by, at=NOON)


# --- sheets -----------------------------------------------------------------------------------------
OWN_PAGES = {
    Step.RISK, Step.TELL, Step.LIVE_VOICE, Step.OPTIONS, Step.CHOICE, Step.CONSOLIDATE, Step.HANDOVER,
    Step.LAST, Step.NO_LAST, Step.OUTREACH, Step.DEBRIEF, Step.CLOSE, Step.FOLLOW_UP, Step.CONSENT,
    Step.TAPER,
}  # fmt: skip
# What has neither a sheet nor a page yet: the note of the issue says so.
TO_COME = {Step.NAME_COLLEAGUE, Step.HANDOVER_FILE}


def test_every_step_of_every_playbook_has_a_sheet_or_a_page_or_is_named_as_missing() -> None:
    steps = {row.step for rows in PLAYBOOKS.values() for row in rows} | {Step.NO_LAST}
    assert steps == set(SHEETS) | OWN_PAGES | TO_COME
    assert not set(SHEETS) & (OWN_PAGES | TO_COME)


@pytest.mark.parametrize("step", list(SHEETS))
def test_names_of_questions_are_their_own_and_conditions_name_one(step: Step) -> None:
    questions = {one.name: one for one in SHEETS[step].questions}
    assert len(questions) == len(SHEETS[step].questions)
    assert not {"day", "other_day", "on", "session"} & set(questions) - {"on"}
    for question in questions.values():
        assert bool(question.options) == (question.kind in ("pick", "picks"))
        if question.needed_with:
            other, values = question.needed_with
            assert set(values) <= {value for value, _label in questions[other].options}


@pytest.mark.parametrize(
    ("playbook", "step"),
    [(one, step) for one in Playbook for step in SHEETS if has_step(one, step)],
)
def test_every_sheet_is_taken_in_each_of_its_playbooks(playbook: Playbook, step: Step) -> None:
    ending = EndingFactory.create(departure=None, playbook=playbook, told=True)
    with_safe_address(ending)
    record = take(ending, step)

    ending.refresh_from_db()
    assert answers_of(record) == full(step)
    assert step in done_steps(ending, records_of(ending))


def test_what_follows_from_an_answer_is_asked_and_nothing_else() -> None:
    letter = SHEETS[Step.LETTER]
    assert unanswered(letter, {}) == ("sent",)
    assert unanswered(letter, {"sent": "no_address"}) == ()
    assert unanswered(letter, {"sent": "other", "why_not": " "}) == ("why_not",)
    assert unanswered(letter, {"sent": "sent"}) == ("signed_by",)


def test_a_gap_a_day_to_come_and_a_second_time_are_refused() -> None:
    ending = an_ending(Playbook.GOALS_MET)
    by = ending.assignment.therapist
    with pytest.raises(RuleBroken, match="not answered"):
        take(ending, Step.AGREE, agreed="")
    later = Taken(TODAY + timedelta(days=1), full(Step.AGREE))
    with pytest.raises(RuleBroken, match="still to come"):
        record_step(ending=ending, step=Step.AGREE, taken=later, by=by, at=NOON)
    take(ending, Step.AGREE)
    with pytest.raises(RuleBroken, match="recorded already"):
        take(ending, Step.AGREE)
    assert ending.step_records.count() == 1


def test_a_step_that_repeats_is_recorded_as_often_as_it_happens() -> None:
    ending = an_ending(Playbook.UNAVAILABLE)
    take(ending, Step.CONTACT)
    take(ending, Step.CONTACT)
    assert ending.step_records.count() == 2


def test_a_correction_is_a_row_and_only_the_newest_version_is_corrected() -> None:
    ending = an_ending(Playbook.GOALS_MET)
    by = ending.assignment.therapist
    first = take(ending, Step.AGREE)
    changed = Taken(TODAY, {**full(Step.AGREE), "agreed": "Three more."})
    second = correct_step(record=first, taken=changed, by=by, at=NOON)

    assert answers_of(second)["agreed"] == "Three more."
    assert answers_of(StepRecord.objects.get(pk=first.pk))["agreed"] == "As it was."
    with pytest.raises(ChangedMeanwhile):
        correct_step(record=first, taken=changed, by=by, at=NOON)


def test_the_page_keeps_what_was_typed_and_names_the_gap(client: Browser) -> None:
    ending = an_ending(Playbook.GOALS_NOT_MET)
    client.force_login(ending.assignment.therapist)
    url = reverse("endings:record_step", args=[ending.pk, "two_questions"])
    sent = {"day": "today", "in_the_way": "You looked at the clock.", "check": ["listened"]}

    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "You looked at the clock." in answer.content.decode()
    assert "Please answer this." in answer.content.decode()

    client.post(url, sent | {"help_again": "Better than before."})
    record = StepRecord.objects.get()
    assert answers_of(record)["check"] == ["listened"]
    said = client.get(ending.get_absolute_url()).content.decode()
    assert "Better than before." in said
    assert "I could listen" in said


def test_who_leads_reads_what_the_practice_should_learn_and_no_words_of_the_room(
    client: Browser,
) -> None:
    ending = an_ending(Playbook.GOALS_NOT_MET)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    take(ending, Step.TWO_QUESTIONS, in_the_way="Secret.", learn="A quieter room.")
    client.force_login(leads)

    said = client.get(ending.get_absolute_url()).content.decode()
    assert "A quieter room." in said
    assert "Secret." not in said
    assert "I defended myself" not in said


def test_a_letter_goes_to_a_safe_address_or_does_not_go(client: Browser) -> None:
    ending = an_ending(Playbook.LOST_CONTACT)
    with pytest.raises(RuleBroken, match="wrong eyes"):
        take(ending, Step.LETTER)
    client.force_login(ending.assignment.therapist)
    page = reverse("endings:record_step", args=[ending.pk, "letter"])
    assert "No safe address is known." in client.get(page).content.decode()
    first = take(ending, Step.LETTER, sent="no_address")
    by = ending.assignment.therapist
    with pytest.raises(RuleBroken, match="wrong eyes"):
        correct_step(record=first, taken=Taken(TODAY, full(Step.LETTER)), by=by, at=NOON)

    with_safe_address(ending)
    assert "Lime Street 4" in client.get(page).content.decode()
    correct_step(record=first, taken=Taken(TODAY, full(Step.LETTER)), by=by, at=NOON)


def test_a_step_of_another_playbook_is_not_there(client: Browser) -> None:
    ending = an_ending(Playbook.GOALS_MET)
    client.force_login(ending.assignment.therapist)
    for step in ("two_questions", "nonsense"):
        assert client.get(reverse("endings:record_step", args=[ending.pk, step])).status_code == 404


# --- looking for somebody ---------------------------------------------------------------------------
def attempt(ending: Ending, outcome: Outcome = Outcome.NO_ANSWER, **more: Any) -> OutreachAttempt:
    tried = Tried(on=TODAY, channel=By.PHONE, outcome=outcome, **more)
    return record_attempt(ending=ending, tried=tried, by=ending.assignment.therapist, at=NOON)


def reachable(ending: Ending) -> Ending:
    ContactChannelFactory.create(client=ending.client, kind="phone", consented_on=TODAY)
    return ending


def test_three_attempts_are_enough_and_one_answer_is(client: Browser) -> None:
    ending = reachable(an_ending(Playbook.LOST_CONTACT))
    for number in range(3):
        assert (Step.OUTREACH in done_steps(ending, records_of(ending))) is False, number
        attempt(ending)
    assert Step.OUTREACH in done_steps(ending, records_of(ending))

    other = reachable(an_ending(Playbook.LOST_CONTACT))
    attempt(other, Outcome.REACHED)
    assert Step.OUTREACH in done_steps(other, records_of(other))


def test_after_no_contact_outreach_stops(client: Browser) -> None:
    ending = reachable(an_ending(Playbook.LOST_CONTACT))
    attempt(ending, Outcome.NOT_WANTED)
    with pytest.raises(RuleBroken, match="wants no contact"):
        attempt(ending)

    client.force_login(ending.assignment.therapist)
    said = client.get(ending.get_absolute_url()).content.decode()
    assert "The client wants no contact." in said
    assert "Record an attempt" not in said


def test_a_way_without_consent_has_its_reason(client: Browser) -> None:
    ending = an_ending(Playbook.LOST_CONTACT)
    with pytest.raises(RuleBroken, match="did not agree"):
        attempt(ending)
    attempt(ending, without_consent_because="The last words were about dying.")

    client.force_login(ending.assignment.therapist)
    url = reverse("endings:record_attempt", args=[ending.pk])
    sent = {"day": "today", "channel": "email", "outcome": "no_answer"}
    assert client.post(url, sent).status_code == 422


# --- a look back ------------------------------------------------------------------------------------
def a_look_back(ending: Ending) -> Debrief:
    said = LookBack(feelings=["relief", "guilt"], words="I was glad when he did not come.")
    return look_back(ending=ending, said=said, by=ending.assignment.therapist, at=NOON)


def test_a_look_back_is_its_authors_alone_until_it_is_shared_and_again_after() -> None:
    ending = an_ending(Playbook.LOST_CONTACT)
    therapist = ending.assignment.therapist
    leads = SupervisionFactory.create(supervisee=therapist).supervisor
    kept = a_look_back(ending)

    def reads(somebody: Any) -> int:
        with as_app_for(somebody):
            return Debrief._base_manager.count()

    assert (reads(therapist), reads(leads)) == (1, 0)
    share_look_back(debrief=kept, supervisor=leads, by=therapist, at=NOON)
    assert reads(leads) == 1
    keep_to_oneself(debrief=kept, by=therapist)
    assert reads(leads) == 0


def test_it_is_shared_only_with_who_supervises_one() -> None:
    kept = a_look_back(an_ending(Playbook.LOST_CONTACT))
    with pytest.raises(RuleBroken, match="supervises you"):
        share_look_back(debrief=kept, supervisor=UserFactory.create(), by=kept.by, at=NOON)


def test_that_it_was_done_is_a_step_and_no_word_of_it_is(client: Browser) -> None:
    ending = an_ending(Playbook.LOST_CONTACT)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    a_look_back(ending)

    assert Step.DEBRIEF in done_steps(ending, records_of(ending))
    assert StepRecord.objects.get().answers == ""
    for person in (ending.assignment.therapist, leads):
        client.force_login(person)
        assert "glad when he" not in client.get(ending.get_absolute_url()).content.decode()


def test_two_windows_of_one_look_back_lose_nothing(client: Browser) -> None:
    ending = an_ending(Playbook.LOST_CONTACT)
    a_look_back(ending)
    with pytest.raises(ChangedMeanwhile):
        a_look_back(ending)
    client.force_login(ending.assignment.therapist)
    url = reverse("endings:look_back", args=[ending.pk])
    assert "glad when he" in client.get(url).content.decode()
    sent = {"feelings": ["relief"], "words": "Less tired.", "revision": "0"}
    assert client.post(url, sent).status_code == 302
    assert Debrief.objects.get().words == "Less tired."


def test_a_whole_way_is_walked_to_the_closed_file() -> None:
    """Contact is lost: tried, looked at, talked about, written to, a door, a look back; then it may be closed."""
    ending = reachable(an_ending(Playbook.LOST_CONTACT))
    for _number in range(3):
        attempt(ending)
    with_safe_address(ending)
    for step in (Step.SUPERVISOR, Step.LETTER, Step.OPEN_DOOR):
        take(ending, step)
    a_look_back(ending)
    left = {Step.RISK, Step.CLOSE}
    records = records_of(Ending.objects.get(pk=ending.pk))
    done = done_steps(ending, records)
    assert {row.step for row in PLAYBOOKS[Playbook.LOST_CONTACT]} - done == left
    assert Ending.objects.get(pk=ending.pk).stage == Stage.TO_TELL
