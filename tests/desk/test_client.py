"""The page of one client, by who reads it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.clock import now, today
from endings.models import Consent, Ending, HandoverInvitation
from tests.accounts.factories import AbsenceFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    ClientFactory,
    ClientLinkFactory,
    ContactChannelFactory,
    GoalFactory,
    InvolvedPersonFactory,
    ParticipationFactory,
    RiskLookFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.desk.test_caseload import ending_of, questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    """Work with Wren, with something in every part of the page."""
    work = AssignmentFactory(
        client__known_as="Wren",
        client__name="Renata Wójcik",
        client__safe_to_contact="Only before noon.",
        client__safe_address="c/o her sister",
        client__pronouns="she/her",
    )
    ContactChannelFactory(client=work.client, value="+48 1")
    ContactChannelFactory(
        client=work.client, kind="email", value="w@example.org", consented_on=None
    )
    InvolvedPersonFactory(client=work.client, name="Her husband", told="never", kind="partner")
    GoalFactory(assignment=work, words="Sleep through the night.")
    RiskLookFactory(client=work.client, level="high", note="Worried since May.", by=work.therapist)
    SessionFactory(assignment=work)
    AttendedFactory(assignment=work)
    other = AssignmentFactory(therapist=work.therapist, client__known_as="Alder").client
    ClientLinkFactory(client=work.client, other=other, how="neighbours")
    ClientLinkFactory(client=ClientFactory(known_as="Unseen"), other=work.client)
    return work


def page_of(client, work, reader=None):
    client.force_login(reader or work.therapist)
    response = client.get(reverse("desk:client", args=[work.client.pk]))
    assert response.status_code == 200
    return response.content.decode()


CLINICAL = [
    "Sleep through the night.",
    "Worried since May.",
    "Her husband",
    "Must never be told",
    "Alder",
]
IDENTITY = ["Wren", "Renata Wójcik", "Only before noon.", "c/o her sister", "+48 1", "Not agreed"]


def test_who_works_with_somebody_sees_all_and_may_act(client, work) -> None:
    page = page_of(client, work)
    for said in [*CLINICAL, *IDENTITY, "she/her", "Change details", "Set a rhythm"]:
        assert said in page
    assert "Unseen" not in page


def test_who_leads_reads_all_and_changes_nothing(client, work) -> None:
    lead = SupervisionFactory(supervisee=work.therapist).supervisor
    page = page_of(client, work, lead)
    for said in [*CLINICAL, *IDENTITY]:
        assert said in page
    for act in ("Change details", "Set a rhythm", "Write a goal", "Add somebody"):
        assert act not in page
    assert "/details/" not in page


def test_who_may_know_only_who_this_is_sees_only_that(client, work) -> None:
    named = WaitingEntryFactory(client=work.client).named_person
    page = page_of(client, work, named)
    for said in IDENTITY:
        assert said in page
    for said in CLINICAL:
        assert said not in page
    assert "The work itself is not open to you." in page


def test_the_page_asks_at_most_twelve_questions_whatever_there_is(client, work) -> None:
    client.force_login(work.therapist)
    url = reverse("desk:client", args=[work.client.pk])
    few = questions(client, url)
    for number in range(5):
        ContactChannelFactory(client=work.client)
        InvolvedPersonFactory(client=work.client)
        GoalFactory(assignment=work)
        RiskLookFactory(client=work.client)
        SessionFactory(assignment=work, days=14 + number)
        SupervisionFactory(supervisee=work.therapist)
        AssignmentFactory(episode=work.episode, role="co_working")
        ending_of(work, withdrawn_on=None, stage="closed", told_on=today(), told_by=work.therapist)
    assert questions(client, url) == few <= 12


def test_who_can_see_this_is_named_and_who_cannot_yet(client, work) -> None:
    SupervisionFactory(supervisee=work.therapist, supervisor__name="Anneke de Vries")
    SupervisionFactory(
        supervisee=work.therapist, supervisor__name="Reflects Only", kind="reflective"
    )
    AbsenceFactory(user=work.therapist, deputy=UserFactory(name="Stand In"))
    ending = ending_of(work, stage="told", told_on=today(), told_by=work.therapist)
    receiver = UserFactory(name="Tomasz Król")
    HandoverInvitation.objects.create(
        ending=ending,
        receiver=receiver,
        code="K-1",
        state="accepted",
        invited_by=work.therapist,
        invited_at=now(),
        answered_at=now(),
    )
    page = page_of(client, work)
    for name in ("Anneke de Vries, Supervision", "Stand In, Stands in", "Tomasz Król, not yet"):
        assert name in page
    assert "Reflects Only" not in page

    Consent.objects.create(
        ending=ending,
        receiver=receiver,
        sections=["identity"],
        given_on=today(),
        opens_on=today() + timedelta(days=3),
        by=work.therapist,
        recorded_at=now(),
    )
    assert "Tomasz Król, from" in page_of(client, work)


def test_an_ending_stands_on_top_with_its_state_and_way(client, work) -> None:
    ending = ending_of(work, last_on=today() + timedelta(days=40))
    page = page_of(client, work)
    assert Ending.objects.count() == 1
    assert "No date yet" in page
    assert ending.get_absolute_url() in page


def test_both_of_a_couple_have_their_ending_and_in_a_group_each_their_own(client, work) -> None:
    episode = work.episode
    second = ParticipationFactory.create(episode=episode).client
    ending = ending_of(work)
    where = reverse("desk:client", args=[second.pk])
    client.force_login(work.therapist)
    assert ending.get_absolute_url() in client.get(where).content.decode()

    ending.participation = episode.participations.exclude(client=second).get()
    ending.save()
    assert ending.get_absolute_url() not in client.get(where).content.decode()


def test_a_closed_ending_says_so_and_one_without_a_telling_too(client, work) -> None:
    ending_of(work, playbook="goals_met", stage="closed")
    ending_of(work, playbook="agreed_term", stage="last_held")
    page = page_of(client, work)
    assert "Closed" in page
    assert "Last session held" in page


def test_neither_title_nor_address_names_anybody(client, work) -> None:
    page = page_of(client, work)
    title = page.split("<title>")[1].split("</title>")[0]
    assert "Wren" not in title
    assert work.client.code not in title
    assert work.client.code not in reverse("desk:client", args=[work.client.pk])


def test_what_is_not_there_yet_says_so(client) -> None:
    work = AssignmentFactory()
    page = page_of(client, work)
    for said in ("Nobody has looked yet.", "No goal is written down yet.", "Nothing planned"):
        assert said in page
