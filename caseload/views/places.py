"""One's own places: what one can offer when somebody looks for one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.forms.places import PlaceForm
from caseload.models import Place
from caseload.operations import places as operations
from caseload.operations.places import Offered
from caseload.views.answers import sent_to, show, taken
from core.clock import today
from core.dates import listed
from core.errors import RuleBroken
from core.languages import language_name


def own_place(request: AuthedRequest, pk: UUID) -> Place:
    return get_object_or_404(Place.objects.all(), pk=pk, therapist=request.user)


@require_safe
@require_role(Role.THERAPIST)
def places(request: AuthedRequest) -> HttpResponse:
    """Places that are free, taken, or ended; one query."""
    mine = list(Place.objects.filter(therapist=request.user).select_related("site"))
    ended = [one for one in mine if one.ends_on is not None and one.ends_on < today()]
    offered = [
        (one, listed([language_name(code) for code in one.languages]))
        for one in mine
        if one not in ended
    ]
    return render(request, "caseload/places.html", {"offered": offered, "ended": ended})


@require_http_methods(["GET", "POST"])
@require_role(Role.THERAPIST)
def add_place(request: AuthedRequest) -> HttpResponse:
    form = PlaceForm(sent_to(request), today=today(), spoken=request.user.languages_spoken)

    def add() -> None:
        operations.add_place(offered=Offered(**form.cleaned_data), by=request.user)

    if taken(form, add):
        messages.success(request, _("Saved. Colleagues can offer it from now on."))
        return redirect("caseload:places")
    return show(request, "caseload/add_place.html", form=form)


@require_POST
@require_role(Role.THERAPIST)
def end_place(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Offer it no longer; the list below keeps the way back."""
    operations.end_place(place=own_place(request, pk), by=request.user, on=today())
    messages.success(request, _("This place is no longer offered."))
    return redirect("caseload:places")


@require_POST
@require_role(Role.THERAPIST)
def offer_place_again(request: AuthedRequest, pk: UUID) -> HttpResponse:
    try:
        operations.offer_again(place=own_place(request, pk), by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved. Colleagues can offer it from now on."))
    return redirect("caseload:places")
