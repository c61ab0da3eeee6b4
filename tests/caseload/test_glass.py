"""Emergency access: a code typed exactly, a reason, an hour; told, marked, looked at; and nothing is written by it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import Error, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from caseload.models import (
    Assignment,
    BreakGlass,
    BreakGlassReview,
    Client,
    ClientLink,
    Goal,
    ReadLog,
    RiskLook,
    Session,
)
from caseload.operations import clients, glass
from caseload.operations.glass import NoSuchFile
from core.clock import now, today
from core.errors import RuleBroken
from reminders.models import Reminder
from reminders.operations import ticking
from tests.accounts.factories import (
    PracticeFactory,
    SupervisionFactory,
    SupervisorFactory,
    UserFactory,
)
from tests.accounts.test_practice import text_of
from tests.attacks.test_rights import is_refused, naked_work
from tests.caseload.factories import (
    AssignmentFactory,
    BreakGlassFactory,
    ClientFactory,
    GoalFactory,
    ParticipationFactory,
    RiskLookFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.proof import has_proved
from tests.roles import as_app_for, as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z", tick=False)]
OPEN = reverse("caseload:break_glass")
HOUR = timedelta(hours=1)
THEIRS = "episode_id in (select episode_id from caseload_participation where client_id = %s)"


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create(name="Practice")


@pytest.fixture
def marta() -> User:
    return UserFactory.create(name="Marta", email="marta@example.org")


@pytest.fixture
def tomasz() -> User:
    """The colleague on whom somebody else's client calls."""
    return UserFactory.create(name="Tomasz", email="tomasz@example.org")


@pytest.fixture
def anneke(marta: User) -> User:
    anneke = SupervisorFactory.create(name="Anneke", email="anneke@example.org")
    SupervisionFactory.create(supervisor=anneke, supervisee=marta)
    return anneke


@pytest.fixture
def admin() -> User:
    return UserFactory.create(
        name="Pieter", email="pieter@example.org", roles=[Role.PRACTICE_ADMIN]
    )


@pytest.fixture
def work(marta: User) -> Assignment:
    made = AssignmentFactory.create(therapist=marta, client__known_as="Wren")
    SessionFactory.create(assignment=made)
    GoalFactory.create(assignment=made, episode=made.episode)
    RiskLookFactory.create(client=made.client, by=marta, note="A quiet marker")
    return made


@pytest.fixture
def browser(client: Browser, tomasz: User) -> Browser:
    client.force_login(tomasz)
    return client


def opens(browser: Browser, code: str, reason: str = "She calls and cannot be calmed") -> int:
    return browser.post(OPEN, {"code": code, "reason": reason}).status_code


def seen_by(person: User) -> list[int]:
    """How many rows somebody sees by naked queries: clients, work, sessions, goals, looks at risk."""
    with as_app_for(person):
        rows = (Client, Assignment, Session, Goal, RiskLook)
        return [model.objects.count() for model in rows]


# --- opening -------------------------------------------------------------------------------------------
def test_a_file_opens_to_read_for_an_hour_and_says_so_on_every_page(
    browser: Browser, tomasz: User, work: Assignment, time_machine
) -> None:
    page = reverse("desk:client", args=[work.client.pk])
    assert browser.get(page).status_code == 404
    assert opens(browser, work.client.code) == 302

    shown = browser.get(page)
    assert "A quiet marker" in shown.content.decode()
    assert reverse("caseload:record_risk_look", args=[work.client.pk]) not in shown.content.decode()
    for where in (page, reverse("accounts:own_settings"), reverse("desk:caseload")):
        banner = text_of(browser.get(where))
        assert "Emergency access" in banner
        assert work.client.code in banner
        assert "To read only" in banner
    assert seen_by(tomasz) == [1, 1, 1, 1, 1]

    time_machine.move_to(now() + HOUR - timedelta(seconds=1), tick=False)
    assert seen_by(tomasz) == [1, 1, 1, 1, 1]
    time_machine.move_to(now() + timedelta(seconds=1), tick=False)
    assert seen_by(tomasz) == [0, 0, 0, 0, 0]
    browser.force_login(tomasz)  # an hour is longer than anybody stays signed in without a move
    assert browser.get(page).status_code == 404
    assert "To read only" not in text_of(browser.get(reverse("accounts:own_settings")))


def test_it_is_ended_by_who_opened_it_alone_and_stays_ended(
    browser: Browser, tomasz: User, work: Assignment, marta: User
) -> None:
    opens(browser, work.client.code)
    row = BreakGlass.objects.get()
    end = reverse("caseload:end_break_glass", args=[row.pk])
    other = Browser()
    other.force_login(marta)
    assert other.post(end).status_code == 404

    assert "has ended" in text_of(browser.post(end, follow=True))
    assert seen_by(tomasz) == [0, 0, 0, 0, 0]
    browser.post(end)
    assert BreakGlass.objects.get().ended_at == now()
    for change in ("ended_at = null", "ended_at = now() + interval '1 day'"):
        assert is_refused(tomasz, (f"update caseload_breakglass set {change}", []))  # noqa: S608
    for change in ("until = until + interval '1 day'", "by_id = client_id", "at = now()"):
        assert is_refused(tomasz, (f"update caseload_breakglass set {change}", []))  # noqa: S608
    assert is_refused(tomasz, ("delete from caseload_breakglass", []))
    assert is_refused(tomasz, ("delete from caseload_breakglassreview", []))


def test_a_miss_tells_nothing_and_misses_are_counted(browser: Browser, work: Assignment) -> None:
    code = work.client.code
    for wrong in (code.lower(), f" {code}x", code[:-1], "C-999999", f"{code}0"):
        assert opens(browser, wrong) == 422
    said = text_of(browser.post(OPEN, {"code": code, "reason": "She calls"}))
    assert "Too many attempts" in said
    assert not BreakGlass.objects.exists()


def test_it_needs_a_reason_a_code_and_a_file_that_is_not_open_anyway(
    browser: Browser, work: Assignment, tomasz: User
) -> None:
    mine = AssignmentFactory.create(therapist=tomasz)
    assert opens(browser, work.client.code, reason=" ") == 422
    assert opens(browser, "") == 422
    assert "open to you already" in text_of(
        browser.post(OPEN, {"code": mine.client.code, "reason": "She calls"})
    )
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize(
    "role", [Role.PRACTICE_ADMIN, Role.FRONT_DESK, Role.RECORDS_KEEPER, Role.DIRECTORY_ADMIN]
)
def test_who_is_no_clinician_has_no_way_in(client: Browser, work: Assignment, role: Role) -> None:
    person = UserFactory.create(roles=[role])
    client.force_login(person)
    assert client.get(OPEN).status_code == 403
    assert opens(client, work.client.code) == 403
    with pytest.raises(RuleBroken):
        glass.break_glass(code=work.client.code, reason="x", by=person, at=now())
    assert is_refused(person, naked(person, work.client))
    with as_app_for(person):
        assert glass.file_to_open(work.client.code) is None


def naked(who: User, client: Client, *, minutes: int = 0) -> tuple[str, list[object]]:
    at = now() + timedelta(minutes=minutes)
    return (
        "insert into caseload_breakglass (id, client_id, by_id, reason_digest, at, until)"  # noqa: ISC004
        " values (%s, %s, %s, '', %s, %s)",
        [uuid4(), client.pk, who.pk, at, at + HOUR],
    )


def test_the_proof_has_to_be_fresh(client: Browser, tomasz: User, work: Assignment) -> None:
    client.force_login(tomasz)
    has_proved(client, tomasz, "password", "mfa", ago=60 * 60)
    assert "/account/" in client.get(OPEN).url
    assert opens(client, work.client.code) == 302
    assert not BreakGlass.objects.exists()


def test_nobody_opens_in_anothers_name_or_for_later(
    tomasz: User, marta: User, work: Assignment
) -> None:
    assert is_refused(tomasz, naked(marta, work.client))
    for minutes in (-2, 2, 60 * 24):
        assert is_refused(tomasz, naked(tomasz, work.client, minutes=minutes))
    longer, values = naked(tomasz, work.client)
    values[-1] = now() + 2 * HOUR
    with (
        pytest.raises(Error, match="broken_glass_lasts_an_hour"),
        as_app_for(tomasz),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(longer, values)
    assert not is_refused(tomasz, naked(tomasz, work.client))


# --- what it does not open -----------------------------------------------------------------------------
def test_nothing_is_written_by_it(tomasz: User, work: Assignment) -> None:
    own = AssignmentFactory.create(therapist=tomasz)
    entry = WaitingEntryFactory.create(client=work.client)
    BreakGlassFactory.create(client=work.client, by=tomasz)

    changes = (
        "update caseload_client set name = 'x' where id = %s",
        "update caseload_waitingentry set times = 'x' where client_id = %s",
        f"update caseload_assignment set reason = 'x' where {THEIRS}",  # noqa: S608
        f"update caseload_session set state = 'cancelled' where {THEIRS}",  # noqa: S608
        f"update caseload_goal set met = 'met' where {THEIRS}",  # noqa: S608
        "delete from caseload_contactchannel where client_id = %s",
    )
    for change in changes:
        assert is_refused(tomasz, (change, [work.client.pk])), change
    assert is_refused(tomasz, *naked_work(tomasz, work.client))
    takes_part = "insert into caseload_participation (id, episode_id, client_id, joined_on) values (%s, %s, %s, %s)"
    assert is_refused(tomasz, (takes_part, [uuid4(), own.episode_id, work.client.pk, today()]))
    renamed = "update caseload_waitingentry set named_person_id = %s where id = %s"
    assert is_refused(tomasz, (renamed, [tomasz.pk, entry.pk]))
    with pytest.raises(Client.DoesNotExist):
        clients.link_clients(client=own.client, other=work.client, how="", by=tomasz)
    linked = (
        "insert into caseload_clientlink (id, client_id, other_id, how) values (%s, %s, %s, '')"
    )
    assert is_refused(tomasz, (linked, [uuid4(), own.client.pk, work.client.pk]))
    assert not ClientLink.objects.exists()


def test_every_page_that_only_takes_a_form_stays_closed(browser: Browser, work: Assignment) -> None:
    opens(browser, work.client.code)
    for name in ("change_client", "record_risk_look", "add_channel", "begin_work", "join_episode"):
        key = work.episode_id if name == "join_episode" else work.client.pk
        assert browser.get(reverse(f"caseload:{name}", args=[key])).status_code == 404, name
    for name in ("record_goal", "set_cadence", "take_break", "set_weight"):
        assert browser.get(reverse(f"caseload:{name}", args=[work.pk])).status_code == 404, name


def test_a_couple_stays_closed_because_it_is_others_too(
    tomasz: User, marta: User, work: Assignment
) -> None:
    partner = ClientFactory.create()
    couple = AssignmentFactory.create(therapist=marta, client=work.client)
    ParticipationFactory.create(episode=couple.episode, client=partner)
    SessionFactory.create(assignment=couple)
    BreakGlassFactory.create(client=work.client, by=tomasz)

    assert seen_by(tomasz) == [1, 1, 1, 1, 1]
    with as_app_for(tomasz):
        assert not Client.objects.filter(pk=partner.pk).exists()


def test_who_has_it_open_has_nobody_elses(tomasz: User, marta: User, work: Assignment) -> None:
    other = AssignmentFactory.create(therapist=marta)
    BreakGlassFactory.create(client=work.client, by=tomasz)
    with as_app_for(tomasz):
        assert [one.pk for one in Client.objects.all()] == [work.client.pk]
    with as_app_for(UserFactory.create()):
        assert not Client.objects.exists()
    assert other.client not in Client.objects.visible_to(tomasz)


# --- told, marked ---------------------------------------------------------------------------------------
def test_those_it_concerns_are_told_within_a_minute_and_no_mail_names_anybody(
    browser: Browser, work: Assignment, marta: User, anneke: User, admin: User, time_machine
) -> None:
    opens(browser, work.client.code)
    mail.outbox.clear()
    time_machine.move_to(now() + timedelta(seconds=50), tick=False)
    ticking.tick(clock=now)

    sent = [(one.to[0], f"{one.subject} {one.body}") for one in mail.outbox]
    told = sorted(to for to, said in sent if "opened in an emergency" in said)
    assert told == sorted([marta.email, anneke.email, admin.email])
    for name in ("Wren", work.client.code, "Tomasz", "Marta"):
        assert name not in " ".join(said for _to, said in sent)
    occasions = dict(Reminder.objects.values_list("person__name", "occasion"))
    assert occasions == {"Marta": "file_opened", "Pieter": "file_opened", "Anneke": "look_at_glass"}
    for person in (marta, anneke, admin):
        theirs = Browser()
        theirs.force_login(person)
        row = Reminder.objects.get(person=person)
        assert "emergency" in text_of(theirs.get(reverse("reminders:inbox")))
        page = theirs.get(reverse("reminders:go", args=[row.pk]), follow=True)
        assert page.status_code == 200
        assert ("She calls" in text_of(page)) == (person != admin)
        assert "Wren" not in page.content.decode()


def test_what_was_read_by_it_is_marked_whatever_the_page_says(
    browser: Browser, tomasz: User, marta: User, work: Assignment
) -> None:
    opens(browser, work.client.code)
    browser.get(reverse("desk:client", args=[work.client.pk]))
    row = BreakGlass.objects.get()
    assert [log.break_glass_id for log in ReadLog.objects.filter(by=tomasz)] == [row.pk]
    with as_app_for(tomasz):
        ReadLog.objects.create(client=work.client, by=tomasz, at=now(), page="x", break_glass=None)
    assert not ReadLog.objects.filter(by=tomasz, break_glass=None).exists()

    theirs = Browser()
    theirs.force_login(marta)
    page = text_of(theirs.get(reverse("caseload:who_has_read", args=[work.client.pk])))
    assert 'Tomasz<span class="quiet">, Emergency access</span>' in page
    assert not ReadLog.objects.filter(by=marta).exclude(break_glass=None).exists()
    assert "What was read" in text_of(theirs.get(reverse("caseload:broken_glass", args=[row.pk])))


# --- looked at ------------------------------------------------------------------------------------------
def review(person: User, row: BreakGlass, **said: str) -> int:
    browser = Browser()
    browser.force_login(person)
    where = reverse("caseload:broken_glass", args=[row.pk])
    return browser.post(where, {"decision": "in_order", **said}).status_code


def test_who_leads_looks_at_it_once_and_never_who_opened_it(
    tomasz: User, marta: User, anneke: User, admin: User, work: Assignment
) -> None:
    row = BreakGlassFactory.create(client=work.client, by=tomasz)
    leader_of_tomasz = SupervisorFactory.create()
    SupervisionFactory.create(supervisor=leader_of_tomasz, supervisee=tomasz)

    for other in (tomasz, marta, admin, leader_of_tomasz):
        assert review(other, row) in (403, 404)
        added = (
            "insert into caseload_breakglassreview (id, break_glass_id, by_id, at, decision, comment_digest)"  # noqa: ISC004
            " values (%s, %s, %s, %s, 'in_order', '')",
            [uuid4(), row.pk, other.pk, now()],
        )
        assert is_refused(other, added)
    assert review(anneke, row, decision="follow_up") == 422  # what, is asked
    assert review(anneke, row, decision="follow_up", comment="Let us talk.") == 302
    assert review(anneke, row) == 422 or review(anneke, row) == 404
    said = BreakGlassReview.objects.get()
    assert (said.by, said.decision, said.comment) == (anneke, "follow_up", "Let us talk.")
    for reader in (tomasz, marta, anneke):
        theirs = Browser()
        theirs.force_login(reader)
        where = reverse("caseload:broken_glass", args=[row.pk])
        assert "Let us talk." in text_of(theirs.get(where))


def reviewers(row: BreakGlass) -> list[str]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select u.name from sight.glass_people(%s, %s) p join accounts_user u on u.id = p.person"
            " where reviews order by 1",
            [row.pk, today()],
        )
        return [name for (name,) in cursor.fetchall()]


def test_somebody_always_looks_at_it(tomasz: User, marta: User, work: Assignment) -> None:
    """Who leads the work; where nobody does, who works there; where they are gone, who leads the one who opened it."""
    row = BreakGlassFactory.create(client=work.client, by=tomasz)
    assert reviewers(row) == ["Marta"]
    SupervisionFactory.create(supervisor=tomasz, supervisee=marta, kind="reflective")
    ola = SupervisorFactory.create(name="Ola")
    SupervisionFactory.create(supervisor=ola, supervisee=tomasz)
    assert reviewers(row) == ["Marta"]
    User.objects.filter(pk=marta.pk).update(suspended_at=now())
    assert reviewers(row) == ["Ola"]
    anneke = SupervisorFactory.create(name="Anneke")
    SupervisionFactory.create(supervisor=anneke, supervisee=marta)
    assert reviewers(row) == ["Anneke"]
    lone = BreakGlassFactory.create(client=ClientFactory.create(), by=tomasz)
    assert reviewers(lone) == ["Ola"]


def test_the_list_is_by_code_and_for_those_it_concerns(
    tomasz: User, marta: User, anneke: User, admin: User, work: Assignment
) -> None:
    row = BreakGlassFactory.create(client=work.client, by=tomasz, reason="She calls")
    here, one = reverse("caseload:broken_glasses"), reverse("caseload:broken_glass", args=[row.pk])
    for person, status in (
        (tomasz, 200),
        (marta, 200),
        (anneke, 200),
        (admin, 200),
        (UserFactory.create(), 404),
    ):
        theirs = Browser()
        theirs.force_login(person)
        listed = theirs.get(here).content.decode()
        assert (work.client.code in listed) == (status == 200)
        assert ("Look at it" in listed) == (person == anneke)
        shown = theirs.get(one)
        assert shown.status_code == status
        for text in (listed, shown.content.decode()):
            assert "Wren" not in text
        assert ("She calls" in shown.content.decode()) == (person in (tomasz, marta, anneke))
    assert seen_by(admin) == [0, 0, 0, 0, 0]


def test_codes_that_are_none_are_counted_for_each_person(tomasz: User, marta: User) -> None:
    for _ in range(5):
        glass.count_miss(by=tomasz, at=timezone.now())
    with pytest.raises(RuleBroken, match="Too many"):
        glass.break_glass(code="C-1", reason="x", by=tomasz, at=timezone.now())
    with pytest.raises(NoSuchFile):
        glass.break_glass(code="C-1", reason="x", by=marta, at=timezone.now())
