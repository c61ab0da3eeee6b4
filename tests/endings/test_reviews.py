"""Somebody else looks at a handover and at a closing: two clicks, nothing held up, nothing by silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Role, RoleHeld, Supervision, User
from caseload.models import ReadLog
from core.errors import RuleBroken
from endings.models import Closure, Ending, EndingException, HandoverInvitation, Review
from endings.operations import handovers, summaries
from endings.operations.closures import Closing, add_addendum, close_ending
from endings.operations.deciding import decide_review
from endings.operations.exceptions import Explanation, record_exception
from reminders.occasions import Occasion
from reminders.operations.reading import due_in_sql
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import RiskLookFactory
from tests.endings.factories import EndingFactory
from tests.endings.handing_over import (
    HandingOver,
    a_session,
    accepted,
    agreed,
    consented,
    final_summary,
    planned,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
AGREED, RETURNED = Review.Decision.AGREED, Review.Decision.RETURNED
CLOSING = Closing(Closure.Outcome.GOOD_END, summary="Two years.", client_view="I can ask now.")


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def who_leads(therapist: User, *, second: bool = False) -> User:
    row: Supervision = SupervisionFactory.create(supervisee=therapist, is_second=second)
    RoleHeld.objects.get_or_create(user=row.supervisor, role=Role.SUPERVISOR)
    return row.supervisor


def a_closing() -> tuple[Review, User]:
    ending: Ending = EndingFactory.create(last_held=True)
    therapist = ending.assignment.therapist
    leads = who_leads(therapist)
    close_ending(ending=ending, closing=CLOSING, on=TODAY, by=therapist, at=NOON)
    return Review.objects.get(kind="closure"), leads


def a_handover(days: int = 6) -> tuple[Review, HandingOver, User]:
    story = consented()
    leads = who_leads(story.outgoing)
    planned(story, a_session(story, days))
    return Review.objects.get(kind="handover"), story, leads


def decide(review: Review, by: User, decision: Review.Decision, comment: str = "") -> Review:
    return decide_review(review=review, decision=decision, by=by, at=NOON, comment=comment)


def page_of(client: Browser, review: Review, reader: User) -> str:
    client.force_login(reader)
    return client.get(reverse("endings:review", args=[review.pk])).content.decode()


# --- two clicks -------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["closure", "handover"])
def test_the_desk_is_cleared_in_three_clicks(client: Browser, kind: str) -> None:
    review, leads = a_closing() if kind == "closure" else a_handover()[::2]
    client.force_login(leads)
    desk = client.get(reverse("desk:supervisors_desk"))
    assert [row for row, _late in desk.context["reviews"]] == [review]

    opened = client.post(reverse("endings:open_review", args=[review.pk]))
    page = client.get(opened.headers["Location"])
    answered = client.post(opened.headers["Location"], {"decision": "agreed"}, follow=True)

    assert page.context["may_decide"]
    assert answered.redirect_chain == [(reverse("desk:supervisors_desk"), 302)]
    assert answered.context["reviews"] == []
    review.refresh_from_db()
    assert (review.decision, review.decided_by) == (AGREED, leads)


def test_a_closing_is_read_with_its_facts_and_what_stayed_open(client: Browser) -> None:
    review, leads = a_closing()

    page = page_of(client, review, leads)

    assert "Two years." in page
    assert "It came to a good end" in page
    assert "I can ask now." not in page  # words are the therapist's, unless there is an exception
    assert ReadLog.objects.filter(by=leads, page="endings:review").exists()


def test_with_an_exception_the_words_are_read_too(client: Browser) -> None:
    ending = EndingFactory.create(last_held=True)
    therapist = ending.assignment.therapist
    leads = who_leads(therapist)
    record_exception(
        ending=ending,
        rule=EndingException.Rule.FEWER_OPTIONS,
        explanation=Explanation("Only one place speaks Tigrinya."),
        by=therapist,
        at=NOON,
    )
    close_ending(ending=ending, closing=CLOSING, on=TODAY, by=therapist, at=NOON)

    page = page_of(client, Review.objects.get(kind="closure"), leads)

    assert "I can ask now." in page
    assert "Only one place speaks Tigrinya." in page


def test_a_handover_is_read_with_receiver_load_consent_and_day(client: Browser) -> None:
    review, story, leads = a_handover()

    page = page_of(client, review, leads)

    receives = escape(f"{story.receiver.name}: Has room")
    for said in (receives, "Load of", "Goals and gains", "Mon 9 Mar"):
        assert said in page
    assert "Course of the work" not in page


def test_who_is_neither_author_nor_reviewer_finds_nothing(client: Browser) -> None:
    review, story, _leads = a_handover()
    for stranger in (story.receiver, UserFactory.create()):
        client.force_login(stranger)
        assert client.get(reverse("endings:review", args=[review.pk])).status_code == 404


def test_who_asked_reads_and_does_not_decide(client: Browser) -> None:
    review, leads = a_closing()
    page = page_of(client, review, review.author)
    assert 'value="agreed"' not in page
    with pytest.raises(Review.DoesNotExist):
        decide(review, review.author, AGREED)
    assert review.reviewer == leads


# --- when -------------------------------------------------------------------------------------------
def test_a_handover_is_due_before_the_three_meet() -> None:
    review, _story, _leads = a_handover(days=1)
    assert review.due_on == TODAY + DAY
    Review.objects.all().delete()
    review, _story, _leads = a_handover(days=20)
    assert review.due_on == TODAY + 2 * DAY


@pytest.mark.parametrize("kind", ["closure", "handover"])
def test_the_supervisor_is_reminded_then_the_second_one(kind: str) -> None:
    story = consented() if kind == "handover" else None
    ending = story.ending if story else EndingFactory.create(last_held=True)
    therapist = ending.assignment.therapist
    first, second = who_leads(therapist), who_leads(therapist, second=True)
    if story:
        planned(story, a_session(story, 6))
    else:
        close_ending(ending=ending, closing=CLOSING, on=TODAY, by=therapist, at=NOON)

    def reminded(on: date) -> list[tuple[User, bool]]:
        rows = [one for one in due_in_sql(on=on) if one.occasion is Occasion.REVIEW]
        people = {person.pk: person for person in (first, second)}
        return [(people[one.person_id], one.is_escalation) for one in rows]

    assert reminded(TODAY) == [(first, False)]
    assert reminded(TODAY + 2 * DAY) == [(first, True)]
    assert set(reminded(TODAY + 3 * DAY)) == {(first, True), (second, True)}
    decide(Review.objects.get(kind=kind), second, AGREED)
    assert reminded(TODAY + 3 * DAY) == []


def test_safeguarding_puts_a_handover_on_top() -> None:
    story = consented()
    who_leads(story.outgoing)
    RiskLookFactory.create(client=story.ending.client, is_safeguarding_open=True)
    planned(story, a_session(story, 6))
    assert Review.objects.get(kind="handover").is_pressing


# --- nothing is held up -----------------------------------------------------------------------------
def test_the_three_may_meet_while_nobody_has_answered_or_it_was_returned() -> None:
    review, story, leads = a_handover()
    decide(review, leads, RETURNED, "Tell me first how she is.")
    moved = planned(story, a_session(story, 7))
    assert moved.cancelled_on is None


def test_returned_needs_a_word_and_is_asked_again_when_something_changed() -> None:
    review, story, leads = a_handover()
    with pytest.raises(RuleBroken, match="Say in a sentence"):
        decide(review, leads, RETURNED)
    decide(review, leads, RETURNED, "The summary says too much.")

    final_summary(story, {"goals": "Shorter."})

    assert Review.objects.waiting().get().invitation == story.invitation
    final_summary_again(story)
    assert Review.objects.waiting().count() == 1


def final_summary_again(story: HandingOver) -> None:
    draft = summaries.write_summary(ending=story.ending, texts={"goals": "x"}, by=story.outgoing)
    read = summaries.Read(on=TODAY)
    summaries.record_summary_read(summary=draft, read=read, by=story.outgoing, at=NOON)
    summaries.finish_summary(summary=draft, by=story.outgoing, at=NOON)


def test_what_was_agreed_is_not_asked_again() -> None:
    review, story, leads = a_handover()
    decide(review, leads, AGREED)
    planned(story, a_session(story, 7))
    final_summary(story, {})
    assert not Review.objects.waiting().exists()


def test_a_returned_closing_is_asked_again_with_the_line_that_was_added(client: Browser) -> None:
    review, leads = a_closing()
    add_addendum(ending=review.ending, text="A card came.", by=review.author, at=NOON)
    assert Review.objects.waiting().get() == review
    decide(review, leads, RETURNED, "What about the group?")

    add_addendum(
        ending=review.ending, text="She goes on in Ola’s group.", by=review.author, at=NOON
    )

    again = Review.objects.waiting().get()
    assert again != review
    assert "Ola’s group" in page_of(client, again, leads)


# --- a handover that does not come about ------------------------------------------------------------
@pytest.mark.parametrize("who", ["outgoing", "receiver"])
def test_what_fell_through_waits_for_nobody(client: Browser, who: str) -> None:
    review, story, leads = a_handover()
    if who == "outgoing":
        handovers.withdraw_invitation(invitation=story.invitation, by=story.outgoing, at=NOON)
    else:
        handovers.decline_invitation(invitation=story.invitation, by=story.receiver, at=NOON)

    assert not Review.objects.waiting().exists()
    assert [one for one in due_in_sql(on=TODAY) if one.occasion is Occasion.REVIEW] == []
    assert "There is nothing for you to decide." in page_of(client, review, leads)
    with pytest.raises(RuleBroken, match="taken back already"):
        decide(review, leads, AGREED)


def test_even_where_only_the_invitation_says_so() -> None:
    review, story, _leads = a_handover()
    HandoverInvitation.objects.filter(pk=story.invitation.pk).update(state="declined")
    review.refresh_from_db()
    assert not review.is_open
    assert not Review.objects.waiting().exists()
    assert [one for one in due_in_sql(on=TODAY) if one.occasion is Occasion.REVIEW] == []


def test_another_colleague_is_another_question() -> None:
    review, story, leads = a_handover()
    decide(review, leads, AGREED)
    handovers.decline_invitation(invitation=story.invitation, by=story.receiver, at=NOON)
    story.receiver = UserFactory.create()
    story = accepted(story)
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=NOON)
    agreed(story)
    planned(story, a_session(story, 8))

    assert Review.objects.waiting().get().invitation == story.invitation


# --- where who asked looks ---------------------------------------------------------------------------
def test_the_page_of_the_ending_says_where_it_stands(client: Browser) -> None:
    review, leads = a_closing()
    client.force_login(review.author)
    before = client.get(review.ending.get_absolute_url()).content.decode()
    decide(review, leads, RETURNED, "What about the group?")

    after = client.get(review.ending.get_absolute_url()).content.decode()
    supervision = client.get(reverse("desk:supervision")).content.decode()

    assert f"{escape(leads.name)} looks at it by" in before
    assert f"Returned with a comment ({escape(leads.name)}): What about the group?" in after
    assert review.ending.get_absolute_url() in supervision
