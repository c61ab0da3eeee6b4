"""Taking somebody in: new, from the waiting list, or once more; with a look at who they may be already."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role, User
from caseload.forms.clients import (
    DetailsForm,
    FirstChannelForm,
    KnownForm,
    ReturnForm,
    WorkForm,
)
from caseload.models import Assignment, Client, ClientLink, Episode, WaitingEntry
from caseload.operations import intake as operations
from caseload.operations.clients import Channel, Details, Work
from caseload.operations.intake import Begun
from caseload.operations.reading import log_read
from caseload.operations.work import load_of
from core.clock import now, today
from core.dates import number
from core.http import sent_to, show, taken

WORKS = (Role.THERAPIST, Role.SUPERVISOR)


@require_http_methods(["GET", "POST"])
@require_role(*WORKS)
def open_client(request: AuthedRequest) -> HttpResponse:
    """Take somebody in: who, how to reach them, and the work that begins."""
    sent = sent_to(request)
    leaders = operations.who_may_lead(request.user, today())
    person, ways = DetailsForm(sent, today=today()), FirstChannelForm(sent)
    work = work_form(request, leaders)
    again = ReturnForm(sent)
    forms = [person, ways, work, again]
    same: list[Client] = []
    if all(form.is_valid() for form in forms):
        details = Details(**person.cleaned_data)
        was_here = again.cleaned_data["was_here"]
        is_asked = was_here or "somebody_else" in request.POST
        same = [] if is_asked else operations.namesakes(details, request.user)
        ways_said = [
            Channel(kind, value, today() if agreed else None) for kind, value, agreed in ways.said()
        ]
        begun = begun_of(work, leaders, ways_said)
        take = operations.take_up_again if was_here else operations.take_in
        made: list[Assignment] = []

        def begin() -> None:
            on = work.cleaned_data["on"]
            made.append(take(details=details, begun=begun, by=request.user, on=on))

        if not same and taken(again, begin):
            return began(request, made[0], was_here=was_here)
    context = {
        "forms": forms,
        "form": person,
        "ways": ways,
        "work": work,
        "same": same,
        "again": again,
    }
    return show(request, "caseload/open_client.html", **context)


@require_http_methods(["GET", "POST"])
@require_role(*WORKS)
def begin_work(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Begin work with somebody who is known here: waiting, back again, or in a couple beside their own work."""
    client: Client = get_object_or_404(Client.objects.takeable_by(request.user), pk=pk)
    log_read(client=client, page="caseload:begin_work", by=request.user, at=now())
    entries = WaitingEntry.objects.visible_to(request.user).still_waiting()
    entry = entries.filter(client=client).first()
    known, more = others_beside(request, client)
    leaders = operations.who_may_lead(request.user, today())
    work, others = work_form(request, leaders), KnownForm(sent_to(request), known=known, more=more)
    made: list[Assignment] = []

    def begin() -> None:
        chosen = [one for one in (*known, *more) if str(one.pk) in others.chosen()]
        made.append(
            operations.begin_work(
                clients=[client, *chosen],
                begun=begun_of(work, leaders, ()),
                by=request.user,
                on=work.cleaned_data["on"],
                waiting=entry,
            )
        )

    if others.is_valid() and taken(work, begin):
        return began(request, made[0])
    context = {"forms": [work, others], "form": work, "others": others}
    return show(request, "caseload/begin_work.html", client=client, entry=entry, **context)


def work_form(request: AuthedRequest, leaders: Sequence[User]) -> WorkForm:
    """The form of the work, with the load of whoever may lead it beside each name (R17)."""
    loads = load_of(leaders, today())
    named = []
    for one in leaders:
        load = loads[one]
        limit = f" / {number(load.capacity)}" if load.capacity is not None else ""
        named.append((str(one.pk), f"{one.name} · {number(load.total)}{limit}"))
    own = request.user.pk if request.user in leaders else None
    initial: dict[str, Any] = {"on": today(), "therapist": str(own or "")}
    return WorkForm(sent_to(request), prefix="work", today=today(), leaders=named, initial=initial)


def begun_of(form: WorkForm, leaders: Sequence[User], channels: Sequence[Channel]) -> Begun:
    """Return what the form says begins; without a name it is oneself, the first who may lead."""
    said = {name: form.cleaned_data[name] for name in Work.__dataclass_fields__}
    asked = form.cleaned_data["therapist"] or form.initial["therapist"]
    therapist = next((one for one in leaders if str(one.pk) == asked), None)
    return Begun(
        work=Work(**said),
        therapist=therapist or leaders[0],
        reason=form.cleaned_data["reason"],
        channels=channels,
    )


def began(request: AuthedRequest, made: Assignment, *, was_here: bool = False) -> HttpResponse:
    """Lead on: to who else takes part, where work for two or more begins with one; else to the rhythm."""
    if made.therapist_id == request.user.pk:
        said = _("Saved. Only you and who leads you can see this file.")
        if was_here:
            said = _("Saved. The closed file is taken up again; the earlier work stays closed.")
        messages.success(request, said)
        is_alone = made.episode.participations.count() == 1
        if made.episode.kind != Episode.Kind.INDIVIDUAL and is_alone:
            return redirect("caseload:join_episode", pk=made.episode_id)
        return redirect("caseload:set_cadence", pk=made.pk)
    said = _("Saved. It stands on the caseload of %(name)s, who sets the rhythm.")
    messages.success(request, said % {"name": made.therapist.name})
    return redirect("desk:caseload")


def others_beside(request: AuthedRequest, client: Client) -> tuple[list[Client], list[Client]]:
    """Return with whom else the reader may begin work: whom the client knows, and everybody else."""
    links = ClientLink.objects.visible_to(request.user).filter(Q(client=client) | Q(other=client))
    linked = {link.other_id if link.client_id == client.pk else link.client_id for link in links}
    rows = Client.objects.takeable_by(request.user).exclude(pk=client.pk).by_name()
    others = list(rows)
    known = [one for one in others if one.pk in linked]
    return known, [one for one in others if one.pk not in linked]
