"""The wizard of a departure: dates, words, plan, who carries on; then send, undo, move, withdraw."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from caseload.models import Participation
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from core.http import number_of
from endings.forms.departures import CarriersForm, FrameForm, NewLastDayForm, WordsForm
from endings.models import Departure
from endings.operations import departures
from endings.operations.facts import caseload_of
from endings.operations.half_way import take_up_half_way
from endings.operations.places import leaving_people
from endings.operations.reviews import reviewers_of
from endings.views.acts import attempt, form_page, sent
from endings.views.plan_words import by_client


def departure_to_edit(request: AuthedRequest, pk: UUID) -> Departure:
    """Return one's own departure; anybody else's is not there (404)."""
    mine = Departure.objects.editable_by(request.user).select_related("therapist", "carried_by")
    return get_object_or_404(mine, pk=pk)


def revision_of(request: AuthedRequest) -> int | None:
    return number_of(request.POST.get("revision", ""))


def wizard(departure: Departure | None) -> list[dict[str, Any]]:
    """Return the four steps; past ones are links."""
    names = [
        (_("Dates"), "endings:departure_frame"),
        (_("Your words"), "endings:departure_words"),
        (_("The plan"), "endings:plan"),
        (_("Who carries on, and sending"), "endings:departure_carriers"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[departure.pk]) if departure else ""}
        for label, name in names
    ]


def work_of(user: User) -> list[Any]:
    """Return the caseload with the names of who takes part, in two queries."""
    part = Prefetch(
        "episode__participations",
        Participation.objects.visible_to(user).filter(left_on=None).select_related("client"),
    )
    mine = caseload_of(user, today())
    prefetch_related_objects(mine, part)
    return mine


@require_http_methods(["GET", "POST"])
@require_role(Role.THERAPIST)
def start_departure(request: AuthedRequest) -> HttpResponse:
    """I am leaving: the first page. Nobody else sees the draft."""
    there = Departure.objects.editable_by(request.user).open().first()
    if there is not None:
        return redirect(page_of(there), pk=there.pk)
    form = FrameForm(sent(request), work=work_of(request.user))
    if form.is_valid():
        made: list[Departure] = []
        frame = frame_of(form)
        if attempt(
            form,
            lambda: made.append(departures.start_departure(frame=frame, by=request.user, at=now())),
        ):
            draw_up_plan(request, made[0], frame)
            return redirect("endings:departure_words", pk=made[0].pk)
    context = {"form": form, "steps": wizard(None), "number": 1, "departure": None}
    return form_page(request, "endings/departures/frame.html", context)


def draw_up_plan(request: AuthedRequest, departure: Departure, frame: departures.Frame) -> None:
    """Bring everybody in, and let those who come from a spreadsheet begin where it had come."""
    departures.draw_up_plan(departure=departure, by=request.user, on=today(), only=frame.only)
    take_up_half_way(departure=departure, by=request.user, on=today(), at=now())


def frame_of(form: FrameForm) -> departures.Frame:
    """Return what the first page said, as the operation takes it."""
    said = dict(form.cleaned_data)
    chosen = tuple(UUID(key) for key in said.pop("only"))
    kind = Departure.Kind(said.pop("kind"))
    only = chosen if kind is Departure.Kind.REDUCING else ()
    return departures.Frame(kind=kind, only=only, **said)


def page_of(departure: Departure) -> str:
    """Return where one goes on: the plan while it is a draft, the board afterwards."""
    return "endings:plan" if departure.is_draft else "endings:board"


@require_http_methods(["GET", "POST"])
def departure_frame(request: AuthedRequest, pk: UUID) -> HttpResponse:
    departure = departure_to_edit(request, pk)
    kept = departure.endings.standing().values_list("assignment_id", flat=True)
    initial = {
        **{name: getattr(departure, name) for name in FrameForm.base_fields if name != "only"},
        "only": [str(key) for key in kept],
    }
    form = FrameForm(sent(request), initial=initial, work=work_of(request.user))
    if form.is_valid():
        frame = frame_of(form)
        saved = save_or_differ(
            form,
            lambda: departures.change_frame(
                departure=departure,
                frame=frame,
                by=request.user,
                on=today(),
                revision=revision_of(request),
            ),
        )
        if saved is True:
            draw_up_plan(request, departure, frame)
            return redirect("endings:departure_words", pk=pk)
        if saved is None:
            return changed_meanwhile(request, "endings/departures/frame.html", form, departure, 1)
    context = {"form": form, "object": departure, "departure": departure}
    return form_page(
        request,
        "endings/departures/frame.html",
        context | {"steps": wizard(departure), "number": 1},
    )


def save_or_differ(form: Any, act: Any) -> bool | None:
    """Say whether it was taken; None where somebody else (or another tab) saved meanwhile."""
    try:
        return attempt(form, act)
    except ChangedMeanwhile:
        return None


def changed_meanwhile(
    request: AuthedRequest, template: str, form: Any, departure: Departure, number: int
) -> HttpResponse:
    """Show both: what stands now, and what was written here (409). Nothing is lost."""
    departure.refresh_from_db()
    differences = [
        {"label": form[name].label, "theirs": str(getattr(departure, name, "")), "mine": str(mine)}
        for name, mine in form.cleaned_data.items()
        if hasattr(departure, name) and str(getattr(departure, name)) != str(mine)
    ]
    context = {
        "form": form,
        "object": departure,
        "departure": departure,
        "differences": differences or [{"label": _("The plan"), "theirs": "", "mine": ""}],
        "steps": wizard(departure),
        "number": number,
    }
    return form_page(request, template, context)


@require_http_methods(["GET", "POST"])
def departure_words(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The words that will be used, with guidance and examples."""
    departure = departure_to_edit(request, pk)
    form = WordsForm(sent(request), initial={"words": departure.words})
    if form.is_valid():
        saved = save_or_differ(
            form,
            lambda: departures.write_words(
                departure=departure,
                by=request.user,
                revision=revision_of(request),
                **form.cleaned_data,
            ),
        )
        if saved is True:
            return redirect("endings:plan", pk=pk)
        if saved is None:
            return changed_meanwhile(request, "endings/departures/words.html", form, departure, 2)
    context = {"form": form, "object": departure, "departure": departure}
    return form_page(
        request,
        "endings/departures/words.html",
        context | {"steps": wizard(departure), "number": 2},
    )


@require_http_methods(["GET", "POST"])
def departure_carriers(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Who carries everybody on, and sending: the last page of the wizard."""
    departure = departure_to_edit(request, pk)
    people = User.objects.who_work_here().in_role(Role.THERAPIST).by_name()
    people = people.exclude(pk__in=[*leaving_people(), request.user.pk]).distinct()
    endings = list(
        departure.endings.standing().select_related("client").order_by("client__sort_key")
    )
    initial: dict[str, Any] = {"carried_by": str(departure.carried_by_id or "")}
    initial |= {
        f"of_{ending.pk}": str(ending.carried_by_id)
        for ending in endings
        if ending.carried_by_id and ending.carried_by_id != departure.carried_by_id
    }
    form = CarriersForm(sent(request), people=people, endings=endings, initial=initial)
    if form.is_valid():
        carried_by, apart = form.chosen()
        saved = save_or_differ(
            form,
            lambda: departures.choose_carrier(
                departure=departure,
                carried_by=carried_by,
                of_endings=apart,
                by=request.user,
                revision=revision_of(request),
            ),
        )
        if saved is True:
            if departure.is_draft:
                return redirect("endings:submit_departure", pk=pk)
            messages.success(request, _("Saved."))
            return redirect("endings:board", pk=pk)
        if saved is None:
            template = "endings/departures/carriers.html"
            return changed_meanwhile(request, template, form, departure, 4)
    context = {"form": form, "object": departure, "departure": departure}
    return form_page(
        request,
        "endings/departures/carriers.html",
        context | {"steps": wizard(departure), "number": 4},
    )


@require_http_methods(["GET", "POST"])
def submit_departure(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Send the plan to whoever leads: a page that asks again and says what follows."""
    departure = departure_to_edit(request, pk)
    reviewer = reviewers_of(request.user, today()).first
    refused = ""
    if request.method == "POST":
        try:
            departures.submit_departure(departure=departure, by=request.user, at=now())
        except RuleBroken as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Sent to %(supervisor)s.") % {"supervisor": reviewer.name})
            return redirect("endings:board", pk=pk)
    context = {
        "departure": departure,
        "reviewer": reviewer,
        "refused": refused,
        "confirm_label": _("Send to supervision"),
        "cancel_url": reverse("endings:plan", args=[pk]),
        "mild": True,
    }
    status = 422 if refused else 200
    return render(request, "endings/departures/submit.html", context, status=status)


@require_http_methods(["POST"])
def take_back_submission(request: AuthedRequest, pk: UUID) -> HttpResponse:
    departure = departure_to_edit(request, pk)
    try:
        departures.take_back_submission(departure=departure, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("endings:board", pk=pk)
    messages.success(request, _("Undone."))
    return redirect("endings:plan", pk=pk)


@require_http_methods(["GET", "POST"])
def move_last_day(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Move the last working day: the difference is shown before it is saved."""
    departure = departure_to_edit(request, pk)
    form = NewLastDayForm(sent(request), initial={"last_day": departure.last_day})
    changes: list[Any] = []
    if form.is_valid():
        last_day = form.cleaned_data["last_day"]
        if request.POST.get("act") == "save" and attempt(
            form,
            lambda: departures.move_last_day(
                departure=departure, last_day=last_day, by=request.user, at=now()
            ),
        ):
            messages.success(request, _("Saved. The plan has been worked out again."))
            return redirect(page_of(departure), pk=pk)
        if not form.errors:
            _drawn, changes = departures.preview_new_last_day(
                departure=departure, last_day=last_day, on=today()
            )
    context = {
        "form": form,
        "departure": departure,
        "changes": by_client(departure, changes),
        "previewed": form.is_bound and not form.errors,
    }
    return form_page(request, "endings/departures/move.html", context)


@require_http_methods(["GET", "POST"])
def withdraw_departure(request: AuthedRequest, pk: UUID) -> HttpResponse:
    departure = departure_to_edit(request, pk)
    if request.method == "POST":
        departures.withdraw_departure(departure=departure, by=request.user, at=now())
        messages.success(request, _("Withdrawn. What was recorded stays."))
        return redirect("endings:endings")
    told = departures.told_so_far(departure)
    context = {
        "departure": departure,
        "told": ngettext(
            "%(count)s person has already been told.",
            "%(count)s people have already been told.",
            told,
        )
        % {"count": told}
        if told
        else "",
        "confirm_label": _("Withdraw the departure"),
        "cancel_url": reverse(page_of(departure), args=[pk]),
    }
    return render(request, "endings/departures/withdraw.html", context)
