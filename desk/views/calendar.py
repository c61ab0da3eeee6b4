"""The calendar: a week of a person, a room, a site, by the practice's clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, Site, User
from caseload.calendar import DAY, WEEK, instant
from caseload.models import Room
from core import dates
from core.clock import now, today
from desk import reading_weeks as reading
from desk.reading_weeks import Asked
from desk.week import Block, Column, Off, by_room, columns, hours

WHO = (Role.THERAPIST, Role.SUPERVISOR, Role.FRONT_DESK, Role.PRACTICE_ADMIN)


@dataclass(frozen=True)
class Lane:
    """One room's week in the week of a site."""

    room: Room
    days: Sequence[Column]


@dataclass(frozen=True)
class Week:
    """A week to be drawn: of whom or what, its days; `lanes` instead of one grid for a site."""

    name: str
    key: UUID
    days: Sequence[Column] = ()
    lanes: Sequence[Lane] = ()
    hint: str = ""
    is_own: bool = False
    hours: Sequence[int] = ()


@require_safe
@require_role(*WHO)
def calendar(request: AuthedRequest) -> HttpResponse:
    """One's own week; for who has none, the first site. `?of=` goes to the week of that person, room or site."""
    of = request.GET.get("of", "")
    if of:
        return redirect(f"{address_of(of)}?on={asked_day(request).isoformat()}")
    if request.user.holds(Role.THERAPIST) or request.user.holds(Role.SUPERVISOR):
        return person_page(request, request.user)
    room = Room.objects.in_use(today()).first()
    if room is None:
        return drawn(request, Week("", request.user.pk, hours=()))
    return redirect("desk:calendar_of_site", pk=room.site_id)


def address_of(said: str) -> str:
    """Return the address of a chosen week; 404 for what is none."""
    try:
        key = UUID(said)
    except ValueError:
        raise Http404 from None
    if User.objects.who_work_here().filter(pk=key).exists():
        return reverse("desk:calendar_of_person", args=[key])
    if Room.objects.filter(pk=key).exists():
        return reverse("desk:calendar_of_room", args=[key])
    return reverse("desk:calendar_of_site", args=[get_object_or_404(Site, pk=key).pk])


@require_safe
@require_role(*WHO)
def calendar_of_person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    return person_page(request, get_object_or_404(User.objects.who_work_here(), pk=pk))


def person_page(request: AuthedRequest, person: User) -> HttpResponse:
    asked = asked_week(request)
    blocks = reading.week_of_person(person, asked)
    hint = "" if person == request.user else _("What is taken is shown, not by whom")
    off = reading.off_of_person(person, asked)
    week = Week(person.name, person.pk, hint=hint, is_own=person == request.user)
    return drawn(request, in_columns(request, week, blocks, off, asked))


@require_safe
@require_role(*WHO)
def calendar_of_room(request: AuthedRequest, pk: UUID) -> HttpResponse:
    room = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    asked = asked_week(request)
    blocks = reading.week_of_rooms([room], asked)
    off = reading.off_of_site(room.site, asked, request.practice.working_days)
    week = Week(f"{room.name}, {room.site.name}", room.pk)
    return drawn(request, in_columns(request, week, blocks, off, asked))


def in_columns(
    request: AuthedRequest, week: Week, blocks: Sequence[Block], off: Off, asked: Asked
) -> Week:
    days = columns(asked.monday, blocks, request.practice.tzinfo, off)
    return replace(week, days=days, hours=hours(days))


@require_safe
@require_role(*WHO)
def calendar_of_site(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """All rooms of a site, a row each."""
    site = get_object_or_404(Site, pk=pk)
    asked, zone = asked_week(request), request.practice.tzinfo
    rooms = [room for room in Room.objects.in_use(today()) if room.site_id == site.pk]
    of_room = by_room(reading.week_of_rooms(rooms, asked) if rooms else [])
    off = reading.off_of_site(site, asked, request.practice.working_days)
    lanes = [
        Lane(room, columns(asked.monday, of_room.get(room.pk, ()), zone, off)) for room in rooms
    ]
    days = columns(asked.monday, (), zone, off)
    return drawn(request, Week(site.name, site.pk, days=days, lanes=lanes))


def asked_day(request: AuthedRequest) -> date:
    return dates.asked_day(request.GET.get("on", ""), today()) or today()


def asked_week(request: AuthedRequest) -> Asked:
    on, zone = asked_day(request), request.practice.tzinfo
    monday = on - DAY * on.weekday()
    begin, end = (instant(day, time(), zone) for day in (monday, monday + WEEK))
    return Asked(request.user, monday, begin, end, now())


def drawn(request: AuthedRequest, week: Week) -> HttpResponse:
    """Draw a week; on a phone the day in the address is the one that is seen."""
    on = asked_day(request)
    context: dict[str, Any] = {
        "week": week,
        "on": on,
        "today": today(),
        "choices": reading.choices(week.key, today()),
        "before": on - WEEK,
        "after": on + WEEK,
        "elsewhere": dates.city(request.practice.tzinfo) if dates.differs_here(now()) else "",
    }
    return render(request, "desk/calendar.html", context)
