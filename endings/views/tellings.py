"""Recording that the client was told, correcting it, and why it was not the moment."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest
from caseload.models import Session
from core import dates
from core.clock import now, today
from core.errors import ChangedMeanwhile
from core.parts import Difference
from core.widgets import Choice
from endings.forms.occasions import Occasion, occasions_of
from endings.forms.tellings import (
    NotTodayForm,
    ShortNoticeForm,
    TakeBackForm,
    ToldForm,
)
from endings.models import Ending, PersonToTell, Telling
from endings.models.tellings import Feeling
from endings.notice import Notice, notice_on
from endings.operations import tellings
from endings.operations.exceptions import Explanation
from endings.operations.notices import last_day_of, meetings_of, policy_of
from endings.operations.people_to_tell import Person, must_never_know, people_to_tell
from endings.operations.tellings import NotNow, Told
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.views.notices import notice_line, notice_remark

BY, ELSE = "by", "else"
MISSED = [Session.State.MISSED, Session.State.CANCELLED, Session.State.PLANNED]


@require_http_methods(["GET", "POST"])
def record_told_in_person(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """20 seconds on a phone: every default is the likeliest answer."""
    ending = ending_to_edit(request, pk)
    people = people_to_tell(ending)
    untold = [person for person in people if not person.is_told]
    if not untold:
        context = {"ending": ending, "told": people}
        status = 422 if request.method == "POST" else 200
        return render(request, "endings/told_already.html", context, status=status)
    notice_after = notice_by_day(request, ending)
    form = told_form(request, ending, people, remark=remark(notice_after))
    short = ShortNoticeForm(sent(request), prefix="short")
    if form.is_valid() and short.is_valid() and save_telling(request, ending, form, short):
        left = sum(person.must and not person.is_told for person in people_to_tell(ending))
        messages.success(request, done_told(left))
        return redirect(ending)
    context = {
        "ending": ending,
        "form": form,
        "short": short,
        "notice": notice_line(notice_after(chosen_day(form)), chosen_day(form)),
        "several": len(untold) > 1,
        "whom": whom(untold),
        "before": [person for person in people if person.client and person.is_told],
        "never": must_never_know(ending),
        "planned_words": tellings.planned_words(ending, today()),
    }
    return form_page(request, "endings/record_told_in_person.html", context)


def save_telling(
    request: AuthedRequest, ending: Ending, form: ToldForm, short: ShortNoticeForm
) -> bool:
    """Record it; a rule that says no becomes an error of the form."""
    said = dict(form.cleaned_data)
    people = said.pop("people")
    return attempt(
        form,
        lambda: tellings.record_told_in_person(
            ending=ending,
            people=people,
            told=Told(**said),
            by=request.user,
            at=now(),
            short_notice=Explanation(**short.cleaned_data),
        ),
    )


def whom(untold: Sequence[Person]) -> str:
    """Name the client as long as the client does not know; afterwards those who are left."""
    clients = [person.name for person in untold if person.client]
    return dates.listed(clients or [person.name for person in untold])


def done_told(left: int) -> str:
    """Say what was recorded, who is left, and ask after the one who told."""
    if not left:
        return f"{_('Recorded. The rest of the steps is open now.')} {_('And how are you?')}"
    still = ngettext(
        "Recorded. %(count)s person must still be told.",
        "Recorded. %(count)s people must still be told.",
        left,
    )
    return still % {"count": left}


@require_http_methods(["GET", "POST"])
def correct_telling(request: AuthedRequest, pk: UUID, telling: UUID) -> HttpResponse:
    """The first version stays readable."""
    ending = ending_to_edit(request, pk)
    recorded, person = telling_of(request, ending, telling)
    form = told_form(request, ending, [person], recorded=recorded)
    differences: list[Difference] = []
    if form.is_valid():
        try:
            if save_correction(request, recorded, form):
                messages.success(request, _("Corrected. The first version stays readable."))
                return redirect(ending)
        except ChangedMeanwhile:
            differences = told_differently(recorded, form)
    context = {
        "ending": ending,
        "telling": recorded,
        "form": form,
        "planned_words": tellings.planned_words(ending, recorded.on),
        "differences": differences,
    }
    return form_page(request, "endings/correct_telling.html", context)


def save_correction(request: AuthedRequest, recorded: Telling, form: ToldForm) -> bool:
    """Record the correction; raises ChangedMeanwhile where a newer version stands."""
    said = {name: value for name, value in form.cleaned_data.items() if name != "people"}
    return attempt(
        form,
        lambda: tellings.correct_telling(
            telling=recorded, told=Told(**said), by=request.user, at=now()
        ),
    )


@require_http_methods(["GET", "POST"])
def take_back_telling(request: AuthedRequest, pk: UUID, telling: UUID) -> HttpResponse:
    """It was not so: one file was taken for another, say."""
    ending = ending_to_edit(request, pk)
    recorded, _person = telling_of(request, ending, telling)
    form = TakeBackForm(sent(request))
    if form.is_valid():
        try:
            taken = attempt(
                form,
                lambda: tellings.take_back_telling(
                    telling=recorded, by=request.user, at=now(), **form.cleaned_data
                ),
            )
        except ChangedMeanwhile:
            taken = False
            form.add_error(None, _("Somebody has corrected this version already."))
        if taken:
            messages.success(request, _("Taken back. What was recorded stays readable."))
            return redirect(ending)
    context = {
        "ending": ending,
        "form": form,
        "confirm_label": _("Take it back"),
        "cancel_url": ending.get_absolute_url(),
    }
    return form_page(request, "endings/take_back_telling.html", context)


@require_http_methods(["GET", "POST"])
def record_not_today(request: AuthedRequest, pk: UUID) -> HttpResponse:
    ending = ending_to_edit(request, pk)
    occasions = occasions_of(ending, by=request.user, on=today(), at=now(), states=MISSED)
    form = NotTodayForm(sent(request), occasions=occasions, today=today())
    if form.is_valid() and attempt(
        form,
        lambda: tellings.record_not_today(
            ending=ending, why_not=NotNow(**form.cleaned_data), by=request.user, at=now()
        ),
    ):
        messages.success(request, _("Recorded. Nobody counts this as late."))
        return redirect(ending)
    context = {"ending": ending, "form": form}
    return form_page(request, "endings/record_not_today.html", context)


# --- what the pages ask for -------------------------------------------------------------------------
def telling_of(request: AuthedRequest, ending: Ending, telling: UUID) -> tuple[Telling, Person]:
    """Return a recorded telling of this ending, and whom it is about."""
    mine = Telling.objects.editable_by(request.user).select_related("person", "session")
    recorded = get_object_or_404(mine, pk=telling, ending=ending, is_taken_back=False)
    recorded.ending = ending
    told = next((one for one in people_to_tell(ending) if is_row(one, recorded.person)), None)
    return recorded, told or Person(f"row:{recorded.person_id}", "", "", must=False)


def is_row(person: Person, row: PersonToTell) -> bool:
    return person.row is not None and person.row.pk == row.pk


def told_form(
    request: AuthedRequest,
    ending: Ending,
    people: Sequence[Person],
    *,
    remark: Callable[[date], str] | None = None,
    recorded: Telling | None = None,
) -> ToldForm:
    """Return the form with its picks and defaults; `recorded` fills it for a correction."""
    occasions = occasions_of(ending, by=request.user, on=today(), at=now())
    if recorded is not None:
        occasions = with_recorded(occasions, recorded)
    everybody = people if recorded is None else people_to_tell(ending)
    to_tell = [one for one in people if recorded is not None or not one.is_told]
    asked = {name: request.GET[name] for name in ("day", "other_day") if name in request.GET}
    initial = at_first(ending, to_tell, occasions[0])
    if recorded is not None:
        initial |= of_recorded(recorded)
    return ToldForm(
        sent(request),
        initial=initial | asked,
        occasions=occasions,
        today=today(),
        remark=remark,
        people=[(one.key, Choice(one.name, one.kind)) for one in to_tell],
        present=who_was_there(everybody),
        usual_mode=ending.assignment.usual_mode,
        has_planned_words=bool(tellings.planned_words(ending, today())),
    )


def at_first(ending: Ending, to_tell: Sequence[Person], occasion: Occasion) -> dict[str, Any]:
    """Return the likeliest answers. An involved person is mostly told apart from the client."""
    clients = [one.key for one in to_tell if one.client]
    told = clients or [one.key for one in to_tell]
    session = occasion.session
    return {
        "day": occasion.value,
        "people": told,
        "present": [BY, *told],
        "how": session.mode if session else ending.assignment.usual_mode,
    }


def who_was_there(people: Sequence[Person]) -> list[tuple[str, Any]]:
    clients = [one for one in people if one.client]
    others = [one for one in people if not one.client]
    return [
        *((one.key, one.name) for one in clients),
        (BY, _("You")),
        *((one.key, Choice(one.name, one.kind)) for one in others),
        (ELSE, _("Somebody else")),
    ]


def of_recorded(telling: Telling) -> dict[str, Any]:
    """Return what a correction starts from."""
    plain = ("how", "present", "feelings", "shares_words", "already_knew")
    sealed = ("why_not_in_person", "reaction", "already_knew_from")
    return {
        **{name: getattr(telling, name) for name in plain},
        **{name: str(getattr(telling, name)) for name in sealed},
        "words": "" if telling.as_planned else str(telling.words),
    }


def with_recorded(occasions: list[Occasion], telling: Telling) -> list[Occasion]:
    """Put the day that was recorded first, whatever it is."""
    label = dates.day(telling.on, today())
    small = _("As it is recorded")
    kept = Occasion("recorded", telling.on, label, small, telling.session)
    same = f"session:{telling.session_id}"
    return [kept, *(one for one in occasions if one.value != same)]


def told_differently(telling: Telling, form: ToldForm) -> list[Difference]:
    """Return what somebody else's correction says against what was typed here (409)."""
    newest = telling
    while hasattr(newest, "corrected_by"):
        newest = newest.corrected_by
    typed, feeling = form.cleaned_data, dict(Feeling.choices)
    pairs: list[tuple[str, Any, Any]] = [
        ("day", dates.day(newest.on), dates.day(typed["on"])),
        ("how", newest.get_how_display(), Telling.How(typed["how"]).label),
        ("words", "" if newest.as_planned else str(newest.words), typed["words"]),
        (
            "feelings",
            dates.listed([feeling[one] for one in newest.feelings]),
            dates.listed([feeling[one] for one in typed["feelings"]]),
        ),
        ("reaction", str(newest.reaction), typed["reaction"]),
    ]
    return [
        Difference(form.fields[name].label or "", str(theirs), str(mine))
        for name, theirs, mine in pairs
        if str(theirs) != str(mine)
    ]


# --- notice -----------------------------------------------------------------------------------------
def notice_by_day(request: AuthedRequest, ending: Ending) -> Callable[[date], Notice | None]:
    """Return what a telling on any day leaves; the sessions are read once."""
    meetings, policy = meetings_of(ending), policy_of(request.practice)
    last_on = last_day_of(ending, meetings)

    def notice_after(on: date) -> Notice | None:
        return None if last_on is None else notice_on(on, meetings, last_on, policy)

    return notice_after


def remark(notice_after: Callable[[date], Notice | None]) -> Callable[[date], str]:
    """Return the second line of a pick: what this day leaves."""

    def remarked(on: date) -> str:
        notice = notice_after(on)
        return notice_remark(notice) if notice else ""

    return remarked


def chosen_day(form: ToldForm) -> date:
    """Return the day that the page speaks about: the one picked, else the proposal."""
    occasion = form.occasions.get(form["day"].value() or "")
    if occasion is not None:
        return occasion.on
    try:
        return min(date.fromisoformat(str(form["other_day"].value())), today())
    except ValueError:
        return today()
