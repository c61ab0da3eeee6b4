"""Rooms and closed days, for the practice admin: counts and no names."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.forms.work import ChangeRoomForm, ClosedDayForm, RoomForm
from caseload.models import ClosedDay, Room
from caseload.operations import practice as operations
from caseload.views.answers import sent_to, show, taken
from core.clock import today


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def rooms(request: AuthedRequest) -> HttpResponse:
    """Rooms by site, and the days on which nobody meets."""
    context = {
        "rooms": Room.objects.select_related("site"),
        "closed_days": ClosedDay.objects.filter(on__gte=today()).select_related("site"),
        "today": today(),
    }
    return render(request, "caseload/rooms.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def add_room(request: AuthedRequest) -> HttpResponse:
    form = RoomForm(sent_to(request))

    def add() -> None:
        said = form.cleaned_data
        site = said["site"] or said["new_site"]
        operations.add_room(site=site, name=said["name"], by=request.user)

    if taken(form, add):
        messages.success(request, _("Saved."))
        return redirect("caseload:rooms")
    return show(request, "caseload/add_room.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def change_room(request: AuthedRequest, pk: UUID) -> HttpResponse:
    room = get_object_or_404(Room.objects.select_related("site"), pk=pk)
    form = ChangeRoomForm(sent_to(request), initial={"name": room.name, "ended_on": room.ended_on})

    def change() -> None:
        operations.change_room(room=room, by=request.user, **form.cleaned_data)

    if taken(form, change):
        messages.success(request, _("Saved."))
        return redirect("caseload:rooms")
    return show(request, "caseload/change_room.html", form=form, room=room)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def close_day(request: AuthedRequest) -> HttpResponse:
    form = ClosedDayForm(sent_to(request))

    def close() -> None:
        operations.close_day(by=request.user, **form.cleaned_data)

    if taken(form, close):
        messages.success(request, said_of(operations.meetings_on(form.cleaned_data["on"])))
        return redirect("caseload:rooms")
    return show(request, "caseload/close_day.html", form=form)


def said_of(meetings: int) -> str:
    """Say how many meetings already stand on a day that is closed now; a number, no names."""
    if not meetings:
        return _("Saved. Nothing is planned on that day.")
    text = ngettext(
        "Saved. %(count)s session still stands on that day; its therapist sees it.",
        "Saved. %(count)s sessions still stand on that day; their therapists see it.",
        meetings,
    )
    return text % {"count": meetings}


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def open_day(request: AuthedRequest, pk: UUID) -> HttpResponse:
    operations.open_day(closed_day=get_object_or_404(ClosedDay, pk=pk), by=request.user)
    messages.success(request, _("Open again. Rhythms fill the day by tomorrow."))
    return redirect("caseload:rooms")
