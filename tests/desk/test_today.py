"""Today: what a day asks, in a constant number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import now, today
from endings.models import Review
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import SessionFactory
from tests.endings.factories import DepartureFactory, EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
URL = "/today/"


def page(client: Client, person: Any) -> Any:
    client.force_login(person)
    response = client.get(URL)
    assert response.status_code == 200
    return response


def shown(response: Any, section: str) -> list[str]:
    return [row.name or row.title for row in response.context[section]]


def test_an_empty_day_is_good_news(client: Client) -> None:
    response = page(client, UserFactory.create())
    assert response.context["is_quiet"]
    assert "Nobody is waiting for you today." in response.content.decode()


def test_a_session_in_the_open_window_says_tell_today_with_the_one_primary_button(
    client: Client,
) -> None:
    departure = DepartureFactory.create()
    endings = [EndingFactory.create(departure=departure) for _ in range(2)]
    for place, ending in enumerate(endings):
        SessionFactory.create(
            assignment=ending.assignment, starts_at=now() + place * timedelta(hours=1)
        )
        SessionFactory.create(assignment=ending.assignment, days=7)

    response = page(client, departure.therapist)

    rows = response.context["sessions"]
    assert [str(row.chip.label) for row in rows] == ["Tell today", "Tell today"]
    assert [row.primary for row in rows] == [True, False]
    assert rows[0].act_url == reverse("endings:record_told_in_person", args=[endings[0].pk])
    assert response.context["soon"] == []
    assert response.context["lead"] == "2 sessions today. 2 people to tell."
    bar = response.context["bar"]
    assert (bar.told, bar.today, bar.to_decide, bar.later) == (0, 2, 0, 0)


def test_the_last_meeting_for_full_notice_is_called_so(client: Client) -> None:
    ending = EndingFactory.create(window_closes_on=today())
    SessionFactory.create(assignment=ending.assignment, starts_at=now())
    [row] = page(client, ending.assignment.therapist).context["sessions"]
    assert (str(row.chip.label), row.tone) == ("Last day for full notice", "due")


def test_a_session_with_nothing_due_says_so(client: Client) -> None:
    session = SessionFactory.create(starts_at=now())
    [row] = page(client, session.assignment.therapist).context["sessions"]
    assert row.text.endswith("Nothing is due.")
    assert row.act_url == ""


def test_who_is_told_later_this_week_stands_there_with_the_day(client: Client) -> None:
    ending = EndingFactory.create(
        window_opens_on=today() + 2 * DAY,
        window_closes_on=today() + 9 * DAY,
        tell_plan_on=today() + 3 * DAY,
    )
    far = EndingFactory.create(
        departure=ending.departure,
        window_opens_on=today() + 20 * DAY,
        window_closes_on=today() + 27 * DAY,
        tell_plan_on=today() + 21 * DAY,
    )
    response = page(client, ending.assignment.therapist)
    assert shown(response, "soon") == [ending.client.known_as]
    assert far.client.known_as not in response.content.decode()


def test_short_notice_needs_a_decision_and_waits_for_the_supervisor_too(client: Client) -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY)
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist).supervisor
    assert shown(page(client, ending.assignment.therapist), "decisions") == [ending.client.known_as]

    response = page(client, leads)

    assert response.context["decisions"] == []
    [row] = response.context["waiting"]
    assert row.name == ending.client.known_as
    assert row.text.startswith(ending.assignment.therapist.name)


def test_who_does_not_fit_for_two_reasons_stands_once(client: Client) -> None:
    ending = EndingFactory.create(window_opens_on=today() - 9 * DAY, window_closes_on=today() - DAY)
    ending.tell_session = SessionFactory.create(
        assignment=ending.assignment, days=-3, state="missed", state_at=now() - 3 * DAY
    )
    ending.save()
    [row] = page(client, ending.assignment.therapist).context["decisions"]
    assert str(row.chip.label) == "Less time than agreed"


def test_a_plan_that_lies_behind_us_is_no_plan(client: Client) -> None:
    ending = EndingFactory.create(tell_plan_on=today() - 4 * DAY)
    [row] = page(client, ending.assignment.therapist).context["soon"]
    assert row.text.startswith("Last session on ")


def test_questions_stand_under_small_things(client: Client) -> None:
    ending = EndingFactory.create(
        told=True,
        options_plan_on=today() - 3 * DAY,
        window_opens_on=today() - 40 * DAY,
        window_closes_on=today() - 20 * DAY,
    )
    assert shown(page(client, ending.assignment.therapist), "small") == [
        f"Was {ending.client.known_as} offered options?"
    ]


def test_a_deputy_sees_whose_place_they_take(client: Client) -> None:
    ending = EndingFactory.create()
    deputy = UserFactory.create()
    AbsenceFactory.create(user=ending.assignment.therapist, deputy=deputy)
    [row] = page(client, deputy).context["soon"]
    assert row.name == ending.client.known_as
    assert row.text.endswith(f"In place of {ending.assignment.therapist.name}.")


def test_a_review_waits_and_its_answer_comes_back(client: Client) -> None:
    departure = DepartureFactory.create()
    reviewer = UserFactory.create()
    review = Review.objects.create(
        kind="departure",
        departure=departure,
        author=departure.therapist,
        reviewer=reviewer,
        asked_at=now(),
        due_on=today() + DAY,
    )
    assert shown(page(client, reviewer), "waiting") == [departure.therapist.name]

    Review.objects.filter(pk=review.pk).update(
        decision="agreed", decided_by=reviewer, decided_at=now()
    )

    assert shown(page(client, reviewer), "waiting") == []
    assert shown(page(client, departure.therapist), "small") == [f"{reviewer.name} answered you"]


def test_nobody_sees_another_persons_day(client: Client) -> None:
    ending = EndingFactory.create()
    SessionFactory.create(assignment=ending.assignment, starts_at=now())
    response = page(client, UserFactory.create())
    assert ending.client.known_as not in response.content.decode()


def test_a_draft_shows_its_bar_and_no_reminders(client: Client) -> None:
    departure = DepartureFactory.create(draft=True)
    EndingFactory.create(departure=departure)
    response = page(client, departure.therapist)
    assert response.context["soon"] == []
    assert response.context["bar"].later == 1
    assert reverse("endings:plan", args=[departure.pk]) in response.content.decode()


@pytest.mark.parametrize("clients", [1, 30])
def test_a_day_takes_at_most_twelve_queries(client: Client, clients: int) -> None:
    PracticeFactory.create()
    departure = DepartureFactory.create()
    for place in range(clients):
        trait = [{}, {"told": True}, {"chosen": True}, {"last_held": True}][place % 4]
        ending = EndingFactory.create(departure=departure, **trait)
        SessionFactory.create(
            assignment=ending.assignment, starts_at=now() + place * timedelta(minutes=5)
        )
    page(client, departure.therapist)  # the session keeps its form token from here on
    with CaptureQueriesContext(connection) as queries:
        response = client.get(URL)
    asked = [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) <= 12, asked
    assert len(response.context["sessions"]) == clients
