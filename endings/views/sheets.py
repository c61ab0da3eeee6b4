"""The pages of the other playbooks' steps: a sheet of questions, an attempt to reach, a look back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from caseload.models import ContactChannel
from core.clock import now, today
from core.errors import ChangedMeanwhile
from core.http import revision_of
from endings.forms.occasions import Occasion, occasions_of
from endings.forms.sheets import AttemptForm, LookBackForm, ShareForm, SheetForm
from endings.models import Debrief, Ending, OutreachAttempt, StepRecord
from endings.operations import debriefs, outreach, sheets
from endings.operations.debriefs import LookBack
from endings.operations.outreach import Tried
from endings.operations.sheets import Taken
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.workflow import SHEETS, Step, has_step


@require_http_methods(["GET", "POST"])
def record_step(request: AuthedRequest, pk: UUID, step: str) -> HttpResponse:
    """Take a step that is words and picks."""
    ending = ending_to_edit(request, pk)
    if step not in SHEETS or not has_step(ending.playbook, step):
        raise Http404
    taken = Step(step)
    form = SheetForm(
        sent(request), sheet=SHEETS[taken], occasions=likely_days(request, ending), today=today()
    )
    if form.is_valid() and attempt(
        form,
        lambda: sheets.record_step(
            ending=ending,
            step=taken,
            taken=Taken(**form.cleaned_data),
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded."))
        return redirect(ending)
    return form_page(request, "endings/record_step.html", step_context(ending, taken, form))


@require_http_methods(["GET", "POST"])
def correct_step(request: AuthedRequest, pk: UUID, record: UUID) -> HttpResponse:
    """It was written down wrongly: the first version stays readable."""
    ending = ending_to_edit(request, pk)
    mine = StepRecord.objects.editable_by(request.user).select_related("ending", "session")
    there = get_object_or_404(mine.exclude(step=Step.DEBRIEF), pk=record, ending=ending)
    kept = Occasion("recorded", there.on, _("As it is recorded"), session=there.session)
    form = SheetForm(
        sent(request),
        initial={"day": kept.value, **sheets.answers_of(there)},
        sheet=SHEETS[Step(there.step)],
        occasions=[kept, *likely_days(request, ending)],
        today=today(),
    )
    if form.is_valid() and corrected(
        form,
        lambda: sheets.correct_step(
            record=there, taken=Taken(**form.cleaned_data), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Corrected. The first version stays readable."))
        return redirect(ending)
    context = step_context(ending, Step(there.step), form) | {"correcting": True}
    return form_page(request, "endings/record_step.html", context)


@require_http_methods(["GET", "POST"])
def record_attempt(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One try to reach a client who stays away."""
    ending = ending_to_edit(request, pk)
    form = attempt_form(request, ending)
    if form.is_valid() and attempt(
        form,
        lambda: outreach.record_attempt(
            ending=ending, tried=tried_in(form), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Recorded."))
        return redirect(ending)
    context = {"ending": ending, "form": form}
    return form_page(request, "endings/record_attempt.html", context)


@require_http_methods(["GET", "POST"])
def correct_attempt(request: AuthedRequest, pk: UUID, attempted: UUID) -> HttpResponse:
    """The first version stays readable."""
    ending = ending_to_edit(request, pk)
    mine = OutreachAttempt.objects.editable_by(request.user).select_related("ending")
    there = get_object_or_404(mine, pk=attempted, ending=ending)
    form = attempt_form(request, ending, there)
    if form.is_valid() and corrected(
        form,
        lambda: outreach.correct_attempt(
            attempt=there, tried=tried_in(form), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Corrected. The first version stays readable."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "correcting": True}
    return form_page(request, "endings/record_attempt.html", context)


@require_http_methods(["GET", "POST"])
def look_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One's own look back: private, kept as often as one likes."""
    ending = ending_to_edit(request, pk)
    kept = Debrief.objects.editable_by(request.user).filter(ending=ending).first()
    initial = {"feelings": str(kept.feelings).split(), "words": str(kept.words)} if kept else {}
    form = LookBackForm(sent(request), initial=initial)
    if form.is_valid() and corrected(
        form,
        lambda: debriefs.look_back(
            ending=ending,
            said=LookBack(**form.cleaned_data, revision=revision_of(request)),
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Kept for you alone. A good thing to take to supervision."))
        return redirect("endings:look_back", ending.pk)
    context: dict[str, Any] = {"ending": ending, "form": form, "object": kept, "share": None}
    if kept is not None:
        context["share"] = ShareForm(supervisors=debriefs.supervisors_of(request.user, now()))
    return form_page(request, "endings/look_back.html", context)


@require_POST
def share_look_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let one supervisor read it; the same page takes it back."""
    debrief = get_object_or_404(
        Debrief.objects.editable_by(request.user).select_related("ending"), pk=pk
    )
    if "back" in request.POST:
        debriefs.keep_to_oneself(debrief=debrief, by=request.user)
        messages.success(request, _("It is yours alone again."))
        return redirect("endings:look_back", debrief.ending_id)
    form = ShareForm(request.POST, supervisors=debriefs.supervisors_of(request.user, now()))
    if form.is_valid():
        supervisor = form.cleaned_data["supervisor"]
        debriefs.share_look_back(debrief=debrief, supervisor=supervisor, by=request.user, at=now())
        messages.success(request, _("Shared. You can take it back at any time."))
    else:
        messages.error(request, _("Choose somebody who supervises you."))
    return redirect("endings:look_back", debrief.ending_id)


def likely_days(request: AuthedRequest, ending: Ending) -> list[Occasion]:
    return occasions_of(ending, by=request.user, on=today(), at=now())


def step_context(ending: Ending, step: Step, form: SheetForm) -> dict[str, Any]:
    fields = [form[question.name] for question in SHEETS[step].questions]
    return {
        "ending": ending,
        "form": form,
        "step": step,
        "fields": fields,
        "act": SHEETS[step].act,
        "is_letter": step == Step.LETTER,
    }


def attempt_form(
    request: AuthedRequest, ending: Ending, there: OutreachAttempt | None = None
) -> AttemptForm:
    agreed = ContactChannel.objects.visible_to(request.user).filter(client=ending.client_id)
    occasions = likely_days(request, ending)
    initial: dict[str, Any] = {}
    if there is not None:
        kept = Occasion("recorded", there.on, _("As it is recorded"))
        occasions = [kept, *occasions]
        initial = {
            "day": kept.value,
            "channel": there.channel,
            "outcome": there.outcome,
            "without_consent_because": there.without_consent_because,
            "note": str(there.note),
        }
    return AttemptForm(
        sent(request),
        initial=initial,
        agreed=[one.kind for one in agreed if one.consented_on],
        occasions=occasions,
        today=today(),
    )


def tried_in(form: AttemptForm) -> Tried:
    said = {name: value for name, value in form.cleaned_data.items() if name != "session"}
    return Tried(**said)


def corrected(form: Any, act: Any) -> bool:
    """Do it and say whether it was taken; somebody may have been faster."""
    try:
        return attempt(form, act)
    except ChangedMeanwhile:
        form.add_error(None, _("Somebody has corrected this version already."))
        return False
