"""Two files of one person: asked by one, agreed by another, joined whole, taken apart whole."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from caseload.models import Assignment, Client, ClientLink, FileRequest, LegalHold
from caseload.operations import file_requests
from caseload.record import joining
from core.actor import acting
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import SupervisionFactory, SupervisorFactory, UserFactory
from tests.accounts.test_practice import text_of
from tests.caseload.factories import (
    AssignmentFactory,
    ClientLinkFactory,
    ContactChannelFactory,
    GoalFactory,
    InvolvedPersonFactory,
    RiskLookFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.caseload.files import seen_by
from tests.endings.factories import EndingFactory

pytestmark = pytest.mark.django_db
State = FileRequest.State


@pytest.fixture
def keeper(monday):
    return UserFactory(roles=[Role.RECORDS_KEEPER])


@pytest.fixture
def second(monday):
    return UserFactory(roles=[Role.RECORDS_KEEPER])


@pytest.fixture
def files(marta):
    """One person, known to Marta as Wren and to a colleague by her whole name, with something of everything."""
    kept = AssignmentFactory(therapist=marta, client__known_as="Wren").client
    ending = EndingFactory.create(chosen=True)
    gone, work = ending.client, ending.assignment
    Client.objects.filter(pk=gone.pk).update(name="Renata Wójcik", known_as="")
    for made in (ContactChannelFactory, InvolvedPersonFactory, RiskLookFactory):
        made.create(client=gone)
    GoalFactory(assignment=work, episode=work.episode)
    SessionFactory(assignment=work)
    WaitingEntryFactory(client=gone)
    friend = AssignmentFactory().client
    ClientLinkFactory(client=kept, other=friend)
    ClientLinkFactory(client=gone, other=friend)
    ClientLinkFactory(client=gone, other=kept)
    ClientLinkFactory(client=gone)
    gone.refresh_from_db()
    return kept, gone


def asked(keeper, files):
    kept, gone = files
    with acting(keeper):
        return file_requests.ask_to_join(
            file=seen_by(keeper, kept), code=gone.code, by=keeper, at=now()
        )


def joined(keeper, second, files):
    request = asked(keeper, files)
    file_requests.agree(request=request, by=second, at=now())
    request.refresh_from_db()
    return request


def whose():
    """Return every row that names a client, with the client."""
    found = {}
    with connection.cursor() as cursor:
        for _label, table, column in joining.columns():
            cursor.execute(f'select id, "{column}" from "{table}"')  # noqa: S608
            found |= {(table, column, key): client for key, client in cursor.fetchall()}
    return found


def test_everything_goes_into_the_one_file_and_comes_back_whole(keeper, second, files, marta):
    kept, gone = files
    before, rows = whose(), Client.objects.count()
    colleague = Assignment.objects.get(episode__participations__client=gone).therapist
    request = joined(keeper, second, files)
    after = whose()

    moved = {key for key in before if before[key] != after[key]}
    assert {table for table, _column, _key in moved} >= {
        "caseload_participation",
        "caseload_contactchannel",
        "caseload_involvedperson",
        "caseload_risklook",
        "caseload_waitingentry",
        "caseload_clientlink",
        "endings_ending",
        "referrals_optionset",
        "referrals_choice",
    }
    assert all((before[key], after[key]) == (gone.pk, kept.pk) for key in moved)
    left = {key for key, client in after.items() if client == gone.pk}
    assert {table for table, _column, _key in left} == {"caseload_clientlink"}
    assert len(left) == 2  # to the same friend, and to the other file: no two are linked twice
    assert (request.state, Client.objects.count()) == (State.DONE, rows)
    with acting(marta):
        assert [one.pk for one in Client.objects.visible_to(marta)] == [kept.pk]
    with acting(colleague):
        assert kept in Client.objects.visible_to(colleague)

    extra = ContactChannelFactory.create(client=kept)
    file_requests.take_apart(request=request, by=keeper)
    gone.refresh_from_db()
    assert gone.joined_to is None
    assert {key: client for key, client in whose().items() if key[2] != extra.pk} == before
    assert extra.client_id == kept.pk
    with pytest.raises(RuleBroken, match="answered"):
        file_requests.take_apart(request=request, by=keeper)


def test_the_page_of_the_client_shows_what_the_second_file_said(keeper, second, files, marta):
    kept, gone = files
    joined(keeper, second, files)
    browser = Browser()
    browser.force_login(marta)
    page = text_of(browser.get(kept.get_absolute_url()))
    assert f"From the second file, {gone.code}" in page
    assert "Renata Wójcik" in page
    assert browser.get(gone.get_absolute_url()).status_code == 404


def test_nobody_joins_alone_and_nobody_but_a_keeper_asks(keeper, second, files, marta):
    kept, _gone = files
    request = asked(keeper, files)
    with pytest.raises(RuleBroken, match="somebody else"):
        file_requests.agree(request=request, by=keeper, at=now())
    for said in (kept.code, "C-0"):
        with acting(keeper), pytest.raises(RuleBroken, match="no other file"):
            file_requests.ask_to_join(file=seen_by(keeper, kept), code=said, by=keeper, at=now())
    stranger = SupervisorFactory()
    with acting(stranger), pytest.raises((RuleBroken, FileRequest.DoesNotExist)):
        file_requests.agree(request=request, by=stranger, at=now())
    for person in (keeper, marta):
        with acting(person), pytest.raises(ProgrammingError), transaction.atomic():
            file_requests.roads.join_files(request.pk)
    assert whose()  # and nothing moved
    assert not Client.objects.filter(joined_to__isnull=False).exists()


def test_who_leads_the_work_can_be_the_second_person(keeper, files, marta):
    leads = SupervisorFactory()
    SupervisionFactory(supervisor=leads, supervisee=marta)
    request = asked(keeper, files)
    file_requests.agree(request=request, by=leads, at=now())
    assert Client.objects.get(joined_to__isnull=False) == files[1]


def test_two_in_one_work_are_two_people_and_a_file_is_joined_once(keeper, second, files, marta):
    joined(keeper, second, files)
    again = asked(keeper, files)
    with pytest.raises(RuleBroken, match="already"):
        file_requests.agree(request=again, by=second, at=now())
    pair = AssignmentFactory(therapist=marta, episode__kind="couple")
    other = AssignmentFactory(therapist=marta).client
    pair.episode.participations.create(client=other, joined_on=pair.starts_on)
    request = asked(keeper, (pair.client, other))
    with pytest.raises(RuleBroken, match="same work"):
        file_requests.agree(request=request, by=second, at=now())


def test_what_is_kept_for_a_court_stays_kept(keeper, second, files):
    kept, gone = files
    LegalHold.objects.create(client=gone, reason="A court.", set_by=keeper, set_at=now())
    request = joined(keeper, second, files)
    kept.refresh_from_db()
    assert kept.on_legal_hold
    file_requests.take_apart(request=request, by=keeper)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.on_legal_hold, gone.on_legal_hold) == (False, True)


def test_by_the_pages_from_the_code_to_two_files_again(keeper, second, files):
    kept, gone = files
    one, other = Browser(), Browser()
    one.force_login(keeper)
    other.force_login(second)
    ask = reverse("caseload:ask_to_join", args=[kept.pk])
    assert one.post(ask, {"code": "nothing"}).status_code == 422
    one.post(ask, {"code": gone.code.lower()})
    request = FileRequest.objects.get()
    here = request.get_absolute_url()
    assert "It can be taken apart again." in text_of(other.get(here))
    other.post(reverse("caseload:agree_to_request", args=[request.pk]))
    assert "Take them apart again" in text_of(one.get(here))
    assert ClientLink.objects.filter(client=kept).count() == 2
    one.post(reverse("caseload:take_apart", args=[request.pk]))
    assert "Taken apart again" in text_of(one.get(here))
