"""The three have met: held, confirmed, and the receiver’s own work begins; also without a meeting (R14, R25)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Assignment, Booking, Client, Episode, Participation, Session
from caseload.operations.rhythms import end_assignment
from caseload.operations.work import load_of
from core.clock import now
from core.errors import RuleBroken
from endings.models import EndingException, HandoverSession, SignOff
from endings.operations import handovers, meetings_of_three
from endings.operations.exceptions import Explanation, record_exception
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory
from tests.endings.handing_over import (
    HandingOver,
    a_choice,
    a_session,
    accepted,
    consented,
    held,
    planned,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(story: HandingOver, name: str, *more: object) -> str:
    return reverse(f"endings:{name}", args=[story.ending.pk, *more])


def booked(session: Session) -> set[object]:
    rows = Booking.objects.filter(session=session).values_list("user", "room")
    return {user or room for user, room in rows}


def met(story: HandingOver | None = None) -> tuple[HandingOver, HandoverSession]:
    """Return a story whose three have met this morning."""
    story = story or consented()
    session = a_session(story, 1)
    handover = planned(story, session)
    return story, held(story, handover, at=session.ends_at)


# --- held -------------------------------------------------------------------------------------------
def test_it_is_recorded_once_it_has_begun(client: Browser, time_machine: Any) -> None:
    story = consented()
    handover = planned(story, a_session(story, 1))
    data = {"agreed_points": "Walks.", "next_meeting_on": "2026-04-07", "signed": ["client"]}
    client.force_login(story.outgoing)
    early = client.post(url(story, "hold_meeting_of_three"), data)
    time_machine.move_to("2026-03-04T12:00:00Z")
    client.force_login(story.outgoing)

    late = client.post(url(story, "hold_meeting_of_three"), data)

    assert early.status_code == 422
    assert late.status_code == 302
    handover.refresh_from_db()
    ending = story.fresh()
    assert (handover.held_on, handover.held_by) == (date(2026, 3, 4), story.outgoing)
    assert (ending.stage, ending.handed_over_on) == (Stage.HANDED_OVER, date(2026, 3, 4))
    assert Session.objects.get(pk=handover.session_id).state == Session.State.ATTENDED
    assert booked(handover.session) == set()
    assert handover.sign_offs.get().who == SignOff.Who.CLIENT


def test_the_next_meeting_comes_after_it(client: Browser, time_machine: Any) -> None:
    story = consented()
    planned(story, a_session(story, 1))
    time_machine.move_to("2026-03-04T12:00:00Z")
    client.force_login(story.outgoing)

    response = client.post(url(story, "hold_meeting_of_three"), {"next_meeting_on": "2026-03-04"})

    assert response.status_code == 422
    assert "next_meeting_on" in response.context["form"].errors


def test_it_is_recorded_once() -> None:
    story, handover = met()

    with pytest.raises(RuleBroken, match="recorded already"):
        held(story, handover, at=now() + 2 * DAY)


def test_a_held_meeting_says_who_and_when() -> None:
    story = consented()
    handover = planned(story, a_session(story, 2))

    with (
        pytest.raises(IntegrityError, match="a_held_handover_says_who_and_when"),
        transaction.atomic(),
    ):
        HandoverSession.objects.filter(pk=handover.pk).update(held_on=TODAY)


def test_the_receivers_work_begins_the_day_after_the_last_one() -> None:
    story, _handover = met()

    leaving = Assignment.objects.get(pk=story.ending.assignment_id)
    work = Assignment.objects.get(therapist=story.receiver)
    assert leaving.ends_on == story.ending.last_on
    assert (work.role, work.starts_on) == (Assignment.Role.PRIMARY, story.ending.last_on + DAY)
    assert work.episode_id == story.ending.episode_id
    assert Episode.objects.get(pk=work.episode_id).closed_on is None
    before, after = (load_of([story.receiver], day)[story.receiver] for day in days_of(work))
    assert (before.incoming, before.weight) == (1, 0)
    assert (after.incoming, after.weight) == (0, 1)


def days_of(work: Assignment) -> tuple[date, date]:
    return work.starts_on - DAY, work.starts_on


def test_the_work_that_ends_with_the_departure_goes_on_the_day_after() -> None:
    story = consented()
    end_assignment(
        assignment=story.ending.assignment,
        last_on=TODAY + timedelta(days=40),
        by=story.outgoing,
        on=TODAY,
    )

    story, _handover = met(story)

    work = Assignment.objects.get(therapist=story.receiver)
    assert work.starts_on == TODAY + timedelta(days=41)
    assert Episode.objects.get(pk=work.episode_id).closed_on is None


def test_until_their_own_work_begins_only_the_consented_parts_are_open(
    client: Browser, time_machine: Any
) -> None:
    story, _handover = met()
    person = story.ending.client
    client.force_login(story.receiver)
    before = client.get(reverse("desk:client", args=[person.pk]))
    time_machine.move_to("2026-04-20T12:00:00Z")
    client.force_login(story.receiver)

    after = client.get(reverse("desk:client", args=[person.pk]))

    assert before.context["clinical"] is None  # identity, which the client agreed to
    assert after.context["clinical"] is not None
    assert story.ending.assignment not in {
        work.assignment for work in after.context["clinical"].works
    }


def test_no_day_has_two_who_lead_and_none_has_nobody() -> None:
    story, _handover = met()
    works = Assignment.objects.filter(episode=story.ending.episode_id)

    for number in range(60):
        day = TODAY + timedelta(days=number)
        assert works.on(day).filter(role=Assignment.Role.PRIMARY).count() == 1


def test_another_who_leads_from_then_on_is_told() -> None:
    story = consented()
    work = story.ending.assignment
    end_assignment(assignment=work, last_on=TODAY + 10 * DAY, by=story.outgoing, on=TODAY)
    AssignmentFactory.create(episode=work.episode, starts_on=TODAY + 11 * DAY)
    session = a_session(story, 1)
    handover = planned(story, session)

    with pytest.raises(RuleBroken, match="leads this work"):
        held(story, handover, at=session.ends_at)


def test_one_who_leaves_a_group_goes_on_alone_and_the_group_stays() -> None:
    work = AssignmentFactory.create(episode__kind=Episode.Kind.GROUP)
    part = work.episode.participations.get()
    story = consented(a_choice(assignment=work, participation=part))

    met(story)

    theirs = Assignment.objects.get(therapist=story.receiver)
    assert theirs.episode_id != work.episode_id
    assert theirs.episode.kind == Episode.Kind.INDIVIDUAL
    assert Participation.objects.get(episode=theirs.episode).client == story.ending.client
    work.refresh_from_db()
    assert work.ends_on is None


def test_the_chosen_place_is_taken_then() -> None:
    story = a_choice()
    option = story.ending.option_set.choices.get().options.get()
    story.receiver = option.place.therapist
    consented(story)

    met(story)

    option.place.refresh_from_db()
    assert option.place.taken_since == Assignment.objects.get(therapist=story.receiver).starts_on


def test_after_it_nobody_can_say_not_now() -> None:
    story, _handover = met()

    with pytest.raises(RuleBroken, match="have met"):
        handovers.decline_invitation(invitation=story.invitation, by=story.receiver, at=NOON)
    with pytest.raises(RuleBroken, match="have met"):
        handovers.withdraw_invitation(invitation=story.invitation, by=story.outgoing, at=NOON)


# --- signing off ------------------------------------------------------------------------------------
def test_each_of_the_three_confirms_once(client: Browser) -> None:
    story, handover = met()
    client.force_login(story.outgoing)
    for who in ("outgoing", "client", "client"):
        client.post(url(story, "sign_off", who))
    client.force_login(story.receiver)
    client.post(reverse("endings:receiver_signs_off", args=[story.invitation.pk]))

    rows = handover.sign_offs.values_list("who", "by")

    assert set(rows) == {
        ("outgoing", story.outgoing.pk),
        ("client", story.outgoing.pk),
        ("incoming", story.receiver.pk),
    }
    assert len(rows) == 3
    with (
        pytest.raises(IntegrityError, match="everybody_signs_off_each_version_once"),
        transaction.atomic(),
    ):
        SignOff.objects.create(
            handover=handover, who="client", on=TODAY, by=story.outgoing, recorded_at=NOON
        )


def test_nobody_confirms_for_another(client: Browser) -> None:
    story, handover = met()
    wrong = [
        (SignOff.Who.INCOMING, story.outgoing),
        (SignOff.Who.OUTGOING, story.receiver),
        (SignOff.Who.CLIENT, story.receiver),
        (SignOff.Who.CLIENT, UserFactory.create()),
    ]
    for who, by in wrong:
        with pytest.raises(RuleBroken, match="Only who was in the room"):
            meetings_of_three.sign_off(handover=handover, who=who, by=by, on=TODAY, at=NOON)
    client.force_login(story.outgoing)
    assert client.post(url(story, "sign_off", "incoming")).status_code == 404


def test_nothing_is_confirmed_before_it_was_held(client: Browser) -> None:
    story = consented()
    planned(story, a_session(story, 2))
    client.force_login(story.outgoing)

    client.post(url(story, "sign_off", "outgoing"))

    assert not SignOff.objects.exists()


def test_the_step_is_done_and_says_who_has_confirmed(client: Browser) -> None:
    story, handover = met()
    meetings_of_three.sign_off(
        handover=handover, who=SignOff.Who.CLIENT, by=story.outgoing, on=TODAY, at=NOON
    )
    client.force_login(story.outgoing)

    steps = client.get(story.ending.get_absolute_url()).context["steps"]

    step = next(one for one in steps if str(one.title) == "Meeting of three")
    assert step.state == "done"
    assert step.quote == "Go on with the walks."
    assert ("Confirmed by", "Client") in [(str(name), value) for name, value in step.facts]
    assert [str(act.label) for act in step.acts] == ["I confirm what was agreed"]


# --- without a meeting ------------------------------------------------------------------------------
def test_without_a_meeting_the_work_begins_once_it_is_said_why(client: Browser) -> None:
    story = consented()
    with pytest.raises(RuleBroken, match="First say why"):
        meetings_of_three.hand_over_without_meeting(ending=story.ending, by=story.outgoing, at=NOON)
    record_exception(
        ending=story.ending,
        rule=EndingException.Rule.NO_HANDOVER,
        explanation=Explanation("No day in common.", "A call of three."),
        by=story.outgoing,
        at=NOON,
    )
    client.force_login(story.outgoing)
    page = client.get(story.ending.get_absolute_url()).content.decode()

    client.post(url(story, "hand_over_without_meeting"))

    assert "Let the receiver begin" in page
    assert Assignment.objects.get(therapist=story.receiver).starts_on == story.ending.last_on + DAY
    assert story.fresh().handed_over_on == TODAY
    after = client.get(story.ending.get_absolute_url()).content.decode()
    assert "Let the receiver begin" not in after


def test_without_consent_it_does_not_begin_either() -> None:
    story = accepted()
    record_exception(
        ending=story.ending,
        rule=EndingException.Rule.NO_HANDOVER,
        explanation=Explanation("No day in common."),
        by=story.outgoing,
        at=NOON,
    )

    with pytest.raises(RuleBroken):
        meetings_of_three.hand_over_without_meeting(ending=story.ending, by=story.outgoing, at=NOON)
    assert not Client.objects.visible_to(story.receiver).exists()


def test_nobody_else_plans_or_records_it(client: Browser) -> None:
    story = consented()
    planned(story, a_session(story, 2))

    for stranger in (story.receiver, UserFactory.create()):
        client.force_login(stranger)
        for name in ("plan_meeting_of_three", "hold_meeting_of_three", "write_summary"):
            assert client.get(url(story, name)).status_code == 404
        assert client.post(url(story, "sign_off", "client")).status_code == 404
        assert client.post(url(story, "hand_over_without_meeting")).status_code == 404


# --- the last working day moves ---------------------------------------------------------------------
@pytest.mark.parametrize("days", [20, 50])
def test_when_the_last_day_moves_the_receiver_follows(days: int) -> None:
    story = consented()
    work, last = story.ending.assignment, TODAY + 40 * DAY
    end_assignment(assignment=work, last_on=last, by=story.outgoing, on=TODAY)
    met(story)

    meetings_of_three.end_with(story.fresh(), TODAY + days * DAY, TODAY)

    theirs = Assignment.objects.get(therapist=story.receiver)
    work.refresh_from_db()
    assert (work.ends_on, theirs.starts_on) == (TODAY + days * DAY, TODAY + (days + 1) * DAY)
    before, after = (load_of([story.receiver], day)[story.receiver] for day in days_of(theirs))
    assert (before.incoming, before.weight) == (1, 0)
    assert (after.incoming, after.weight) == (0, 1)


def test_a_receiver_who_has_begun_goes_on() -> None:
    story = consented()
    end_assignment(
        assignment=story.ending.assignment, last_on=TODAY + 5 * DAY, by=story.outgoing, on=TODAY
    )
    met(story)

    meetings_of_three.end_with(story.fresh(), TODAY + 50 * DAY, TODAY + 6 * DAY)

    assert Assignment.objects.get(therapist=story.receiver).starts_on == TODAY + 6 * DAY
    assert Assignment.objects.get(pk=story.ending.assignment_id).ends_on == TODAY + 5 * DAY
