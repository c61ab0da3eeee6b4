"""Pages of who takes part in the work with a couple, a family or a group."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from caseload.forms.clients import DetailsForm, LeaveForm, TakePartForm
from caseload.models import Client, Episode, Participation
from caseload.operations import clients as operations
from caseload.operations import taking_part
from caseload.operations.clients import Details
from caseload.operations.intake import namesakes
from caseload.views.reading import shows
from core.clock import today
from core.errors import RuleBroken
from core.http import sent_to, show, taken


@require_http_methods(["GET", "POST"])
def join_episode(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Who takes part, and somebody else who joins: known here, or new (then: who may this be already?)."""
    episode = own_episode(request, pk)
    parts = list(episode.participations.select_related("client").order_by("joined_on", "pk"))
    shows(request, *dict.fromkeys(part.client for part in parts))
    form = DetailsForm(sent_to(request), today=today())
    same: list[Client] = []

    def join() -> None:
        operations.join_episode(episode=episode, details=details, by=request.user, on=today())

    if form.is_valid():
        details = Details(**form.cleaned_data)
        is_asked = episode.kind == Episode.Kind.INDIVIDUAL or "somebody_else" in request.POST
        same = [] if is_asked else namesakes(details, request.user)
        if not same and taken(form, join):
            messages.success(request, _("Saved."))
            return redirect("caseload:join_episode", pk=pk)
    here = {part.client_id for part in parts if part.left_on is None}
    known = Client.objects.takeable_by(request.user).exclude(pk__in=here).by_name()
    context = {
        "episode": episode,
        "parts": parts,
        "here": len(here),
        "known": TakePartForm(known=known) if known else None,
        "same": same,
        "today": today(),
    }
    return show(request, "caseload/join_episode.html", form=form, **context)


@require_POST
def let_take_part(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody known here takes part from today; their own work stays beside it."""
    episode = own_episode(request, pk)
    known = Client.objects.takeable_by(request.user)
    form = TakePartForm(request.POST, known=known)
    if form.is_valid():
        who = get_object_or_404(known, pk=form.cleaned_data["client"])
        try:
            taking_part.let_take_part(episode=episode, client=who, by=request.user, on=today())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose somebody."))
    return redirect("caseload:join_episode", pk=pk)


@require_POST
def leave_episode(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Somebody takes part no longer; the others go on."""
    part = own_part(request, pk)
    form = LeaveForm(request.POST, today=today())

    def leave() -> None:
        taking_part.leave_episode(part=part, on=form.cleaned_data["on"], by=request.user)

    if taken(form, leave):
        messages.success(request, _("Saved. The others go on."))
    else:
        said = [str(text) for texts in form.errors.values() for text in texts]
        messages.error(request, " ".join(said))
    return redirect("caseload:join_episode", pk=part.episode_id)


@require_POST
def stay_in_episode(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Undo a leaving."""
    part = own_part(request, pk)
    try:
        taking_part.stay_in_episode(part=part, by=request.user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved. The part goes on."))
    return redirect("caseload:join_episode", pk=part.episode_id)


def own_episode(request: AuthedRequest, pk: UUID) -> Episode:
    return get_object_or_404(Episode.objects.editable_by(request.user), pk=pk)


def own_part(request: AuthedRequest, pk: UUID) -> Participation:
    rows = Participation.objects.editable_by(request.user).select_related("client")
    part: Participation = get_object_or_404(rows, pk=pk)
    shows(request, part.client)
    return part
