"""What was recorded of a meeting of three is said anew by a row, confirmed anew, or taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Assignment, Session
from caseload.operations.sessions import When
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, HandoverCorrection, HandoverSession, SignOff
from endings.operations.meeting_corrections import (
    Version,
    correct_meeting_of_three,
    take_back_meeting_of_three,
)
from endings.operations.meetings_of_three import Meeting, sign_off
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.endings.handing_over import HandingOver, a_session, consented, held, planned
from tests.roles import as_app_for

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z", tick=False)]

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
MET_ON = date(2026, 3, 4)
DAY = timedelta(days=1)


@pytest.fixture
def met(time_machine: Any) -> tuple[HandingOver, HandoverSession]:
    """The three have met yesterday, and what was agreed is *Go on with the walks.*"""
    PracticeFactory.create()
    story = consented()
    handover = planned(story, a_session(story, 1))
    time_machine.move_to(NOON, tick=False)
    return story, held(story, handover)


def url(story: HandingOver, name: str) -> str:
    return reverse(f"endings:{name}", args=[story.ending.pk])


def correct(story: HandingOver, read: Version, **said: Any) -> HandoverCorrection:
    on = said.pop("held_on", MET_ON)
    meeting = Meeting(said.pop("points", "Every other Monday."), said.pop("following", None))
    return correct_meeting_of_three(
        read=read, meeting=meeting, held_on=on, by=story.outgoing, at=NOON, **said
    )


def step_of(client: Browser, story: HandingOver) -> Any:
    client.force_login(story.outgoing)
    steps = client.get(story.ending.get_absolute_url()).context["steps"]
    return next(one for one in steps if str(one.title) == "Meeting of three")


# --- corrected --------------------------------------------------------------------------------------
def test_both_versions_stay_readable(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, handover = met
    client.force_login(story.outgoing)
    page = client.get(url(story, "correct_meeting_of_three"))
    assert page.context["form"].initial["agreed_points"] == "Go on with the walks."

    client.post(
        url(story, "correct_meeting_of_three"),
        {"on": "2026-03-03", "agreed_points": "Every other Monday.", "corrects": ""},
    )

    step = step_of(client, story)
    assert step.quote == "Every other Monday."
    assert [version.quote for version in step.versions] == ["Go on with the walks."]
    assert story.fresh().handed_over_on == date(2026, 3, 3)
    handover.refresh_from_db()
    assert (handover.held_on, str(handover.agreed_points)) == (MET_ON, "Go on with the walks.")


def test_the_receiver_reads_what_stands(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, handover = met
    correct(story, Version(handover))
    client.force_login(story.receiver)

    page = client.get(story.invitation.get_absolute_url()).content.decode()

    assert "Every other Monday." in page
    assert "Go on with the walks." not in page


def test_what_is_corrected_is_confirmed_anew(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, handover = met
    for who, by in (("outgoing", story.outgoing), ("incoming", story.receiver)):
        sign_off(handover=handover, who=SignOff.Who(who), by=by, on=MET_ON, at=NOON)

    row = correct(story, Version(handover))

    acts = [str(act.label) for act in step_of(client, story).acts]
    assert acts == ["I confirm what was agreed", "The client confirms it"]
    client.force_login(story.receiver)
    client.post(reverse("endings:receiver_signs_off", args=[story.invitation.pk]))
    assert row.sign_offs.get().who == SignOff.Who.INCOMING
    assert handover.sign_offs.filter(correction=None).count() == 2


def test_a_second_correction_stands_on_the_first(met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    first = correct(story, Version(handover))
    with pytest.raises(ChangedMeanwhile):
        correct(story, Version(handover), points="Never mind.")

    second = correct(story, Version(handover, first), points="Every third Monday.")

    assert second.corrects == first
    assert handover.as_it_stands == second


def test_two_people_correct_at_once(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, handover = met
    correct(story, Version(handover))
    client.force_login(story.outgoing)

    late = client.post(
        url(story, "correct_meeting_of_three"),
        {"on": "2026-03-04", "agreed_points": "Mine.", "corrects": ""},
    )

    assert late.status_code == 422
    assert "Somebody has corrected this version already." in late.content.decode()
    assert "Mine." in late.content.decode()
    assert HandoverCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"on": "2026-03-06"}, "on"),
        ({"on": "2026-03-04", "next_meeting_on": "2026-03-04"}, "next_meeting_on"),
    ],
)
def test_days_that_cannot_be(
    client: Browser, met: tuple[HandingOver, HandoverSession], said: dict[str, str], field: str
) -> None:
    story, _handover = met
    client.force_login(story.outgoing)
    answer = client.post(url(story, "correct_meeting_of_three"), said)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_it_was_not_before_the_telling(met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    with pytest.raises(RuleBroken, match="First tell the client"):
        correct(story, Version(handover), held_on=story.ending.told_on - DAY)


def test_a_closed_file_is_corrected_too(met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    Ending.objects.filter(pk=story.ending.pk).update(stage=Stage.CLOSED, closed_on=MET_ON)
    correct(story, Version(handover))
    assert story.fresh().stage == Stage.CLOSED
    with pytest.raises(RuleBroken, match="Correct the day or the words"):
        take_back(story, Version(handover, handover.corrections.get()))


def test_corrections_are_never_changed(met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    correct(story, Version(handover))
    with (
        as_app_for(story.outgoing),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("update endings_handovercorrection set held_on = held_on")


# --- taken back -------------------------------------------------------------------------------------
def take_back(story: HandingOver, read: Version) -> HandoverCorrection:
    return take_back_meeting_of_three(
        read=read, because="She was ill; two of us met.", by=story.outgoing, at=NOON
    )


def test_taken_back_it_is_planned_anew_and_the_reason_stays(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, _handover = met
    client.force_login(story.outgoing)
    client.post(
        url(story, "take_back_meeting_of_three"),
        {"because": "She was ill; two of us met.", "corrects": ""},
    )

    ending, step = story.fresh(), step_of(client, story)
    assert (ending.stage, ending.handed_over_on) == (Stage.CHOSEN, None)
    said = [fact for version in step.versions for fact in version.facts]
    assert ("Taken back", "She was ill; two of us met.") in [(str(a), b) for a, b in said]

    again = planned(story, When(NOON + 3 * DAY))
    assert ending.handover_sessions.count() == 2
    assert again.cancelled_on is None


def test_the_receiver_still_begins_on_the_agreed_day(
    met: tuple[HandingOver, HandoverSession],
) -> None:
    story, handover = met
    begins = Assignment.objects.get(therapist=story.receiver).starts_on

    take_back(story, Version(handover))

    assert Assignment.objects.get(therapist=story.receiver).starts_on == begins
    second = planned(story, a_session(story, 1, hour=15))
    Session.objects.filter(pk=second.session_id).update(
        starts_at=NOON - timedelta(hours=2), ends_at=NOON - timedelta(hours=1)
    )
    second.refresh_from_db()
    held(story, second, at=NOON)
    assert Assignment.objects.filter(therapist=story.receiver).count() == 1
    assert story.fresh().stage == Stage.HANDED_OVER


def test_once_the_receiver_has_begun_it_is_corrected_not_taken_back(
    client: Browser, met: tuple[HandingOver, HandoverSession]
) -> None:
    story, handover = met
    carries = UserFactory.create()
    Ending.objects.filter(pk=story.ending.pk).update(carried_by=carries)
    Assignment.objects.filter(pk=story.ending.assignment_id).update(ends_on=MET_ON)
    Assignment.objects.filter(therapist=story.receiver).update(starts_on=NOON.date())

    with pytest.raises(RuleBroken, match="has begun"):
        take_back_meeting_of_three(
            read=Version(handover), because="So it seems.", by=carries, at=NOON
        )

    client.force_login(carries)
    steps = client.get(story.ending.get_absolute_url()).context["steps"]
    ways = [str(way.label) for step in steps for way in step.ways]
    assert "Correct" in ways
    assert "The three did not meet" not in ways
    assert HandoverCorrection.objects.count() == 0


def test_nobody_confirms_what_was_taken_back(met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    take_back(story, Version(handover))
    with pytest.raises(RuleBroken, match="once it has been held"):
        sign_off(handover=handover, who=SignOff.Who.OUTGOING, by=story.outgoing, on=MET_ON, at=NOON)


def test_nobody_else_corrects(client: Browser, met: tuple[HandingOver, HandoverSession]) -> None:
    story, handover = met
    for name in ("correct_meeting_of_three", "take_back_meeting_of_three"):
        client.force_login(story.receiver)
        assert client.get(url(story, name)).status_code == 404
    with pytest.raises(Ending.DoesNotExist):
        correct_meeting_of_three(
            read=Version(handover),
            meeting=Meeting("No."),
            held_on=MET_ON,
            by=story.receiver,
            at=NOON,
        )
