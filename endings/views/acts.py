"""What every page of an act does: find the ending, try the act, answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.http import AuthedRequest
from caseload.views.reading import shows
from core.errors import RuleBroken
from endings.models import Ending


def ending_to_edit(request: AuthedRequest, pk: UUID) -> Ending:
    """Return the ending if this person may write in it; otherwise it is not there (404)."""
    ending = get_object_or_404(Ending.objects.editable_by(request.user).with_work(), pk=pk)
    shows(request, ending.client)
    return ending


def sent(request: AuthedRequest) -> Any:
    """Return what was sent, or None while the page is only looked at."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it and say whether it was taken; a rule that says no becomes an error of the form."""
    try:
        act()
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def form_page(request: AuthedRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with the form: 409 where somebody else saved meanwhile, 422 where something is missing."""
    forms_shown = [context["form"], *context.get("others", ())]
    wrong = any(form.is_bound and not form.is_valid() for form in forms_shown)
    status = 409 if context.get("differences") else 422 if wrong else 200
    return render(request, template, context, status=status)
