"""Days on which nobody meets: one by one, or the public holidays of a country at once."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from accounts.operations.practice import change_practice
from caseload.forms.practice import ClosedDayForm, CountryForm, HolidaysForm
from caseload.models import ClosedDay
from caseload.operations import practice as operations
from caseload.operations.practice import Closing
from caseload.public_holidays import Holiday, country_of, public_holidays
from core.clock import today
from core.dates import listed as in_words
from core.dates import whole_date
from core.http import Listed, offer_undo, sent_to, show, taken


@require_safe
@require_role(Role.PRACTICE_ADMIN)
def closed_days(request: AuthedRequest) -> HttpResponse:
    """What lies ahead; what is past apart."""
    on = today()
    listed = Listed.of(request, reverse("caseload:closed_days"), ended=_("Past"))
    rows = ClosedDay.objects.select_related("site")
    found = rows.filter(Q(on__lt=on) if listed.ended else Q(on__gte=on))
    named = Q(name__unaccent__icontains=listed.words) | Q(
        site__name__unaccent__icontains=listed.words
    )
    context = {"closed_days": found.filter(named) if listed.words else found, "listed": listed}
    return render(request, "caseload/closed_days.html", context)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def close_day(request: AuthedRequest) -> HttpResponse:
    form = ClosedDayForm(sent_to(request), today=today())
    if taken(
        form, lambda: operations.close_day(closing=Closing(**form.cleaned_data), by=request.user)
    ):
        messages.success(request, said_of(operations.meetings_on(form.cleaned_data["on"])))
        return redirect("caseload:closed_days")
    return show(request, "caseload/close_day.html", form=form)


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def change_closed_day(request: AuthedRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(ClosedDay.objects.select_related("site"), pk=pk)
    before = {"on": row.on, "name": row.name, "site": row.site}
    initial = before | {"site": row.site_id}
    form = ClosedDayForm(sent_to(request), today=today(), initial=initial)
    if taken(
        form,
        lambda: operations.change_closed_day(
            closed_day=row, to=Closing(**form.cleaned_data), by=request.user
        ),
    ):
        offer_undo(request, reverse("caseload:change_closed_day", args=[pk]), before)
        messages.success(request, said_of(operations.meetings_on(form.cleaned_data["on"])))
        return redirect("caseload:closed_days")
    return show(request, "caseload/change_closed_day.html", form=form, closed=row)


def said_of(meetings: int) -> str:
    """Say how many meetings already stand on a day that is closed now; a number, no names."""
    if not meetings:
        return _("Saved. Nothing is planned on that day.")
    text = ngettext(
        "Saved. %(count)s session still stands on that day; its therapist sees it.",
        "Saved. %(count)s sessions still stand on that day; their therapists see it.",
        meetings,
    )
    return text % {"count": meetings}


@require_POST
@require_role(Role.PRACTICE_ADMIN)
def open_days(request: AuthedRequest) -> HttpResponse:
    """Open one day again, or many that were closed together."""
    keys = [key for key in map(key_of, request.POST.getlist("day")) if key]
    opened = operations.open_days(keys=keys, by=request.user)
    if len(opened) == 1:
        offer_undo(request, reverse("caseload:close_day"), vars(opened[0]))
    messages.success(request, _("Open again. Rhythms fill what is free by tomorrow."))
    return redirect("caseload:closed_days")


def key_of(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@require_role(Role.PRACTICE_ADMIN)
def close_public_holidays(request: AuthedRequest) -> HttpResponse:
    """Choose a country and a year, look at its holidays, close those that are picked."""
    asked = request.GET if "country" in request.GET else None
    likely = request.practice.country or country_of(request.practice.zone)
    initial = {"country": likely, "region": request.practice.region}
    country = (asked or initial).get("country") or ""
    choosing = CountryForm(asked, today=today(), country=country, initial=initial)
    if asked is None or not choosing.is_valid():
        context = {"choosing": choosing, "form": None}
        return render(request, "caseload/close_public_holidays.html", context)
    proposed = proposed_by(choosing, request.practice.language)
    form = HolidaysForm(sent_to(request), today=today(), proposed=proposed)
    if form.is_valid():
        return close_chosen(request, choosing, form)
    return show(request, "caseload/close_public_holidays.html", choosing=choosing, form=form)


def proposed_by(choosing: CountryForm, language: str) -> list[Holiday]:
    """Return the holidays of the chosen year that are not past."""
    said = choosing.cleaned_data
    first, last = date(said["year"], 1, 1), date(said["year"], 12, 31)
    return public_holidays(said["country"], said["region"], max(first, today()), last, language)


def close_chosen(request: AuthedRequest, choosing: CountryForm, form: HolidaysForm) -> HttpResponse:
    """Close the days that were picked, and remember the country for next year."""
    site = form.cleaned_data["site"]
    closings = [Closing(on, name[:80], site) for on, name in form.chosen()]
    made = operations.close_days(closings=closings, by=request.user)
    facts = {name: choosing.cleaned_data[name] for name in ("country", "region")}
    change_practice(facts=facts, by=request.user)
    offer_undo(request, reverse("caseload:open_days"), {"day": [row.pk for row in made]})
    text = ngettext("%(count)s day closed.", "%(count)s days closed.", len(made))
    messages.success(request, text % {"count": len(made)})
    busy = [row.on for row in made if operations.meetings_on(row.on)]
    if busy:
        said = _("Sessions still stand on: %(days)s. Their therapists see it.")
        messages.warning(request, said % {"days": in_words([whole_date(on) for on in busy])})
    return redirect("caseload:closed_days")
