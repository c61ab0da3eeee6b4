"""Meetings that grow rarer: chosen, looked at as a curve and a list of days, then booked (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from core import dates
from core.clock import now, today
from core.errors import RuleBroken
from endings.forms.sheets import USUAL, StretchFormSet
from endings.operations import tapers
from endings.operations.tapers import Tapered
from endings.taper import Laid, days_of
from endings.views.acts import ending_to_edit, sent

WIDTH, EDGE = 600, 12  # of the picture, in its own units


@dataclass(frozen=True)
class Dot:
    """One meeting on the line of time."""

    x: int
    day: date


@require_http_methods(["GET", "POST"])
def taper_off(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show what a pattern gives as often as one likes; nothing is booked before one says so."""
    ending = ending_to_edit(request, pk)
    forms: Any = StretchFormSet(sent(request), initial=USUAL)
    laid: Sequence[Laid] = ()
    refusal = ""
    try:
        stretches = forms.stretches() if forms.is_valid() else None
        if stretches and "book" in request.POST:
            tapered = tapers.taper_off(
                ending=ending, stretches=stretches, by=request.user, at=now()
            )
            messages.success(request, booked(tapered))
            return redirect(ending)
        if stretches:
            laid = tapers.laid_for(ending.assignment, stretches, today())
        else:
            tapers.running(ending.assignment, today())
    except RuleBroken as broken:
        refusal = str(broken)
    wrong = forms.is_bound and (bool(refusal) or not forms.is_valid())
    return render(
        request,
        "endings/taper_off.html",
        context_of(ending, forms, laid, refusal),
        status=422 if wrong else 200,
    )


def context_of(ending: Any, forms: Any, laid: Sequence[Laid], refusal: str) -> dict[str, Any]:
    return {
        "ending": ending,
        "forms": [forms, *forms.forms],
        "stretches": forms,
        "refusal": refusal,
        "days": days_of(laid),
        "dots": dots(days_of(laid)),
    }


def dots(days: Sequence[date]) -> list[Dot]:
    """Return the meetings along the picture's width, by their distance in days."""
    if not days:
        return []
    length = max((days[-1] - days[0]).days, 1)
    room = WIDTH - 2 * EDGE
    return [Dot(EDGE + round(room * (day - days[0]).days / length), day) for day in days]


def booked(tapered: Tapered) -> str:
    """Return what was booked, and what a closed day or an absence took away."""
    count = len(tapered.days) - tapered.lost
    said = ngettext(
        "%(count)s meeting is planned, the last one on %(day)s.",
        "%(count)s meetings are planned, the last one on %(day)s.",
        count,
    ) % {"count": count, "day": dates.day(tapered.days[-1], today())}
    if not tapered.lost:
        return said
    lost = ngettext(
        "%(count)s day is closed or taken: look at the sessions.",
        "%(count)s days are closed or taken: look at the sessions.",
        tapered.lost,
    )
    return f"{said} {lost % {'count': tapered.lost}}"
