"""The front desk: today's bookings by site, who is here, whom to reach how, what may be said. Nothing clinical."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.calendar import instant
from caseload.forms.sessions import SessionForm
from caseload.operations.sessions import When
from core.clock import now, today
from core.dates import local, on_day
from core.errors import ChangedMeanwhile, RuleBroken
from core.http import back_to, offer_undo, sent_to, show, taken
from core.parts import Link
from endings.operations import front_desk as operations
from endings.operations.front_desk import DeskBooking

DAY = timedelta(days=1)
FARTHEST = timedelta(days=28)


@dataclass(frozen=True)
class AtSite:
    """One site's bookings of a day; without a site: by video or phone."""

    name: str
    bookings: Sequence[DeskBooking]


def bookings_of(request: AuthedRequest, on: date) -> list[DeskBooking]:
    zone = request.practice.tzinfo
    begin, end = (instant(day, datetime.min.time(), zone) for day in (on, on + DAY))
    return operations.bookings_between(begin, end, by=request.user)


def asked_day(request: AuthedRequest) -> date:
    """Return the day that the address names, within four weeks; else today."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()
    return on if abs(on - today()) <= FARTHEST else today()


@require_safe
@require_role(Role.FRONT_DESK)
def front_desk(request: AuthedRequest) -> HttpResponse:
    """One day by site; `?on=` another day, `?site=` one site."""
    on, site = asked_day(request), request.GET.get("site", "")
    every = bookings_of(request, on)
    names = {str(one.site_id): one.site for one in every if one.site_id}
    shown = [one for one in every if not site or str(one.site_id) == site]
    context = {
        "sites": by_site(shown),
        "on": on,
        "before": on - DAY,
        "after": on + DAY,
        "today": today(),
        "site": site,
        "views": switches(on, names, site),
    }
    return render(request, "desk/front_desk.html", context)


def by_site(bookings: Sequence[DeskBooking]) -> list[AtSite]:
    """Group bookings by site, by name; those without a room last."""
    names = sorted({one.site for one in bookings}, key=lambda name: (not name, name))
    return [AtSite(name, [one for one in bookings if one.site == name]) for name in names]


def switches(on: date, names: dict[str, str], site: str) -> list[Link]:
    here = reverse("desk:front_desk")

    def to(**more: Any) -> str:
        return f"{here}?{urlencode({'on': on.isoformat(), **more})}"

    every = Link(to(), _("All sites"), current=not site)
    each = [Link(to(site=key), name, current=key == site) for key, name in sorted(names.items())]
    return [every, *each] if len(each) > 1 else []


@require_POST
@require_role(Role.FRONT_DESK)
def sign_client_in(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """They are here; pressed by mistake it can be taken back."""
    at = None if request.POST.get("undo") else now()
    try:
        operations.sign_in(session=pk, at=at)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Here. The therapist sees it.") if at else _("Undone."))
    return redirect("desk:front_desk")


@require_http_methods(["GET", "POST"])
@require_role(Role.FRONT_DESK)
def move_booking(request: AuthedRequest, on: str, pk: UUID) -> HttpResponse:
    """Move one booking of a day; what the therapist keeps for themselves they are asked about.

    `?on=&clock=` where it was dropped in the calendar: what stands in the way is said at once.
    """
    booking = one_booking(request, on, pk)
    before = as_it_stands(booking)
    dropped = {key: request.GET[key] for key in ("on", "clock") if key in request.GET}
    form = SessionForm(sent_to(request), today=today(), initial={**before, **dropped})

    def move() -> None:
        to = wanted(request, booking, form.cleaned_data)
        operations.move_booking(booking=booking, to=to, by=request.user)

    try:
        moved = taken(form, move)
    except ChangedMeanwhile:
        messages.warning(request, _("Somebody changed this booking meanwhile."))
        return redirect("desk:front_desk")
    if moved:
        return done(request, booking, before, form.cleaned_data["on"])
    problems = in_the_way(request, booking, {**before, **dropped}) if dropped else []
    return show(request, "desk/move_booking.html", form=form, booking=booking, problems=problems)


def as_it_stands(booking: DeskBooking) -> dict[str, Any]:
    starts_at = local(booking.starts_at)
    return {
        "on": starts_at.date(),
        "clock": starts_at.time(),
        "minutes": booking.minutes,
        "mode": booking.mode,
        "room": booking.room_id,
    }


def wanted(request: AuthedRequest, booking: DeskBooking, said: Mapping[str, Any]) -> When:
    begins = instant(said["on"], said["clock"], request.practice.tzinfo)
    return When(begins, said["minutes"], booking.mode, said["room"])


def in_the_way(
    request: AuthedRequest, booking: DeskBooking, proposed: Mapping[str, Any]
) -> list[str]:
    """Return what stands in the way of a time that was only pointed at."""
    form = SessionForm(proposed, today=today())
    if not form.is_valid():
        return []
    return operations.obstacles(booking=booking, to=wanted(request, booking, form.cleaned_data))


def done(
    request: AuthedRequest, booking: DeskBooking, before: dict[str, Any], day: date
) -> HttpResponse:
    """Show the day it was moved to, with the way back."""
    messages.success(request, _("Moved. The therapist sees it; tell the client."))
    if not request.POST.get("undo"):
        back = reverse("desk:move_booking", args=[day.isoformat(), booking.pk])
        offer_undo(request, back, {**before, "undo": "1"})
    return back_to(request, f"{reverse('desk:front_desk')}?on={day.isoformat()}")


def one_booking(request: AuthedRequest, on: str, pk: UUID) -> DeskBooking:
    """Return a booking that is still planned, of a day that the address names."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    for one in bookings_of(request, day):
        if one.pk == pk and one.state == "planned" and on_day(one.starts_at) >= today() - DAY:
            return one
    raise Http404
