"""What the client agrees to hand over, part by part; a later row corrects the earlier one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Consent, Ending, HandoverInvitation
from endings.models.handovers import Section
from endings.operations import handovers
from endings.operations.handovers import Agreed
from tests.accounts.factories import PracticeFactory
from tests.endings.handing_over import (
    PARTS,
    HandingOver,
    a_choice,
    accepted,
    agreed,
    consented,
    shut,
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
