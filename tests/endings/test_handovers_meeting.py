"""Three people in one room; then the receiver's own work begins (R14, R25)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Booking, Session
from caseload.operations.sessions import When, cancel_session, move_session
from core.errors import RuleBroken
from endings.models import HandoverSession
from endings.operations import handovers, meetings_of_three
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import AssignmentFactory, RoomFactory, SessionFactory, at_clock
from tests.endings.handing_over import (
    HandingOver,
    a_session,
    accepted,
    agreed,
    consented,
    final_summary,
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


# --- planning ---------------------------------------------------------------------------------------
def test_a_planned_session_becomes_the_meeting_of_three(client: Browser) -> None:
    story = consented()
    session = a_session(story, 2)
    client.force_login(story.outgoing)

    response = client.post(
        url(story, "plan_meeting_of_three"), {"session": session.pk, "agenda": "Questions"}
    )

    assert response.headers["Location"] == story.ending.get_absolute_url()
    assert HandoverSession.objects.get().session == session
    assert booked(session) == {story.outgoing.pk, story.receiver.pk}
    assert story.fresh().handover_plan_on == TODAY + 2 * DAY  # the board shows it there


def test_another_time_books_both_people_and_the_room(client: Browser) -> None:
    story = consented()
    room = RoomFactory.create()
    client.force_login(story.outgoing)

    client.post(
        url(story, "plan_meeting_of_three"),
        {
            "session": "other",
            "on": "2026-03-05",
            "starts_at": "16:00",
            "minutes": "50",
            "mode": "in_person",
            "room": room.pk,
        },
    )

    session = HandoverSession.objects.get().session
    assert session.starts_at == datetime(2026, 3, 5, 15, tzinfo=UTC)  # Warsaw
    assert booked(session) == {story.outgoing.pk, story.receiver.pk, room.pk}


def test_sessions_in_which_the_colleague_is_not_free_are_not_offered(client: Browser) -> None:
    story = consented()
    busy, free = a_session(story, 2), a_session(story, 9)
    theirs = AssignmentFactory.create(therapist=story.receiver)
    SessionFactory.create(
        assignment=theirs, starts_at=busy.starts_at, ends_at=busy.ends_at, booked=True
    )
    client.force_login(story.outgoing)

    page = client.get(url(story, "plan_meeting_of_three"))

    offered = [value for value, _label in page.context["form"].fields["session"].choices]
    assert offered == [str(free.pk), "other"]
    assert "is not free in 1 of the planned sessions." in page.content.decode()
    with pytest.raises(RuleBroken, match="not free then"):
        planned(story, busy)


def test_a_taken_room_is_told(client: Browser) -> None:
    story = consented()
    room = RoomFactory.create()
    other = SessionFactory.create(starts_at=at_clock(2, NOON.time()), room=room, booked=True)
    client.force_login(story.outgoing)

    response = client.post(
        url(story, "plan_meeting_of_three"),
        {
            "session": "other",
            "on": "2026-03-05",
            "starts_at": "13:00",  # Warsaw
            "minutes": "50",
            "mode": "in_person",
            "room": room.pk,
        },
    )

    assert response.status_code == 422
    assert str(room) in response.content.decode()
    assert not HandoverSession.objects.exists()
    assert booked(other) == {other.assignment.therapist_id, room.pk}


def test_another_time_needs_its_day(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)

    response = client.post(url(story, "plan_meeting_of_three"), {"session": "other"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"on", "starts_at"}


@pytest.mark.parametrize("missing", ["consent", "no_conflict", "telling"])
def test_nothing_is_booked_before_everything_is_there(missing: str) -> None:
    story = accepted()
    assert story.invitation is not None
    if missing != "no_conflict":
        handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)
    if missing != "consent":
        agreed(story)
    if missing == "telling":
        ending = story.ending
        ending.told_on = ending.told_by = None
        ending.has_not_told_exception = True
        ending.save()
    session = a_session(story, 2)

    with pytest.raises(RuleBroken):
        planned(story, session)
    assert booked(session) == {story.outgoing.pk}


def test_the_receivers_page_shows_it_and_their_week_no_name(client: Browser) -> None:
    story = consented()
    planned(story, a_session(story, 2))
    client.force_login(story.receiver)

    page = client.get(story.invitation.get_absolute_url()).content.decode()
    week = client.get(reverse("caseload:week")).content.decode()

    assert "Thu 5 Mar, 11:00" in page  # Warsaw
    assert "How it goes on" in page
    assert story.ending.client.called not in week


def test_planned_a_second_time_it_moves() -> None:
    story = consented()
    first, second = a_session(story, 2), a_session(story, 9)
    planned(story, first)

    planned(story, second)

    assert booked(first) == {story.outgoing.pk}
    assert booked(second) == {story.outgoing.pk, story.receiver.pk}
    assert HandoverSession.objects.filter(cancelled_on=None).get().session == second
    planned(story, first)
    assert HandoverSession.objects.filter(cancelled_on=None).get().session == first


def test_one_meeting_of_three_is_planned() -> None:
    story = consented()
    planned(story, a_session(story, 2))

    with (
        pytest.raises(IntegrityError, match="one_meeting_of_three_is_planned"),
        transaction.atomic(),
    ):
        HandoverSession.objects.create(
            ending=story.ending, session=a_session(story, 9), invitation=story.invitation
        )


def test_a_session_that_was_cancelled_is_planned_anew(client: Browser) -> None:
    story = consented()
    final_summary(story, {})
    session = a_session(story, 2)
    planned(story, session)
    cancel_session(session=session, by=story.outgoing, at=NOON)
    client.force_login(story.outgoing)

    steps = client.get(story.ending.get_absolute_url()).context["steps"]

    step = next(one for one in steps if str(one.title) == "Meeting of three")
    assert [str(act.label) for act in step.acts] == ["Plan the meeting of three"]
    assert str(step.chip.label) == "Plan it anew"


def test_a_session_that_is_moved_takes_the_receiver_along(client: Browser) -> None:
    story = consented()
    session = a_session(story, 2)
    handover = planned(story, session)
    move_session(session=session, to=When(session.starts_at + DAY), by=story.outgoing)
    client.force_login(story.receiver)

    page = client.get(story.invitation.get_absolute_url()).content.decode()

    handover.session.refresh_from_db()
    assert meetings_of_three.is_booked_for_three(handover)
    assert "Fri 6 Mar, 11:00" in page  # Warsaw


def test_who_withdraws_leaves_client_and_therapist_their_session() -> None:
    story = consented()
    session = a_session(story, 2)
    planned(story, session)

    handovers.decline_invitation(invitation=story.invitation, by=story.receiver, at=NOON)

    assert booked(session) == {story.outgoing.pk}
    session.refresh_from_db()
    assert session.state == Session.State.PLANNED
    assert HandoverSession.objects.get().cancelled_on == TODAY
