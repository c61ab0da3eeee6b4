"""A break, the way back, work that sleeps; and why a therapist is not simply changed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest
from caseload.forms.waiting import BreakForm, SleepForm
from caseload.models import Assignment
from caseload.operations import pauses as operations
from caseload.operations.pauses import Pause
from caseload.views.reading import shows
from core.clock import today
from core.http import sent_to, show, taken


def own_work(request: AuthedRequest, pk: UUID) -> Assignment:
    works = Assignment.objects.editable_by(request.user).with_who()
    work: Assignment = get_object_or_404(works, pk=pk)
    shows(request, *work.episode.people)
    return work


@require_http_methods(["GET", "POST"])
def take_break(request: AuthedRequest, pk: UUID) -> HttpResponse:
    work = own_work(request, pk)
    form = BreakForm(sent_to(request), initial={"starts_on": today()})
    if taken(
        form,
        lambda: operations.take_break(
            assignment=work, pause=Pause(**form.cleaned_data), by=request.user, on=today()
        ),
    ):
        messages.success(request, _("Saved. The rhythm goes on after the break."))
        return redirect(work.episode.people[0])
    return show(request, "caseload/take_break.html", form=form, work=work)


@require_POST
def come_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Go on from today; also undoes a break that lies ahead."""
    work = own_work(request, pk)
    planned = operations.come_back(assignment=work, by=request.user, on=today())
    text = ngettext("%(count)s session planned.", "%(count)s sessions planned.", planned)
    messages.success(request, f"{_('The work goes on.')} {text % {'count': planned}}")
    return redirect(work.episode.people[0])


@require_http_methods(["GET", "POST"])
def let_sleep(request: AuthedRequest, pk: UUID) -> HttpResponse:
    work = own_work(request, pk)
    form = SleepForm(sent_to(request))
    if taken(
        form,
        lambda: operations.let_sleep(
            assignment=work, by=request.user, on=today(), **form.cleaned_data
        ),
    ):
        messages.success(request, _("Saved. You stay the named person."))
        return redirect(work.episode.people[0])
    return show(request, "caseload/let_sleep.html", form=form, work=work)


@require_safe
def another_therapist(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """There is no field for it: somebody changes therapists by being told and met (R1, R5, R14)."""
    return render(request, "caseload/another_therapist.html", {"work": own_work(request, pk)})
