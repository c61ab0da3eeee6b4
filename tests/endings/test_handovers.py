"""A colleague is asked: a code, then a name, then what the client agreed to (R5, decision 19)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Commitment, ReadLog
from caseload.operations.work import load_of
from core.errors import RuleBroken
from endings.models import Ending, HandoverInvitation
from endings.operations import handovers
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import CommitmentFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.endings.handing_over import (
    NEEDS,
    TIMES,
    HandingOver,
    a_choice,
    accepted,
    asked,
    consented,
    untold,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
State = HandoverInvitation.State


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str, *more: object) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def page_of(story: HandingOver, name: str = "invitation") -> str:
    assert story.invitation is not None
    return reverse(f"endings:{name}", args=[story.invitation.pk])


def state_of(story: HandingOver) -> str:
    assert story.invitation is not None
    story.invitation.refresh_from_db()
    return story.invitation.state


# --- asking -----------------------------------------------------------------------------------------
def test_asking_waits_for_the_choice() -> None:
    ending = EndingFactory.create(options_offered=True)
    story = HandingOver(ending, ending.assignment.therapist, UserFactory.create())

    with pytest.raises(RuleBroken, match="choice"):
        asked(story)


def test_a_colleague_is_asked_with_needs_and_times(client: Browser) -> None:
    story = a_choice()
    client.force_login(story.outgoing)

    page = client.get(url(story.ending, "invite_receiver"))
    response = client.post(
        url(story.ending, "invite_receiver"),
        {"receiver": story.receiver.pk, "needs": NEEDS, "times": TIMES, "load_points": "1.5"},
    )

    assert story.receiver.name in unescape(page.content.decode())
    assert response.headers["Location"] == story.ending.get_absolute_url()
    asked_now = HandoverInvitation.objects.get()
    assert (asked_now.receiver, asked_now.state) == (story.receiver, State.SENT)
    assert (asked_now.needs, asked_now.load_points) == (NEEDS, Decimal("1.5"))


def test_the_code_says_nothing_about_the_client() -> None:
    story = asked()
    code = story.invitation.code

    assert code.startswith("H-")
    assert code != story.ending.client.code
    assert len({handovers.one_off_code() for _number in range(50)}) == 50


@pytest.mark.parametrize("what", ["name", "known_as", "code"])
def test_the_question_does_not_name_the_client(client: Browser, what: str) -> None:
    story = a_choice()
    client.force_login(story.outgoing)
    said = {"receiver": story.receiver.pk, "times": TIMES, "load_points": "1"}

    response = client.post(
        url(story.ending, "invite_receiver"),
        {**said, "needs": f"For {getattr(story.ending.client, what)}: grief."},
    )

    assert response.status_code == 422
    assert not HandoverInvitation.objects.exists()


def test_who_leaves_is_never_proposed_nor_is_it_said_why(client: Browser) -> None:
    story = a_choice()
    DepartureFactory.create(therapist=story.receiver, draft=True)
    client.force_login(story.outgoing)

    page = unescape(client.get(url(story.ending, "invite_receiver")).content.decode())

    assert story.receiver.name not in page
    with pytest.raises(RuleBroken, match="cannot be asked now"):
        asked(story)


def test_nobody_is_asked_who_does_not_work_here_as_a_therapist() -> None:
    story = a_choice()
    UserFactory.create(name="Gone", is_active=False)
    UserFactory.create(name="Front", roles=["front_desk"])

    names = {one.name for one in handovers.may_receive(story.ending)}

    assert story.receiver.name in names
    assert not names & {"Gone", "Front", story.outgoing.name}


def test_one_colleague_is_asked_at_a_time() -> None:
    story = asked()
    facts = {"needs": "x", "times": "x", "invited_by": story.outgoing, "invited_at": NOON}

    with pytest.raises(RuleBroken, match="already"):
        asked(story)
    with (
        pytest.raises(IntegrityError, match="one_colleague_is_asked_at_a_time"),
        transaction.atomic(),
    ):
        HandoverInvitation.objects.create(
            ending=story.ending, receiver=UserFactory.create(), code="H-XXXXXX", **facts
        )


def test_the_effect_on_a_colleagues_load_is_said_from_full_on(client: Browser) -> None:
    story = a_choice()
    story.receiver.capacity = 1
    story.receiver.save()
    Commitment.objects.create(
        user=story.receiver, kind=Commitment.Kind.WEIGHT, points=1, starts_on=TODAY
    )
    client.force_login(story.outgoing)

    page = unescape(client.get(url(story.ending, "invite_receiver")).content.decode())

    assert "Load: 1 of 1, with this 2 of 1." in page
    assert f"After this handover, {story.receiver.name}: just slightly too many." in page


def test_who_has_room_is_offered_before_who_is_full(client: Browser) -> None:
    story = a_choice()
    full = UserFactory.create(name="Ada Full", capacity=1)
    has_room = UserFactory.create(name="Zoe Roomy")
    CommitmentFactory.create(user=full, points=1)
    client.force_login(story.outgoing)

    page = client.get(url(story.ending, "invite_receiver"))

    offered = [key for key, _label in page.context["form"].fields["receiver"].choices]
    assert offered.index(str(has_room.pk)) < offered.index(str(full.pk))


def test_only_who_works_on_the_ending_asks(client: Browser) -> None:
    story = a_choice()
    client.force_login(UserFactory.create())

    assert client.get(url(story.ending, "invite_receiver")).status_code == 404
    assert client.get(url(story.ending, "record_consent")).status_code == 404
    assert client.get(url(story.ending, "withdraw_invitation")).status_code == 404


# --- what the receiver reads ------------------------------------------------------------------------
def test_before_the_answer_there_is_a_code_the_needs_the_times_and_the_own_load(
    client: Browser,
) -> None:
    story = asked()
    client.force_login(story.receiver)

    page = client.get(page_of(story)).content.decode()

    person = story.ending.client
    assert story.invitation.code in page
    assert NEEDS in page
    assert TIMES in page
    for closed in (person.name, person.known_as, person.code, str(person.pk)):
        assert closed not in page
    assert not ReadLog.objects.filter(client=person).exists()


def test_the_question_of_somebody_else_is_not_there(client: Browser) -> None:
    story = asked()

    for other in (UserFactory.create(), story.outgoing):
        client.force_login(other)
        assert client.get(page_of(story)).status_code == 404
        assert client.post(page_of(story, "accept_invitation")).status_code == 404
        assert client.get(page_of(story, "received_file")).status_code == 404
    assert state_of(story) == State.SENT


def test_saying_yes_counts_as_load_from_today(client: Browser) -> None:
    story = asked()
    client.force_login(story.receiver)

    client.post(page_of(story, "accept_invitation"))

    assert state_of(story) == State.ACCEPTED
    assert load_of([story.receiver], TODAY)[story.receiver].incoming == 1


def test_not_now_is_a_complete_answer_and_somebody_else_is_asked(client: Browser) -> None:
    story = asked()
    client.force_login(story.receiver)
    client.post(page_of(story, "decline_invitation"), {"answer": "Full until May."})

    client.force_login(story.outgoing)
    page = client.get(story.ending.get_absolute_url()).content.decode()

    assert state_of(story) == State.DECLINED
    assert "Thank you for the clear answer; ask somebody else." in page
    assert "Full until May." in page
    assert url(story.ending, "invite_receiver") in page
    story.receiver = UserFactory.create()
    assert asked(story).invitation.state == State.SENT


def test_a_question_is_answered_once(client: Browser) -> None:
    story = accepted()
    client.force_login(story.receiver)

    client.post(page_of(story, "accept_invitation"))

    assert Commitment.objects.filter(cause=story.invitation.pk).count() == 1
    with pytest.raises(RuleBroken, match="answered already"):
        handovers.accept_invitation(invitation=story.invitation, by=story.receiver, at=NOON)


def test_who_cannot_after_all_gives_the_load_back(client: Browser, time_machine) -> None:
    story = consented()
    time_machine.move_to("2026-03-06T12:00:00Z")

    handovers.decline_invitation(
        invitation=story.invitation, by=story.receiver, at=NOON + timedelta(days=3)
    )

    assert load_of([story.receiver], TODAY)[story.receiver].incoming == 1  # what was, stays
    assert load_of([story.receiver], date(2026, 3, 6))[story.receiver].incoming == 0
    assert story.fresh().named_person(date(2026, 3, 6)) == story.outgoing  # R25


def test_an_answer_says_when() -> None:
    story = asked()
    broken = HandoverInvitation.objects.filter(pk=story.invitation.pk)

    with pytest.raises(IntegrityError, match="an_answer_says_when"), transaction.atomic():
        broken.update(state=State.ACCEPTED)


# --- the name ---------------------------------------------------------------------------------------
def test_with_a_yes_and_the_telling_only_the_name_opens(client: Browser) -> None:
    story = accepted()
    client.force_login(story.receiver)

    page = client.get(page_of(story)).content.decode()

    assert story.ending.client.called in page
    assert story.ending.client.name in page  # a conflict is known by the whole name
    assert story.ending.client.code not in page
    assert client.get(page_of(story, "received_file")).status_code == 404
    assert ReadLog.objects.filter(client=story.ending.client, by=story.receiver).count() == 1


def test_before_the_telling_there_is_no_name_to_read(client: Browser) -> None:
    story = a_choice()
    untold(story.ending)
    accepted(story)
    client.force_login(story.receiver)

    page = client.get(page_of(story)).content.decode()

    assert story.ending.client.called not in page
    assert "The name follows once the client knows." in page
    for name in ("confirm_no_conflict", "declare_conflict"):
        client.post(page_of(story, name))
    assert state_of(story) == State.ACCEPTED
    assert story.invitation.no_conflict_on is None


def test_a_conflict_closes_the_door_and_that_colleague_is_not_asked_again(client: Browser) -> None:
    story = accepted()
    client.force_login(story.receiver)

    client.post(page_of(story, "declare_conflict"))

    page = client.get(page_of(story)).content.decode()
    assert state_of(story) == State.CONFLICT
    assert story.ending.client.called not in page
    assert NEEDS not in page
    assert story.receiver not in handovers.may_receive(story.fresh())
