"""The handover summary: written from what is on file, read by the client, made final."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from core.clock import now, today
from core.errors import ChangedMeanwhile
from core.http import revision_of
from core.parts import Difference
from endings.forms.handovers import SummaryForm, SummaryReadForm
from endings.forms.occasions import occasions_of
from endings.models import Consent, Ending, HandoverSummary
from endings.models.handovers import Section
from endings.operations import summaries
from endings.operations.handovers import STANDING
from endings.operations.summaries import OPEN_STATES, Read
from endings.views.acts import attempt, ending_to_edit, form_page, sent


@require_http_methods(["GET", "POST"])
def write_summary(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """One text for each part that the client agreed to; without a consent yet, for every part."""
    ending = ending_to_edit(request, pk)
    draft = draft_of(request, ending)
    agreed = agreed_sections(request, ending)
    sections = agreed if agreed is not None else list(Section.values)
    texts = summaries.texts_to_begin_with(ending)
    form = SummaryForm(sent(request), sections=sections, texts=texts)
    differences: list[Difference] = []
    if form.is_valid():
        try:
            if attempt(form, lambda: save(request, ending, form)):
                messages.success(request, _("Saved."))
                return redirect("endings:finish_summary", pk=pk)
        except ChangedMeanwhile:
            draft = draft_of(request, ending)
            differences = written_differently(form, summaries.texts_to_begin_with(ending))
    context = {
        "ending": ending,
        "form": form,
        "object": draft,
        "differences": differences,
        "is_agreed": agreed is not None,
        "is_begun": draft is not None,
    }
    return form_page(request, "endings/handover/write_summary.html", context)


def draft_of(request: AuthedRequest, ending: Ending) -> HandoverSummary | None:
    mine = HandoverSummary.objects.editable_by(request.user).filter(ending=ending)
    return mine.filter(state__in=OPEN_STATES).first()


def agreed_sections(request: AuthedRequest, ending: Ending) -> list[str] | None:
    """Return the parts that the client agreed to hand to whoever is asked now; None before that."""
    asked = ending.invitations.filter(state__in=STANDING).values("receiver")
    mine = Consent.objects.editable_by(request.user).current().filter(ending=ending)
    agreed = mine.filter(receiver__in=asked).exclude(sections=[]).first()
    return list(agreed.sections) if agreed else None


def save(request: AuthedRequest, ending: Ending, form: SummaryForm) -> None:
    summaries.write_summary(
        ending=ending,
        texts=form.cleaned_data,
        by=request.user,
        revision=revision_of(request),
    )


def written_differently(form: SummaryForm, texts: dict[str, str]) -> list[Difference]:
    """Return what somebody else saved against what was typed here (409)."""
    pairs = [
        (field.label or "", texts.get(name, ""), form.cleaned_data[name])
        for name, field in form.fields.items()
    ]
    return [Difference(label, theirs, mine) for label, theirs, mine in pairs if theirs != mine]


@require_http_methods(["GET", "POST"])
def finish_summary(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Has the client read it, or why not? Then it may become final."""
    ending = ending_to_edit(request, pk)
    mine = HandoverSummary.objects.editable_by(request.user).filter(state__in=OPEN_STATES)
    summary = get_object_or_404(mine.prefetch_related("sections"), ending=ending)
    form = SummaryReadForm(
        sent(request),
        initial={
            "because": str(summary.not_read_because or ""),
            "is_unread": bool(summary.not_read_because),
        },
        occasions=occasions_of(ending, by=request.user, on=today(), at=now()),
        today=today(),
    )
    is_final = request.POST.get("act") != "keep"
    if form.is_valid() and attempt(form, lambda: finish(request, summary, form, is_final=is_final)):
        said = _("The summary is final.") if is_final else _("Saved. It is still a draft.")
        messages.success(request, said)
        return redirect(ending)
    texts = summaries.texts_of(summary)
    agreed = agreed_sections(request, ending)
    context = {
        "ending": ending,
        "form": form,
        "summary": summary,
        "parts": [
            (section.label, texts.get(section.value, ""))
            for section in Section
            if agreed is None or section.value in agreed
        ],
    }
    return form_page(request, "endings/handover/finish_summary.html", context)


def finish(
    request: AuthedRequest, summary: HandoverSummary, form: SummaryReadForm, *, is_final: bool
) -> None:
    said = form.cleaned_data
    read = Read(on=said["on"], because=said["because"])
    summaries.record_summary_read(summary=summary, read=read, by=request.user, at=now())
    if is_final:
        summaries.finish_summary(summary=summary, by=request.user, at=now())
