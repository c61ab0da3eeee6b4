"""A colleague is asked: a code, then a name, then what the client agreed to (R5, decision 19)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Client, Commitment, ReadLog
from caseload.operations.work import load_of
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Consent, Departure, Ending, HandoverInvitation
from endings.models.handovers import Section
from endings.operations import handovers
from endings.operations.handovers import Agreed, Question
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory
from tests.endings.factories import DepartureFactory, EndingFactory
from tests.endings.handing_over import (
    NEEDS,
    PARTS,
    TIMES,
    HandingOver,
    a_choice,
    a_session,
    accepted,
    agreed,
    asked,
    consented,
    final_summary,
    planned,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
State = HandoverInvitation.State
SECRET = {Section.IDENTITY.value: "Reach her by post only", Section.RISK.value: "The night in May"}


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


def untold(ending: Ending) -> None:
    """The client was not told: an exception stands, and the choice came from elsewhere."""
    ending.told_on = ending.told_by = None
    ending.has_not_told_exception = True
    ending.save()


def test_a_conflict_closes_the_door_and_that_colleague_is_not_asked_again(client: Browser) -> None:
    story = accepted()
    client.force_login(story.receiver)

    client.post(page_of(story, "declare_conflict"))

    page = client.get(page_of(story)).content.decode()
    assert state_of(story) == State.CONFLICT
    assert story.ending.client.called not in page
    assert NEEDS not in page
    assert story.receiver not in handovers.may_receive(story.fresh())


# --- every missing piece keeps it shut ----------------------------------------------------------------
def shut(client: Browser, story: HandingOver) -> bool:
    """Say whether nothing of the client is open: no file, no page, no list, no search."""
    client.force_login(story.receiver)
    person = story.ending.client
    pages = [
        reverse("desk:client", args=[person.pk]),
        story.ending.get_absolute_url(),
        page_of(story, "received_file"),
    ]
    searched = client.get(reverse("desk:caseload"), {"q": person.known_as}).content.decode()
    return (
        {client.get(page).status_code for page in pages} == {404}
        and person.code not in searched
        and str(person.pk) not in searched
        and not Client.objects.visible_to(story.receiver).filter(pk=person.pk).exists()
        and not HandoverInvitation.objects.open_to(story.receiver, TODAY).exists()
    )


def test_with_everything_there_exactly_what_was_agreed_to_opens(client: Browser) -> None:
    story = consented()
    final_summary(story, SECRET)
    client.force_login(story.receiver)

    page = client.get(page_of(story, "received_file")).content.decode()

    assert "Reach her by post only" in page
    assert "The night in May" not in page
    assert str(Section.RISK.label) not in page
    assert ReadLog.objects.filter(page="endings:received_file", by=story.receiver).count() == 1
    assert client.get(story.ending.get_absolute_url()).status_code == 404


def test_without_a_consent_it_stays_shut(client: Browser) -> None:
    story = accepted()
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)

    assert shut(client, story)


def test_without_a_yes_it_stays_shut(client: Browser) -> None:
    story = asked()
    agreed(story)

    assert shut(client, story)


def test_without_no_conflict_it_stays_shut(client: Browser) -> None:
    story = accepted()
    agreed(story)

    assert shut(client, story)


def test_without_a_telling_it_stays_shut(client: Browser) -> None:
    story = consented()
    untold(story.fresh())

    assert shut(client, story)


def test_before_its_day_it_stays_shut(client: Browser) -> None:
    story = consented()
    agreed(story, opens_on=TODAY + timedelta(days=1))

    assert shut(client, story)
    page = client.get(page_of(story)).content.decode()
    assert "What the client agreed to opens on Wed 4 Mar." in page


def test_taken_back_it_is_shut_again(client: Browser) -> None:
    story = consented()
    final_summary(story, SECRET)
    agreed(story, parts=[])

    assert shut(client, story)


@pytest.mark.parametrize("how", ["withdrawn", "declined", "ending_withdrawn"])
def test_what_ends_shuts_it_again(client: Browser, how: str) -> None:
    story = consented()
    at = {"invitation": story.invitation, "at": NOON}
    if how == "withdrawn":
        handovers.withdraw_invitation(**at, by=story.outgoing)
    elif how == "declined":
        handovers.decline_invitation(**at, by=story.receiver)
    else:
        Ending.objects.filter(pk=story.ending.pk).update(withdrawn_on=TODAY)

    assert shut(client, story)


def test_a_consent_to_somebody_else_opens_nothing(client: Browser) -> None:
    story = consented()
    Consent.objects.filter(receiver=story.receiver)
    handovers.withdraw_invitation(invitation=story.invitation, by=story.outgoing, at=NOON)
    story.receiver = UserFactory.create()
    accepted(story)
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)

    assert shut(client, story)


def test_without_a_final_summary_the_file_is_empty(client: Browser) -> None:
    story = consented()
    client.force_login(story.receiver)

    page = client.get(page_of(story, "received_file")).content.decode()

    assert "The summary is not final yet." in page


def test_the_list_names_only_whom_it_may(client: Browser) -> None:
    story = asked()
    client.force_login(story.receiver)
    address = reverse("endings:received")
    before = client.get(address).content.decode()
    handovers.accept_invitation(invitation=story.invitation, by=story.receiver, at=NOON)

    after = client.get(address).content.decode()

    assert story.ending.client.called not in before
    assert story.invitation.code in before
    assert story.ending.client.called in after


def test_the_list_asks_the_same_for_one_and_for_many(
    client: Browser, django_assert_max_num_queries
) -> None:
    story = consented()
    for _number in range(4):
        other = a_choice()
        other.receiver = story.receiver
        accepted(other)
    client.force_login(story.receiver)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("endings:received"))

    assert len(page.context["standing"]) == 5


def test_no_name_and_no_code_in_a_title(client: Browser) -> None:
    story = consented()
    client.force_login(story.receiver)

    for name in ("invitation", "received_file"):
        page = client.get(page_of(story, name)).content.decode()
        title = page[page.index("<title>") : page.index("</title>")]
        assert story.ending.client.called not in title
        assert story.invitation.code not in title


# --- consent ----------------------------------------------------------------------------------------
def consent_data(story: HandingOver, **more: object) -> dict[str, object]:
    stands = story.ending.consents.current().first()
    return {
        "corrects": stands.pk if stands else "",
        "sections": ["identity", "goals"],
        "day": "today",
        "opens_on": "2026-03-03",
        **more,
    }


def test_the_therapist_records_it_with_the_client(client: Browser) -> None:
    story = accepted()
    client.force_login(story.outgoing)
    address = url(story.ending, "record_consent")

    page = client.get(address)
    response = client.post(address, consent_data(story, opens_on="2026-03-10"))

    assert "checked" not in str(page.context["form"]["sections"])  # nothing is ticked for them
    assert response.headers["Location"] == story.ending.get_absolute_url()
    kept = Consent.objects.get()
    assert kept.sections == ["identity", "goals"]
    assert (kept.receiver, kept.given_on, kept.opens_on) == (
        story.receiver,
        TODAY,
        date(2026, 3, 10),
    )


def test_a_later_row_corrects_and_both_stay(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)

    client.post(url(story.ending, "record_consent"), consent_data(story, sections=["wishes"]))

    first, second = Consent.objects.order_by("recorded_at", "corrects")
    assert {first.corrects_id, second.corrects_id} == {None, first.pk}
    assert Consent.objects.current().get().sections == ["wishes"]


def test_the_client_takes_it_back(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)

    client.post(
        url(story.ending, "record_consent"), consent_data(story, sections=[], act="take_back")
    )

    assert Consent.objects.current().get().sections == []
    assert shut(client, story)


def test_ticking_nothing_is_asked_about(client: Browser) -> None:
    story = accepted()
    client.force_login(story.outgoing)

    response = client.post(url(story.ending, "record_consent"), consent_data(story, sections=[]))

    assert response.status_code == 422
    assert not Consent.objects.exists()


def test_two_who_record_it_at_once_are_told(client: Browser) -> None:
    story = consented()
    data = consent_data(story)
    agreed(story, parts=[Section.WISHES])
    client.force_login(story.outgoing)

    response = client.post(url(story.ending, "record_consent"), data)

    assert response.status_code == 409
    assert Consent.objects.current().get().sections == ["wishes"]


def test_consent_is_to_somebody_and_after_the_telling() -> None:
    story = a_choice()
    said = Agreed(PARTS, TODAY, TODAY)
    with pytest.raises(RuleBroken, match="consent is to somebody"):
        handovers.record_consent(ending=story.ending, agreed=said, by=story.outgoing, at=NOON)

    accepted(story)
    early = Agreed(PARTS, TODAY - timedelta(days=60), TODAY)
    with pytest.raises(RuleBroken, match="before they were told"):
        handovers.record_consent(ending=story.ending, agreed=early, by=story.outgoing, at=NOON)
    with pytest.raises(ChangedMeanwhile):
        handovers.record_consent(
            ending=story.ending,
            agreed=Agreed(PARTS, TODAY, TODAY, corrects=Consent()),
            by=story.outgoing,
            at=NOON,
        )


# --- on the ending's page ---------------------------------------------------------------------------
def handover_step(client: Browser, story: HandingOver) -> object:
    client.force_login(story.outgoing)
    steps = client.get(story.ending.get_absolute_url()).context["steps"]
    return next(step for step in steps if str(step.title) == "Meeting of three")


def verbs(client: Browser, story: HandingOver) -> list[str]:
    step = handover_step(client, story)
    return [str(act.label) for act in step.acts]  # type: ignore[attr-defined]


def test_the_step_has_one_next_verb_after_another(client: Browser) -> None:
    story = a_choice()
    assert verbs(client, story) == ["Ask a colleague"]
    asked(story)
    assert verbs(client, story) == []
    handovers.accept_invitation(invitation=story.invitation, by=story.receiver, at=NOON)
    assert verbs(client, story) == ["Record the consent"]
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)
    agreed(story)
    assert verbs(client, story) == ["Write the summary"]
    final_summary(story, SECRET)
    assert verbs(client, story) == ["Plan the meeting of three"]
    planned(story, a_session(story, 2))
    assert verbs(client, story) == []


def test_the_step_says_who_cannot_see_what_yet(client: Browser) -> None:
    story = accepted()

    step = handover_step(client, story)

    assert "The receiver cannot see this client yet." in step.note  # type: ignore[attr-defined]


def test_withdrawing_asks_first_and_names_who_stays(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)
    address = url(story.ending, "withdraw_invitation")

    page = client.get(address)
    client.post(address)

    assert page.context["named"] == story.outgoing
    assert state_of(story) == State.WITHDRAWN
    assert load_of([story.receiver], TODAY)[story.receiver].incoming == 0


def test_a_departure_that_is_withdrawn_asks_nobody_anything(client: Browser) -> None:
    story = asked()
    Ending.objects.filter(pk=story.ending.pk).update(withdrawn_on=TODAY)
    Departure.objects.update(state=Departure.State.WITHDRAWN)
    client.force_login(story.receiver)

    client.post(page_of(story, "accept_invitation"))

    assert state_of(story) == State.SENT
    assert NEEDS not in client.get(page_of(story)).content.decode()


def test_a_colleague_who_worked_with_the_client_before_is_proposed_like_anybody() -> None:
    story = a_choice()
    AssignmentFactory.create(therapist=story.receiver)

    assert story.receiver in handovers.may_receive(story.ending)


def test_a_question_weighs_one_unless_said() -> None:
    assert Question("x", "y").load_points == 1
