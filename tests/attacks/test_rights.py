"""Nobody gives themselves a right: neither by a page nor by a naked query (ADR 0011)."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core import mail
from django.db import Error, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts import tasks
from accounts.models import Absence, Invitation, Role, RoleHeld, Supervision, User
from accounts.operations import people
from accounts.operations import supervision as supervisions
from accounts.operations.supervision import Pair
from caseload.models import Assignment, Client, WaitingEntry
from caseload.operations import absences, waiting
from caseload.operations.absences import Away
from caseload.operations.waiting import Wish
from core.clock import now, today
from core.errors import RuleBroken
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    SupervisorFactory,
    UserFactory,
)
from tests.caseload.factories import (
    AssignmentFactory,
    SessionFactory,
    WaitingEntryFactory,
    at_clock,
)
from tests.endings.handing_over import consented
from tests.referrals.factories import FollowUpFactory
from tests.roles import as_app_for

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]
DAY = timedelta(days=1)
WORK = {"work-kind": "individual", "work-usual_mode": "in_person", "work-weight": "1"}


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks) -> Callable:
    """Let the worker do what it is asked to, once the transaction is over."""
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task",
        lambda _app, name, args, **_more: getattr(tasks, name.rpartition(".")[2])(*args),
    )
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def marta() -> User:
    return UserFactory.create(name="Marta", email="marta@example.org", password="nine-old-boats")


@pytest.fixture
def admin() -> User:
    """A practice admin who is a therapist, too; another one works here."""
    UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    return UserFactory.create(name="Root", roles=[Role.PRACTICE_ADMIN, Role.THERAPIST])


def begin(person: User, client: Client) -> int:
    browser = Browser()
    browser.force_login(person)
    said = {**WORK, "work-on": today().isoformat(), "work-therapist": str(person.pk)}
    where = reverse("caseload:begin_work", args=[client.pk])
    shown, sent = browser.get(where).status_code, browser.post(where, said).status_code
    assert (shown == 404) == (sent == 404)
    return sent


def is_refused(who: User, *statements: tuple[str, list[object]]) -> bool:
    """Say whether PostgreSQL refuses what somebody tries past every page of ours."""
    counts = []
    try:
        with as_app_for(who), transaction.atomic(), connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
                counts.append(cursor.rowcount)
            cursor.execute("set constraints all immediate")
    except Error as error:
        if getattr(error.__cause__, "sqlstate", "") != "42501":
            raise
        return True
    return 0 in counts


def naked_work(who: User, client: Client, episode: object = None) -> list[tuple[str, list[object]]]:
    """The statements by which somebody would take a client on."""
    there = episode or uuid4()
    opened = (
        "insert into caseload_episode (id, kind, title, opened_on, revision) values (%s, 'individual', '', %s, 0)",
        [there, today()],
    )
    takes_part = (
        "insert into caseload_participation (id, episode_id, client_id, joined_on) values (%s, %s, %s, %s)",
        [uuid4(), there, client.pk, today()],
    )
    assigned = (
        "insert into caseload_assignment (id, episode_id, therapist_id, role, state, usual_mode, starts_on,"  # noqa: ISC004
        " revision) values (%s, %s, %s, 'primary', 'active', 'in_person', %s, 0)",
        [uuid4(), there, who.pk, today()],
    )
    return [assigned] if episode else [opened, takes_part, assigned]


# --- beginning work ------------------------------------------------------------------------------------
def a_receiver() -> tuple[User, Client]:
    story = consented()
    return story.receiver, story.ending.client


def a_desk() -> tuple[User, Client]:
    """Somebody who sits at the front desk and is a therapist, too."""
    work = AssignmentFactory.create()
    SessionFactory.create(assignment=work, starts_at=at_clock(0, time(11)), booked=True)
    return UserFactory.create(roles=[Role.FRONT_DESK, Role.THERAPIST]), work.client


def a_former_colleague() -> tuple[User, Client]:
    """Somebody who asks after a client whom another works with now."""
    row = FollowUpFactory.create(owner=UserFactory.create())
    AssignmentFactory.create(client=row.client)
    return row.owner, row.client


@pytest.mark.parametrize("knows", [a_receiver, a_desk, a_former_colleague])
def test_who_only_knows_of_somebody_begins_no_work(
    knows: Callable[[], tuple[User, Client]],
) -> None:
    who, client = knows()
    assert client in Client.objects.visible_to(who)

    assert begin(who, client) == 404
    assert is_refused(who, *naked_work(who, client))
    named = "insert into caseload_waitingentry (id, client_id, since, needs, times, named_person_id, next_contact_on, ended_why, needs_digest) values (%s, %s, %s, '', '', %s, %s, '', '')"
    assert is_refused(who, (named, [uuid4(), client.pk, today(), who.pk, today()]))
    assert client not in Client.objects.clinical_to(who)


def test_an_old_episode_without_anybody_is_not_taken_either() -> None:
    """Its key can be asked for: a return points back to it."""
    who, client = a_desk()
    old = AssignmentFactory.create(client=client, ends_on=today() - DAY)
    episode = old.episode_id
    Assignment.objects.filter(pk=old.pk).delete()
    assert is_refused(who, *naked_work(who, client, episode))


def test_into_ones_own_work_nobody_is_brought_whom_one_only_knows() -> None:
    who, client = a_receiver()
    own = AssignmentFactory.create(therapist=who)
    takes_part = "insert into caseload_participation (id, episode_id, client_id, joined_on) values (%s, %s, %s, %s)"
    assert is_refused(who, (takes_part, [uuid4(), own.episode_id, client.pk, today()]))


def test_who_works_leads_or_is_named_begins_and_who_asks_after_somebody_nobody_works_with(
    marta: User,
) -> None:
    work = AssignmentFactory.create(therapist=marta)
    leader = SupervisorFactory.create(roles=[Role.SUPERVISOR, Role.THERAPIST])
    SupervisionFactory.create(supervisor=leader, supervisee=marta)
    waits = WaitingEntryFactory.create(named_person=marta)
    ended = AssignmentFactory.create(ends_on=today() - DAY)
    asks = FollowUpFactory.create(
        owner=marta, assignment=ended, episode=ended.episode, client=ended.client
    )
    for who, client in (
        (marta, work.client),
        (leader, work.client),
        (marta, waits.client),
        (marta, asks.client),
    ):
        assert begin(who, client) == 302
        assert Assignment.objects.filter(
            therapist=who, episode__participations__client=client, starts_on=today()
        ).exists()


# --- being named -----------------------------------------------------------------------------------------
def test_nobody_names_themselves_for_a_colleagues_client() -> None:
    who, client = a_desk()
    entry = WaitingEntryFactory.create(client=client)
    free = WaitingEntryFactory.create()

    def name_oneself(row: WaitingEntry) -> None:
        wish = Wish(named_person=who, next_contact_on=today())
        waiting.change_waiting(entry=row, wish=wish, by=who, on=today())

    with pytest.raises(RuleBroken, match="Somebody else"):
        name_oneself(entry)
    renamed = "update caseload_waitingentry set named_person_id = %s where id = %s"
    assert is_refused(who, (renamed, [who.pk, entry.pk]))
    name_oneself(free)  # nobody worked with them: a small practice takes people in at the desk
    assert begin(who, free.client) == 302


def test_a_practice_admin_leads_and_stands_in_for_nobody_by_their_own_hand(
    admin: User, marta: User
) -> None:
    with pytest.raises(RuleBroken, match="Another practice admin"):
        supervisions.add_supervision(pair=Pair(admin, marta), on=today(), by=admin)
    with pytest.raises(RuleBroken, match="Somebody else"):
        absences.record_absence(
            user=marta, away=Away(today(), today(), deputy=admin), by=admin, on=today()
        )
    browser = Browser()
    browser.force_login(admin)
    said = {"kind": "sickness", "starts_on": today(), "ends_on": today(), "deputy": admin.pk}
    where = reverse("caseload:record_absence_of", args=[marta.pk])
    assert browser.post(where, said).status_code == 422

    leads = "insert into accounts_supervision (id, supervisor_id, supervisee_id, kind, is_second, starts_on) values (%s, %s, %s, 'leading', false, %s)"
    away = "insert into accounts_absence (id, user_id, kind, starts_on, ends_on, deputy_id, note) values (%s, %s, 'leave', %s, %s, %s, '')"
    assert is_refused(admin, (leads, [uuid4(), admin.pk, marta.pk, today()]))
    assert is_refused(admin, (away, [uuid4(), marta.pk, today(), today(), admin.pk]))
    assert not Supervision.objects.exists()
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    "change",
    ["kind = 'leading'", "ends_on = null", "ends_on = '2027-01-01'", "starts_on = '2026-01-01'"],
)
def test_a_practice_admin_makes_no_more_of_what_others_gave_them(
    admin: User, marta: User, change: str
) -> None:
    row = SupervisionFactory.create(
        supervisor=admin,
        supervisee=marta,
        kind="reflective",
        starts_on=date(2026, 2, 1),
        ends_on=today(),
    )
    assert is_refused(admin, (f"update accounts_supervision set {change} where id = %s", [row.pk]))  # noqa: S608
    with pytest.raises(RuleBroken):
        supervisions.change_supervision(
            supervision=row, kind="leading", is_second=False, on=today(), by=admin
        )
    with pytest.raises(RuleBroken):
        supervisions.bring_back_supervision(supervision=row, by=admin)
    supervisions.end_supervision(supervision=row, on=today(), by=admin)  # less is always possible


def test_a_deputy_stays_no_longer_by_their_own_hand_and_comes_back_when_they_like(
    admin: User, marta: User
) -> None:
    row = AbsenceFactory.create(user=marta, deputy=admin, starts_on=today() - DAY, ends_on=today())
    longer = "update accounts_absence set ends_on = '2027-01-01' where id = %s"
    assert is_refused(admin, (longer, [row.pk]))
    absences.end_absence(absence=row, on=today(), by=admin)
    assert Absence.objects.get().ends_on == today() - DAY


def test_who_leads_somebody_takes_cover(marta: User) -> None:
    """A supervisor records facts only after taking cover (decision 18), and takes it themselves."""
    anneke = SupervisorFactory.create()
    SupervisionFactory.create(supervisor=anneke, supervisee=marta)
    away = Away(today(), today(), deputy=anneke)
    assert absences.record_absence(user=marta, away=away, by=anneke, on=today()).deputy == anneke


def test_another_practice_admin_gives_a_role_and_who_is_alone_gives_it_themselves(
    admin: User,
) -> None:
    roles = [Role.PRACTICE_ADMIN, Role.THERAPIST, Role.RECORDS_KEEPER]
    held = "insert into accounts_roleheld (id, user_id, role) values (%s, %s, 'records_keeper')"
    with pytest.raises(RuleBroken, match="Another practice admin"):
        people.give_roles(person=admin, roles=roles, by=admin)
    assert is_refused(admin, (held, [uuid4(), admin.pk]))
    User.objects.exclude(pk=admin.pk).update(suspended_at=now())

    assert people.give_roles(person=admin, roles=roles, by=admin)
    assert RoleHeld.objects.filter(user=admin).count() == 3


# --- somebody else's account -----------------------------------------------------------------------------
def test_a_practice_admin_gets_no_code_to_an_account_in_use(
    admin: User, marta: User, at_once: Callable
) -> None:
    browser = Browser()
    browser.force_login(admin)
    before = marta.password
    with at_once():
        answer = browser.post(reverse("accounts:renew_invitation", args=[marta.pk]), follow=True)

    assert "goes to their own address" in answer.content.decode()
    assert browser.session.get("invitation_code") is None
    assert not Invitation.objects.exists()
    assert User.objects.get(pk=marta.pk).password == before
    (sent,) = mail.outbox
    assert sent.to == ["marta@example.org"]
    for said in ({"email": "marta@example.org"}, {"email": "MARTA@example.org"}):
        refused = browser.post(
            reverse("accounts:invite_person"), {**said, "name": "Marta", "roles": ["therapist"]}
        )
        assert refused.status_code == 422
    assert not Invitation.objects.exists()


def test_who_comes_in_by_another_provider_is_in_use_too(admin: User) -> None:
    """They have no password; a code would give one to whoever holds it."""
    ilse = UserFactory.create(email="ilse@example.org", password=None, last_login=now())
    with pytest.raises(RuleBroken, match="in use"):
        people.renew_invitation(person=ilse, by=admin, at=now())
    with pytest.raises(RuleBroken, match="can sign in already"):
        people.invite_person(
            name="Ilse", email="ilse@example.org", roles=[Role.THERAPIST], by=admin, at=now()
        )


def test_where_work_stands_already_the_first_link_goes_to_its_owner_alone(
    admin: User, at_once: Callable
) -> None:
    """A caseload was imported before its therapist came in: the link is theirs, not a practice admin's."""
    imported = UserFactory.create(email="new@example.org", password=None)
    AssignmentFactory.create(therapist=imported)
    browser = Browser()
    browser.force_login(admin)
    sheet = "name,email,roles\nNew,new@example.org,therapist\n"
    ways = (
        (reverse("accounts:renew_invitation", args=[imported.pk]), {}),
        (
            reverse("accounts:invite_person"),
            {"name": "New", "email": "new@example.org", "roles": ["therapist"]},
        ),
        (reverse("accounts:invite_many"), {"sheet": sheet, "act": "invite"}),
    )
    for where, said in ways:
        mail.outbox.clear()
        with at_once():
            page = browser.post(where, said, follow=True).content.decode()
        (sent,) = mail.outbox
        assert sent.to == ["new@example.org"]
        link = next(line for line in sent.body.splitlines() if "/people/invitation/" in line)
        assert "/people/invitation/" not in page
        assert link.rstrip("/").rsplit("/", 1)[1] not in str(dict(browser.session))


def test_whose_rights_or_work_are_touched_hears_of_it(
    admin: User, marta: User, at_once: Callable
) -> None:
    leader = SupervisorFactory.create()
    browser = Browser()
    browser.force_login(admin)
    acts = {
        "supervises": (
            reverse("accounts:add_supervision"),
            {"supervisor": leader.pk, "supervisee": marta.pk, "kind": "leading"},
        ),
        "stands in": (
            reverse("caseload:record_absence_of", args=[marta.pk]),
            {
                "kind": "sickness",
                "starts_on": today(),
                "ends_on": today(),
                "deputy": UserFactory.create().pk,
            },
        ),
        "Your roles": (reverse("accounts:person", args=[marta.pk]), {"roles": ["supervisor"]}),
    }
    for words, (where, said) in acts.items():
        mail.outbox.clear()
        with at_once():
            assert browser.post(where, said).status_code == 302
        (sent,) = mail.outbox
        assert sent.to == ["marta@example.org"]
        assert words in sent.body
