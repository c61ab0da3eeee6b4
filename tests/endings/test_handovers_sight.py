"""The receiver sees nothing before telling, consent and acceptance are all there; then exactly that (R5)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import ReadLog
from endings.models import Consent, Ending, HandoverInvitation
from endings.models.handovers import Section
from endings.operations import handovers
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.endings.handing_over import (
    HandingOver,
    a_choice,
    accepted,
    agreed,
    asked,
    consented,
    final_summary,
    shut,
    untold,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
State = HandoverInvitation.State
SECRET = {Section.IDENTITY.value: "Reach her by post only", Section.RISK.value: "The night in May"}


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def page_of(story: HandingOver, name: str = "invitation") -> str:
    assert story.invitation is not None
    return reverse(f"endings:{name}", args=[story.invitation.pk])


# --- every missing piece keeps it shut ----------------------------------------------------------------


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


def test_what_waits_for_an_answer_stands_on_top(client: Browser) -> None:
    answered = accepted()
    waits = a_choice()
    waits.receiver = answered.receiver
    asked(waits)
    HandoverInvitation.objects.filter(pk=waits.invitation.pk).update(
        invited_at=answered.invitation.invited_at - timedelta(days=2)
    )
    client.force_login(answered.receiver)

    rows = client.get(reverse("endings:received")).context["standing"]

    assert [row.invitation.pk for row in rows] == [waits.invitation.pk, answered.invitation.pk]


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
