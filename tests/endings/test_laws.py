"""What the database itself keeps, and what the table says of every step at every stage."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, models, transaction

from core.errors import RuleBroken
from endings.models import (
    Closure,
    ClosureAddendum,
    Debrief,
    Departure,
    Ending,
    EndingException,
    HandoverInvitation,
    LastSession,
    NotToday,
    NotWanted,
    OutreachAttempt,
    PersonToTell,
    Review,
    ReviewComment,
    StepRecord,
    Telling,
)
from endings.operations.closures import Closing, close_ending, record_follow_up
from endings.operations.exceptions import Explanation
from endings.operations.options import record_choice, record_not_wanted, record_options_offered
from endings.operations.people_to_tell import people_to_tell
from endings.operations.steps import (
    Held,
    Staying,
    Together,
    consolidate,
    record_last_session,
    record_no_last_session,
)
from endings.operations.tellings import Told, record_told_in_person
from endings.workflow import Playbook, Stage, Step, Verdict, stage_after, verdict
from referrals.models import Choice, FollowUp
from referrals.operations.choices import Chosen
from referrals.operations.follow_ups import Answer
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import ClientFactory, InvolvedPersonFactory
from tests.endings.factories import (
    ClosureFactory,
    DebriefFactory,
    DepartureFactory,
    EndingExceptionFactory,
    EndingFactory,
    LastSessionFactory,
    NotWantedFactory,
    PersonToTellFactory,
    ReviewFactory,
    TellingFactory,
)
from tests.roles import as_app_for, as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)


# --- playbook × stage × step, through the operations ------------------------------------------------
def tell(ending: Ending, by: Any) -> None:
    untold = [person.key for person in people_to_tell(ending) if not person.is_told]
    record_told_in_person(ending=ending, people=untold, told=Told(on=TODAY), by=by, at=NOON)


def offer(ending: Ending, by: Any) -> None:
    record_options_offered(ending=ending, on=TODAY, by=by, at=NOON, fewer_because="None near.")


def choose(ending: Ending, by: Any) -> None:
    record_choice(ending=ending, chosen=Chosen(Choice.Kind.OWN, TODAY), by=by, at=NOON)


def write_what_stays(ending: Ending, by: Any) -> None:
    consolidate(ending=ending, together=Together(Staying()), by=by, on=TODAY)


def say_goodbye(ending: Ending, by: Any) -> None:
    record_last_session(ending=ending, last=Held(TODAY), by=by, at=NOON)


def say_why_no_goodbye(ending: Ending, by: Any) -> None:
    record_no_last_session(ending=ending, explanation=Explanation("Gone."), by=by, at=NOON)


def close(ending: Ending, by: Any) -> None:
    closing = Closing(Closure.Outcome.PARTLY, summary="x", client_view="y")
    close_ending(ending=ending, closing=closing, on=TODAY, by=by, at=NOON)


def ask_after(ending: Ending, by: Any) -> None:
    follow_up = FollowUp.objects.create(
        client=ending.client,
        episode=ending.episode,
        assignment=ending.assignment,
        owner=by,
        due_on=TODAY,
    )
    answer = Answer(FollowUp.Arrived.YES, TODAY)
    record_follow_up(follow_up=follow_up, answer=answer, by=by, at=NOON)


ACTS: dict[Step, Callable[[Ending, Any], None]] = {
    Step.TELL: tell,
    Step.OPTIONS: offer,
    Step.CHOICE: choose,
    Step.CONSOLIDATE: write_what_stays,
    Step.LAST: say_goodbye,
    Step.NO_LAST: say_why_no_goodbye,
    Step.CLOSE: close,
    Step.FOLLOW_UP: ask_after,
}


def ending_at(stage: Stage, *, not_told_stands: bool = False) -> Ending:
    """Return an ending that has reached `stage`, with somebody who must still be told."""
    untold = stage == Stage.TO_TELL or not_told_stands
    ending: Ending = EndingFactory.create(told=not untold)
    ending.has_not_told_exception = not_told_stands
    ending.stage = stage
    ending.save()
    InvolvedPersonFactory.create(client=ending.client)
    return ending


@pytest.mark.parametrize("step", list(ACTS))
@pytest.mark.parametrize("stage", list(Stage))
def test_every_step_at_every_stage_does_what_the_table_says(stage: Stage, step: Step) -> None:
    PracticeFactory.create()
    ending = ending_at(stage)
    by = ending.assignment.therapist

    if verdict(Playbook.DEPARTURE, stage, step) is Verdict.REFUSE:
        with pytest.raises(RuleBroken):
            ACTS[step](ending, by)
        ending.refresh_from_db()
        assert ending.stage == stage
    else:
        ACTS[step](ending, by)
        ending.refresh_from_db()
        assert ending.stage == stage_after(Playbook.DEPARTURE, stage, step)


@pytest.mark.parametrize("step", [Step.OPTIONS, Step.CHOICE, Step.LAST, Step.CLOSE])
def test_where_a_client_cannot_be_told_the_steps_go_on(step: Step) -> None:
    """What would have waited for the telling is warned about and passes (R23)."""
    PracticeFactory.create()
    ending = ending_at(Stage.TO_TELL, not_told_stands=True)

    ACTS[step](ending, ending.assignment.therapist)

    ending.refresh_from_db()
    reached = stage_after(Playbook.DEPARTURE, Stage.TO_TELL, step, not_told_stands=True)
    assert ending.stage == reached
    assert ending.told_on is None


@pytest.mark.parametrize("playbook", [one for one in Playbook if one != Playbook.DEPARTURE])
def test_a_step_that_a_playbook_does_not_have_is_refused(playbook: Playbook) -> None:
    PracticeFactory.create()
    ending = EndingFactory.create(playbook=playbook, departure=None)
    by = ending.assignment.therapist

    for step in (Step.TAPER, Step.GROWTH, Step.HANDOVER):
        if verdict(playbook, Stage.TO_TELL, step) is Verdict.REFUSE:
            with pytest.raises(RuleBroken):
                record_not_wanted(ending=ending, step=step, on=TODAY, by=by, at=NOON)


# --- constraints, by their names --------------------------------------------------------------------
def ending_past_telling() -> None:
    EndingFactory.create(stage=Stage.OPTIONS_OFFERED)


def told_without_a_witness() -> None:
    EndingFactory.create(told_on=TODAY)


def two_open_endings() -> None:
    first = EndingFactory.create()
    EndingFactory.create(assignment=first.assignment)


def two_departures() -> None:
    first = DepartureFactory.create()
    DepartureFactory.create(therapist=first.therapist)


def back_before_gone() -> None:
    DepartureFactory.create(returns_on=TODAY)


def carried_by_who_leaves() -> None:
    person = UserFactory.create()
    DepartureFactory.create(therapist=person, carried_by=person)


def nobody_to_tell() -> None:
    PersonToTellFactory.create()


def twice_on_the_list() -> None:
    ending = EndingFactory.create()
    PersonToTellFactory.create(ending=ending, client=ending.client)


def told_twice() -> None:
    first = TellingFactory.create()
    TellingFactory.create(ending=first.ending, person=first.person)


def remote_without_reason() -> None:
    TellingFactory.create(how=Telling.How.PHONE, why_not_in_person="")


def declined_twice() -> None:
    first = NotWantedFactory.create()
    NotWantedFactory.create(ending=first.ending)


def two_last_sessions() -> None:
    first = LastSessionFactory.create()
    LastSessionFactory.create(ending=first.ending)


def own_reviewer() -> None:
    exception = EndingExceptionFactory.create()
    ReviewFactory.create(exception=exception, reviewer=exception.asked_by)


def reviewer_twice() -> None:
    person = UserFactory.create()
    ReviewFactory.create(reviewer=person, second_reviewer=person)


def decision_without_a_witness() -> None:
    ReviewFactory.create(decision=Review.Decision.AGREED)


def review_of_nothing() -> None:
    ReviewFactory.create(kind=Review.Kind.DEPARTURE)


def closing_about_an_invitation() -> None:
    ending = EndingFactory.create()
    invitation = HandoverInvitation.objects.create(
        ending=ending,
        receiver=UserFactory.create(),
        code="H-LAWFUL",
        invited_by=ending.assignment.therapist,
        invited_at=NOON,
    )
    ReviewFactory.create(ending=ending, kind=Review.Kind.CLOSURE, invitation=invitation)


def look_back_twice() -> None:
    first = DebriefFactory.create()
    DebriefFactory.create(ending=first.ending)


def shared_at_no_time() -> None:
    DebriefFactory.create(shared_with=UserFactory.create())


LAWS: dict[str, Callable[[], None]] = {
    "ending_goes_nowhere_before_telling": ending_past_telling,
    "who_and_when_go_together": told_without_a_witness,
    "one_open_ending_at_a_time": two_open_endings,
    "one_departure_at_a_time": two_departures,
    "leave_comes_back_after_the_last_day": back_before_gone,
    "who_carries_on_is_somebody_else": carried_by_who_leaves,
    "somebody_to_tell_is_a_client_or_an_involved_person": nobody_to_tell,
    "nobody_stands_twice_on_the_list": twice_on_the_list,
    "everybody_is_told_once": told_twice,
    "not_live_has_a_reason": remote_without_reason,
    "a_step_is_not_wanted_once": declined_twice,
    "one_last_session": two_last_sessions,
    "one_look_back_of_each": look_back_twice,
    "shared_with_whom_and_when_go_together": shared_at_no_time,
    "reviewer_is_somebody_else": own_reviewer,
    "second_reviewer_is_a_third_person": reviewer_twice,
    "a_decision_has_its_who_and_when": decision_without_a_witness,
    "a_review_is_about_one_thing": review_of_nothing,
    "only_a_handover_is_about_an_invitation": closing_about_an_invitation,
}


@pytest.mark.parametrize("law", list(LAWS))
def test_the_database_keeps_the_law(law: str) -> None:
    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        LAWS[law]()


def test_every_law_of_these_models_is_tried() -> None:
    ours = [Departure, Ending, PersonToTell, Telling, NotToday, NotWanted, LastSession]
    ours += [
        Debrief,
        OutreachAttempt,
        StepRecord,
        Closure,
        ClosureAddendum,
        EndingException,
        Review,
        ReviewComment,
    ]
    names = {str(constraint.name) for model in ours for constraint in model._meta.constraints}
    assert names == set(LAWS)


def test_a_withdrawn_ending_makes_room_for_another() -> None:
    first = EndingFactory.create(withdrawn_on=TODAY)
    EndingFactory.create(assignment=first.assignment)


def test_a_usual_video_call_and_an_exception_are_lawful() -> None:
    TellingFactory.create(how=Telling.How.VIDEO, is_usual_way=True)
    EndingFactory.create(stage=Stage.OPTIONS_OFFERED, has_not_told_exception=True)


# --- facts are corrected, not changed ---------------------------------------------------------------
def not_today() -> NotToday:
    ending = EndingFactory.create()
    return NotToday.objects.create(  # type: ignore[return-value]
        ending=ending,
        on=TODAY,
        because=NotToday.Because.CRISIS,
        by=ending.assignment.therapist,
        recorded_at=NOON,
    )


def addendum() -> ClosureAddendum:
    ending = EndingFactory.create(closed=True)
    return ClosureAddendum.objects.create(  # type: ignore[return-value]
        ending=ending, text="x", by=ending.assignment.therapist, recorded_at=NOON
    )


def comment() -> ReviewComment:
    review = ReviewFactory.create()
    return ReviewComment.objects.create(review=review, ending=review.ending, text="x")  # type: ignore[return-value]


FACTS: dict[str, tuple[Callable[[], models.Model], str, Any]] = {
    "telling": (TellingFactory.create, "on", TODAY - timedelta(days=1)),
    "not today": (not_today, "on", TODAY - timedelta(days=1)),
    "not wanted": (NotWantedFactory.create, "on", TODAY - timedelta(days=1)),
    "exception": (EndingExceptionFactory.create, "asked_on", TODAY - timedelta(days=1)),
    "last session": (LastSessionFactory.create, "on", TODAY - timedelta(days=1)),
    "closure": (ClosureFactory.create, "on", TODAY - timedelta(days=1)),
    "addendum": (addendum, "recorded_at", NOON - timedelta(days=1)),
    "comment": (comment, "text_digest", "another"),
}


@pytest.mark.parametrize("what", list(FACTS))
def test_facts_are_corrected_not_changed(what: str) -> None:
    """The app's role has no right to change or delete them."""
    make, column, value = FACTS[what]
    row = make()
    mine = type(row)._default_manager.filter(pk=row.pk)

    for act in (lambda: mine.update(**{column: value}), lambda: mine._raw_delete(mine.db)):
        with (
            as_app_for(UserFactory()),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            act()


def test_only_that_it_lost_its_ground_is_noted_on_an_exception() -> None:
    exception = EndingExceptionFactory.create()

    EndingException.objects.filter(pk=exception.pk).update(taken_back_on=TODAY)

    exception.refresh_from_db()
    assert exception.taken_back_on == TODAY


def test_the_history_of_a_telling_holds_no_words() -> None:
    """Sealed columns stay out of the event rows; a keyed digest stands in (decision 6)."""
    telling = TellingFactory.create()
    with as_owner():
        event = Telling.pgh_event_model.objects.get(pgh_obj_id=telling.pk)  # type: ignore[attr-defined]

    assert not hasattr(event, "words")
    assert event.words_digest


def test_a_client_cannot_be_told_for_another() -> None:
    ending = EndingFactory.create()
    stranger = ClientFactory.create()

    with pytest.raises(RuleBroken, match="Say who was told"):
        record_told_in_person(
            ending=ending,
            people=[f"client:{stranger.pk}"],
            told=Told(on=TODAY),
            by=ending.assignment.therapist,
            at=NOON,
        )
