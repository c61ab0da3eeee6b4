"""Opening a file, its details, who else is involved, who knows whom."""

from decimal import Decimal

import pytest

from caseload.models import Client, ClientLink, InvolvedPerson
from caseload.operations import clients
from caseload.operations.clients import Channel, Details, Involved, Work
from core.errors import ChangedMeanwhile, RuleBroken
from tests.accounts.factories import UserFactory
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import (
    AssignmentFactory,
    ClientFactory,
    ClientLinkFactory,
    ContactChannelFactory,
    EpisodeFactory,
    InvolvedPersonFactory,
    ParticipationFactory,
)
from tests.endings.factories import EndingFactory, PersonToTellFactory


def test_taking_somebody_in_makes_file_work_and_weight(marta) -> None:
    work = clients.open_client(
        details=Details(name="Łucja Ostrowska", known_as="Juniper", languages=["pl"]),
        work=Work(usual_mode="video", weight=Decimal("1.5")),
        by=marta,
        on=MONDAY,
    )

    client = Client.objects.visible_to(marta).get()
    assert (client.name, client.called, client.languages) == ("Łucja Ostrowska", "Juniper", ["pl"])
    assert client.code.startswith("C-")
    assert client.sort_key.startswith("lucja ostrowska")
    assert (work.therapist, work.role, work.usual_mode, work.starts_on) == (
        marta,
        "primary",
        "video",
        MONDAY,
    )
    assert work.commitments.get().points == Decimal("1.5")
    assert not Client.objects.visible_to(UserFactory()).exists()


def test_a_couple_gets_a_second_person(marta) -> None:
    work = clients.open_client(
        details=Details(name="One"), work=Work(kind="couple"), by=marta, on=MONDAY
    )
    clients.join_episode(episode=work.episode, details=Details(name="Two"), by=marta, on=MONDAY)
    assert [row.name for row in Client.objects.visible_to(marta).by_name()] == ["One", "Two"]


def test_work_with_one_person_stays_work_with_one_person(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    with pytest.raises(RuleBroken, match="one person"):
        clients.join_episode(episode=work.episode, details=Details(name="Two"), by=marta, on=MONDAY)


def test_two_people_who_write_at_once_do_not_overwrite_each_other(marta) -> None:
    client = AssignmentFactory(therapist=marta).client
    clients.change_client(client=client, details=Details(name="First"), by=marta, revision=0)

    with pytest.raises(ChangedMeanwhile):
        clients.change_client(client=client, details=Details(name="Second"), by=marta, revision=0)

    client.refresh_from_db()
    assert (client.name, client.revision, client.sort_key) == ("First", 1, "first first")


def test_what_is_sealed_reads_as_it_was_written(marta) -> None:
    client = AssignmentFactory(therapist=marta).client
    details = Details(
        name="Wren", safe_to_contact="Only before noon.", safe_address="c/o her sister"
    )
    clients.change_client(client=client, details=details, by=marta)
    again = Client.objects.get(pk=client.pk)
    assert (again.safe_to_contact, again.safe_address) == ("Only before noon.", "c/o her sister")


def test_ways_to_reach_somebody_are_added_changed_and_removed(marta) -> None:
    client = AssignmentFactory(therapist=marta).client
    channel = clients.add_channel(client=client, channel=Channel("phone", "+48 1"), by=marta)
    clients.change_channel(
        channel=channel, to=Channel("email", "wren@example.org", consented_on=MONDAY), by=marta
    )
    channel.refresh_from_db()
    assert (channel.kind, channel.value, channel.consented_on) == (
        "email",
        "wren@example.org",
        MONDAY,
    )
    clients.remove_channel(channel=channel, by=marta)
    assert not client.channels.exists()


def test_who_is_involved_is_added_changed_and_removed(marta) -> None:
    client = AssignmentFactory(therapist=marta).client
    person = clients.add_involved_person(
        client=client, involved=Involved("Her mother", "guardian", told="must"), by=marta
    )
    clients.change_involved_person(
        person=person, to=Involved("Her mother", "guardian", told="never"), by=marta
    )
    person.refresh_from_db()
    assert person.told == InvolvedPerson.Told.NEVER
    clients.remove_involved_person(person=person, by=marta)
    assert not client.involved.exists()


def test_a_strangers_file_takes_no_hand_but_its_own(marta) -> None:
    channel, person = ContactChannelFactory(), InvolvedPersonFactory()
    episode, client = EpisodeFactory(kind="couple"), ClientFactory()
    with pytest.raises(Client.DoesNotExist):
        clients.change_client(client=client, details=Details(name="X"), by=marta)
    with pytest.raises(type(channel).DoesNotExist):
        clients.remove_channel(channel=channel, by=marta)
    with pytest.raises(type(person).DoesNotExist):
        clients.remove_involved_person(person=person, by=marta)
    with pytest.raises(type(episode).DoesNotExist):
        clients.join_episode(episode=episode, details=Details(name="X"), by=marta, on=MONDAY)


def test_two_who_know_each_other_are_linked_once_and_by_who_may_know_both(marta) -> None:
    mine, other = (AssignmentFactory(therapist=marta).client for _ in range(2))
    clients.link_clients(client=mine, other=other, how="sisters", by=marta)

    with pytest.raises(RuleBroken, match="linked already"):
        clients.link_clients(client=other, other=mine, how="", by=marta)
    with pytest.raises(RuleBroken, match="to themselves"):
        clients.link_clients(client=mine, other=mine, how="", by=marta)
    with pytest.raises(Client.DoesNotExist):
        clients.link_clients(client=mine, other=ClientFactory(), how="", by=marta)


def test_a_link_is_taken_back_from_either_side_by_who_may_know_both(marta) -> None:
    mine, other = (AssignmentFactory(therapist=marta).client for _ in range(2))
    link = ClientLinkFactory(client=other, other=mine)
    clients.unlink_clients(link=link, by=marta)
    assert not ClientLink.objects.exists()
    half_seen = ClientLinkFactory(other=mine)
    assert not ClientLink.objects.visible_to(marta).exists()
    with pytest.raises(ClientLink.DoesNotExist):
        clients.unlink_clients(link=half_seen, by=marta)


def test_somebody_who_left_a_group_is_still_in_the_file(marta) -> None:
    work = AssignmentFactory(therapist=marta, episode__kind="group")
    ParticipationFactory(episode=work.episode, left_on=MONDAY)
    assert Client.objects.visible_to(marta).count() == 2


def test_who_has_a_part_in_an_ending_stays_in_the_record(marta) -> None:
    work = AssignmentFactory(therapist=marta)
    person = InvolvedPersonFactory(client=work.client)
    PersonToTellFactory(ending=EndingFactory(assignment=work), involved=person)
    with pytest.raises(RuleBroken, match="stays in the record"):
        clients.remove_involved_person(person=person, by=marta)
