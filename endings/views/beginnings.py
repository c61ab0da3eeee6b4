"""“End this work”: three questions, another answer later on, and going on after all (R6)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from caseload.models import Assignment, Client
from caseload.views.reading import shows
from core.clock import now, today
from core.errors import RuleBroken
from endings.forms.sheets import WhoForm, WhyForm
from endings.models import Ending
from endings.operations import beginnings
from endings.operations.beginnings import Begun
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.workflow import Beginning, Initiator


@require_http_methods(["GET", "POST"])
def begin_ending(request: AuthedRequest, pk: UUID, client: UUID) -> HttpResponse:
    """Ask who, how and why; the answers open the right way. The first two go in the address, without a name."""
    work = get_object_or_404(Assignment.objects.editable_by(request.user), pk=pk)
    taking_part = {"participations__episode": work.episode_id, "participations__left_on": None}
    person = get_object_or_404(Client.objects.editable_by(request.user), pk=client, **taking_part)
    shows(request, person)
    there = Ending.objects.visible_to(request.user).of_part(work, person)
    if there is not None:
        messages.info(request, _("This work is being ended already."))
        return redirect(there)
    context = {"client": person, "work": work, "back": person.get_absolute_url()}
    asked = WhoForm(said_first(request))
    if not asked.is_valid():
        return form_page(request, "endings/begin_ending.html", context | {"form": asked})
    form = why_form(request, asked)
    if form.is_valid():
        try:
            ending = beginnings.begin_ending(
                assignment=work,
                client=person,
                begun=begun_in(asked, form),
                by=request.user,
                at=now(),
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Begun. This page shows the way from here."))
            return redirect(ending)
    return form_page(request, "endings/begin_ending.html", context | {"form": form, "asked": asked})


@require_http_methods(["GET", "POST"])
def change_beginning(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """It is another kind of ending than it seemed: what was recorded stays."""
    ending = ending_to_edit(request, pk)
    first = {"who": ending.initiator, "planned": "yes" if ending.is_planned else "no"}
    asked = WhoForm(said_first(request), initial=first)
    context = {"client": ending.client, "ending": ending, "back": ending.get_absolute_url()}
    if not asked.is_valid():
        return form_page(request, "endings/begin_ending.html", context | {"form": asked})
    form = why_form(request, asked, ending)
    if form.is_valid() and attempt(
        form,
        lambda: beginnings.change_beginning(
            ending=ending, begun=begun_in(asked, form), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Changed. What was recorded stays."))
        return redirect(ending)
    return form_page(request, "endings/begin_ending.html", context | {"form": form, "asked": asked})


@require_POST
def go_on_after_all(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The work goes on: the ending is laid aside."""
    ending = ending_to_edit(request, pk)
    try:
        beginnings.go_on_after_all(ending=ending, by=request.user, at=now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect(ending)
    messages.success(
        request, _("The work goes on. The ending is laid aside and can be begun anew.")
    )
    return redirect(ending.client)


def said_first(request: AuthedRequest) -> QueryDict | None:
    """Return the address where it answers one of the first questions; other words in it mean nothing here."""
    return request.GET if {"who", "planned"} & set(request.GET) else None


def why_form(request: AuthedRequest, asked: WhoForm, ending: Ending | None = None) -> WhyForm:
    said = asked.cleaned_data
    initial = {"cause": ending.cause, "last_on": ending.last_on} if ending else {}
    return WhyForm(
        sent(request),
        initial=initial,
        who=Initiator(said["who"]),
        is_planned=said["planned"] == "yes",
        today=today(),
    )


def begun_in(asked: WhoForm, form: WhyForm) -> Begun:
    """Return the three answers as one."""
    said = asked.cleaned_data
    beginning = Beginning(
        Initiator(said["who"]), said["planned"] == "yes", form.cleaned_data["cause"]
    )
    return Begun(beginning, form.cleaned_data["last_on"])
