"""What one can offer: a weekday, a time, a site, languages. There is no client in it."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Site, User
from caseload.models import Assignment, Client, Place
from core.errors import RuleBroken

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offered:
    """A place as its therapist describes it; `weekday` 0 is Monday."""

    weekday: int
    starts_at: time
    starts_on: date
    minutes: int = 50
    every_weeks: int = 1
    site: Site | None = None
    languages: list[str] = field(default_factory=list)
    needs: str = ""


def held_for_others(*, assignment: Assignment, client: Client) -> set[UUID]:
    """Return the keys of the places that are kept for somebody else than `client` in this work.

    Keys only: for whom is said to nobody (R5). One query.
    """
    with connection.cursor() as cursor:
        cursor.execute("select sight.places_held(%s, %s)", [assignment.pk, client.pk])
        return set(cursor.fetchone()[0])


@transaction.atomic
def add_place(*, offered: Offered, by: User) -> Place:
    """Offer a place. Raises RuleBroken where the same weekday and time is offered already."""
    mine = Place.objects.select_for_update(of=("self",)).filter(therapist=by)
    same = mine.filter(weekday=offered.weekday, starts_at=offered.starts_at)
    if same.on(offered.starts_on).free().exists():
        raise RuleBroken(_("You offer a place at this time already."))
    return Place.objects.create(therapist=by, **vars(offered))


@transaction.atomic
def end_place(*, place: Place, by: User, on: date) -> Place:
    """Offer the place no longer from `on`; what was offered to clients before stays on their list."""
    mine = Place.objects.select_for_update(of=("self",)).get(pk=place.pk, therapist=by)
    mine.ends_on = max(on, mine.starts_on) - DAY if mine.ends_on is None else mine.ends_on
    mine.save(update_fields=["ends_on"])
    return mine


@transaction.atomic
def offer_again(*, place: Place, by: User) -> Place:
    """Undo an end. Raises RuleBroken where somebody has come into the place meanwhile."""
    mine = Place.objects.select_for_update(of=("self",)).get(pk=place.pk, therapist=by)
    if mine.taken_since is not None:
        raise RuleBroken(_("Somebody has this place already."))
    mine.ends_on = None
    mine.save(update_fields=["ends_on"])
    return mine
