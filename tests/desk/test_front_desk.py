"""A front-desk morning: who comes, whom to reach how, what may be said, and nothing clinical."""

from datetime import date, time, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from caseload.models import Booking, Client, Session
from caseload.operations.sessions import When
from core.actor import acting
from core.clock import now
from core.errors import ChangedMeanwhile
from endings.models import Departure, Ending
from endings.operations import front_desk as operations
from tests.access_table import TABLE
from tests.accounts.factories import AbsenceFactory, UserFactory
from tests.accounts.test_practice import text_of
from tests.caseload.conftest import MONDAY
from tests.caseload.conftest import monday as monday
from tests.caseload.factories import (
    AssignmentFactory,
    ClosedDayFactory,
    ContactChannelFactory,
    GoalFactory,
    RoomFactory,
    SessionFactory,
    WaitingEntryFactory,
    at_clock,
)
from tests.desk.test_caseload import questions
from tests.endings.factories import EndingFactory
from tests.test_access import address, answer
from tests.world import a_world

HERE = reverse("desk:front_desk")


@pytest.fixture
def chiara(monday):
    return UserFactory(name="Chiara", roles=[Role.FRONT_DESK])


@pytest.fixture
def signed_in(client, chiara):
    client.force_login(chiara)
    return client


@pytest.fixture
def session(monday):
    """Wren with Marta at eleven today, in the blue room."""

    work = AssignmentFactory(
        therapist=UserFactory(name="Marta"),
        client__known_as="Wren",
        client__safe_to_contact="Only before noon.",
    )
    GoalFactory(assignment=work, words="Sleep through the night.")
    ContactChannelFactory(client=work.client, value="+48 1")
    ContactChannelFactory(client=work.client, value="+48 2", consented_on=None)
    room = RoomFactory(name="Blue", site__name="Harbour")
    return SessionFactory(assignment=work, starts_at=at_clock(0, time(11)), room=room, booked=True)


def move(client, session, **said):
    url = reverse("desk:move_booking", args=[MONDAY.isoformat(), session.pk])
    form = {
        "on": "2026-11-24",
        "clock": "15:00",
        "minutes": "50",
        "mode": "in_person",
        "room": session.room_id or "",
    }
    return client.post(url, form | said)


def test_a_morning_says_who_comes_where_and_how_to_reach_them(signed_in, session) -> None:
    page = text_of(signed_in.get(HERE))
    for said in ("Harbour", "11:00", "Wren", "Marta", "Blue", "+48 1", "Only before noon."):
        assert said in page
    assert "+48 2" not in page  # not agreed to
    assert "Sleep through" not in page


def test_the_client_page_opens_identity_alone(signed_in, session) -> None:
    page = text_of(signed_in.get(session.assignment.client.get_absolute_url()))
    assert "+48 1" in page
    assert "The work itself is not open to you." in page
    assert "Sleep through" not in page


def test_who_comes_in_some_weeks_is_known_and_who_came_long_ago_is_not(chiara, session) -> None:
    long_ago = AssignmentFactory()
    SessionFactory(assignment=long_ago, starts_at=now() - timedelta(days=30))
    waiting = WaitingEntryFactory()
    with acting(chiara):
        seen = set(Client.objects.visible_to(chiara))
    assert seen == {session.assignment.client, waiting.client}


def test_somebody_arrives_and_it_can_be_taken_back(signed_in, session) -> None:
    url = reverse("desk:sign_client_in", args=[session.pk])
    assert "Here. The therapist sees it." in text_of(signed_in.post(url, follow=True))
    session.refresh_from_db()
    assert session.arrived_at == now()
    assert session.state == "planned"
    client = Browser()
    client.force_login(session.assignment.therapist)
    assert "Here since 09:00" in text_of(client.get(reverse("desk:today")))
    signed_in.post(url, {"undo": "1"})
    session.refresh_from_db()
    assert session.arrived_at is None
    Session.objects.filter(pk=session.pk).update(state="cancelled")
    assert "not planned any more" in text_of(signed_in.post(url, follow=True))


def test_a_booking_is_moved_with_its_room_and_its_therapist(signed_in, session) -> None:
    response = move(signed_in, session)
    assert response.headers["Location"].endswith("?on=2026-11-24")
    session.refresh_from_db()
    assert session.starts_at == at_clock(1, time(15))
    taken = Booking.objects.filter(session=session)
    assert {one.during.lower for one in taken} == {session.starts_at}
    assert {one.room_id for one in taken if one.room_id} == {session.room_id}


def test_two_who_move_at_once_are_told(signed_in, session, chiara) -> None:
    url = reverse("desk:move_booking", args=[MONDAY.isoformat(), session.pk])
    stale = signed_in.get(url).context["booking"]
    Session.objects.filter(pk=session.pk).update(revision=6)

    to = When(at_clock(1, time(15)), 50, "in_person")
    with acting(chiara), pytest.raises(ChangedMeanwhile):
        operations.move_booking(booking=stale, to=to, by=chiara)


TUESDAY = MONDAY + timedelta(days=1)
AT_THREE = time(15)


def close(session) -> str:
    ClosedDayFactory(on=TUESDAY, site=None)
    return "closed on that day"


def send_away(session) -> str:
    AbsenceFactory(user=session.assignment.therapist, starts_on=TUESDAY)
    return "Marta is not here on that day."


def let_rest(session) -> str:
    session.assignment.therapist.working_days = [0]
    session.assignment.therapist.save()
    return "Marta is not here on that day."


def take_room(session) -> str:
    other = AssignmentFactory(client__known_as="Hidden")
    SessionFactory(
        assignment=other, starts_at=at_clock(1, AT_THREE), room=session.room, booked=True
    )
    return "Blue is taken at that time."


def take_therapist(session) -> str:
    other = AssignmentFactory(therapist=session.assignment.therapist)
    SessionFactory(assignment=other, starts_at=at_clock(1, AT_THREE), booked=True)
    return "already a session at that time"


def let_end(session) -> str:
    EndingFactory(assignment=session.assignment)
    return "Marta moves this session."


RULES = [close, send_away, let_rest, take_room, take_therapist, let_end]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_both_sides_rules_are_kept(signed_in, session, rule) -> None:
    wanted = rule(session)
    response = move(signed_in, session)
    assert response.status_code == 422
    assert wanted in text_of(response)
    assert "Hidden" not in text_of(response)


def test_nothing_is_said_of_an_ending_before_it_is_agreed(signed_in, session) -> None:
    ending = EndingFactory(assignment=session.assignment)
    Ending.objects.filter(pk=ending.pk).update(told_on=None, told_by=None, stage="to_tell")
    departure = Departure.objects.filter(pk=ending.departure_id)
    silent = "Say nothing about changes."

    departure.update(state="submitted")
    assert silent not in text_of(signed_in.get(HERE))
    departure.update(state="agreed", embargo_until=date(2026, 12, 1))
    assert silent not in text_of(signed_in.get(HERE))
    departure.update(embargo_until=None)
    assert silent in text_of(signed_in.get(HERE))


def test_who_has_been_told_is_said(signed_in, session) -> None:
    ending = EndingFactory(assignment=session.assignment)
    Ending.objects.filter(pk=ending.pk).update(told_on=MONDAY, told_by=session.assignment.therapist)
    assert "Knows that the work ends." in text_of(signed_in.get(HERE))


def test_another_day_and_one_site(signed_in, session) -> None:
    assert "Nobody comes on this day." in text_of(signed_in.get(f"{HERE}?on=2026-11-26"))
    assert "Wren" in text_of(signed_in.get(f"{HERE}?on=2036-01-01"))  # too far: today
    other = RoomFactory(site__name="Hill")
    SessionFactory(
        assignment=AssignmentFactory(client__known_as="Alder"),
        starts_at=session.starts_at,
        room=other,
        booked=True,
    )
    page = text_of(signed_in.get(f"{HERE}?site={other.site_id}"))
    assert "Alder" in page
    assert "Wren" not in page


def test_addresses_that_lead_nowhere_are_404(signed_in, session) -> None:
    for on in ("yesterday", "2026-11-25"):
        url = reverse("desk:move_booking", args=[on, session.pk])
        assert signed_in.get(url).status_code == 404


def test_postgresql_answers_nobody_else(session) -> None:
    marta = session.assignment.therapist
    for act in (
        lambda: operations.bookings_between(now(), now(), by=marta),
        lambda: operations.sign_in(session=session.pk, at=now()),
    ):
        with acting(marta), pytest.raises(ProgrammingError), transaction.atomic():
            act()


def test_it_asks_few_questions(signed_in, session) -> None:
    few = questions(signed_in, HERE)
    for hour in (13, 14, 15):
        work = AssignmentFactory()
        ContactChannelFactory(client=work.client)
        SessionFactory(assignment=work, starts_at=at_clock(0, time(hour)), booked=True)
    assert questions(signed_in, HERE) == few <= 12


# --- nothing clinical, proven over every address ------------------------------------------------------
AT_THE_DESK = {
    "desk:calendar",
    "desk:calendar_of_person",
    "desk:calendar_of_room",
    "desk:calendar_of_site",
    "desk:front_desk",
    "desk:client",
    "desk:sign_client_in",
    "caseload:waiting",
    "caseload:add_waiting",
    "caseload:change_waiting",
    "caseload:end_waiting",
    "caseload:record_contact",
}
# What everybody who is signed in may open; it holds nothing of a client they may not know of.
EVERYBODYS = {name for name, row in TABLE.items() if all(code in (200, 302) for code in row)}


@pytest.mark.django_db
def test_the_front_desk_opens_nothing_clinical(client) -> None:
    world = a_world()
    client.force_login(UserFactory(roles=[Role.FRONT_DESK]))
    answers = {name: answer(client, address(name, world.keys)) for name in sorted(TABLE)}
    opened = {name for name, code in answers.items() if code in (200, 302)}
    assert opened - EVERYBODYS == AT_THE_DESK
    assert {code for name, code in answers.items() if name not in opened} <= {401, 403, 404}
