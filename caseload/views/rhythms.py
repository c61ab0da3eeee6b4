"""The rhythm of one assignment, and a page that sets the rhythms of many at once."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.calendar import Cause, Skipped
from caseload.forms.sessions import ForAllForm, RhythmForm, RowForm
from caseload.models import Assignment, Cadence, Room
from caseload.operations import rhythms as operations
from caseload.operations.rhythms import Wish
from caseload.operations.rolling import RolledOut
from caseload.views.answers import sent_to, show, taken
from caseload.views.reading import shows
from core.clock import today
from core.dates import day, listed

NAMED = 5  # skipped days said in a message; the rest is "…"


@require_http_methods(["GET", "POST"])
def set_cadence(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Give one assignment its rhythm; the one before ends where the new one begins."""
    works = Assignment.objects.editable_by(request.user).with_who()
    work: Assignment = get_object_or_404(works, pk=pk)
    shows(request, *work.episode.people)
    running = work.cadences.on(today()).select_related("room").first()
    form = RhythmForm(sent_to(request), today=today(), initial=proposal(work, running))

    def save() -> None:
        said = dict(form.cleaned_data)
        lenient = said.pop("lenient")
        rolled = operations.set_cadence(
            assignment=work, wish=Wish(**said), by=request.user, on=today(), lenient=lenient
        )
        messages.success(request, said_of(rolled))

    if taken(form, save):
        return redirect(work.episode.people[0])
    return show(request, "caseload/set_cadence.html", form=form, work=work, running=running)


def proposal(work: Assignment, running: Cadence | None) -> dict[str, object]:
    """Return what the form begins with: the rhythm that runs, or the usual way of meeting."""
    if running is None:
        return {"starts_on": max(today(), work.starts_on), "mode": work.usual_mode}
    names = ("weekday", "starts_at", "minutes", "every_weeks", "mode")
    return {
        **{name: getattr(running, name) for name in names},
        "room": running.room_id,
        "starts_on": today(),
    }


def said_of(rolled: RolledOut) -> str:
    """Say what became of a rhythm: how many sessions, which days have none and why, which no room."""
    sentences = [
        ngettext("%(count)s session planned.", "%(count)s sessions planned.", rolled.planned)
        % {"count": rolled.planned}
    ]
    if rolled.skipped:
        sentences.append(
            _("Left out: %(days)s.") % {"days": few([why(one) for one in rolled.skipped])}
        )
    if rolled.without_room:
        days = few([day(on, today()) for on in rolled.without_room])
        sentences.append(_("Without a room: %(days)s.") % {"days": days})
    return " ".join(sentences)


def few(words: Sequence[str]) -> str:
    return listed(words) if len(words) <= NAMED else ", ".join(words[:NAMED]) + " …"


def why(skipped: Skipped) -> str:
    """Return “Wed 2 Dec (closed)”."""
    causes = {
        Cause.CLOSED: skipped.name or _("closed"),
        Cause.AWAY: _("you are away"),
        Cause.ON_BREAK: _("on a break"),
        Cause.BUSY: _("another session"),
    }
    return f"{day(skipped.day, today())} ({causes[skipped.cause]})"


@require_http_methods(["GET", "POST"])
@require_role(Role.THERAPIST)
def set_cadences(request: AuthedRequest) -> HttpResponse:
    """Set the rhythms of many at once. Rows that fit are saved; the others stay with what was typed."""
    sent = sent_to(request)
    works = list(
        Assignment.objects.editable_by(request.user).without_rhythm(today()).with_who().by_name()
    )
    rooms = list(Room.objects.in_use(today()))
    shared = ForAllForm(sent, today=today(), prefix="all", initial={"starts_on": today()})
    rows = [
        (work, RowForm(sent, rooms=rooms, prefix=str(work.pk), auto_id=f"id_{number}_%s"))
        for number, work in enumerate(works, start=1)
    ]
    if sent is not None and shared.is_valid():
        saved = save_rows(request, shared, rows)
        rows = [(work, form) for work, form in rows if work.pk not in saved]
        if saved and not any(form.errors for _work, form in rows if not form.is_left_out):
            return redirect("caseload:set_cadences" if rows else "desk:caseload")
    forms = [shared, *(form for _work, form in rows if sent is None or not form.is_left_out)]
    return show(request, "caseload/set_cadences.html", forms=forms, form=shared, rows=rows)


Rows = list[tuple[Assignment, RowForm]]


def save_rows(request: AuthedRequest, shared: ForAllForm, rows: Rows) -> set[UUID]:
    """Save the rows that can be saved, put a sentence on those that cannot; return which were."""
    filled = [(work, form) for work, form in rows if not form.is_left_out and form.is_valid()]
    said = shared.cleaned_data
    wishes = {
        work: Wish(
            weekday=form.cleaned_data["weekday"],
            starts_at=form.cleaned_data["starts_at"],
            starts_on=max(said["starts_on"], work.starts_on),
            minutes=said["minutes"],
            every_weeks=form.cleaned_data["every_weeks"],
            mode=work.usual_mode,
            room=form.cleaned_data["room"],
        )
        for work, form in filled
    }
    many = operations.set_cadences(
        wishes=wishes, by=request.user, on=today(), lenient=said["lenient"]
    )
    for work, form in filled:
        if work.pk in many.refused:
            form.add_error(None, str(many.refused[work.pk]))
    if many.done:
        count = len(many.done)
        text = ngettext("%(count)s rhythm set.", "%(count)s rhythms set.", count)
        messages.success(request, text % {"count": count})
    return set(many.done)
