from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Consolidation, Ending, Gain, Trigger
from endings.operations.steps import PullsBack, Staying, Together, consolidate
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory
from tests.endings.factories import EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


@pytest.fixture
def told() -> Ending:
    return EndingFactory.create(told=True)


def url(ending: Ending) -> str:
    return reverse("endings:consolidate", args=[ending.pk])


def sheet(gains: int = 0, triggers: int = 0, **said: Any) -> dict[str, Any]:
    """Return what the page sends, with so many lines of each."""
    lines = {
        "gains-TOTAL_FORMS": gains,
        "gains-INITIAL_FORMS": 0,
        "triggers-TOTAL_FORMS": triggers,
        "triggers-INITIAL_FORMS": 0,
    }
    return lines | said


def keep(ending: Ending, together: Together) -> Consolidation:
    return consolidate(ending=ending, together=together, by=ending.assignment.therapist, on=TODAY)


def test_gains_and_triggers_are_kept_in_the_clients_words(client: Browser, told: Ending) -> None:
    client.force_login(told.assignment.therapist)
    said = {
        "gains-0-words": "I sleep.",
        "gains-1-words": "",
        "triggers-0-words": "Quarrels.",
        "triggers-0-strategy": "I go for a walk.",
        "triggers-0-rehearsed_on": "2026-02-27",
        "way_back": "I can call.",
    }

    response = client.post(url(told), sheet(2, 1, **said))

    assert response.headers["Location"] == told.get_absolute_url()
    trigger = Trigger.objects.get()
    assert [gain.words for gain in Gain.objects.all()] == ["I sleep."]
    assert (trigger.words, trigger.strategy) == ("Quarrels.", "I go for a walk.")
    assert trigger.rehearsed_on == date(2026, 2, 27)
    assert Consolidation.objects.get().way_back == "I can call."
    assert "I sleep." in client.get(told.get_absolute_url()).content.decode()


def test_the_page_begins_with_what_stands(client: Browser, told: Ending) -> None:
    keep(told, Together(Staying(way_back="Call."), ["I sleep."], [PullsBack("Quarrels.")]))
    client.force_login(told.assignment.therapist)

    page = client.get(url(told))

    assert page.context["form"]["way_back"].value() == "Call."
    assert [form["words"].value() for form in page.context["gains"]] == ["I sleep.", None, None]
    assert page.context["triggers"][0]["words"].value() == "Quarrels."


def test_rows_are_changed_added_and_taken_away(told: Ending) -> None:
    keep(told, Together(Staying(), ["One.", "Two."]))
    keep(told, Together(Staying(), ["Another."], [PullsBack("Quarrels.")], revision=0))

    assert [gain.words for gain in Gain.objects.all()] == ["Another."]
    assert Consolidation.objects.get().revision == 1


def test_a_trigger_without_words_is_asked_for_them(client: Browser, told: Ending) -> None:
    client.force_login(told.assignment.therapist)

    response = client.post(url(told), sheet(0, 1, **{"triggers-0-strategy": "I walk."}))

    assert response.status_code == 422
    assert not Consolidation.objects.exists()


def test_two_who_write_at_once_see_both_texts(client: Browser, told: Ending) -> None:
    client.force_login(told.assignment.therapist)
    keep(told, Together(Staying(proud_of="Theirs."), ["Theirs, too."]))

    response = client.post(
        url(told), sheet(1, 0, proud_of="Mine.", **{"gains-0-words": "Mine, too."})
    )

    page = response.content.decode()
    assert response.status_code == 409
    for words in ("Theirs.", "Mine.", "Theirs, too.", "Mine, too."):
        assert words in page
    assert Consolidation.objects.get().proud_of == "Theirs."


def test_saving_over_what_was_read_passes_the_second_time(client: Browser, told: Ending) -> None:
    client.force_login(told.assignment.therapist)
    kept = keep(told, Together(Staying(proud_of="Theirs.")))

    response = client.post(url(told), sheet(proud_of="Ours.", revision=kept.revision))

    assert response.status_code == 302
    assert Consolidation.objects.get().proud_of == "Ours."


def test_an_older_revision_is_refused(told: Ending) -> None:
    keep(told, Together(Staying()))
    keep(told, Together(Staying(), revision=0))

    with pytest.raises(ChangedMeanwhile):
        keep(told, Together(Staying(), revision=0))


def test_the_stage_stays(told: Ending) -> None:
    keep(told, Together(Staying()))

    told.refresh_from_db()
    assert told.stage == Stage.TOLD


def test_not_before_the_telling_and_not_after_closing() -> None:
    with pytest.raises(RuleBroken, match="First tell the client"):
        keep(EndingFactory.create(), Together(Staying()))
    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        keep(EndingFactory.create(closed=True), Together(Staying()))
