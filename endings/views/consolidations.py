"""What stays, written down together: one page that is saved as often as one likes (R9)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from core import dates
from core.clock import today
from core.errors import ChangedMeanwhile
from core.http import revision_of
from core.parts import Difference
from endings.forms.steps import ConsolidationForm, GainFormSet, TriggerFormSet
from endings.models import Consolidation, Ending, Gain, Trigger
from endings.operations import steps
from endings.operations.steps import PullsBack, Staying, Together
from endings.views.acts import attempt, ending_to_edit, form_page, sent


@require_http_methods(["GET", "POST"])
def consolidate(request: AuthedRequest, pk: UUID) -> HttpResponse:
    ending = ending_to_edit(request, pk)
    kept = kept_of(request, ending)
    form, gains, triggers = forms_of(request, ending, kept)
    differences: list[Difference] = []
    if form.is_valid() and gains.is_valid() and triggers.is_valid():
        together = Together(
            staying=Staying(**form.cleaned_data),
            gains=[row["words"] for row in gains.cleaned_data if row.get("words")],
            triggers=[PullsBack(**row) for row in triggers.cleaned_data if row.get("words")],
            revision=revision_read(request),
        )
        try:
            if attempt(
                form,
                lambda: steps.consolidate(
                    ending=ending, together=together, by=request.user, on=today()
                ),
            ):
                messages.success(request, _("Saved."))
                return redirect(ending)
        except ChangedMeanwhile:
            differences = written_differently(request, ending, form, together)
    context = {
        "ending": ending,
        "form": form,
        "others": [gains, triggers],
        "gains": gains,
        "triggers": triggers,
        "differences": differences,
        "object": kept,
    }
    return form_page(request, "endings/consolidate.html", context)


def kept_of(request: AuthedRequest, ending: Ending) -> Consolidation | None:
    return Consolidation.objects.editable_by(request.user).filter(ending=ending).first()


def revision_read(request: AuthedRequest) -> int | None:
    """Return the revision that the page had read; None where there was nothing yet."""
    return revision_of(request)


def forms_of(
    request: AuthedRequest, ending: Ending, kept: Consolidation | None
) -> tuple[ConsolidationForm, Any, Any]:
    """Return the three parts of the page, filled with what stands."""
    data = sent(request)
    said = {name: str(getattr(kept, name)) for name in ConsolidationForm.base_fields if kept}
    gains = [{"words": str(gain.words)} for gain in gains_of(request, ending)]
    triggers = [pulls_back(trigger) for trigger in triggers_of(request, ending)]
    return (
        ConsolidationForm(data, initial=said),
        GainFormSet(data, prefix="gains", initial=gains),
        TriggerFormSet(data, prefix="triggers", initial=triggers),
    )


def gains_of(request: AuthedRequest, ending: Ending) -> list[Gain]:
    return list(Gain.objects.editable_by(request.user).filter(ending=ending))


def triggers_of(request: AuthedRequest, ending: Ending) -> list[Trigger]:
    return list(Trigger.objects.editable_by(request.user).filter(ending=ending))


def pulls_back(trigger: Trigger) -> dict[str, Any]:
    words = {name: str(getattr(trigger, name)) for name in ("words", "sign", "strategy")}
    return {**words, "rehearsed_on": trigger.rehearsed_on}


def written_differently(
    request: AuthedRequest, ending: Ending, form: ConsolidationForm, together: Together
) -> list[Difference]:
    """Return what somebody else saved against what was typed here (409)."""
    kept = kept_of(request, ending)
    pairs = [
        (field.label or "", str(getattr(kept, name)) if kept else "", form.cleaned_data[name])
        for name, field in form.fields.items()
    ]
    gains = [str(gain.words) for gain in gains_of(request, ending)]
    triggers = [in_words(PullsBack(**pulls_back(one))) for one in triggers_of(request, ending)]
    pairs += [
        (_("What has changed"), "\n".join(gains), "\n".join(together.gains)),
        (
            _("What may pull me back"),
            "\n".join(triggers),
            "\n".join(in_words(one) for one in together.triggers),
        ),
    ]
    return [Difference(label, theirs, mine) for label, theirs, mine in pairs if theirs != mine]


def in_words(trigger: PullsBack) -> str:
    tried = dates.day(trigger.rehearsed_on) if trigger.rehearsed_on else ""
    return " · ".join(filter(None, [trigger.words, trigger.sign, trigger.strategy, tried]))
