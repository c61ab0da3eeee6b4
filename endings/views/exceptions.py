"""Explaining what could not be as agreed: recorded with its reason, seen by the supervisor (R23)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from core.clock import now
from endings.forms.tellings import ExplanationForm
from endings.models import EndingException
from endings.operations import exceptions
from endings.operations.exceptions import Explanation
from endings.views.acts import attempt, ending_to_edit, form_page, sent

HAVE_A_PAGE_OF_THEIR_OWN = {EndingException.Rule.NOT_TOLD, EndingException.Rule.NO_LAST}


@require_http_methods(["GET", "POST"])
def record_exception(request: AuthedRequest, pk: UUID, rule: str) -> HttpResponse:
    """Less time, not in person, fewer options, no meeting of three: why, and what instead."""
    ending = ending_to_edit(request, pk)
    if rule not in set(EndingException.Rule.values) - HAVE_A_PAGE_OF_THEIR_OWN:
        raise Http404
    broken = EndingException.Rule(rule)
    form = ExplanationForm(sent(request))
    if form.is_valid() and attempt(
        form,
        lambda: exceptions.record_exception(
            ending=ending,
            rule=broken,
            explanation=Explanation(**form.cleaned_data),
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded. Your supervisor sees it with your reason."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "rule": broken}
    return form_page(request, "endings/record_exception.html", context)


@require_http_methods(["GET", "POST"])
def record_not_told_exception(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The client cannot be told: why, and what is done instead, for the supervisor (R1)."""
    ending = ending_to_edit(request, pk)
    form = ExplanationForm(sent(request))
    if form.is_valid() and attempt(
        form,
        lambda: exceptions.record_not_told_exception(
            ending=ending,
            explanation=Explanation(**form.cleaned_data),
            by=request.user,
            at=now(),
        ),
    ):
        messages.success(request, _("Recorded. Your supervisor sees it with your reason."))
        return redirect(ending)
    context = {"ending": ending, "form": form}
    return form_page(request, "endings/record_not_told_exception.html", context)
