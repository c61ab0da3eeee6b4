"""The plan page: what does not fit first, each with its cause and a way out; then who fits."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from accounts.models import Practice
from caseload.models import Assignment
from caseload.views.reading import shows
from core import dates
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from endings import planner
from endings.forms.departures import ClientDatesForm, name_of
from endings.models import Departure, Ending
from endings.operations import plans
from endings.operations.half_way import half_way_of, take_up_half_way
from endings.views import half_way_words, plan_words
from endings.views.acts import form_page, sent
from endings.views.departures import departure_to_edit, revision_of, wizard, work_of


@require_http_methods(["GET", "POST"])
def plan(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the plan; a pick is saved with everything else and the rest is worked out again."""
    departure = departure_to_edit(request, pk)
    errors: dict[str, str] = {}
    status = 200
    drawn = plans.draw(departure, on=today())
    if request.method == "POST":
        decisions, errors = decisions_of(request, drawn)
        try:
            drawn = plans.save_plan(
                departure=departure,
                decisions=decisions,
                by=request.user,
                on=today(),
                revision=revision_of(request),
            )
        except ChangedMeanwhile:
            status = 409
        departure.refresh_from_db()
        if status == 200 and not errors and not request.htmx:
            return after_saving(request, departure, drawn)
        status = 422 if errors else status
    context = page_of(request, departure, drawn, errors) | {"changed": status == 409}
    return render(request, "endings/departures/plan.html", context, status=status)


def after_saving(request: AuthedRequest, departure: Departure, drawn: plans.Drawn) -> HttpResponse:
    """Go on where the person wanted to go; a plan with open ends comes back to itself."""
    is_open = drawn.plan.needs_decision or drawn.facts.came or drawn.facts.went
    if request.POST.get("act") == "go_on" and not is_open:
        return redirect("endings:departure_carriers", pk=departure.pk)
    if request.POST.get("act") == "keep":
        messages.success(request, _("Saved. Nobody is told anything yet."))
        return redirect("endings:endings")
    if request.POST.get("act") == "go_on":
        messages.info(request, plan_words.unfit_of(drawn.plan))
    return redirect("endings:plan", pk=departure.pk)


def decisions_of(
    request: AuthedRequest, drawn: plans.Drawn
) -> tuple[dict[UUID, planner.Decision], dict[str, str]]:
    """Return what was picked, as decisions; a way that keeps a rule broken asks for its reason."""
    decided: dict[UUID, planner.Decision] = {}
    errors: dict[str, str] = {}
    for client in drawn.plan.needs_decision:
        for problem in client.problems:
            name = f"way-{client.id}-{problem.kind.value}"
            way = way_of(problem, request.POST.get(name, ""))
            if way is None or way.kind is planner.WayKind.OTHER_DATES:
                continue
            why = request.POST.get(f"why-{client.id}", "").strip()
            if way.keeps is not None and not why:
                errors[name] = _("Why is it not possible as agreed?")
                continue
            chosen = way.decision
            if way.keeps is not None:
                chosen = replace(chosen, kept={**chosen.kept, way.keeps: why})
            decided.setdefault(client.id, chosen)
    return decided, errors


def way_of(problem: planner.Problem, value: str) -> planner.Way | None:
    """Return the way that a radio stands for; one that is no longer offered counts as not chosen."""
    for index, way in enumerate(problem.ways):
        if value == f"{way.kind.value}:{index}":
            return way
    return None


def page_of(
    request: AuthedRequest, departure: Departure, drawn: plans.Drawn, errors: dict[str, str]
) -> dict[str, Any]:
    facts = drawn.facts
    names = {work.pk: name_of(work) for work in work_of(request.user)} if facts.came else {}
    half_way = half_way_of(departure)
    return {
        "departure": departure,
        "object": departure,
        "steps": wizard(departure),
        "opens": plan_words.opens(drawn.plan, facts.endings, facts.rooms),
        "fits": plan_words.fitting(drawn.plan, facts.endings),
        "words": {
            "summary": plan_words.summary_of(drawn.plan),
            "unfit": plan_words.unfit_of(drawn.plan),
            "spread": plan_words.spread_of(drawn.plan),
            "supply": plan_words.supply_of(drawn.plan),
        },
        "half_way": {
            "note": half_way_words.note_of(half_way),
            "people": half_way_words.brought(half_way, facts.endings, today()),
        },
        "came": [(work, names.get(work.pk, "")) for work in facts.came],
        "went": facts.went,
        "errors": errors,
    }


def key_in(request: AuthedRequest, name: str) -> UUID:
    """Return the key that a button sent; anything else is not there (404)."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


@require_http_methods(["POST"])
def bring_in(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody joined the caseload since: they come into the plan."""
    departure = departure_to_edit(request, pk)
    work = Assignment.objects.editable_by(request.user).filter(pk=key_in(request, "assignment"))
    plans.bring_in(departure=departure, work=work, by=request.user, on=today())
    plans.save_plan(departure=departure, decisions={}, by=request.user, on=today())
    take_up_half_way(departure=departure, by=request.user, on=today(), at=now())
    return redirect("endings:plan", pk=pk)


@require_http_methods(["POST"])
def leave_out(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody’s work here is over already: they leave the plan, and what was recorded stays."""
    departure = departure_to_edit(request, pk)
    gone = Ending.objects.visible_to(request.user).filter(pk=key_in(request, "ending"))
    plans.leave_out(departure=departure, endings=gone, by=request.user, on=today())
    return redirect("endings:plan", pk=pk)


@require_http_methods(["GET", "POST"])
def client_dates(request: AuthedRequest, pk: UUID, ending: UUID) -> HttpResponse:
    """Other dates for one client; everybody else is worked out around them."""
    departure = departure_to_edit(request, pk)
    shown = get_object_or_404(
        Ending.objects.visible_to(request.user).select_related("client"),
        pk=ending,
        departure=departure,
    )
    shows(request, shown.client)
    drawn = plans.draw(departure, on=today())
    facts = next(one for one in drawn.facts.clients if one.id == shown.pk)
    decision = drawn.facts.decisions[shown.pk]
    form = ClientDatesForm(
        sent(request),
        meetings=[
            (one.starts_at.isoformat(), dates.at(one.starts_at, today()))
            for one in (*facts.meetings, *decision.extra)
        ],
        rooms=[(str(room.pk), str(room)) for room in drawn.facts.rooms.values()],
        initial=initial_of(decision),
    )
    if form.is_valid():
        chosen = decided_by(form, decision, request.practice)
        try:
            plans.save_plan(
                departure=departure, decisions={shown.pk: chosen}, by=request.user, on=today()
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Nobody is told anything yet."))
            return redirect("endings:plan", pk=pk)
    context = {
        "form": form,
        "departure": departure,
        "ending": shown,
        "way": plan_words.row_of(drawn.plan.of(shown.pk), shown),
    }
    return form_page(request, "endings/departures/client_dates.html", context)


def initial_of(decision: planner.Decision) -> dict[str, str]:
    names = ("telling_at", "handover_at", "last_at")
    chosen = {name: getattr(decision, name) for name in names}
    said = {name: at.isoformat() for name, at in chosen.items() if at}
    return said | {"receives": decision.receives.value if decision.receives else ""}


def decided_by(
    form: ClientDatesForm, before: planner.Decision, practice: Practice
) -> planner.Decision:
    """Return the decision that the form describes; what is left open is proposed again."""
    said = form.cleaned_data
    extra = list(before.extra)
    if said["extra_on"]:
        starts_at = datetime.combine(said["extra_on"], said["extra_at"], tzinfo=practice.tzinfo)
        room_id = UUID(said["extra_room"]) if said["extra_room"] else None
        extra.append(planner.Meeting(starts_at, room_id=room_id, is_extra=True))
    chosen = {
        name: datetime.fromisoformat(said[name]) if said[name] else None
        for name in ("telling_at", "handover_at", "last_at")
    }
    receives = planner.Receives(said["receives"]) if said["receives"] else None
    return replace(
        before,
        extra=tuple(extra),
        receives=receives,
        telling_at=chosen["telling_at"],
        handover_at=chosen["handover_at"],
        last_at=chosen["last_at"],
    )
