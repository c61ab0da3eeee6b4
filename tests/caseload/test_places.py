"""What one can offer: places without a client in them."""

from datetime import date, time

import pytest
from django.test import Client as Browser
from django.urls import reverse

from caseload.models import Place
from caseload.operations.places import Offered, add_place, end_place, offer_again
from core.errors import RuleBroken
from tests.accounts.factories import PracticeFactory, SupervisorFactory, UserFactory
from tests.caseload.factories import PlaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

TODAY = date(2026, 3, 3)
PLACES = reverse("caseload:places")


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def test_a_place_is_offered_and_listed(client: Browser) -> None:
    me = UserFactory.create(languages_spoken=["nl"])
    client.force_login(me)
    data = {
        "weekday": "2",
        "starts_at": "14:00",
        "minutes": "50",
        "every_weeks": "1",
        "languages": ["nl", "en"],
        "starts_on": "2026-03-03",
        "needs": "Adults, evenings",
    }

    response = client.post(reverse("caseload:add_place"), data)

    assert response.headers["Location"] == PLACES
    place = Place.objects.get()
    assert (place.therapist, place.weekday, place.starts_at) == (me, 2, time(14))
    page = client.get(PLACES).content.decode()
    assert "Wednesday 14:00, weekly" in page
    assert "Adults, evenings" in page
    again = client.post(reverse("caseload:add_place"), data)
    assert again.status_code == 422
    assert Place.objects.count() == 1


def test_a_place_is_ended_and_offered_again(client: Browser) -> None:
    me = UserFactory.create()
    place = PlaceFactory.create(therapist=me)
    client.force_login(me)

    client.post(reverse("caseload:end_place", args=[place.pk]))
    ended = Place.objects.free().on(TODAY).exists()
    listed = client.get(PLACES)
    client.post(reverse("caseload:offer_place_again", args=[place.pk]))

    assert not ended
    assert listed.context["ended"] == [place]
    assert Place.objects.free().on(TODAY).get() == place


def test_a_taken_place_is_not_offered_again() -> None:
    me = UserFactory.create()
    place = PlaceFactory.create(therapist=me, taken_since=TODAY)
    end_place(place=place, by=me, on=TODAY)

    with pytest.raises(RuleBroken, match="has this place"):
        offer_again(place=place, by=me)


def test_a_taken_time_may_be_offered_by_somebody_else() -> None:
    there = PlaceFactory.create()
    offered = Offered(weekday=there.weekday, starts_at=there.starts_at, starts_on=TODAY)

    assert add_place(offered=offered, by=UserFactory.create()).pk != there.pk


def test_places_of_others_are_not_there(client: Browser) -> None:
    place = PlaceFactory.create()
    client.force_login(UserFactory.create())

    assert client.post(reverse("caseload:end_place", args=[place.pk])).status_code == 404
    assert client.post(reverse("caseload:offer_place_again", args=[place.pk])).status_code == 404
    assert place.in_words not in client.get(PLACES).content.decode()


def test_only_therapists_offer_places(client: Browser) -> None:
    client.force_login(SupervisorFactory.create())

    assert client.get(PLACES).status_code == 403
    assert client.get(reverse("caseload:add_place")).status_code == 403
