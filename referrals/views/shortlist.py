"""One's own list of places that one trusts; it serves many clients (decision 16)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import today
from referrals.forms import KeepForm
from referrals.models import SearchEntry, Service, ServiceAtLocation, Shortlist
from referrals.operations.entries import add_to_shortlist, remove_from_shortlist
from referrals.views.rows import Hit, hits_of

KEEPERS = (Role.THERAPIST, Role.SUPERVISOR)


@require_safe
@require_role(*KEEPERS)
def shortlist(request: AuthedRequest) -> HttpResponse:
    return render(request, "referrals/shortlist.html", {"hits": kept_hits(request)})


def kept_hits(
    request: AuthedRequest, listed: set[tuple[UUID, UUID | None]] | None = None
) -> list[Hit]:
    """Return the rows of one's own list, in the order of their names."""
    mine = Shortlist.objects.visible_to(request.user)
    kept: set[tuple[UUID, UUID | None]] = set(mine.values_list("service_id", "at_location_id"))
    entries = SearchEntry.objects.for_list().filter(
        service__in={service for service, _there in kept}
    )
    mine_only = (each for each in entries.order_by("service__name", "pk") if is_kept(each, kept))
    return hits_of(mine_only, today=today(), kept=kept, listed=listed or set())


def is_kept(entry: SearchEntry, kept: set[tuple[UUID, UUID | None]]) -> bool:
    return (entry.service_id, entry.at_location_id) in kept


@require_POST
@require_role(*KEEPERS)
def keep_service(request: AuthedRequest) -> HttpResponse:
    form = KeepForm(request.POST)
    if not form.is_valid():
        return redirect("referrals:directory")
    said = form.cleaned_data
    kept = get_object_or_404(Service, pk=said["service"])
    there = (
        get_object_or_404(ServiceAtLocation, pk=said["at_location"], service=kept)
        if said["at_location"]
        else None
    )
    add_to_shortlist(service=kept, at_location=there, by=request.user, on=today())
    messages.success(request, _("On your shortlist."))
    return redirect(back_to(request))


@require_POST
@require_role(*KEEPERS)
def let_service_go(request: AuthedRequest) -> HttpResponse:
    form = KeepForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        mine = Shortlist.objects.editable_by(request.user)
        kept = get_object_or_404(mine, service=said["service"], at_location=said["at_location"])
        remove_from_shortlist(kept=kept, by=request.user)
        messages.success(request, _("No longer on your shortlist."))
    return redirect(back_to(request))


def back_to(request: AuthedRequest) -> str:
    """Return where the button stood, if that is here."""
    asked = request.POST.get("back", "")
    is_here = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if is_here else reverse("referrals:shortlist")
