"""Before the choice only a place is held: nobody is told for whom (R5)."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Place
from caseload.operations.places import held_for_others
from core.errors import RuleBroken
from endings.models import Ending, HeldPlace
from endings.operations.endings import hold


def places_to_hold(ending: Ending, on: date) -> list[Place]:
    """Return the colleagues' places that nobody holds, by weekday and time."""
    free = Place.objects.free().on(on).exclude(therapist=ending.assignment.therapist_id)
    here = free.filter(therapist__is_active=True, therapist__suspended_at=None)
    open_to_ask = here.exclude(therapist__in=leaving_people())
    mine = ending.held_places.filter(released_on=None).values("place")
    kept = held_for_others(assignment=ending.assignment, client=ending.client)
    free = open_to_ask.exclude(pk__in=kept).exclude(pk__in=mine)
    return list(free.select_related("therapist", "site"))


@transaction.atomic
def hold_place(*, ending: Ending, place: Place, by: User, on: date) -> HeldPlace:
    """Keep `place` free for this ending; one is held at a time. No client is named to anybody.

    Raises RuleBroken after the choice, where another place is held, and where this one is not free.
    """
    ending = hold(ending, by)
    if ending.chosen_on is not None:
        raise RuleBroken(_("The client has chosen. Ask the colleague now."))
    if ending.held_places.filter(released_on=None).exists():
        raise RuleBroken(_("You hold a place for this client already. Let it go first."))
    place = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if place not in places_to_hold(ending, on):
        raise RuleBroken(_("This place is held already. Choose another one."))
    # what stands in the way of the law is held by nobody who needs it still
    with connection.cursor() as cursor:
        cursor.execute("select sight.let_go_of_place(%s, %s)", [place.pk, on])
    return HeldPlace.objects.create(ending=ending, place=place, held_on=on)


@transaction.atomic
def release_place(*, held: HeldPlace, by: User, on: date) -> None:
    """Let the place go again."""
    mine = HeldPlace.objects.editable_by(by).select_for_update(of=("self",)).get(pk=held.pk)
    if mine.released_on is None:
        mine.released_on = on
        mine.save(update_fields=["released_on"])


def let_places_go(ending: Ending, on: date, *, of: User | None = None) -> None:
    """Release what is held for an ending, all of it or what one colleague offers."""
    held = ending.held_places.filter(released_on=None)
    held.filter(Q(place__therapist=of) if of else Q()).update(released_on=on)


def leaving_people() -> list[UUID]:
    """Return the keys of who plans to leave. They are never proposed, nor is it said why (decision 19)."""
    return keys("leaving_people")


def held_places() -> list[UUID]:
    """Return the keys of the places of the practice that are held and needed still; not for whom."""
    return keys("held_places")


def keys(function: str) -> list[UUID]:
    """Return what a definer function says across the practice: keys, because the rows are not ours to see."""
    with connection.cursor() as cursor:
        cursor.execute(f"select * from sight.{function}()")  # noqa: S608 -- our names
        return [key for (key,) in cursor.fetchall()]
