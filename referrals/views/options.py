"""The options of one client: put together, each with why, in order; and how a chosen one went."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from accounts.models import Supervision
from caseload.models import Place
from caseload.operations.places import held_for_others
from caseload.operations.reading import log_read
from caseload.views.reading import shows
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from core.parts import Difference, Seer
from referrals.cautions import Caution, Weighed, cautions_of
from referrals.forms import MoveForm, ReasonsForm, SuggestionForm
from referrals.forms.options import name_of
from referrals.models import (
    OptionSet,
    Referral,
    ReferralOption,
    Service,
    ServiceAtLocation,
)
from referrals.offers import Offer
from referrals.operations import options as operations
from referrals.operations.offers import offers_of
from referrals.operations.options import Suggestion
from referrals.operations.referrals import Move
from referrals.operations.referrals import move_referral as move
from referrals.paper import FILE_NAMES
from referrals.spoken import language_name
from referrals.views.directory import found, keeps_a_shortlist
from referrals.views.rows import Shown, colleagues_of, shown
from referrals.views.shortlist import kept_hits


@require_http_methods(["GET", "POST"])
def option_set(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the options; sent, save why each is right for this person."""
    seen = get_object_or_404(OptionSet.objects.visible_to(request.user).for_page(), pk=pk)
    if request.method == "POST":
        return save_reasons(request, seen)
    log_read(client=seen.client, page="referrals:option_set", by=request.user, at=now())
    standing = standing_in(seen)
    form = ReasonsForm(standing=standing, initial={"revision": seen.revision})
    return options_page(request, seen, form)


def save_reasons(request: AuthedRequest, seen: OptionSet) -> HttpResponse:
    get_object_or_404(OptionSet.objects.editable_by(request.user), pk=seen.pk)
    form = ReasonsForm(request.POST, standing=standing_in(seen))
    if not form.is_valid():
        return options_page(request, seen, form, status=422)
    try:
        operations.give_reasons(
            option_set=seen,
            reasons=form.reasons(),
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    except ChangedMeanwhile:
        return changed_meanwhile(request, seen, form)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect(seen)
    messages.success(request, _("Saved."))
    return redirect(seen)


def changed_meanwhile(request: AuthedRequest, seen: OptionSet, form: ReasonsForm) -> HttpResponse:
    """Show both texts; what was typed stays, and saving again goes over the newer revision."""
    seen.refresh_from_db(fields=["revision"])
    standing, written = standing_in(seen), form.reasons()
    offers = offers_of(standing, on=today())
    differences = [
        Difference(offers[each.pk].name, theirs=str(each.why), mine=written.get(each.pk, ""))
        for each in standing
        if written.get(each.pk, "") != each.why
    ]
    again = request.POST.copy()
    again["revision"] = str(seen.revision)
    form = ReasonsForm(again, standing=standing)
    return options_page(request, seen, form, status=409, differences=differences)


def options_page(
    request: AuthedRequest,
    seen: OptionSet,
    form: ReasonsForm,
    *,
    status: int = 200,
    differences: Sequence[Difference] = (),
) -> HttpResponse:
    options = list(seen.options.in_order())
    offers = offers_of(options, on=today())
    cautions = known_of([each for each in options if each.removed_at is None], request)
    rows = [shown(each, offers[each.pk], cautions, today()) for each in options]
    may_edit = OptionSet.objects.editable_by(request.user).filter(pk=seen.pk).exists()
    context = {
        "option_set": seen,
        "rows": [with_field(row, form) for row in rows if row.option.removed_at is None],
        "removed": [row for row in rows if row.option.removed_at is not None] if may_edit else [],
        "cautions": [*(each for each in cautions if len(each.about) != 1), *of_language(seen)],
        "form": form if may_edit and seen.closed_on is None else None,
        "referrals": referrals_of(request, seen, offers),
        "seers": seers_of(seen),
        "differences": differences,
    }
    return render(request, "referrals/option_set.html", context, status=status)


def with_field(row: Shown, form: ReasonsForm) -> tuple[Shown, Any]:
    return row, form[name_of(row.option)]


def standing_in(seen: OptionSet) -> list[ReferralOption]:
    return list(seen.options.standing().in_order())


def known_of(options: Sequence[ReferralOption], request: AuthedRequest) -> list[Caution]:
    """Return what to know about the options, as the directory has them now."""
    offers = offers_of(options, on=today(), live=True)
    weighed = [Weighed(each.pk, offers[each.pk], str(each.why)) for each in options]
    return cautions_of(weighed, today=today(), asked=request.practice.options_asked)


def of_language(seen: OptionSet) -> list[Caution]:
    """Say where the client's first language is none of those that a sheet can be printed in."""
    first = next(iter(seen.client.languages), "")
    if not first or first.split("-")[0] in FILE_NAMES:
        return []
    return [Caution("document_language", params={"language": language_name(first)})]


def referrals_of(
    request: AuthedRequest, seen: OptionSet, offers: dict[UUID, Offer]
) -> list[tuple[Referral, str]]:
    mine = Referral.objects.visible_to(request.user).filter(option__option_set=seen)
    return [(each, offers[each.option_id].name) for each in mine.order_by("began_on", "pk")]


def seers_of(seen: OptionSet) -> list[Seer]:
    """Return who can read this page: the therapist, and who leads them."""
    therapist = seen.assignment.therapist
    leading = Supervision.objects.leading_on(today()).filter(supervisee=therapist)
    supervisors = leading.select_related("supervisor").order_by("supervisor__sort_key")
    return [
        Seer(therapist.name, allowed=True),
        *(Seer(each.supervisor.name, allowed=True, role=_("Supervisor")) for each in supervisors),
    ]


# --- adding -----------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def choose_option(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Find one more: on the shortlist, among colleagues, or in the directory."""
    mine = OptionSet.objects.editable_by(request.user).for_page()
    seen = get_object_or_404(mine, pk=pk)
    if request.method == "POST":
        return add_option(request, seen)
    standing = standing_in(seen)
    listed = {(each.service_id, each.at_location_id) for each in standing if each.service_id}
    context = found(request, listed)
    if request.htmx:
        return render(request, "referrals/_results.html", context | {"option_set": seen})
    log_read(client=seen.client, page="referrals:choose_option", by=request.user, at=now())
    context |= {
        "option_set": seen,
        "kept": kept_hits(request, listed) if keeps_a_shortlist(request) else [],
        "colleagues": colleagues_of(
            places_for(seen),
            today=today(),
            listed={each.place_id for each in standing if each.place_id},
        ),
    }
    return render(request, "referrals/choose_option.html", context)


def places_for(seen: OptionSet) -> Any:
    """Return the free places of colleagues that are kept for nobody else, by the days of the week."""
    kept = held_for_others(assignment=seen.assignment, client=seen.client)
    free = Place.objects.free().on(today()).exclude(therapist=seen.assignment.therapist_id)
    free = free.exclude(pk__in=kept)
    open_accounts = free.filter(therapist__is_active=True, therapist__suspended_at=None)
    return open_accounts.select_related("therapist", "site")


def add_option(request: AuthedRequest, seen: OptionSet) -> HttpResponse:
    try:
        added = operations.add_option(
            option_set=seen, suggestion=suggestion_in(request), by=request.user, at=now()
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("referrals:choose_option", pk=seen.pk)
    messages.success(request, _("Added. Say why, in one sentence."))
    return redirect(f"{seen.get_absolute_url()}#option-{added.pk}")


def suggestion_in(request: AuthedRequest) -> Suggestion:
    """Return what was picked; what is not there is not found (404)."""
    form = SuggestionForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    if said.get("place"):
        return Suggestion(place=get_object_or_404(Place.objects.free(), pk=said["place"]))
    if not said.get("service"):
        raise Http404
    service = get_object_or_404(Service.objects.open_for_offers(), pk=said["service"])
    there = None
    if said.get("at_location"):
        there = get_object_or_404(ServiceAtLocation, pk=said["at_location"], service=service)
    return Suggestion(service=service, at_location=there, why=kept_reason(request, service, there))


def kept_reason(request: AuthedRequest, service: Service, there: ServiceAtLocation | None) -> str:
    """Begin with what one wrote on the shortlist, if anything."""
    mine = service.shortlisted.visible_to(request.user).filter(at_location=there).first()
    return mine.why if mine else ""


# --- one option -------------------------------------------------------------------------------------
def option_to_edit(request: AuthedRequest, pk: UUID) -> ReferralOption:
    mine = ReferralOption.objects.editable_by(request.user).select_related("option_set")
    return get_object_or_404(mine, pk=pk)


@require_POST
def remove_option(request: AuthedRequest, pk: UUID) -> HttpResponse:
    option = option_to_edit(request, pk)
    try:
        operations.remove_option(option=option, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Option removed."))
    return redirect(f"{option.option_set.get_absolute_url()}#removed")


@require_POST
def put_back_option(request: AuthedRequest, pk: UUID) -> HttpResponse:
    option = option_to_edit(request, pk)
    operations.put_back_option(option=option, by=request.user)
    messages.success(request, _("Undone."))
    return redirect(f"{option.option_set.get_absolute_url()}#option-{option.pk}")


@require_POST
def move_option(request: AuthedRequest, pk: UUID) -> HttpResponse:
    option = option_to_edit(request, pk)
    operations.move_option(option=option, up="up" in request.POST, by=request.user)
    return redirect(f"{option.option_set.get_absolute_url()}#option-{option.pk}")


@require_POST
def set_discreet(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Names and numbers only on the sheet, or everything."""
    mine = get_object_or_404(OptionSet.objects.editable_by(request.user), pk=pk)
    operations.set_discreet(option_set=mine, is_discreet="on" in request.POST, by=request.user)
    messages.success(request, _("Saved."))
    return redirect(mine)


# --- how a chosen one went --------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def move_referral(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Record where a referral stands now, and who said so (R15)."""
    mine = Referral.objects.editable_by(request.user).select_related("client", "option__option_set")
    referral = get_object_or_404(mine, pk=pk)
    shows(request, referral.client)
    back = referral.option.option_set.get_absolute_url()
    sent = request.POST if request.method == "POST" else None
    form = MoveForm(sent, referral=referral, initial={"on": today()})
    if form.is_valid():
        try:
            move(referral=referral, move=Move(**form.cleaned_data), by=request.user, at=now())
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    offer = offers_of([referral.option], on=today())[referral.option_id]
    context = {"referral": referral, "offer": offer, "form": form, "cancel_url": back}
    status = 422 if form.errors else 200
    return render(request, "referrals/move_referral.html", context, status=status)
