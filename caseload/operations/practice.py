"""Sites, rooms and closed days: set by a practice admin, who sees counts and nobody's sessions.

A site or a room ends, it is never deleted: past sessions stay where they were.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Site, User
from accounts.operations.rights import refuse_others
from caseload.models import ClosedDay, Room
from caseload.operations.diary import meetings_planned, taken_during
from caseload.operations.rolling import first_instant
from core.errors import RuleBroken

AHEAD = timedelta(days=400)


# --- sites ------------------------------------------------------------------------------------------
@transaction.atomic
def add_site(*, name: str, address: str, by: User) -> Site:
    """Add a site; raises RuleBroken where one in use has this name."""
    refuse_others(by)
    refuse_same_name(name)
    return Site.objects.create(name=name, address=address)


@transaction.atomic
def change_site(*, site: Site, name: str, address: str, by: User) -> Site:
    refuse_others(by)
    refuse_same_name(name, site)
    site.name, site.address = name, address
    site.save(update_fields=["name", "address"])
    return site


@transaction.atomic
def end_site(*, site: Site, on: date, by: User) -> Site:
    """Let a site be used no longer from `on`, with its rooms. Sessions planned there keep their room."""
    refuse_others(by)
    mine = Site.objects.select_for_update().get(pk=site.pk)
    mine.ended_on = on
    mine.save(update_fields=["ended_on"])
    Room.objects.in_use(on).filter(site=mine).update(ended_on=on)
    return mine


@transaction.atomic
def bring_back_site(*, site: Site, by: User) -> Site:
    """Undo the end of a site, with the rooms that ended with it."""
    refuse_others(by)
    mine = Site.objects.select_for_update().get(pk=site.pk)
    refuse_same_name(mine.name, mine)
    Room.objects.filter(site=mine, ended_on=mine.ended_on).update(ended_on=None)
    mine.ended_on = None
    mine.save(update_fields=["ended_on"])
    return mine


def refuse_same_name(name: str, but: Site | None = None) -> None:
    same = Site.objects.filter(name__iexact=name, ended_on=None)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise RuleBroken(_("There is already one with this name."))


# --- rooms ------------------------------------------------------------------------------------------
@transaction.atomic
def add_room(*, site: Site | str, name: str, by: User) -> Room:
    """Add a room at a site; a site given by name is made."""
    refuse_others(by)
    place = site if isinstance(site, Site) else add_site(name=site, address="", by=by)
    refuse_same_room(place, name)
    return Room.objects.create(site=place, name=name)


@transaction.atomic
def change_room(*, room: Room, name: str, by: User) -> Room:
    refuse_others(by)
    refuse_same_room(room.site, name, room)
    room.name = name
    room.save(update_fields=["name"])
    return room


@transaction.atomic
def end_room(*, room: Room, on: date, by: User) -> Room:
    """Let a room be used no longer from `on`; sessions planned in it keep it until somebody moves them."""
    refuse_others(by)
    room.ended_on = on
    room.save(update_fields=["ended_on"])
    return room


@transaction.atomic
def bring_back_room(*, room: Room, on: date, by: User) -> Room:
    """Undo the end of a room. Raises RuleBroken where its site is not in use on `on`."""
    refuse_others(by)
    refuse_same_room(room.site, room.name, room)
    if room.site.ended_on and room.site.ended_on <= on:
        raise RuleBroken(_("Its site is not in use. Bring the site back first."))
    room.ended_on = None
    room.save(update_fields=["ended_on"])
    return room


def refuse_same_room(site: Site, name: str, but: Room | None = None) -> None:
    same = Room.objects.filter(site=site, name__iexact=name, ended_on=None)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise RuleBroken(_("There is already one with this name."))


def planned_in(rooms: Iterable[Room], at: datetime) -> int:
    """Return how many meetings are planned in `rooms` from `at` on: a number, no names."""
    return len(taken_during(at, at + AHEAD, rooms=rooms))


# --- closed days ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Closing:
    """A day, what it is called, and where: nowhere in particular is the whole practice."""

    on: date
    name: str = ""
    site: Site | None = None


@transaction.atomic
def close_day(*, closing: Closing, by: User) -> ClosedDay:
    """Close the practice, or one site, on a day; rhythms skip it from now on."""
    refuse_others(by)
    try:
        with transaction.atomic():
            return ClosedDay.objects.create(**vars(closing))
    except IntegrityError as error:  # a_day_is_closed_once is the only law here
        raise RuleBroken(_("This day is closed already.")) from error


@transaction.atomic
def close_days(*, closings: Sequence[Closing], by: User) -> list[ClosedDay]:
    """Close many days at once; those that are closed already are left as they are. Returns the new ones."""
    refuse_others(by)
    known = set(ClosedDay.objects.values_list("on", "site"))
    fresh = [one for one in closings if (one.on, one.site.pk if one.site else None) not in known]
    return ClosedDay.objects.bulk_create([ClosedDay(**vars(one)) for one in fresh])


@transaction.atomic
def change_closed_day(*, closed_day: ClosedDay, to: Closing, by: User) -> ClosedDay:
    """Change a closed day; raises RuleBroken where that day is closed already."""
    refuse_others(by)
    closed_day.on, closed_day.name, closed_day.site = to.on, to.name, to.site
    try:
        with transaction.atomic():
            closed_day.save()
    except IntegrityError as error:
        raise RuleBroken(_("This day is closed already.")) from error
    return closed_day


@transaction.atomic
def open_days(*, keys: Iterable[UUID], by: User) -> list[Closing]:
    """Open closed days again; the next night's rhythms fill them. Returns what was closed, for the way back."""
    refuse_others(by)
    rows = list(ClosedDay.objects.filter(pk__in=keys).select_related("site"))
    ClosedDay.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [Closing(row.on, row.name, row.site) for row in rows]


def meetings_on(day: date) -> int:
    """Return how many meetings of the whole practice are planned on `day`."""
    return meetings_planned(first_instant(day), first_instant(day + timedelta(days=1)))
