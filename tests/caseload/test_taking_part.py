"""Couples, families and groups: who joins, who leaves, and that one's own work stays beside it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.models import Assignment, Client, Episode, Participation
from caseload.operations import taking_part
from core.errors import RuleBroken
from tests.accounts.test_practice import text_of
from tests.caseload.conftest import MONDAY
from tests.caseload.factories import AssignmentFactory
from tests.desk.test_caseload import questions

DAY = timedelta(days=1)
WORK = {
    "work-on": "2026-11-23",
    "work-kind": "couple",
    "work-usual_mode": "in_person",
    "work-weight": "1.5",
}


@pytest.fixture
def signed_in(marta, client):
    client.force_login(marta)
    return client


@pytest.fixture
def couple(marta):
    return AssignmentFactory(
        therapist=marta, client__known_as="Wren", episode__kind=Episode.Kind.COUPLE
    ).episode


def parts_of(episode):
    rows = Participation.objects.filter(episode=episode).order_by("joined_on", "pk")
    return [(row.client.called, row.left_on) for row in rows]


def joins(browser, episode, **said):
    return browser.post(reverse("caseload:join_episode", args=[episode.pk]), said, follow=True)


def test_a_couple_that_begins_with_one_asks_who_else_takes_part(signed_in, marta):
    sent = signed_in.post(reverse("caseload:open_client"), {"name": "Renata", **WORK})
    episode = Episode.objects.get()
    assert sent["Location"] == reverse("caseload:join_episode", args=[episode.pk])
    joins(signed_in, episode, name="Adam")
    assert {name for name, _left in parts_of(episode)} == {"Renata", "Adam"}
    page = text_of(signed_in.get(episode.people[0].get_absolute_url()))
    assert "Who takes part" in page
    assert "Weight" in page


def test_the_couple_of_somebody_with_work_of_their_own_is_offered_who_else_one_works_with(
    signed_in, marta
):
    """Individual work stays beside the couple, and what is written in the one is not shown in the other."""
    wren = AssignmentFactory(therapist=marta, client__known_as="Wren").client
    alder = AssignmentFactory(therapist=marta, client__known_as="Alder").client
    begin = reverse("caseload:begin_work", args=[wren.pk])
    assert begin in text_of(signed_in.get(wren.get_absolute_url()))
    signed_in.post(begin, {**WORK, "somebody_else": str(alder.pk)})
    couple = Episode.objects.get(kind="couple")
    assert {one.called for one in couple.people} == {"Wren", "Alder"}
    assert Assignment.objects.filter(episode__participations__client=wren).count() == 2


def test_somebody_known_here_takes_part_once_leaves_and_did_not_leave(signed_in, marta, couple):
    alder = AssignmentFactory(therapist=marta, client__known_as="Alder").client
    take_part = reverse("caseload:let_take_part", args=[couple.pk])
    signed_in.post(take_part, {"client": str(alder.pk)})
    part = Participation.objects.get(episode=couple, client=alder)
    assert "takes part already" in text_of(
        signed_in.post(take_part, {"client": str(alder.pk)}, follow=True)
    )
    leave = reverse("caseload:leave_episode", args=[part.pk])
    assert "The others go on." in text_of(signed_in.post(leave, {"on": "2026-11-23"}, follow=True))
    assert dict(parts_of(couple))["Alder"] == MONDAY
    assert "has left already" in text_of(signed_in.post(leave, {"on": "2026-11-23"}, follow=True))
    signed_in.post(reverse("caseload:stay_in_episode", args=[part.pk]))
    assert dict(parts_of(couple))["Alder"] is None


def test_who_left_comes_again_as_a_part_of_its_own(marta, couple):
    alder = AssignmentFactory(therapist=marta, client__known_as="Alder").client
    part = taking_part.let_take_part(episode=couple, client=alder, by=marta, on=MONDAY - 9 * DAY)
    taking_part.leave_episode(part=part, on=MONDAY - 5 * DAY, by=marta)
    again = taking_part.let_take_part(episode=couple, client=alder, by=marta, on=MONDAY)
    assert again.pk != part.pk
    with pytest.raises(RuleBroken, match="already"):
        taking_part.stay_in_episode(part=part, by=marta)


def test_the_last_one_does_not_leave_and_nobody_leaves_before_they_came(signed_in, marta, couple):
    alone = couple.participations.get()
    leave = reverse("caseload:leave_episode", args=[alone.pk])
    assert "told in person" in text_of(signed_in.post(leave, {"on": "2026-11-23"}, follow=True))
    alder = AssignmentFactory(therapist=marta).client
    part = taking_part.let_take_part(episode=couple, client=alder, by=marta, on=MONDAY)
    with pytest.raises(RuleBroken, match="before the first"):
        taking_part.leave_episode(part=part, on=MONDAY - DAY, by=marta)


def test_one_person_s_work_stays_with_one_person(signed_in, marta):
    work = AssignmentFactory(therapist=marta)
    other = AssignmentFactory(therapist=marta).client
    with pytest.raises(RuleBroken, match="one person"):
        taking_part.let_take_part(episode=work.episode, client=other, by=marta, on=MONDAY)
    assert joins(signed_in, work.episode, name="Adam").status_code == 422


def test_a_stranger_s_client_cannot_be_let_in_and_a_closed_work_takes_nobody(
    signed_in, marta, couple
):
    stranger = AssignmentFactory().client
    page = text_of(
        signed_in.post(
            reverse("caseload:let_take_part", args=[couple.pk]),
            {"client": str(stranger.pk)},
            follow=True,
        )
    )
    assert "Choose somebody." in page
    with pytest.raises(Client.DoesNotExist):
        taking_part.let_take_part(episode=couple, client=stranger, by=marta, on=MONDAY)
    Episode.objects.filter(pk=couple.pk).update(closed_on=MONDAY)
    with pytest.raises(RuleBroken, match="has ended"):
        taking_part.let_take_part(
            episode=couple, client=AssignmentFactory(therapist=marta).client, by=marta, on=MONDAY
        )


def test_who_joins_is_asked_about_when_they_may_be_here_already(signed_in, marta, couple):
    AssignmentFactory(therapist=marta, client__name="Adam Nowak")
    page = text_of(joins(signed_in, couple, name="Adam Nowak"))
    assert "Is it one of these?" in page
    assert len(parts_of(couple)) == 1
    joins(signed_in, couple, name="Adam Nowak", somebody_else="1")
    assert len(parts_of(couple)) == 2


def test_the_page_asks_few_questions(signed_in, marta, couple):
    for _ in range(3):
        taking_part.let_take_part(
            episode=couple, client=AssignmentFactory(therapist=marta).client, by=marta, on=MONDAY
        )
    assert questions(signed_in, reverse("caseload:join_episode", args=[couple.pk])) <= 16
