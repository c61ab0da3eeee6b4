"""The handover summary: from the file, read by the client first, versioned (R14)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import HandoverSummary
from endings.models.handovers import Section
from endings.operations import summaries
from endings.operations.summaries import Read
from tests.accounts.factories import PracticeFactory
from tests.caseload.factories import (
    AttendedFactory,
    ContactChannelFactory,
    GoalFactory,
    RiskLookFactory,
)
from tests.endings.handing_over import (
    PARTS,
    HandingOver,
    a_choice,
    accepted,
    agreed,
    consented,
    final_summary,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
State = HandoverSummary.State


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(story: HandingOver, name: str) -> str:
    return reverse(f"endings:{name}", args=[story.ending.pk])


def write(story: HandingOver, text: str, revision: int | None = None) -> HandoverSummary:
    return summaries.write_summary(
        ending=story.ending,
        texts={Section.GOALS.value: text},
        by=story.outgoing,
        revision=revision,
    )


def read(story: HandingOver, summary: HandoverSummary, **how: Any) -> HandoverSummary:
    said = Read(**(how or {"on": TODAY}))
    return summaries.record_summary_read(summary=summary, read=said, by=story.outgoing, at=NOON)


# --- from the file ----------------------------------------------------------------------------------
def test_the_first_words_come_from_the_file() -> None:
    story = a_choice()
    person, work = story.ending.client, story.ending.assignment
    ContactChannelFactory.create(client=person, value="+48 555 1")
    ContactChannelFactory.create(client=person, value="+48 555 2", consented_on=None)
    GoalFactory.create(assignment=work, words="Sleep through the night")
    RiskLookFactory.create(client=person, has_safety_plan=True)
    AttendedFactory.create(assignment=work)

    texts = summaries.texts_to_begin_with(story.ending)

    assert person.called in texts["identity"]
    assert "+48 555 1" in texts["identity"]
    assert "+48 555 2" not in texts["identity"]  # no consent to be reached there
    assert "Sleep through the night" in texts["goals"]
    assert "There is a safety plan." in texts["risk"]
    assert "1 meeting" in texts["course"]
    assert set(texts) == set(Section.values)
    assert not HandoverSummary.objects.exists()  # looking writes nothing


def test_looking_at_the_page_writes_nothing_and_saving_does(client: Browser) -> None:
    story = consented()
    client.force_login(story.outgoing)

    page = client.get(url(story, "write_summary"))
    client.post(
        url(story, "write_summary"), {"identity": "Wren, by post", "goals": "Sleep is better."}
    )

    assert set(page.context["form"].fields) == {"identity", "goals"}  # what was agreed to
    kept = HandoverSummary.objects.get()
    assert (kept.version, kept.state) == (1, State.DRAFT)
    assert summaries.texts_of(kept) == {"identity": "Wren, by post", "goals": "Sleep is better."}


def test_before_the_consent_every_part_can_be_prepared(client: Browser) -> None:
    story = accepted()
    client.force_login(story.outgoing)

    page = client.get(url(story, "write_summary"))

    assert set(page.context["form"].fields) == set(Section.values)


def test_two_who_write_at_once_see_both_texts(client: Browser) -> None:
    story = consented()
    write(story, "Mine")
    client.force_login(story.outgoing)

    response = client.post(url(story, "write_summary"), {"goals": "Theirs", "identity": ""})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Mine" in page
    assert "Theirs" in page
    assert summaries.texts_of(HandoverSummary.objects.get())["goals"] == "Mine"


def test_the_revision_that_was_read_is_asked_for() -> None:
    story = consented()
    draft = write(story, "One")
    second = write(story, "Two", revision=draft.revision)

    with pytest.raises(ChangedMeanwhile):
        write(story, "Three", revision=draft.revision)
    assert summaries.texts_of(summaries.newest_summary(story.ending))["goals"] == "Two"
    assert second.pk == draft.pk


# --- the client reads it ----------------------------------------------------------------------------
def test_it_becomes_final_once_the_client_has_read_it(client: Browser) -> None:
    story = consented()
    draft = write(story, "Sleep is better.")
    with pytest.raises(RuleBroken, match="not read the summary yet"):
        summaries.finish_summary(summary=draft, by=story.outgoing, at=NOON)
    client.force_login(story.outgoing)

    page = client.get(url(story, "finish_summary")).content.decode()
    client.post(url(story, "finish_summary"), {"day": "today", "act": "final"})

    draft.refresh_from_db()
    assert "Sleep is better." in page
    assert (draft.state, draft.client_read_on) == (State.FINAL, TODAY)
    assert draft.finished_at is not None


def test_why_it_was_not_read_completes_it_too(client: Browser) -> None:
    story = consented()
    draft = write(story, "Sleep is better.")
    client.force_login(story.outgoing)

    silent = client.post(url(story, "finish_summary"), {"day": "today", "is_unread": "on"})
    client.post(
        url(story, "finish_summary"),
        {"day": "today", "is_unread": "on", "because": "Wants to hear it, not read it."},
    )

    draft.refresh_from_db()
    assert silent.status_code == 422
    assert (draft.state, draft.client_read_on) == (State.FINAL, None)
    assert draft.not_read_because == "Wants to hear it, not read it."


def test_it_can_be_read_and_stay_a_draft(client: Browser) -> None:
    story = consented()
    draft = write(story, "Sleep is better.")
    client.force_login(story.outgoing)

    client.post(url(story, "finish_summary"), {"day": "today", "act": "keep"})

    draft.refresh_from_db()
    assert draft.state == State.REVIEWED


def test_words_that_change_after_reading_are_read_again() -> None:
    story = consented()
    draft = read(story, write(story, "Sleep is better."))

    same = write(story, "Sleep is better.", revision=draft.revision)
    assert same.client_read_on == TODAY
    changed = write(story, "Sleep is worse.", revision=same.revision)

    assert (changed.state, changed.client_read_on) == (State.DRAFT, None)


def test_nothing_is_read_in_the_future_or_without_a_word() -> None:
    story = consented()
    draft = write(story, "x")

    with pytest.raises(RuleBroken, match="still to come"):
        read(story, draft, on=date(2026, 3, 4))
    with pytest.raises(RuleBroken, match="or why not"):
        read(story, draft, because=" ")


# --- versions ---------------------------------------------------------------------------------------
def test_a_final_version_stays_and_a_new_one_begins_from_it() -> None:
    story = consented()
    final = final_summary(story, {"goals": "One", "risk": "kept apart"})
    with pytest.raises(RuleBroken, match="final"):
        read(story, final)

    second = write(story, "Two")
    read(story, second)
    summaries.finish_summary(summary=second, by=story.outgoing, at=NOON)

    final.refresh_from_db()
    assert (final.version, final.state) == (1, State.AMENDED)
    assert summaries.texts_of(final)["goals"] == "One"
    assert summaries.texts_of(second) == {"goals": "Two", "risk": "kept apart"}
    assert HandoverSummary.objects.open_to(story.receiver, TODAY).get() == second


def test_a_new_draft_shows_the_receiver_nothing_yet(client: Browser) -> None:
    story = consented()
    final_summary(story, {"goals": "One"})
    write(story, "Two")
    client.force_login(story.receiver)

    page = client.get(reverse("endings:received_file", args=[story.invitation.pk])).content.decode()

    assert "One" in page
    assert "Two" not in page


def test_a_part_that_is_agreed_to_later_is_shown_from_then_on(client: Browser) -> None:
    story = consented()
    final_summary(story, {"goals": "Sleep", "wishes": "Somebody patient"})
    client.force_login(story.receiver)
    address = reverse("endings:received_file", args=[story.invitation.pk])
    before = client.get(address).content.decode()

    agreed(story, parts=[*PARTS, Section.WISHES])

    assert "Somebody patient" not in before
    assert "Somebody patient" in client.get(address).content.decode()
