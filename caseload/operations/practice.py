"""Rooms and closed days: set by a practice admin, who sees counts and nobody's sessions."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Role, Site, User
from caseload.models import ClosedDay, Room
from caseload.operations.diary import meetings_planned
from caseload.operations.rolling import first_instant
from core.errors import RuleBroken


@transaction.atomic
def add_room(*, site: Site | str, name: str, by: User) -> Room:
    """Add a room at a site; a site given by name is made."""
    refuse_others(by)
    place = site if isinstance(site, Site) else Site.objects.create(name=site)
    return Room.objects.create(site=place, name=name)


@transaction.atomic
def change_room(*, room: Room, name: str, ended_on: date | None, by: User) -> Room:
    """Rename a room, or say from which day on it is not there any more; sessions in it keep it."""
    refuse_others(by)
    room.name, room.ended_on = name, ended_on
    room.save(update_fields=["name", "ended_on"])
    return room


@transaction.atomic
def close_day(*, on: date, site: Site | None, name: str, by: User) -> ClosedDay:
    """Close the practice, or one site, on a day; rhythms skip it from now on."""
    refuse_others(by)
    try:
        with transaction.atomic():
            return ClosedDay.objects.create(on=on, site=site, name=name)
    except IntegrityError as error:  # a_day_is_closed_once is the only law here
        raise RuleBroken(_("This day is closed already.")) from error


@transaction.atomic
def open_day(*, closed_day: ClosedDay, by: User) -> None:
    """Open a closed day again; the next night's rhythms fill it."""
    refuse_others(by)
    closed_day.delete()


def meetings_on(day: date) -> int:
    """Return how many meetings of the whole practice are planned on `day`."""
    return meetings_planned(first_instant(day), first_instant(day + timedelta(days=1)))


def refuse_others(by: User) -> None:
    if not by.holds(Role.PRACTICE_ADMIN):
        raise RuleBroken(_("Your role does not include this page."))
