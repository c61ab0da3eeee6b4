"""Suspension is one act and always possible; closing waits until nothing is open (decision 20)."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Device, Role, User
from accounts.operations import closing
from accounts.operations import people as operations
from accounts.operations.devices import remember_device
from caseload.models import Client as Person
from core.actor import acting
from core.clock import now, today
from core.errors import RuleBroken
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import AssignmentFactory
from tests.endings.factories import EndingFactory, ReviewFactory
from tests.referrals.factories import FollowUpFactory
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    PracticeFactory.create()
    return UserFactory.create(name="Pieter", roles=[Role.PRACTICE_ADMIN])


@pytest.fixture
def marta(admin: User) -> User:
    return UserFactory.create(name="Marta")


def kinds(person: User, admin: User) -> set[str]:
    with acting(admin):
        return {each.kind for each in closing.open_with(person)}


def test_everything_that_would_be_left_hanging_is_named(admin: User, marta: User) -> None:
    ending = EndingFactory.create(therapist=marta, chosen=True)
    FollowUpFactory.create(
        owner=marta, client=ending.client, episode=ending.episode, assignment=ending.assignment
    )
    ReviewFactory.create(ending=ending, author=UserFactory.create(), reviewer=marta)
    SupervisionFactory.create(supervisor=marta)
    AbsenceFactory.create(deputy=marta)

    with acting(admin):
        standing = closing.open_with(marta)

    assert {"work", "ending", "review", "follow_up", "supervision", "deputy"} <= {
        each.kind for each in standing
    }
    codes = {each.code for each in standing if each.kind in ("work", "ending", "follow_up")}
    assert codes == {ending.client.code}


def test_a_draft_is_nobodys_but_its_authors(admin: User, marta: User) -> None:
    ending = EndingFactory.create(therapist=marta)
    ending.departure.state = "draft"
    ending.departure.save()
    assert kinds(marta, admin) == {"work"}


def test_nobody_but_a_practice_admin_is_told(marta: User) -> None:
    with acting(marta), pytest.raises(Error, match="practice admin"), transaction.atomic():
        closing.open_with(marta)
    with acting(marta), pytest.raises(Error, match="practice admin"), transaction.atomic():
        closing.hold_caseload(marta)


def test_an_account_is_not_closed_while_something_is_open_and_the_page_leads_to_it(
    client: Client, admin: User, marta: User
) -> None:
    work = AssignmentFactory.create(therapist=marta)
    code = Person.objects.get(participations__episode=work.episode).code
    client.force_login(admin)
    where = reverse("sign_in:close_account", args=[marta.pk])

    shown = client.get(where)
    refused = client.post(where)

    assert code in shown.content.decode()
    assert refused.status_code == 422
    assert User.objects.get(pk=marta.pk).may_come_in
    with acting(admin), pytest.raises(RuleBroken, match="still open"):
        closing.close_account(person=marta, by=admin, at=now())

    work.ends_on = today() - timedelta(days=1)
    work.save()
    assert client.post(where).status_code == 302
    closed = User.objects.get(pk=marta.pk)
    assert not closed.may_come_in
    assert closed.deactivated_at is not None


def test_suspension_holds_the_caseload_and_ends_every_session(
    client: Client, admin: User, marta: User
) -> None:
    """Always possible: with work open, and although an admin has no road to a single client."""
    work, other = AssignmentFactory.create(therapist=marta), AssignmentFactory.create()
    theirs = Client()
    theirs.force_login(marta)
    client.force_login(admin)

    client.post(reverse("accounts:suspend_access", args=[marta.pk]))

    assert theirs.get(reverse("accounts:own_settings")).status_code == 302
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select p.episode_id, c.on_legal_hold from caseload_client c"
            " join caseload_participation p on p.client_id = c.id"
        )
        held = dict(cursor.fetchall())
    assert held[work.episode_id] is True
    assert held[other.episode_id] is False


def test_one_act_ends_two_sessions_their_devices_an_emergency_and_every_road(
    client: Client, admin: User, marta: User
) -> None:
    """Sessions and devices, what stands open by breaking glass, and the caseload held: all by the one POST."""
    work = AssignmentFactory.create(therapist=marta)
    phone, laptop = Client(headers={"user-agent": "iPhone"}), Client()
    pages = [
        reverse("desk:client", args=[work.episode.participations.get().client_id]),
        "/caseload/",
    ]
    for each in (phone, laptop):
        each.force_login(marta)
        assert [each.get(page).status_code for page in pages] == [200, 200]
    with as_owner():
        for each in (phone, laptop):
            remember_device(
                person=marta, session_key=each.session.session_key, said="", address=None, at=now()
            )
    client.force_login(admin)

    assert client.post(reverse("accounts:suspend_access", args=[marta.pk])).status_code == 302

    for each in (phone, laptop):
        assert [each.get(page).status_code for page in pages] == [302, 302]
        assert each.post(reverse("caseload:break_glass"), {"code": "x"}).status_code == 302
    assert not Device.objects.filter(user=marta).exists()
    assert Person.objects.get(participations__episode=work.episode).on_legal_hold


def test_given_back_access_opens_no_old_session(client: Client, admin: User, marta: User) -> None:
    theirs = Client()
    theirs.force_login(marta)
    with acting(admin):
        closing.suspend_access(person=marta, by=admin, at=now())

    closing.restore_access(person=marta)

    assert User.objects.get(pk=marta.pk).may_come_in
    assert theirs.get(reverse("accounts:own_settings")).status_code == 302


def test_nobody_does_it_to_themselves(admin: User) -> None:
    with acting(admin):
        for act in (closing.suspend_access, closing.close_account):
            with pytest.raises(RuleBroken, match="Somebody else"):
                act(person=admin, by=admin, at=now())


def test_somebody_stays_practice_admin(client: Client, admin: User) -> None:
    with pytest.raises(RuleBroken, match="practice admin"):
        operations.give_roles(person=admin, roles=[Role.THERAPIST])
    client.force_login(admin)
    said = {"roles": ["therapist"]}
    assert client.post(reverse("accounts:person", args=[admin.pk]), said).status_code == 422
