"""The wizard in the browser's words: each page, saved, kept, sent, answered."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape

from caseload.models import Session
from core.clock import now, today
from endings.models import Departure, Ending, EndingException, Review
from endings.operations import departures, plans, tellings
from tests.accounts.factories import UserFactory
from tests.caseload.factories import AssignmentFactory, RiskLookFactory
from tests.endings.leaving import WORDS, Leaving, a_caseload, a_draft, in_weeks

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]


@pytest.fixture
def leaving() -> Leaving:
    return a_caseload(3)


def page(name: str, departure: Departure, **more: object) -> str:
    return reverse(f"endings:{name}", args=[departure.pk, *more.values()])


def test_the_wizard_from_the_first_page_to_the_supervisor(
    client: Browser, leaving: Leaving
) -> None:
    client.force_login(leaving.therapist)
    said = {"kind": "leaving", "last_day": in_weeks(8).isoformat(), "reason": "t_moving"}

    begun = client.post(reverse("endings:start_departure"), said)
    departure = Departure.objects.get(therapist=leaving.therapist)
    assert begun.headers["Location"] == page("departure_words", departure)

    client.post(page("departure_words", departure), {"words": WORDS, "revision": "0"})
    shown = client.get(page("plan", departure)).content.decode()
    assert "3 clients." in shown

    gone_on = client.post(page("plan", departure), {"act": "go_on", "revision": "1"})
    assert gone_on.headers["Location"] == page("departure_carriers", departure)

    client.post(page("departure_carriers", departure), {"carried_by": str(leaving.stays.pk)})
    asked = client.get(page("submit_departure", departure))
    assert escape(leaving.supervisor.name) in asked.content.decode()
    sent = client.post(page("submit_departure", departure))
    assert sent.headers["Location"] == page("board", departure)
    departure.refresh_from_db()
    assert departure.state == Departure.State.SUBMITTED


def test_what_is_missing_is_said_and_what_was_typed_stays(
    client: Browser, leaving: Leaving
) -> None:
    client.force_login(leaving.therapist)

    answer = client.post(
        reverse("endings:start_departure"), {"kind": "leave", "reason_note": "Tired."}
    )

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Tired." in text
    assert "This is needed." in text
    assert not Departure.objects.exists()


def test_a_double_click_starts_one_departure(client: Browser, leaving: Leaving) -> None:
    client.force_login(leaving.therapist)
    said = {"kind": "leaving", "last_day": in_weeks(8).isoformat(), "_once": str(uuid4())}

    first = client.post(reverse("endings:start_departure"), said)
    second = client.post(reverse("endings:start_departure"), said)

    assert first.headers["Location"] == second.headers["Location"]
    assert Departure.objects.count() == 1


def test_a_stale_page_is_answered_with_both_texts(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving)
    client.force_login(leaving.therapist)

    answer = client.post(page("departure_words", departure), {"words": "Other.", "revision": "0"})

    assert answer.status_code == 409
    text = answer.content.decode()
    assert WORDS in text
    assert "Other." in text


def test_a_draft_is_there_for_nobody_else(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving)
    for somebody in (leaving.supervisor, leaving.stays, UserFactory.create()):
        client.force_login(somebody)
        assert client.get(page("board", departure)).status_code == 404
        assert client.get(page("plan", departure)).status_code == 404
    client.force_login(leaving.supervisor)
    assert (
        leaving.therapist.name not in client.get(reverse("desk:supervisors_desk")).content.decode()
    )


def test_who_does_not_fit_stands_first_with_a_way_out(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving, weeks=3)
    Ending.objects.update(decided=None)
    client.force_login(leaving.therapist)

    text = client.get(page("plan", departure)).content.decode()

    assert text.index("Who does not fit yet") < text.index("Who fits")
    assert 'type="radio"' in text


def test_keeping_short_notice_asks_why_and_goes_to_the_supervisor(
    client: Browser, leaving: Leaving
) -> None:
    departure = a_draft(leaving, weeks=2)
    client.force_login(leaving.therapist)
    text = client.get(page("plan", departure)).content.decode()
    names = {part.split('"')[0] for part in text.split('name="way-')[1:]}
    picks = {}
    for name in names:
        values = [
            chunk.split('value="')[1].split('"')[0]
            for chunk in text.split(f'name="way-{name}"')[1:]
        ]
        picks[f"way-{name}"] = next(value for value in values if value.startswith("keep_short"))

    without = client.post(page("plan", departure), picks | {"act": "work_out"})
    assert without.status_code == 422
    assert "Why is it not possible as agreed?" in without.content.decode()

    whys = {f"why-{ending.pk}": "The post ends early." for ending in departure.endings.all()}
    client.post(page("plan", departure), picks | whys | {"act": "work_out"})
    client.post(page("submit_departure", departure))

    departure.refresh_from_db()
    assert departure.state == Departure.State.SUBMITTED
    assert EndingException.objects.filter(rule="short_notice").count() == 3
    assert Review.objects.waiting().filter(is_pressing=True, kind="exception").count() == 3


def test_somebody_new_is_shown_and_brought_in(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving)
    work = AssignmentFactory.create(therapist=leaving.therapist)
    client.force_login(leaving.therapist)
    assert "not in the plan yet" in client.get(page("plan", departure)).content.decode()

    client.post(page("bring_in", departure), {"assignment": str(work.pk)})

    assert departure.endings.filter(assignment=work).exists()


def test_other_dates_for_one_client(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving)
    ending = departure.endings.first()
    client.force_login(leaving.therapist)
    address = page("client_dates", departure, ending=ending.pk)
    meeting = Session.objects.planned().filter(assignment=ending.assignment).in_order()[4]

    client.post(address, {"telling_at": meeting.starts_at.isoformat()})

    ending.refresh_from_db()
    assert ending.tell_plan_on == meeting.starts_at.date()


def sent_plan(leaving: Leaving) -> tuple[Departure, Review]:
    departure = a_draft(leaving)
    review = departures.submit_departure(departure=departure, by=leaving.therapist, at=now())
    return departure, review


def test_the_supervisor_clears_the_queue_in_three_clicks(client: Browser, leaving: Leaving) -> None:
    departure, review = sent_plan(leaving)
    client.force_login(leaving.supervisor)

    desk = client.get(reverse("desk:supervisors_desk")).content.decode()
    assert "3 of 3 have a named person and a date." in desk
    opened = client.post(reverse("endings:open_review", args=[review.pk]))
    agreed = client.post(opened.headers["Location"], {"decision": "agreed"})

    assert agreed.headers["Location"] == reverse("desk:supervisors_desk")
    departure.refresh_from_db()
    assert departure.state in (Departure.State.AGREED, Departure.State.UNDER_WAY)
    assert departure.opened_by_supervisor_at is not None


def test_returning_asks_for_a_word(client: Browser, leaving: Leaving) -> None:
    departure, review = sent_plan(leaving)
    client.force_login(leaving.supervisor)
    address = reverse("endings:review", args=[review.pk])

    assert client.post(address, {"decision": "returned"}).status_code == 422
    ending = departure.endings.first()
    client.post(address, {"decision": "returned", f"about_{ending.pk}": "Earlier, please."})

    departure.refresh_from_db()
    assert departure.state == Departure.State.RETURNED
    client.force_login(leaving.therapist)
    assert "Earlier, please." in client.get(reverse("desk:supervision")).content.decode()


def test_the_author_decides_nothing(client: Browser, leaving: Leaving) -> None:
    departure, review = sent_plan(leaving)
    client.force_login(leaving.therapist)

    client.post(reverse("endings:review", args=[review.pk]), {"decision": "agreed"})

    departure.refresh_from_db()
    assert departure.state == Departure.State.SUBMITTED


def test_a_telling_can_be_recorded_in_every_state(leaving: Leaving) -> None:
    departure = a_draft(leaving)
    ending = departure.endings.first()

    tellings.record_told_in_person(
        ending=ending,
        people=[f"client:{ending.client_id}"],
        told=tellings.Told(on=today()),
        by=leaving.therapist,
        at=now(),
    )

    ending.refresh_from_db()
    assert (departure.state, ending.told_on) == (Departure.State.DRAFT, today())


def test_moving_the_last_day_shows_the_difference_first(client: Browser, leaving: Leaving) -> None:
    departure, _review = sent_plan(leaving)
    client.force_login(leaving.therapist)
    said = {"last_day": in_weeks(6).isoformat()}

    shown = client.post(page("move_last_day", departure), said | {"act": "preview"})
    departure.refresh_from_db()
    assert "What would be different" in shown.content.decode()
    assert departure.last_day == in_weeks(8)

    client.post(page("move_last_day", departure), said | {"act": "save"})
    departure.refresh_from_db()
    assert departure.last_day == in_weeks(6)


def test_withdrawing_names_who_knows_already(client: Browser, leaving: Leaving) -> None:
    departure, _review = sent_plan(leaving)
    departure.endings.filter(pk=departure.endings.first().pk).update(
        told_on=today(), told_by=leaving.therapist
    )
    client.force_login(leaving.therapist)

    assert (
        "1 person has already been told."
        in client.get(page("withdraw_departure", departure)).content.decode()
    )
    client.post(page("withdraw_departure", departure))
    departure.refresh_from_db()
    assert departure.state == Departure.State.WITHDRAWN


@pytest.mark.parametrize("view", ["timeline", "table"])
def test_the_board_asks_little_however_many_leave(
    client: Browser, view: str, django_assert_max_num_queries: object
) -> None:
    counted = []
    for clients in (1, 8):
        leaving = a_caseload(clients)
        departure = a_draft(leaving)
        client.force_login(leaving.therapist)
        client.get(page("board", departure))
        with django_assert_max_num_queries(12) as queries:  # type: ignore[operator]
            text = client.get(page("board", departure) + f"?view={view}").content.decode()
        counted.append(len(queries))
        assert text.count(" have a named person") + text.count(" has a named person") >= 1
    assert counted[0] == counted[1]


def test_the_day_of_a_missed_telling_is_planned_again(leaving: Leaving) -> None:
    departure, _review = sent_plan(leaving)
    ending = departure.endings.exclude(tell_session=None).first()
    Session.objects.filter(pk=ending.tell_session_id).update(state="missed")
    assert [one.pk for one in plans.missed_tellings(departure, on=today())] == [ending.pk]
    assert plans.replan_missed_tellings(on=today()) == 1
    assert plans.replan_missed_tellings(on=today()) == 0
    before = ending.tell_plan_on
    ending.refresh_from_db()
    assert ending.tell_plan_on not in (None, before)
    assert plans.missed_tellings(departure, on=today()) == []


def test_open_safeguarding_stands_on_top_of_the_review(client: Browser, leaving: Leaving) -> None:
    departure = a_draft(leaving)
    ending = departure.endings.first()
    RiskLookFactory.create(client=ending.client, by=leaving.therapist, is_safeguarding_open=True)
    review = departures.submit_departure(departure=departure, by=leaving.therapist, at=now())
    client.force_login(leaving.supervisor)

    text = client.get(reverse("endings:review", args=[review.pk])).content.decode()

    assert review.is_pressing
    assert "Safeguarding is open" in text
    assert ending.client.code in text
