"""Options offered, the choice, what stays, the last session; and what was offered and not wanted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from core.clock import now, today
from core.errors import ChangedMeanwhile
from endings.forms.occasions import Occasion, occasions_of
from endings.forms.steps import (
    ChoiceForm,
    LastSessionForm,
    NotWantedForm,
    OfferedForm,
)
from endings.forms.tellings import ExplanationForm
from endings.models import Ending, LastSession
from endings.operations import options, steps
from endings.operations.exceptions import Explanation
from endings.operations.options import MAY_BE_DECLINED
from endings.operations.records import options_of
from endings.operations.steps import Held
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.workflow import Step
from referrals.models import Choice
from referrals.operations.choices import Chosen
from referrals.operations.offers import weigh


def likely_days(request: AuthedRequest, ending: Ending) -> list[Occasion]:
    return occasions_of(ending, by=request.user, on=today(), at=now())


@require_POST
def open_options(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Begin the client's options, or go on with them; the page for them is in the directory."""
    option_set = options.open_options(
        ending=ending_to_edit(request, pk), by=request.user, on=today()
    )
    return redirect(reverse("referrals:option_set", args=[option_set.pk]))


@require_http_methods(["GET", "POST"])
def record_options_offered(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The client was given the options; fewer than agreed are recorded with their reason."""
    ending = ending_to_edit(request, pk)
    offered = list(options_of(ending))
    form = OfferedForm(sent(request), occasions=likely_days(request, ending), today=today())
    if form.is_valid() and attempt(
        form,
        lambda: options.record_options_offered(
            ending=ending,
            on=form.cleaned_data["on"],
            fewer_because=form.cleaned_data["fewer_because"],
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded. Ask next time, not now."))
        return redirect(ending)
    cautions = weigh(offered, on=today())
    context = {
        "ending": ending,
        "form": form,
        "options": offered,
        "cautions": [one for one in cautions if one.code != "options_missing"],
        "missing": next((one.text for one in cautions if one.code == "options_missing"), ""),
    }
    return form_page(request, "endings/record_options_offered.html", context)


@require_http_methods(["GET", "POST"])
def record_choice(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What the client chose; a later answer stands beside the first one."""
    ending = ending_to_edit(request, pk)
    form = choice_form(request, ending)
    if form.is_valid() and attempt(
        form,
        lambda: options.record_choice(ending=ending, by=request.user, at=now(), **chosen_in(form)),
    ):
        messages.success(request, _("The choice is recorded."))
        return redirect(ending)
    return form_page(request, "endings/record_choice.html", choice_context(request, ending, form))


@require_http_methods(["GET", "POST"])
def correct_choice(request: AuthedRequest, pk: UUID, choice: UUID) -> HttpResponse:
    """It was recorded wrongly: the first version stays readable."""
    ending = ending_to_edit(request, pk)
    mine = Choice.objects.editable_by(request.user).filter(option_set=ending.option_set)
    recorded = get_object_or_404(mine, pk=choice)
    form = choice_form(request, ending, recorded)
    if form.is_valid():
        try:
            corrected = attempt(
                form,
                lambda: options.correct_choice(
                    ending=ending, choice=recorded, by=request.user, at=now(), **chosen_in(form)
                ),
            )
        except ChangedMeanwhile:
            corrected = False
            form.add_error(None, _("Somebody has corrected this version already."))
        if corrected:
            messages.success(request, _("Corrected. The first version stays readable."))
            return redirect(ending)
    context = choice_context(request, ending, form) | {"correcting": True}
    return form_page(request, "endings/record_choice.html", context)


def choice_form(
    request: AuthedRequest, ending: Ending, recorded: Choice | None = None
) -> ChoiceForm:
    offered = [one for one in options_of(ending) if one.offered_on]
    occasions = likely_days(request, ending)
    initial: dict[str, Any] = {}
    if recorded is not None:
        on = Occasion("recorded", recorded.on, _("As it is recorded"))
        occasions = [on, *occasions]
        initial = {
            "day": on.value,
            "kind": recorded.kind,
            "words": str(recorded.words),
            "options": [str(option.pk) for option in recorded.options.all()],
            "declares_interest": recorded.has_declared_interest,
        }
    return ChoiceForm(
        sent(request), initial=initial, offered=offered, occasions=occasions, today=today()
    )


def chosen_in(form: ChoiceForm) -> dict[str, Any]:
    """Return the arguments that the form amounts to."""
    said = form.cleaned_data
    chosen = Chosen(
        kind=Choice.Kind(said["kind"]),
        on=said["on"],
        options=said["options"],
        words=said["words"],
        declares_interest=said["declares_interest"],
    )
    return {"chosen": chosen, "ask_again_on": said["ask_again_on"]}


def choice_context(request: AuthedRequest, ending: Ending, form: ChoiceForm) -> dict[str, Any]:
    stays = request.practice.stays_with_leaver_text
    return {"ending": ending, "form": form, "stays_text": stays}


@require_http_methods(["GET", "POST"])
def record_not_wanted(request: AuthedRequest, pk: UUID, step: str) -> HttpResponse:
    """Offered and not wanted: that completes the step."""
    ending = ending_to_edit(request, pk)
    if step not in MAY_BE_DECLINED:
        raise Http404
    declined = Step(step)
    form = NotWantedForm(sent(request), occasions=likely_days(request, ending), today=today())
    if form.is_valid() and attempt(
        form,
        lambda: options.record_not_wanted(
            ending=ending,
            step=declined,
            on=form.cleaned_data["on"],
            note=form.cleaned_data["note"],
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded. That is a complete answer."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "step": declined}
    return form_page(request, "endings/record_not_wanted.html", context)


@require_http_methods(["GET", "POST"])
def record_last_session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    ending = ending_to_edit(request, pk)
    form = LastSessionForm(sent(request), occasions=likely_days(request, ending), today=today())
    if form.is_valid() and attempt(
        form,
        lambda: steps.record_last_session(
            ending=ending, last=Held(**form.cleaned_data), by=request.user, at=now()
        ),
    ):
        messages.success(request, f"{_('Recorded.')} {_('And how are you?')}")
        return redirect(ending)
    context = {"ending": ending, "form": form}
    return form_page(request, "endings/record_last_session.html", context)


@require_http_methods(["GET", "POST"])
def correct_last_session(request: AuthedRequest, pk: UUID, last_session: UUID) -> HttpResponse:
    """The first version stays readable."""
    ending = ending_to_edit(request, pk)
    mine = LastSession.objects.editable_by(request.user).select_related("ending")
    recorded = get_object_or_404(mine, pk=last_session, ending=ending)
    kept = Occasion("recorded", recorded.on, _("As it is recorded"), session=recorded.session)
    form = LastSessionForm(
        sent(request),
        initial={"day": kept.value, "note": str(recorded.note)},
        occasions=[kept, *likely_days(request, ending)],
        today=today(),
    )
    if form.is_valid():
        try:
            corrected = attempt(
                form,
                lambda: steps.correct_last_session(
                    last_session=recorded,
                    last=Held(**form.cleaned_data),
                    by=request.user,
                    at=now(),
                ),
            )
        except ChangedMeanwhile:
            corrected = False
            form.add_error(None, _("Somebody has corrected this version already."))
        if corrected:
            messages.success(request, _("Corrected. The first version stays readable."))
            return redirect(ending)
    context = {"ending": ending, "form": form, "correcting": True}
    return form_page(request, "endings/record_last_session.html", context)


@require_http_methods(["GET", "POST"])
def record_no_last_session(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What stood in the way, and who speaks to the client instead (R7)."""
    ending = ending_to_edit(request, pk)
    form = ExplanationForm(sent(request))
    if form.is_valid() and attempt(
        form,
        lambda: steps.record_no_last_session(
            ending=ending,
            explanation=Explanation(**form.cleaned_data),
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded. Your supervisor sees it with your reason."))
        return redirect(ending)
    context = {"ending": ending, "form": form}
    return form_page(request, "endings/record_no_last_session.html", context)
