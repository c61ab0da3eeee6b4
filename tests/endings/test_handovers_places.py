"""Before the choice only a place is held; nobody is told for whom (R5)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from caseload.operations.places import held_for_others
from core.errors import RuleBroken
from endings.models import Ending, HeldPlace
from endings.operations.places import hold_place, places_to_hold
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import PlaceFactory
from tests.endings.factories import DepartureFactory, EndingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]

TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def practice() -> None:
    PracticeFactory.create()


def url(ending: Ending, name: str = "hold_place", *more: object) -> str:
    return reverse(f"endings:{name}", args=[ending.pk, *more])


def test_a_place_is_held_and_its_therapist_learns_not_for_whom(client: Browser) -> None:
    ending, place = EndingFactory.create(told=True), PlaceFactory.create()
    client.force_login(ending.assignment.therapist)

    client.post(url(ending), {"place": place.pk})

    assert HeldPlace.objects.get().place == place
    assert place.in_words in client.get(ending.get_absolute_url()).content.decode()
    client.force_login(place.therapist)
    page = client.get(reverse("endings:received")).content.decode()
    assert place.in_words in page
    for closed in (ending.client.called, ending.client.code, str(ending.pk)):
        assert closed not in page


def test_a_held_place_is_let_go_again(client: Browser) -> None:
    ending, place = EndingFactory.create(told=True), PlaceFactory.create()
    by = ending.assignment.therapist
    held = hold_place(ending=ending, place=place, by=by, on=TODAY)
    client.force_login(by)

    client.post(url(ending, "release_place", held.pk))

    held.refresh_from_db()
    assert held.released_on == TODAY
    assert place in places_to_hold(ending, TODAY)


def test_a_place_is_held_once() -> None:
    first, second = EndingFactory.create(told=True), EndingFactory.create(told=True)
    place = PlaceFactory.create()
    hold_place(ending=first, place=place, by=first.assignment.therapist, on=TODAY)

    with pytest.raises(RuleBroken, match="held already"):
        hold_place(ending=second, place=place, by=second.assignment.therapist, on=TODAY)
    with pytest.raises(IntegrityError, match="a_place_is_held_once"), transaction.atomic():
        HeldPlace.objects.create(ending=second, place=place, held_on=TODAY)


def test_one_is_held_at_a_time_and_none_after_the_choice() -> None:
    ending = EndingFactory.create(told=True)
    by = ending.assignment.therapist
    hold_place(ending=ending, place=PlaceFactory.create(), by=by, on=TODAY)
    with pytest.raises(RuleBroken, match="You hold a place"):
        hold_place(ending=ending, place=PlaceFactory.create(), by=by, on=TODAY)

    chosen = EndingFactory.create(chosen=True)
    with pytest.raises(RuleBroken, match="Ask the colleague now"):
        hold_place(
            ending=chosen, place=PlaceFactory.create(), by=chosen.assignment.therapist, on=TODAY
        )


def test_what_a_withdrawn_ending_held_is_free_again() -> None:
    first, second = EndingFactory.create(told=True), EndingFactory.create(told=True)
    place = PlaceFactory.create()
    hold_place(ending=first, place=place, by=first.assignment.therapist, on=TODAY)
    Ending.objects.filter(pk=first.pk).update(withdrawn_on=TODAY)

    hold_place(ending=second, place=place, by=second.assignment.therapist, on=TODAY)

    assert HeldPlace.objects.get(released_on=None).ending == second


def test_who_chooses_something_else_leaves_the_place_free() -> None:
    ending = EndingFactory.create(chosen=True)
    chosen = ending.option_set.choices.get().options.get().place
    other = PlaceFactory.create()
    for place in (chosen, other):
        HeldPlace.objects.create(ending=ending, place=place, held_on=TODAY)
    looking = EndingFactory.create(told=True)

    free = places_to_hold(looking, TODAY)

    assert chosen not in free
    assert other in free
    hold_place(ending=looking, place=other, by=looking.assignment.therapist, on=TODAY)
    assert set(HeldPlace.objects.standing().values_list("ending", "place")) == {
        (ending.pk, chosen.pk),
        (looking.pk, other.pk),
    }


def test_places_of_who_leaves_are_not_there(client: Browser) -> None:
    ending, place = EndingFactory.create(told=True), PlaceFactory.create()
    DepartureFactory.create(therapist=place.therapist, draft=True)
    own = PlaceFactory.create(therapist=ending.assignment.therapist)
    client.force_login(ending.assignment.therapist)

    rows = client.get(url(ending)).context["rows"]
    client.post(url(ending), {"place": place.pk})

    assert {one for one, _time in rows}.isdisjoint({place, own})
    assert not HeldPlace.objects.exists()


def test_nobody_else_holds_or_lets_go(client: Browser) -> None:
    ending, place = EndingFactory.create(told=True), PlaceFactory.create()
    held = hold_place(ending=ending, place=place, by=ending.assignment.therapist, on=TODAY)

    for stranger in (UserFactory.create(), place.therapist):
        client.force_login(stranger)
        assert client.get(url(ending)).status_code == 404
        assert client.post(url(ending, "release_place", held.pk)).status_code == 404


def colleagues_in(client: Browser, ending: Ending) -> set[object]:
    """Return the places that the page of options offers this client."""
    client.force_login(ending.assignment.therapist)
    page = client.get(reverse("referrals:choose_option", args=[ending.option_set_id]))
    return {one.place for one in page.context["colleagues"]}


def test_a_held_place_is_offered_to_this_client_and_to_nobody_else(client: Browser) -> None:
    mine, other = (EndingFactory.create(options_offered=True) for _each in range(2))
    for ending in (mine, other):
        ending.option_set.offered_on = ending.option_set.offered_by = ending.options_on = None
        ending.option_set.save()
        ending.save()
    kept, free = PlaceFactory.create(), PlaceFactory.create()
    hold_place(ending=mine, place=kept, by=mine.assignment.therapist, on=TODAY)

    assert {kept.pk, free.pk} <= colleagues_in(client, mine)
    assert free.pk in colleagues_in(client, other)
    assert kept.pk not in colleagues_in(client, other)

    taken = client.post(
        reverse("referrals:choose_option", args=[other.option_set_id]), {"place": kept.pk}
    )
    assert taken.status_code == 302
    assert not other.option_set.options.filter(place=kept).exists()

    client.force_login(mine.assignment.therapist)
    client.post(reverse("referrals:choose_option", args=[mine.option_set_id]), {"place": kept.pk})
    assert mine.option_set.options.filter(place=kept).exists()


def test_what_the_database_says_of_held_places_is_what_the_queryset_says() -> None:
    """The same rule stands twice: once for one's own rows, once over all, in SQL."""
    endings = [EndingFactory.create(told=True) for _each in range(5)]
    for ending in endings:
        held = HeldPlace.objects.create(ending=ending, place=PlaceFactory.create(), held_on=TODAY)
    held.released_on = TODAY
    held.save()
    withdrawn, handed, chosen_else, stands = endings[:4]
    Ending.objects.filter(pk=withdrawn.pk).update(withdrawn_on=TODAY)
    Ending.objects.filter(pk=handed.pk).update(handed_over_on=TODAY)
    Ending.objects.filter(pk=chosen_else.pk).update(chosen_on=TODAY)
    somebody = EndingFactory.create()

    kept = held_for_others(assignment=somebody.assignment, client=somebody.client)

    assert kept == set(HeldPlace.objects.standing().values_list("place", flat=True))
    assert kept == set(stands.held_places.values_list("place", flat=True))
    assert held_for_others(assignment=stands.assignment, client=stands.client) == set()
