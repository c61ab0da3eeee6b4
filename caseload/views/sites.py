"""Sites and their rooms, for the practice admin: counts and no names."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, Site
from caseload.forms.practice import ChangeRoomForm, RoomForm, SiteForm
from caseload.models import Room
from caseload.operations import practice as operations
from core.clock import now, today
from core.errors import RuleBroken
from core.http import Listed, offer_undo, sent_to, show, taken


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def sites(request: AuthedRequest) -> HttpResponse:
    """Sites with the rooms at each; those that have ended apart."""
    on = today()
    listed = Listed.of(request, reverse("caseload:sites"), ended=_("Not in use"))
    rows = Site.objects.ended(on) if listed.ended else Site.objects.in_use(on)
    rooms = Prefetch("rooms", queryset=Room.objects.in_use(on).order_by("name"))
    named = Q(name__unaccent__icontains=listed.words) | Q(address__unaccent__icontains=listed.words)
    context = {"sites": rows.filter(named).prefetch_related(rooms), "listed": listed}
    return render(request, "caseload/sites.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def add_site(request: AuthedRequest) -> HttpResponse:
    form = SiteForm(sent_to(request))
    if taken(form, lambda: operations.add_site(by=request.user, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("caseload:sites")
    return show(request, "caseload/add_site.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def change_site(request: AuthedRequest, pk: UUID) -> HttpResponse:
    site = get_object_or_404(Site, pk=pk)
    before = {"name": site.name, "address": site.address}
    form = SiteForm(sent_to(request), initial=before)
    if taken(form, lambda: operations.change_site(site=site, by=request.user, **form.cleaned_data)):
        offer_undo(request, reverse("caseload:change_site", args=[pk]), before)
        messages.success(request, _("Saved."))
        return redirect("caseload:sites")
    return show(request, "caseload/change_site.html", form=form, site=site)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def end_site(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say what hangs on the site, then end it from today on."""
    site = get_object_or_404(Site, pk=pk)
    rooms = list(Room.objects.in_use(today()).filter(site=site))
    if request.method == "POST":
        operations.end_site(site=site, on=today(), by=request.user)
        offer_undo(request, reverse("caseload:bring_back_site", args=[pk]), {})
        messages.success(request, _("Ended. It stays in the list of those that have ended."))
        return redirect("caseload:sites")
    context = {
        "site": site,
        "rooms": len(rooms),
        "planned": operations.planned_in(rooms, now()),
        "mild": True,
        "confirm_label": _("End the site from today"),
        "cancel_url": reverse("caseload:change_site", args=[pk]),
    }
    return render(request, "caseload/end_site.html", context)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def bring_back_site(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.bring_back_site(site=get_object_or_404(Site, pk=pk), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("In use again."))
    return redirect("caseload:sites")


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def rooms(request: AuthedRequest) -> HttpResponse:
    """Rooms by site."""
    on = today()
    listed = Listed.of(request, reverse("caseload:rooms"), ended=_("Not in use"))
    rows = Room.objects.ended(on) if listed.ended else Room.objects.in_use(on)
    named = Q(name__unaccent__icontains=listed.words) | Q(
        site__name__unaccent__icontains=listed.words
    )
    return render(request, "caseload/rooms.html", {"rooms": rows.filter(named), "listed": listed})


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def add_room(request: AuthedRequest) -> HttpResponse:
    """A room; `?site=` names where."""
    initial = {"site": request.GET.get("site", "")}
    form = RoomForm(sent_to(request), today=today(), initial=initial)

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
    room = one_room(pk)
    before = {"name": room.name}
    form = ChangeRoomForm(sent_to(request), initial=before)
    if taken(form, lambda: operations.change_room(room=room, by=request.user, **form.cleaned_data)):
        offer_undo(request, reverse("caseload:change_room", args=[pk]), before)
        messages.success(request, _("Saved."))
        return redirect("caseload:rooms")
    return show(request, "caseload/change_room.html", form=form, room=room)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def end_room(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say how many sessions are planned in the room, then end it from today on."""
    room = one_room(pk)
    if request.method == "POST":
        operations.end_room(room=room, on=today(), by=request.user)
        offer_undo(request, reverse("caseload:bring_back_room", args=[pk]), {})
        messages.success(request, _("Ended. It stays in the list of those that have ended."))
        return redirect("caseload:rooms")
    context = {
        "room": room,
        "planned": operations.planned_in([room], now()),
        "mild": True,
        "confirm_label": _("End the room from today"),
        "cancel_url": reverse("caseload:change_room", args=[pk]),
    }
    return render(request, "caseload/end_room.html", context)


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def bring_back_room(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.bring_back_room(room=one_room(pk), on=today(), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("In use again."))
    return redirect("caseload:rooms")


def one_room(pk: UUID) -> Room:
    return get_object_or_404(Room.objects.select_related("site"), pk=pk)
