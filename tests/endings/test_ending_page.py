from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Supervision
from caseload.models import Assignment, ReadLog
from endings.models import Ending, HandoverInvitation, Telling
from endings.workflow import Stage
from referrals.models import FollowUp
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import (
    AssignmentFactory,
    InvolvedPersonFactory,
    RiskLookFactory,
    SessionFactory,
)
from tests.endings.factories import (
    DepartureFactory,
    EndingExceptionFactory,
    EndingFactory,
    PersonToTellFactory,
    ReviewFactory,
    TellingFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 3)
OWN_WORDS = "I said it clumsily, but I said it."


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def page_of(client: Browser, ending: Ending) -> str:
    return client.get(ending.get_absolute_url()).content.decode()


def step_of(client: Browser, ending: Ending, title: str) -> object:
    """Return one step as the page shows it to whoever is signed in."""
    steps = client.get(ending.get_absolute_url()).context["steps"]
    return next(step for step in steps if str(step.title) == title)


# --- the way ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reached", "now", "act"),
    [
        ("", "Tell", "record_told_in_person"),
        ("told", "Options", "open_options"),
        ("options_offered", "Choice", "record_choice"),
        ("last_held", "Close", "close_ending"),
    ],
)
def test_the_next_act_is_the_one_primary(client: Browser, reached: str, now: str, act: str) -> None:
    ending = EndingFactory.create(
        handed_over_on=TODAY if reached == "last_held" else None,
        **({reached: True} if reached else {}),
    )
    client.force_login(ending.assignment.therapist)

    steps = client.get(ending.get_absolute_url()).context["steps"]

    current = [step for step in steps if step.state == "now"]
    primary = [link.url for step in steps for link in step.acts if link.primary]
    assert [str(step.title) for step in current] == [now]
    assert primary == [reverse(f"endings:{act}", args=[ending.pk])]


def test_nothing_is_offered_before_the_telling_but_preparing(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)

    steps = client.get(ending.get_absolute_url()).context["steps"]

    names = {link.url.split("/")[-2] for step in steps for link in step.acts}
    assert names == {"risk-look", "told-in-person", "options"}


def test_a_closed_file_offers_corrections_a_line_and_asking_after(client: Browser) -> None:
    ending = EndingFactory.create(closed=True)
    FollowUp.objects.create(
        client=ending.client,
        episode=ending.episode,
        assignment=ending.assignment,
        owner=ending.assignment.therapist,
        due_on=TODAY,
    )
    client.force_login(ending.assignment.therapist)

    steps = client.get(ending.get_absolute_url()).context["steps"]

    acts = [link.url for step in steps for link in step.acts]
    ways = {link.url.split("/")[-2] for step in steps for link in step.ways}
    assert acts == [
        reverse("referrals:option_set", args=[ending.option_set_id]),
        reverse("endings:record_follow_up", args=[FollowUp.objects.get().pk]),
    ]
    assert ways == {"correct", "addendum", "follow_up"}


def test_the_notice_is_shown_with_the_telling(client: Browser) -> None:
    ending = EndingFactory.create(told=True, last_on=TODAY)
    client.force_login(ending.assignment.therapist)

    step = step_of(client, ending, "Told in person")

    assert (step.state, str(step.chip.label)) == ("done", "28 days of notice")


def test_a_short_notice_says_how_short_and_asks_why(client: Browser) -> None:
    ending = EndingFactory.create(told=True, last_on=TODAY - timedelta(days=14))
    client.force_login(ending.assignment.therapist)

    step = step_of(client, ending, "Told in person")

    assert str(step.chip.label) == "14 of 21 days"
    assert any("exceptions/short_notice" in link.url for link in step.ways)


def test_sessions_until_the_last_one_are_counted(client: Browser) -> None:
    ending = EndingFactory.create(told=True, last_on=TODAY + timedelta(days=14))
    for days in (7, 14, 21):
        SessionFactory.create(assignment=ending.assignment, days=days)
    client.force_login(ending.assignment.therapist)

    step = step_of(client, ending, "Last session")

    assert step.facts == [("Planned", "Tue 17 Mar, 2 sessions left")]


def test_a_look_at_risk_since_the_beginning_counts(client: Browser) -> None:
    ending = EndingFactory.create()
    RiskLookFactory.create(client=ending.client, by=ending.assignment.therapist)
    client.force_login(ending.assignment.therapist)

    assert step_of(client, ending, "A look at risk").state == "done"


def test_the_meeting_of_three_is_asked_for_only_if_somebody_receives(client: Browser) -> None:
    ending = EndingFactory.create(chosen=True)
    client.force_login(ending.assignment.therapist)
    assert step_of(client, ending, "Meeting of three").state == "now"

    ending.option_set.choices.get().chosen.all()  # a colleague's place was chosen
    other = EndingFactory.create(
        assignment=AssignmentFactory.create(therapist=ending.assignment.therapist), told=True
    )
    other.stage, other.options_on, other.chosen_on = Stage.CHOSEN, TODAY, TODAY
    other.save()
    steps = client.get(other.get_absolute_url()).context["steps"]
    assert "Meeting of three" not in {str(step.title) for step in steps}


# --- who reads what ---------------------------------------------------------------------------------
@pytest.fixture
def told_in_own_words() -> Ending:
    ending: Ending = EndingFactory.create()
    TellingFactory.create(ending=ending, words=OWN_WORDS, as_planned=False)
    ending.told_on, ending.told_by = TODAY, ending.assignment.therapist
    ending.stage = Stage.TOLD
    ending.save()
    return ending


def leads(ending: Ending) -> Supervision:
    supervision: Supervision = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    return supervision


def test_the_therapist_reads_the_words(client: Browser, told_in_own_words: Ending) -> None:
    client.force_login(told_in_own_words.assignment.therapist)

    page = page_of(client, told_in_own_words)

    assert OWN_WORDS in page
    assert "Quiet, then sad." in page


def test_who_leads_sees_the_day_and_not_the_words(
    client: Browser, told_in_own_words: Ending
) -> None:
    client.force_login(leads(told_in_own_words).supervisor)

    page = page_of(client, told_in_own_words)

    assert "Tue 3 Mar" in page
    assert OWN_WORDS not in page
    assert "Quiet, then sad." not in page
    assert "The words stay with the therapist." in page


def test_with_an_exception_who_leads_reads_the_words(
    client: Browser, told_in_own_words: Ending
) -> None:
    client.force_login(leads(told_in_own_words).supervisor)
    EndingExceptionFactory.create(ending=told_in_own_words)

    assert OWN_WORDS in page_of(client, told_in_own_words)


def test_an_exception_that_was_taken_back_opens_nothing(
    client: Browser, told_in_own_words: Ending
) -> None:
    client.force_login(leads(told_in_own_words).supervisor)
    EndingExceptionFactory.create(ending=told_in_own_words, taken_back_on=TODAY)

    assert OWN_WORDS not in page_of(client, told_in_own_words)


def test_shared_words_are_read_by_who_leads(client: Browser) -> None:
    ending = EndingFactory.create()
    TellingFactory.create(ending=ending, words=OWN_WORDS, as_planned=False, shares_words=True)
    client.force_login(leads(ending).supervisor)

    assert OWN_WORDS in page_of(client, ending)


def test_the_words_of_the_plan_are_no_quote(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    client.force_login(ending.assignment.therapist)

    step = step_of(client, ending, "Told in person")

    assert step.quote == ""
    assert ("What was said", "As planned") in step.facts


def test_who_leads_has_no_acts(client: Browser, told_in_own_words: Ending) -> None:
    client.force_login(leads(told_in_own_words).supervisor)

    steps = client.get(told_in_own_words.get_absolute_url()).context["steps"]

    assert not [link for step in steps for link in [*step.acts, *step.ways]]


def test_a_deputy_writes_in_the_absence(client: Browser) -> None:
    ending = EndingFactory.create()
    deputy = UserFactory.create()
    AbsenceFactory.create(user=ending.assignment.therapist, deputy=deputy)
    client.force_login(deputy)

    assert step_of(client, ending, "Tell").acts


@pytest.mark.parametrize("who", ["stranger", "front desk", "practice admin", "reflective"])
def test_for_everybody_else_there_is_nothing(client: Browser, who: str) -> None:
    ending = EndingFactory.create(told=True)
    reflective = SupervisionFactory.create(
        supervisee=ending.assignment.therapist, kind=Supervision.Kind.REFLECTIVE
    )
    people = {
        "stranger": UserFactory.create(),
        "front desk": UserFactory.create(roles=["front_desk"]),
        "practice admin": UserFactory.create(roles=["practice_admin"]),
        "reflective": reflective.supervisor,
    }
    client.force_login(people[who])

    assert client.get(ending.get_absolute_url()).status_code == 404


def test_a_draft_is_there_for_nobody_else(client: Browser) -> None:
    ending = EndingFactory.create(departure=DepartureFactory.create(draft=True))
    client.force_login(leads(ending).supervisor)

    assert client.get(ending.get_absolute_url()).status_code == 404
    assert list(client.get(reverse("endings:endings")).context["rows"]) == []


def test_a_receiver_finds_nothing_even_after_accepting(client: Browser) -> None:
    """What opens to a receiver is a page of its own (R5)."""
    ending = EndingFactory.create(chosen=True)
    receiver = UserFactory.create()
    HandoverInvitation.objects.create(
        ending=ending,
        receiver=receiver,
        code="H-BCDFGH",
        state="accepted",
        invited_by=ending.assignment.therapist,
        invited_at=NOON,
        answered_at=NOON,
    )
    client.force_login(receiver)
    assert client.get(ending.get_absolute_url()).status_code == 404

    client.force_login(ending.assignment.therapist)
    people = client.get(ending.get_absolute_url()).context["people"]
    assert (receiver.name, False) in {(one.name, one.allowed) for one in people}


def test_who_can_see_this_names_everybody(client: Browser) -> None:
    ending = EndingFactory.create(carried_by=UserFactory.create())
    supervisor = leads(ending).supervisor
    beside = AssignmentFactory.create(
        episode=ending.episode, role=Assignment.Role.CO_WORKING, client=False
    )
    client.force_login(ending.assignment.therapist)

    people = client.get(ending.get_absolute_url()).context["people"]

    named = {(one.name, one.allowed, one.from_day) for one in people}
    last_day = ending.departure.last_day
    assert named == {
        (ending.assignment.therapist.name, True, None),
        (supervisor.name, True, None),
        (beside.therapist.name, True, None),
        (ending.carried_by.name, False, last_day + timedelta(days=1)),
    }


def test_opening_it_is_logged(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)

    client.get(ending.get_absolute_url())

    log = ReadLog.objects.get()
    assert (log.client, log.by) == (ending.client, ending.assignment.therapist)


def test_no_name_and_no_code_in_the_title(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)

    page = page_of(client, ending)

    title = page[page.index("<title>") : page.index("</title>")]
    assert ending.client.called not in title
    assert ending.client.code not in title


# --- the list ---------------------------------------------------------------------------------------
def test_the_next_act_comes_first(client: Browser) -> None:
    later = EndingFactory.create(tell_plan_on=TODAY + timedelta(days=9))
    sooner = EndingFactory.create(
        assignment=AssignmentFactory.create(therapist=later.assignment.therapist),
        tell_plan_on=TODAY - timedelta(days=1),
    )
    client.force_login(later.assignment.therapist)

    rows = client.get(reverse("endings:endings")).context["rows"]

    assert [(row.ending, row.next_step, row.is_late) for row in rows] == [
        (sooner, "Tell", True),
        (later, "Tell", False),
    ]


def test_closed_endings_have_a_view_of_their_own(client: Browser) -> None:
    closed = EndingFactory.create(closed=True)
    EndingFactory.create(
        assignment=AssignmentFactory.create(therapist=closed.assignment.therapist),
        withdrawn_on=TODAY,
    )
    client.force_login(closed.assignment.therapist)

    under_way = client.get(reverse("endings:endings"))
    assert "No endings are under way." in under_way.content.decode()
    rows = client.get(reverse("endings:endings"), {"show": "closed"}).context["rows"]
    assert [row.ending for row in rows] == [closed]


def test_the_list_asks_the_database_little(client: Browser) -> None:
    therapist = EndingFactory.create().assignment.therapist
    client.force_login(therapist)
    address = reverse("endings:endings")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)

    for _number in range(5):
        EndingFactory.create(assignment=AssignmentFactory.create(therapist=therapist))
    with CaptureQueriesContext(connection) as six:
        client.get(address)

    assert len(one) == len(six) <= 12


def test_the_page_asks_the_same_of_a_full_file(client: Browser) -> None:
    """As many queries for everything that can be recorded as for nothing at all."""
    bare = EndingFactory.create(options_offered=True)
    full = full_file(AssignmentFactory.create(therapist=bare.assignment.therapist))
    client.force_login(bare.assignment.therapist)
    page_of(client, bare)

    with CaptureQueriesContext(connection) as little:
        page_of(client, bare)
    with CaptureQueriesContext(connection) as much:
        page_of(client, full)

    # a choice brings its options: two prefetches that an ending without one does not need
    assert len(much) - len(little) <= 1
    assert len(much) <= 37


def full_file(work: Assignment) -> Ending:
    ending: Ending = EndingFactory.create(assignment=work, closed=True)
    for number in range(3):
        involved = InvolvedPersonFactory.create(client=ending.client)
        person = PersonToTellFactory.create(ending=ending, involved=involved)
        TellingFactory.create(ending=ending, person=person)
        exception = EndingExceptionFactory.create(ending=ending)
        ReviewFactory.create(exception=exception)
        FollowUp.objects.create(
            client=ending.client,
            episode=ending.episode,
            assignment=work,
            owner=UserFactory.create(),
            due_on=TODAY + timedelta(days=number),
        )
    assert Telling.objects.filter(ending=ending).count() == 4
    return ending
