"""One's caseload: what it says, finds and sorts, and how many questions it asks the database."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from caseload.operations.rhythms import Wish, set_cadence
from core.clock import now, today
from endings.models import Departure, Ending, HandoverInvitation
from tests.accounts.factories import (
    AbsenceFactory,
    PracticeFactory,
    SupervisionFactory,
    UserFactory,
)
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    ClientFactory,
    CommitmentFactory,
    ParticipationFactory,
    SessionFactory,
)

URL = reverse("desk:caseload")
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def marta(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=WARSAW), tick=False)
    with timezone.override(WARSAW):
        PracticeFactory()
        yield UserFactory(name="Marta Zielińska", capacity=Decimal(3))


@pytest.fixture
def signed_in(marta, client):
    client.force_login(marta)
    return client


def work_with(therapist, name: str, **facts):
    return AssignmentFactory(therapist=therapist, client__known_as=name, client__name=name, **facts)


def names(response) -> list[str]:
    return [row.work.known_as for row in response.context["rows"]]


def ending_of(work, **facts) -> Ending:
    return Ending.objects.create(
        assignment=work, episode=work.episode, client=work.client, opened_on=today(), **facts
    )


def questions(client, url) -> int:
    """Count what a page asks, without the transaction's own savepoints and the first visit's CSRF token."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


def many_works(therapist, number: int) -> None:
    for _ in range(number):
        work = AssignmentFactory(therapist=therapist)
        ending_of(work)
        SessionFactory(assignment=work)
        CommitmentFactory(user=therapist, assignment=work)


def test_the_list_asks_the_same_for_one_thirty_and_three_hundred(signed_in, marta) -> None:
    counts = []
    for more in (1, 29, 270):
        many_works(marta, more)
        counts.append(questions(signed_in, URL))
    assert counts[0] == counts[1] == counts[2] <= 12


@pytest.mark.parametrize("query", ["?show=ending", "?show=coming", "?found=1", "?sort=weight"])
def test_searching_and_sorting_ask_no_more_for_many(signed_in, marta, query) -> None:
    many_works(marta, 1)
    few = questions(signed_in, URL + query)
    many_works(marta, 20)
    assert questions(signed_in, URL + query) == few <= 12


def test_a_row_says_when_next_in_which_rhythm_and_how_heavy(signed_in, marta) -> None:
    work = work_with(marta, "Wren")
    set_cadence(
        assignment=work, wish=Wish(2, time(10), today(), every_weeks=2), by=marta, on=today()
    )
    CommitmentFactory(user=marta, assignment=work, points=Decimal("1.5"))

    page = signed_in.get(URL).content.decode()

    assert "Wren" in page
    assert work.client.code in page
    assert "Wed 25 Nov, 10:00" in page
    assert "every 2 weeks" in page
    assert ">1.5<" in page
    assert work.client.called not in page.split("</title>")[0]


def test_somebody_without_a_next_session_says_when_they_were_seen(signed_in, marta) -> None:
    AttendedFactory(assignment=work_with(marta, "Curlew"), days=-7)
    assert "Nothing planned; last seen 16 Nov" in signed_in.get(URL).content.decode()


def look_for(browser, words):
    """Look for somebody; what was typed stands in no address (R22)."""
    found = browser.post(URL, {"q": words}, follow=True)
    assert all(words not in address for address, _status in found.redirect_chain)
    return found


def test_a_name_is_found_without_its_accents_and_a_code_as_it_is(signed_in, marta) -> None:
    zuraw, wren = work_with(marta, "Żuraw"), work_with(marta, "Wren")
    assert names(look_for(signed_in, "zuraw")) == ["Żuraw"]
    assert names(look_for(signed_in, wren.client.code)) == ["Wren"]
    assert names(look_for(signed_in, "50%")) == []
    assert "Nothing found for" in look_for(signed_in, "nobody").content.decode()
    assert zuraw.client.code != wren.client.code


def test_the_list_is_sorted_as_asked(signed_in, marta) -> None:
    first, second = work_with(marta, "Alder"), work_with(marta, "Bryony")
    SessionFactory(assignment=second, days=1)
    SessionFactory(assignment=first, days=2)
    CommitmentFactory(user=marta, assignment=second, points=2)
    AttendedFactory(assignment=first, days=-3)
    assert names(signed_in.get(URL)) == ["Bryony", "Alder"]
    assert names(signed_in.get(URL, {"sort": "name"})) == ["Alder", "Bryony"]
    assert names(signed_in.get(URL, {"sort": "weight"})) == ["Bryony", "Alder"]
    assert names(signed_in.get(URL, {"sort": "seen"})) == ["Bryony", "Alder"]
    assert names(signed_in.get(URL, {"sort": "nonsense"})) == ["Bryony", "Alder"]


def test_views_show_those_who_end_and_those_not_seen_lately(signed_in, marta) -> None:
    ending, unseen, seen = (work_with(marta, name) for name in ("Ending", "Unseen", "Seen"))
    ending_of(ending)
    ending_of(seen, withdrawn_on=today())
    for work, days in ((ending, -5), (unseen, -40), (seen, -27)):
        AttendedFactory(assignment=work, days=days)
    resting = work_with(marta, "Resting", state="on_break")
    AttendedFactory(assignment=resting, days=-40)

    assert names(signed_in.get(URL, {"show": "ending"})) == ["Ending"]
    assert names(signed_in.get(URL, {"show": "unseen"})) == ["Unseen"]
    counts = signed_in.get(URL).context["counts"]
    assert counts == {"all": 4, "ending": 1, "unseen": 1, "found": 4}


def test_fifty_stand_on_a_page(signed_in, marta) -> None:
    for number in range(51):
        work_with(marta, f"Person {number:02}")
    first = signed_in.get(URL, {"sort": "name"})
    second = signed_in.get(URL, {"sort": "name", "page": 2})
    assert (len(names(first)), names(second)) == (50, ["Person 50"])
    assert "page=2" in first.content.decode()
    assert names(signed_in.get(URL, {"sort": "name", "page": "x"}))[0] == "Person 00"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"opens": -3, "closes": 5}, "Tell by"),
        ({"opens": 10, "closes": 17}, "Opens 3 Dec"),
        ({"opens": -10, "closes": -3}, "Window has closed"),
    ],
)
def test_where_an_ending_stands_is_said_in_a_chip(signed_in, marta, facts, said) -> None:
    work = work_with(marta, "Wren")
    ending = ending_of(
        work,
        window_opens_on=today() + timedelta(days=facts["opens"]),
        window_closes_on=today() + timedelta(days=facts["closes"]),
    )
    page = signed_in.get(URL).content.decode()
    assert said in page
    assert ending.get_absolute_url() in page


def test_notice_that_fell_short_is_said_in_days(signed_in, marta) -> None:
    ending_of(
        work_with(marta, "Wren"),
        stage="told",
        told_on=today(),
        told_by=marta,
        last_on=today() + timedelta(days=14),
    )
    assert "7 days short" in signed_in.get(URL).content.decode()


def test_other_endings_say_why_and_how_far(signed_in, marta) -> None:
    ending_of(work_with(marta, "Wren"), playbook="goals_met")
    assert "The work is done" in signed_in.get(URL).content.decode()


def test_how_full_one_is_counts_endings_too(signed_in, marta) -> None:
    CommitmentFactory(user=marta, points=3)
    CommitmentFactory(user=marta, points=Decimal("0.5"), kind="ending")
    page = signed_in.get(URL).content.decode()
    assert "Just slightly too many" in page
    assert "Load 3.5 of 3." in page


def test_somebody_who_leaves_takes_nothing_new(signed_in, marta) -> None:
    departure = Departure.objects.create(
        therapist=marta, last_day=today() + timedelta(days=60), created_at=now()
    )
    assert "Nothing new" not in signed_in.get(URL).content.decode()
    departure.state, departure.submitted_at = "submitted", now()
    departure.save()
    assert "Nothing new" in signed_in.get(URL).content.decode()


def test_without_a_limit_there_is_only_the_sum(signed_in, marta) -> None:
    marta.capacity = None
    marta.save()
    assert "No limit is set" in signed_in.get(URL).content.decode()


def test_somebody_who_comes_is_a_code_until_it_is_time(signed_in, marta) -> None:
    theirs = work_with(UserFactory(), "Hidden")
    HandoverInvitation.objects.create(
        ending=ending_of(theirs),
        receiver=marta,
        code="K-77",
        invited_by=theirs.therapist,
        invited_at=now(),
    )
    page = signed_in.get(URL, {"show": "coming"}).content.decode()
    assert "K-77" in page
    assert "Name when agreed" in page
    assert "Hidden" not in page
    assert theirs.client.code not in page


def test_a_supervisor_has_a_caseload_of_their_own_and_a_deputy_that_of_two(marta, client) -> None:
    work_with(marta, "Wren")
    lead = SupervisionFactory(supervisee=marta).supervisor
    client.force_login(lead)
    assert names(client.get(URL)) == []
    assert "No clients yet" in client.get(URL).content.decode()
    deputy = AbsenceFactory(user=marta, deputy=UserFactory()).deputy
    work_with(deputy, "Alder")
    client.force_login(deputy)
    assert sorted(names(client.get(URL))) == ["Alder", "Wren"]


def test_a_couple_stands_in_two_rows_and_who_has_left_in_none(signed_in, marta) -> None:
    work = work_with(marta, "One", episode__kind="couple")
    ParticipationFactory(episode=work.episode, client=ClientFactory(known_as="Two"))
    ParticipationFactory(
        episode=work.episode,
        client=ClientFactory(known_as="Gone"),
        left_on=today() - timedelta(days=1),
    )
    assert sorted(names(signed_in.get(URL))) == ["One", "Two"]


@pytest.mark.parametrize("language", ["pl", "nl", "it"])
def test_the_list_speaks_the_readers_language(signed_in, marta, language) -> None:
    marta.language = language
    marta.save()
    work_with(marta, "Wren")
    response = signed_in.get(URL)
    assert response.headers["Content-Language"] == language
    assert "How full am I" not in response.content.decode()
