"""A meeting of three whose session is cancelled, and what undoing that brings back."""

from datetime import UTC, datetime, timedelta

import pytest

from caseload.models import Booking, Session
from caseload.operations.sessions import cancel_session, undo_state
from core.errors import RuleBroken
from endings.operations import handovers, meetings_of_three
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import AssignmentFactory, SessionFactory
from tests.endings.handing_over import HandingOver, a_session, consented, planned

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def cancelled() -> tuple[HandingOver, Session]:
    PracticeFactory.create()
    story = consented()
    session = a_session(story, 2)
    planned(story, session)
    cancel_session(session=session, by=story.outgoing, at=NOON)
    return story, session


def undo(story: HandingOver, session: Session) -> None:
    undo_state(session=session, by=story.outgoing, at=NOON + AN_HOUR)


def taken(session: Session) -> set[object]:
    return set(Booking.objects.filter(session=session, room=None).values_list("user", flat=True))


def test_undone_the_receiver_is_booked_again(cancelled: tuple[HandingOver, Session]) -> None:
    story, session = cancelled
    assert taken(session) == set()

    undo(story, session)

    assert taken(session) == {story.outgoing.pk, story.receiver.pk}
    assert meetings_of_three.is_booked_for_three(story.ending.handover_sessions.get())


def test_who_has_said_no_meanwhile_is_not_booked_again(
    cancelled: tuple[HandingOver, Session],
) -> None:
    story, session = cancelled
    handovers.decline_invitation(invitation=story.invitation, by=story.receiver, at=NOON)

    undo(story, session)

    assert taken(session) == {story.outgoing.pk}


def test_a_receiver_who_is_taken_by_now_is_not_pushed_out(
    cancelled: tuple[HandingOver, Session],
) -> None:
    story, session = cancelled
    SessionFactory.create(
        assignment=AssignmentFactory.create(therapist=story.receiver),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        booked=True,
    )

    with pytest.raises(RuleBroken, match="already a session"):
        undo(story, session)

    session.refresh_from_db()
    assert session.state == Session.State.CANCELLED


def test_a_session_of_two_stays_one_of_two(cancelled: tuple[HandingOver, Session]) -> None:
    story, _session = cancelled
    other = a_session(story, 3)
    cancel_session(session=other, by=story.outgoing, at=NOON)

    undo(story, other)

    assert taken(other) == {story.outgoing.pk}
