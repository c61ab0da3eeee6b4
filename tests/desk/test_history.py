"""History for a practice admin: who did what kind of act on which thing; no values, no drafts."""

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.journal.sources import sources
from accounts.models import HistoryLine, Role
from accounts.operations.sealing import seal_history
from accounts.operations.searching import Question, search_history
from core.actor import acting
from core.clock import now
from desk.kinds import KINDS
from endings.models import Departure
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory
from tests.endings.leaving import a_caseload, a_draft
from tests.roles import as_owner, standing_as

ADDRESS = "/history/"


@pytest.fixture
def admin(db):
    PracticeFactory.create()
    return UserFactory.create(name="Ada", roles=[Role.PRACTICE_ADMIN])


def a_line(kind="caseload.session", **facts):
    """Put a sealed line there, as the worker would have."""
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("select max(id) from sight.history_shape where kind = %s", [kind])
            (shape,) = cursor.fetchone()
        number = HistoryLine.objects.count() + 1
        return HistoryLine.objects.create(
            **{
                "number": number, "seal": 1, "shape": shape, "key": number, "hash": b"", "at": now(),
                "verb": "update", "thing": "x", **facts,
            }
        )  # fmt: skip


def found(client, **asked):
    response = client.post(
        ADDRESS, {"who": "", "code": "", "since": "", "until": "", **asked}, follow=True
    )
    assert response.status_code == 200
    return response.content.decode()


def rows(page):
    body = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
    return body.count("<tr>")


def test_an_act_is_shown_with_who_what_about_whom_and_from_where(client, admin):
    who = UserFactory.create(name="Marta")
    person = ClientFactory.create(name="Renata")
    a_line(actor=who.pk, client=person.pk, address="192.0.2.7", fields=["state", "starts_at"])
    client.force_login(admin)

    page = client.get(ADDRESS).content.decode()

    for words in ("Marta", person.code, "192.0.2.7", "Changed: Session", "state, starts_at"):
        assert words in page
    assert "Renata" not in page


def test_work_with_several_is_shown_with_all_their_codes(client, admin):
    work = AssignmentFactory.create()
    a_line(episode=work.episode_id)
    client.force_login(admin)

    assert work.client.code in client.get(ADDRESS).content.decode()


def test_it_is_searched_by_person_by_code_and_by_days(client, admin):
    marta, tomasz = UserFactory.create(name="Marta"), UserFactory.create(name="Tomasz")
    work = AssignmentFactory.create()
    a_line(actor=marta.pk, episode=work.episode_id)
    a_line(actor=tomasz.pk, client=work.client.pk, at=now() - timedelta(days=9))
    a_line(actor=tomasz.pk, client=ClientFactory.create().pk)
    client.force_login(admin)

    assert rows(found(client)) == 3
    assert rows(found(client, who=str(tomasz.pk))) == 2
    assert rows(found(client, code=work.client.code.lower())) == 2
    assert rows(found(client, code=work.client.code, who=str(tomasz.pk))) == 1
    assert rows(found(client, until=(now() - timedelta(days=5)).date().isoformat())) == 1
    assert "Nothing was done that fits" in found(client, code="C-99999")


def test_days_in_the_wrong_order_are_said(client, admin):
    client.force_login(admin)
    response = client.post(ADDRESS, {"since": "2026-05-02", "until": "2026-05-01"})

    assert response.status_code == 422
    assert "before the first day" in response.content.decode()


def test_what_is_asked_for_stands_in_no_address(client, admin):
    person = ClientFactory.create()
    client.force_login(admin)
    response = client.post(ADDRESS, {"code": person.code})

    assert response.headers["Location"] == ADDRESS


def test_it_has_pages_and_a_constant_number_of_questions(client, admin):
    for number in range(120):
        a_line(at=now() - timedelta(minutes=number), actor=admin.pk)
    client.force_login(admin)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(ADDRESS).content.decode()
    assert len(asked) <= 12
    assert rows(page) == 50

    shown = 50
    while older := re.search(r'href="(\?before=\d+)"', page):
        page = client.get(ADDRESS + older[1]).content.decode()
        shown += rows(page)
    assert shown == 120


@pytest.mark.parametrize(
    "role", [Role.THERAPIST, Role.SUPERVISOR, Role.RECORDS_KEEPER, Role.DIRECTORY_ADMIN]
)
def test_postgresql_asks_for_a_practice_admin_itself(role, db):
    with (
        acting(UserFactory.create(roles=[role])),
        pytest.raises(ProgrammingError, match="practice admin"),
        transaction.atomic(),
    ):
        search_history(Question(), before=None, how_many=5)


def test_lines_are_read_by_nobody_else(db):
    with (
        standing_as("app"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute("select * from accounts_historyline")


def test_every_kind_has_words():
    assert {source.kind for source in sources()} == set(KINDS)


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_nobodys_business_in_history_either(client):
    leaving = a_caseload(2)
    with acting(leaving.therapist):
        draft = a_draft(leaving)
    with standing_as("worker"):
        seal_history()
    admin = UserFactory.create(roles=[Role.PRACTICE_ADMIN])
    client.force_login(admin)
    with as_owner():
        assert HistoryLine.objects.filter(departure=draft.pk).count() > 3

    page = found(client)
    assert "Session" in page
    for kind in ("Departure", ": Ending", "Person to tell"):
        assert kind not in page

    with as_owner():
        Departure.objects.filter(pk=draft.pk).update(state="submitted", submitted_at=now())
    assert "Departure" in found(client, who=str(leaving.therapist.pk)) or "Departure" in found(
        client
    )
