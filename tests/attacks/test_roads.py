"""Every address by those beside the table's seven: a colleague, somebody asked, front desk, a deputy (R5, R18)."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from accounts.models import Role, TeamMembership, User
from core.clock import now, today
from endings.models import Consent, Ending, HandoverInvitation
from tests.access_table import OBJECTS, PEOPLE, TABLE
from tests.accounts.factories import TeamMembershipFactory, UserFactory
from tests.attacks.test_foreign_keys import LEADS_THERE
from tests.attacks.test_methods import whole_database
from tests.caseload.factories import BreakGlassFactory
from tests.roles import as_owner
from tests.test_access import address, answer
from tests.world import World, a_world

pytestmark = pytest.mark.django_db
ABOUT_A_CLIENT = sorted(name for name, kind in OBJECTS.items() if kind in LEADS_THERE)
CLOSED = {403, 404}


@pytest.fixture
def world() -> World:
    return a_world()


def seen_by(person: User, world: World, names: list[str]) -> dict[str, int]:
    browser = Browser()
    browser.raise_request_exception = False
    browser.force_login(person)
    return {name: answer(browser, address(name, world.keys)) for name in names}


def opened(seen: dict[str, int]) -> dict[str, int]:
    return {name: status for name, status in seen.items() if status not in CLOSED}


def test_a_colleague_of_the_same_team_has_no_road(world: World) -> None:
    colleague = UserFactory.create(name="Ola")
    membership = TeamMembership.objects.get(pk=world.keys["membership"])
    TeamMembershipFactory.create(team=membership.team, user=colleague)

    assert opened(seen_by(colleague, world, ABOUT_A_CLIENT)) == {}


def test_who_is_asked_sees_the_question_and_no_client(world: World) -> None:
    """Before telling, acceptance, no conflict and consent are together, nothing about the client opens."""
    asked = HandoverInvitation.objects.get(pk=world.keys["invitation"]).receiver

    seen = opened(seen_by(asked, world, ABOUT_A_CLIENT))

    assert {OBJECTS[name] for name in seen} == {"invitation"}
    assert "endings:received_file" not in seen


def test_who_takes_over_sees_who_it_is_and_begins_nothing_by_themselves(world: World) -> None:
    """After telling, yes, no conflict and consent: who they are, their own answer, and nothing of the work."""
    ending = Ending.objects.get(pk=world.keys["ending"])
    row = HandoverInvitation.objects.get(pk=world.keys["invitation"])
    with as_owner():
        Ending.objects.filter(pk=ending.pk).update(
            told_on=today(), told_by=ending.assignment.therapist
        )
        HandoverInvitation.objects.filter(pk=row.pk).update(
            state="accepted", answered_at=now(), no_conflict_on=today()
        )
        Consent.objects.create(
            ending=ending,
            receiver=row.receiver,
            sections=["identity"],
            given_on=today(),
            opens_on=today(),
            by=ending.assignment.therapist,
            recorded_at=now(),
        )

    seen = opened(seen_by(row.receiver, world, ABOUT_A_CLIENT))

    assert {"desk:client", "endings:received_file"} <= set(seen)
    assert {OBJECTS[name] for name in seen} <= {"invitation", "client"}
    assert {name for name in seen if OBJECTS[name] == "client"} == {"desk:client"}


def test_who_reads_in_an_emergency_reads_and_does_nothing(world: World) -> None:
    """Every address about Marta's client, by a colleague who broke glass: pages to read, no act that is taken."""
    somebody = UserFactory.create(name="Tomasz")
    with as_owner():
        BreakGlassFactory.create(client_id=world.keys["client"], by=somebody)

    seen = opened(seen_by(somebody, world, ABOUT_A_CLIENT))

    assert {"desk:client", "endings:ending"} <= set(seen)
    browser = Browser()
    browser.raise_request_exception = False
    browser.force_login(somebody)
    before = whole_database()
    taken = {}
    for name in ABOUT_A_CLIENT:
        status = browser.post(address(name, world.keys), {}).status_code
        if status not in {403, 404, 405, 422} and not name.startswith("caseload:broken"):
            taken[name] = status
    after = whole_database()
    assert taken == {}
    assert {name for name in before if before[name] != after[name]} == set()


def test_the_front_desk_has_no_road_to_what_is_clinical(world: World) -> None:
    """Who they are and when they come; that no clinical word stands there is tried in tests/desk/test_front_desk."""
    desk = UserFactory.create(roles=[Role.FRONT_DESK])

    seen = opened(seen_by(desk, world, ABOUT_A_CLIENT))

    assert set(seen) <= {"desk:client", "desk:sign_client_in", "desk:move_booking"}


def test_a_deputy_sees_what_the_absent_one_sees_and_only_while_they_are_away(world: World) -> None:
    deputy, marta = UserFactory.create(name="Wim"), world.people["therapist"]
    assert isinstance(marta, User)
    before = opened(seen_by(deputy, world, ABOUT_A_CLIENT))
    with as_owner():
        marta.absences.update(deputy=deputy)

    seen = opened(seen_by(deputy, world, ABOUT_A_CLIENT))

    own = {name for name in ABOUT_A_CLIENT if TABLE[name][PEOPLE.index("therapist")] in (200, 302)}
    assert before == {}
    assert set(seen) <= own
    assert {"desk:client", "endings:ending", "caseload:session"} <= set(seen)
    with as_owner():
        ended = today() - timedelta(days=1)
        marta.absences.update(starts_on=ended, ends_on=ended)
    assert opened(seen_by(deputy, world, ABOUT_A_CLIENT)) == {}
