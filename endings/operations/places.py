"""Before the choice only a place is held: nobody is told for whom (R5)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Place
from core.errors import RuleBroken
from endings.models import Departure, Ending, HeldPlace
from endings.operations.endings import hold


@transaction.atomic
def hold_place(*, ending: Ending, place: Place, by: User, on: date) -> HeldPlace:
    """Keep `place` free for this ending. Raises RuleBroken where it is held or taken already."""
    ending = hold(ending, by)
    place = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if place.taken_since or place.held.filter(released_on=None).exists():
        raise RuleBroken(_("This place is held already. Choose another one."))
    return HeldPlace.objects.create(ending=ending, place=place, held_on=on)


@transaction.atomic
def release_place(*, held: HeldPlace, by: User, on: date) -> None:
    """Let the place go again."""
    held = HeldPlace.objects.editable_by(by).select_for_update(of=("self",)).get(pk=held.pk)
    held.released_on = on
    held.save(update_fields=["released_on"])


def leaving_people() -> list[object]:
    """Return the keys of who plans to leave. They are never proposed, nor is it said why (decision 19)."""
    return list(Departure.objects.open().values_list("therapist_id", flat=True))
