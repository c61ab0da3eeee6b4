from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from caseload.models import InvolvedPerson, Session
from caseload.models.episodes import Mode
from core.errors import RuleBroken
from endings.models import Departure, Ending, EndingException, PersonToTell, Review, Telling
from endings.operations.exceptions import Explanation
from endings.operations.people_to_tell import key_of, people_to_tell
from endings.operations.tellings import Told, record_told_in_person
from endings.workflow import Stage
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import (
    AssignmentFactory,
    AttendedFactory,
    InvolvedPersonFactory,
    ParticipationFactory,
    SessionFactory,
)
from tests.endings.factories import DepartureFactory, EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

NOON = datetime(2026, 3, 3, 12, tzinfo=timezone.get_fixed_timezone(0))
TODAY = date(2026, 3, 3)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending) -> str:
    return reverse("endings:record_told_in_person", args=[ending.pk])


def tell(ending: Ending, *people: str, **said: Any) -> list[Telling]:
    """Record a telling by the therapist, today at noon."""
    told = Told(**{"on": TODAY, **said})
    keys = people or [key_of(ending.client)]
    therapist = ending.assignment.therapist
    return record_told_in_person(ending=ending, people=keys, told=told, by=therapist, at=NOON)


def with_weekly_sessions(ending: Ending, weeks: int = 4) -> Ending:
    """Give the ending `weeks` planned sessions after today, the last of them its last one."""
    for number in range(1, weeks + 1):
        SessionFactory.create(assignment=ending.assignment, days=7 * number)
    ending.last_on = TODAY + weeks * WEEK
    ending.save()
    return ending


# --- the page ---------------------------------------------------------------------------------------
def test_the_first_tap_can_be_the_last(client: Browser) -> None:
    """Sending the form as it opens records today's session, in person, as planned."""
    ending = with_weekly_sessions(EndingFactory.create())
    session = SessionFactory.create(assignment=ending.assignment, days=0)
    client.force_login(therapist := ending.assignment.therapist)
    form = client.get(url(ending)).context["form"]
    proposed = {name: form[name].value() for name in form.fields}

    sent = {name: value for name, value in proposed.items() if value not in (None, False)}
    response = client.post(url(ending), sent)

    assert response.headers["Location"] == ending.get_absolute_url()
    ending.refresh_from_db()
    telling = Telling.objects.get(ending=ending)
    assert (ending.stage, ending.told_on, ending.told_by) == (Stage.TOLD, TODAY, therapist)
    assert (telling.session, telling.how, telling.as_planned) == (session, Telling.How.ROOM, True)
    assert telling.present == ["by", key_of(ending.client)]
    assert telling.words == ending.departure.words
    assert not EndingException.objects.exists()


def test_after_saving_the_page_asks_after_the_therapist(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)
    said = {"day": "today", "how": "in_person", "people": key_of(ending.client)}

    page = client.post(url(ending), said, follow=True).content.decode()

    assert "Recorded. The rest of the steps is open now." in page
    assert "And how are you?" in page


def test_the_notice_is_shown_before_saving(client: Browser) -> None:
    ending = with_weekly_sessions(EndingFactory.create(), weeks=3)
    client.force_login(ending.assignment.therapist)

    page = client.get(url(ending))

    notice = page.context["notice"]
    assert notice.title == "Told today: 21 days, 3 sessions left."
    assert notice.text == "That is full notice."
    assert not notice.is_short


def test_the_notice_follows_the_day_that_is_picked(client: Browser) -> None:
    ending = with_weekly_sessions(EndingFactory.create(), weeks=3)
    client.force_login(ending.assignment.therapist)

    page = client.get(url(ending), {"day": "other", "other_day": "2026-02-24"})

    assert page.context["notice"].title == "Told Tue 24 Feb: 28 days, 3 sessions left."


def test_a_short_notice_is_warned_about_and_saved(client: Browser) -> None:
    ending = with_weekly_sessions(EndingFactory.create(), weeks=2)
    client.force_login(ending.assignment.therapist)
    said = {"day": "today", "how": "in_person", "people": key_of(ending.client)}

    page = client.get(url(ending))
    assert page.context["notice"].title.endswith("7 days short of the agreed time.")
    assert client.post(url(ending), said).status_code == 302

    ending.refresh_from_db()
    assert ending.stage == Stage.TOLD
    assert not EndingException.objects.exists()


def test_the_reason_for_a_short_notice_goes_to_the_supervisor(client: Browser) -> None:
    ending = with_weekly_sessions(EndingFactory.create(), weeks=2)
    supervision = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    client.force_login(ending.assignment.therapist)
    said = {"day": "today", "how": "in_person", "people": key_of(ending.client)}

    client.post(url(ending), {**said, "short-why": "Moved up.", "short-instead": "One more."})

    review = Review.objects.select_related("exception").get()
    assert review.exception.rule == EndingException.Rule.SHORT_NOTICE
    assert (review.exception.why, review.exception.instead) == ("Moved up.", "One more.")
    assert (review.reviewer, review.author) == (supervision.supervisor, ending.assignment.therapist)
    assert review.is_pressing
    assert review.due_on == date(2026, 3, 5)


def test_not_in_person_needs_its_reason(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)
    said = {"day": "today", "how": "phone", "people": key_of(ending.client)}

    response = client.post(url(ending), said)

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "why_not_in_person": ["Not in person: please give the reason."]
    }
    assert not Telling.objects.exists()


def test_a_day_to_come_is_refused(client: Browser) -> None:
    ending = EndingFactory.create()
    client.force_login(ending.assignment.therapist)
    said = {"day": "other", "other_day": "2026-03-04", "how": "in_person"}

    response = client.post(url(ending), {**said, "people": key_of(ending.client)})

    assert response.status_code == 422
    assert "still to come" in response.context["form"].errors["other_day"][0]


def test_told_already_says_so_and_leads_to_the_correction(client: Browser) -> None:
    ending = EndingFactory.create(told=True)
    client.force_login(ending.assignment.therapist)

    page = client.get(url(ending)).content.decode()

    telling = Telling.objects.get(ending=ending)
    assert "A telling is already recorded for Tue 3 Feb." in page
    assert reverse("endings:correct_telling", args=[ending.pk, telling.pk]) in page


def test_without_words_of_a_plan_the_words_are_asked_for(client: Browser) -> None:
    ending = EndingFactory.create(departure=None)
    client.force_login(ending.assignment.therapist)
    said = {"day": "today", "how": "in_person", "people": key_of(ending.client)}

    assert "words" in client.post(url(ending), said).context["form"].errors
    assert client.post(url(ending), {**said, "words": "I leave in May."}).status_code == 302
    assert Telling.objects.get().as_planned is False


def test_video_is_an_equal_way_for_somebody_always_seen_by_video(client: Browser) -> None:
    work = AssignmentFactory.create(usual_mode=Mode.VIDEO)
    ending = EndingFactory.create(assignment=work)
    SessionFactory.create(assignment=work, days=0, mode=Mode.VIDEO)
    client.force_login(work.therapist)

    form = client.get(url(ending)).context["form"]

    assert form.in_person_ways == ["in_person", "video"]
    assert form["how"].value() == "video"


def test_who_must_never_be_told_is_warned_about(client: Browser) -> None:
    ending = EndingFactory.create()
    never = InvolvedPersonFactory.create(
        client=ending.client, name="Aunt Rue", told=InvolvedPerson.Told.NEVER
    )
    client.force_login(ending.assignment.therapist)

    page = client.get(url(ending))

    assert "Aunt Rue (Guardian) must never be told." in page.content.decode()
    assert key_of(never) not in {person.key for person in people_to_tell(ending)}


def test_who_is_left_gives_the_page_its_heading(client: Browser) -> None:
    ending = EndingFactory.create()
    InvolvedPersonFactory.create(client=ending.client, name="Aunt Rue")
    client.force_login(ending.assignment.therapist)
    name = ending.client.called
    assert f"You told {name}" in client.get(url(ending)).content.decode()

    tell(ending)

    page = client.get(url(ending)).content.decode()
    assert "You told Aunt Rue" in page
    assert f"{name} was told on <time" in page


def test_the_likeliest_day_comes_first(client: Browser) -> None:
    """A session that has begun today, then later today, then the weeks before; nothing to come."""
    ending = EndingFactory.create()
    work = ending.assignment
    earlier = AttendedFactory.create(assignment=work, days=-7)
    begun = SessionFactory.create(assignment=work, days=0)
    SessionFactory.create(assignment=work, days=1)
    SessionFactory.create(assignment=work, days=-3, state=Session.State.MISSED)
    client.force_login(work.therapist)

    form = client.get(url(ending)).context["form"]

    assert list(form.occasions) == [f"session:{begun.pk}", f"session:{earlier.pk}"]


@pytest.mark.parametrize("who", ["supervisor", "stranger", "admin"])
def test_nobody_else_can_record_it(client: Browser, who: str) -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)
    people = {
        "supervisor": leads.supervisor,
        "stranger": UserFactory.create(),
        "admin": UserFactory.create(roles=["practice_admin"]),
    }
    client.force_login(people[who])

    assert client.get(url(ending)).status_code == 404
    assert client.post(url(ending), {"day": "today"}).status_code == 404


# --- the act ----------------------------------------------------------------------------------------
def test_early_is_welcome() -> None:
    ending = EndingFactory.create(window_opens_on=date(2026, 5, 1))

    tell(ending)

    ending.refresh_from_db()
    assert ending.stage == Stage.TOLD
    assert not EndingException.objects.exists()


def test_it_can_be_recorded_while_the_plan_is_a_draft() -> None:
    departure = DepartureFactory.create(draft=True)
    ending = EndingFactory.create(departure=departure)

    tell(ending)

    ending.refresh_from_db()
    departure.refresh_from_db()
    assert ending.stage == Stage.TOLD
    assert departure.state == Departure.State.DRAFT


def test_everybody_who_must_know_makes_it_told() -> None:
    ending = EndingFactory.create()
    guardian = InvolvedPersonFactory.create(client=ending.client)

    tell(ending)
    ending.refresh_from_db()
    assert (ending.stage, ending.told_on) == (Stage.TO_TELL, None)

    tell(ending, key_of(guardian), how="phone", why_not_in_person="They live abroad.")
    ending.refresh_from_db()
    assert (ending.stage, ending.told_on, ending.told_live) == (Stage.TOLD, TODAY, True)
    assert not EndingException.objects.exists()


def test_a_couple_is_told_at_once() -> None:
    ending = EndingFactory.create()
    other = ParticipationFactory.create(episode=ending.episode).client

    tellings = tell(ending, key_of(ending.client), key_of(other))

    ending.refresh_from_db()
    assert len(tellings) == 2
    assert ending.stage == Stage.TOLD
    assert PersonToTell.objects.filter(ending=ending).count() == 2


def test_an_involved_person_who_may_know_keeps_nothing_open() -> None:
    ending = EndingFactory.create()
    InvolvedPersonFactory.create(client=ending.client, told=InvolvedPerson.Told.MAY)

    tell(ending)

    ending.refresh_from_db()
    assert ending.stage == Stage.TOLD


def test_not_in_person_is_recorded_and_seen_by_the_supervisor() -> None:
    ending = EndingFactory.create()
    leads = SupervisionFactory.create(supervisee=ending.assignment.therapist)

    tell(ending, how="phone", why_not_in_person="She is in hospital.")

    ending.refresh_from_db()
    review = Review.objects.get()
    assert (ending.stage, ending.told_live) == (Stage.TOLD, False)
    assert review.exception.rule == EndingException.Rule.NOT_IN_PERSON
    assert review.exception.why == "She is in hospital."
    assert review.reviewer == leads.supervisor


def test_video_counts_as_in_person_only_where_it_is_usual() -> None:
    by_video = EndingFactory.create(assignment=AssignmentFactory.create(usual_mode=Mode.VIDEO))
    in_the_room = EndingFactory.create()

    tell(by_video, how="video")
    with pytest.raises(RuleBroken, match="Not in person: please give the reason"):
        tell(in_the_room, how="video")

    by_video.refresh_from_db()
    assert by_video.told_live
    assert not EndingException.objects.exists()


def test_a_solo_practice_is_its_own_reviewer_and_says_why() -> None:
    ending = EndingFactory.create()

    tell(ending, how="phone", why_not_in_person="Far away.")

    review = Review.objects.get()
    assert review.reviewer == review.author
    assert review.alone_because == "Nobody leads this person’s work here."


def test_a_telling_is_recorded_once() -> None:
    ending = EndingFactory.create()
    tell(ending)

    with pytest.raises(RuleBroken, match="already recorded for Tue 3 Mar"):
        tell(ending)

    assert Telling.objects.count() == 1


def test_somebody_must_be_said_to_have_been_told() -> None:
    with pytest.raises(RuleBroken, match="Say who was told"):
        tell(EndingFactory.create(), "client:nobody")


def test_a_closed_file_takes_no_telling() -> None:
    ending = EndingFactory.create(closed=True)

    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        tell(ending)


def test_during_an_embargo_the_allowed_words_count() -> None:
    departure = DepartureFactory.create(
        embargo_until=TODAY + WEEK, embargo_words="I cannot say more yet."
    )
    ending = EndingFactory.create(departure=departure)

    (telling,) = tell(ending)

    assert telling.words == "I cannot say more yet."


def test_the_first_telling_lets_an_agreed_departure_be_under_way() -> None:
    departure = DepartureFactory.create(state=Departure.State.AGREED)
    ending = EndingFactory.create(departure=departure, window_opens_on=None, window_closes_on=None)

    tell(ending)

    departure.refresh_from_db()
    assert departure.state == Departure.State.UNDER_WAY


def test_full_notice_needs_no_explanation() -> None:
    """What was typed into the hidden part is no exception where the notice turns out to be full."""
    ending = with_weekly_sessions(EndingFactory.create(), weeks=4)

    record_told_in_person(
        ending=ending,
        people=[key_of(ending.client)],
        told=Told(on=TODAY),
        by=ending.assignment.therapist,
        at=NOON,
        short_notice=Explanation("I thought it was short."),
    )

    assert not EndingException.objects.exists()


def test_evening_sessions_belong_to_the_practices_day(client: Browser) -> None:
    """At 23:30 in Warsaw the server's day is still the same; past midnight it is not (decision 9)."""
    ending = EndingFactory.create()
    late = timezone.make_aware(datetime.combine(TODAY, time(22, 30)))
    SessionFactory.create(assignment=ending.assignment, starts_at=late)
    client.force_login(ending.assignment.therapist)

    form = client.get(url(ending)).context["form"]

    assert next(iter(form.occasions.values())).on == TODAY
