"""The directory: look for services, read one, say what one knows of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import now, today
from core.errors import RuleBroken
from referrals.forms import CheckForm, OwnViewForm, SearchForm
from referrals.models import Accepting, SearchEntry, Service, Shortlist
from referrals.operations.entries import WHO_CHECK, Look, check_entry, set_own_view
from referrals.operations.search import Near, find_place, languages_there, search_services
from referrals.views.rows import hits_of

ON_A_PAGE = 25
WITH_ROOM = (Accepting.YES, Accepting.ASSESSMENT)
Pairs = set[tuple[UUID, UUID | None]]


@require_safe
def directory(request: AuthedRequest) -> HttpResponse:
    """Search; with htmx the list alone, as somebody types."""
    context = {**found(request), "keeps": keeps_a_shortlist(request)}
    template = "referrals/_results.html" if request.htmx else "referrals/directory.html"
    return render(request, template, context)


def found(request: AuthedRequest, listed: Pairs | None = None) -> dict[str, Any]:
    """Return the form, the page of results and its rows for whatever the address asks for."""
    form = SearchForm(request.GET or None, spoken=languages_there())
    asked = asked_for(form)
    page = Paginator(search_services(**asked).for_list(), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    hits = hits_of(page, today=today(), kept=kept_by(request), listed=listed or set())
    return {"form": form, "page": page, "hits": hits, "query": request.GET}


def asked_for(form: SearchForm) -> dict[str, Any]:
    """Return the arguments of the search; what is not understood is left out and said."""
    said = form.cleaned_data if form.is_valid() else {}
    near: Near | None = None
    if said.get("near"):
        near = find_place(said["near"])
        if near is None:
            form.add_error("near", _("This town or postal code is not in the directory."))
    return {
        "query": said.get("q", ""),
        "near": near,
        "within_km": said.get("within") or 25,
        "languages": (said["language"],) if said.get("language") else (),
        "new_clients": WITH_ROOM if said.get("room") else (),
    }


def kept_by(request: AuthedRequest) -> Pairs:
    mine = Shortlist.objects.visible_to(request.user)
    return set(mine.values_list("service_id", "at_location_id"))


def keeps_a_shortlist(request: AuthedRequest) -> bool:
    return request.user.holds(Role.THERAPIST) or request.user.holds(Role.SUPERVISOR)


@require_safe
def service(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One service, wherever it is, with who has looked at it and when."""
    shown = get_object_or_404(Service.objects.for_page(), pk=pk)
    entries = (
        SearchEntry.objects.for_list().filter(service=shown).order_by("at_location__position", "pk")
    )
    hits = hits_of(entries, today=today(), kept=kept_by(request), listed=set())
    context = {
        "service": shown,
        "hits": hits,
        "checks": shown.verifications.select_related("by")[:10],
        "keeps": keeps_a_shortlist(request),
        "may_check": any(request.user.holds(role) for role in WHO_CHECK),
        "may_judge": request.user.holds(Role.DIRECTORY_ADMIN),
    }
    return render(request, "referrals/service.html", context)


@require_http_methods(["GET", "POST"])
@require_role(*WHO_CHECK)
def check_service(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Record that one looked: how, what came of it, and whether new clients are taken (R16)."""
    shown = get_object_or_404(Service.objects.select_related("organization"), pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = CheckForm(sent, initial={"on": today()})
    if form.is_valid():
        try:
            check_entry(service=shown, look=Look(**form.cleaned_data), by=request.user, at=now())
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded. Thank you for looking."))
            return redirect("referrals:service", pk=pk)
    context = {
        "service": shown,
        "form": form,
        "cancel_url": reverse("referrals:service", args=[pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "referrals/check_service.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require_role(Role.DIRECTORY_ADMIN)
def judge_service(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say how this practice stands to a service; never exported."""
    shown = get_object_or_404(Service.objects.select_related("organization", "overlay"), pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = OwnViewForm(sent, initial=view_of(shown))
    if form.is_valid():
        set_own_view(service=shown, by=request.user, on=today(), **form.asked())
        messages.success(request, _("Saved."))
        return redirect("referrals:service", pk=pk)
    context = {
        "service": shown,
        "form": form,
        "cancel_url": reverse("referrals:service", args=[pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "referrals/judge_service.html", context, status=status)


def view_of(shown: Service) -> dict[str, str]:
    overlay = getattr(shown, "overlay", None)
    if overlay is None:
        return {}
    view = "preferred" if overlay.is_preferred else "avoided" if overlay.do_not_refer else ""
    return {"view": view, "why": overlay.why}
