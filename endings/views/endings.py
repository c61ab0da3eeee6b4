"""The endings one sees, and the page of one: its way as steps, in short, and who can see it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from accounts.models import Role, Supervision
from caseload.forms.clients import language_name
from caseload.models import Assignment, Cadence
from caseload.operations.reading import log_read
from core import dates
from core.clock import now, today
from core.parts import Chip, Fact, Link, Seer
from core.rows import rows_of
from endings.models import Departure, Ending
from endings.operations.notices import meetings_of, policy_of
from endings.operations.records import Records, records_of
from endings.views.page import Page
from endings.views.way import way_of
from endings.workflow import Stage, Step, open_steps

PER_PAGE = 50
A_MONDAY = date(2024, 1, 1)
KIND_OF_STAGE = {
    Stage.TO_TELL: "wait",
    Stage.TOLD: "done",
    Stage.OPTIONS_OFFERED: "info",
    Stage.CHOSEN: "info",
    Stage.HANDED_OVER: "meet",
    Stage.LAST_HELD: "now",
    Stage.CLOSED: "quiet",
    Stage.FOLLOWED_UP: "quiet",
}


@dataclass(frozen=True)
class Row:
    """One ending in the list: where it stands, what comes next and when."""

    ending: Ending
    chip: Chip
    next_step: str
    is_late: bool


@require_safe
def endings(request: AuthedRequest) -> HttpResponse:
    """Endings that are under way, the next act first; closed ones on a view of their own."""
    mine = Ending.objects.visible_to(request.user).standing()
    closed = request.GET.get("show") == "closed"
    shown = mine.closed() if closed else mine.open()
    page = Paginator(shown.for_list(), PER_PAGE).get_page(request.GET.get("page"))
    views = [
        Link(request.path, _("Under way"), current=not closed),
        Link(f"{request.path}?show=closed", _("Closed"), current=closed),
    ]
    departures = list(Departure.objects.visible_to(request.user).open().select_related("therapist"))
    context = {
        "page": page,
        "rows": [row_of(one) for one in page],
        "views": views,
        "departures": departures,
        "may_leave": request.user.holds(Role.THERAPIST)
        and not any(one.therapist_id == request.user.pk for one in departures),
    }
    return render(request, "endings/endings.html", context)


def row_of(ending: Ending) -> Row:
    stage = Stage(ending.stage)
    chip = Chip(KIND_OF_STAGE[stage], stage.label)  # type: ignore[arg-type]
    following = next(iter(open_steps(ending.playbook, reached(ending))), None)
    on = getattr(ending, "next_on", None)
    is_late = bool(on and on < today() and stage.place < Stage.LAST_HELD.place)
    return Row(ending, chip, str(following.label) if following else "", is_late)


def reached(ending: Ending) -> set[Step]:
    """Return the steps that the ending's own columns know to be done."""
    columns = {
        Step.TELL: ending.told_on,
        Step.OPTIONS: ending.options_on,
        Step.CHOICE: ending.chosen_on,
        Step.LAST: ending.last_held_on,
        Step.NO_LAST: getattr(ending, "has_no_last", False),
        Step.CLOSE: ending.closed_on,
        Step.FOLLOW_UP: ending.stage == Stage.FOLLOWED_UP,
    }
    return {step for step, fact in columns.items() if fact}


@require_safe
def ending(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The way to a good end, with everything that is recorded of it."""
    visible = Ending.objects.visible_to(request.user).for_page()
    shown: Any = get_object_or_404(visible.for_reader(request.user, today()), pk=pk)
    log_read(client=shown.client, page="endings:ending", by=request.user, at=now())
    page = page_of(request, shown)
    context = {
        "ending": shown,
        "steps": way_of(page),
        "facts": in_short(page),
        "exceptions": page.records.exceptions,
        "people": who_can_see(page),
        "about": about(page),
        "back": back_to(request, shown),
        "may_turn": page.may_edit and shown.departure_id is None and shown.closed_on is None,
    }
    return render(request, "endings/ending.html", context)


def page_of(request: AuthedRequest, shown: Any) -> Page:
    """Return everything that is recorded of an ending in sight, as this person sees it today."""
    return Page(
        ending=shown,
        records=records_of(shown),
        meetings=meetings_of(shown),
        policy=policy_of(request.practice),
        today=today(),
        reader=request.user,
        may_edit=shown.may_act and not is_laid_aside(shown),
    )


def is_laid_aside(ending: Ending) -> bool:
    """Say whether the work went on after all; a telling in a withdrawn departure is still recorded."""
    return ending.withdrawn_on is not None and ending.departure_id is None


def back_to(request: AuthedRequest, ending: Any) -> Link:
    """Return where one came from: the departure's board, or all endings."""
    departure = ending.departure
    if departure is None or departure.is_draft or not ending.sees_departure:
        return Link(reverse("endings:endings"), pgettext("tab", "Endings"))
    named = _("Departure: %(name)s") % {"name": departure.therapist.name}
    label = _("Your departure") if departure.therapist_id == request.user.pk else named
    return Link(reverse("endings:board", args=[departure.pk]), label)


def about(page: Page) -> str:
    """Return what kind of ending this is, and when the last session is planned."""
    ending = page.ending
    planned = _("Planned") if ending.is_planned else _("Unplanned")
    parts = [ending.get_playbook_display(), planned]
    if ending.last_on:
        parts.append(f"{_('Last session')}: {page.day(ending.last_on)}")
    return " · ".join(str(part) for part in parts)


def in_short(page: Page) -> list[Fact]:
    """Return the few facts one looks up: since when, the rhythm, the window, who carries it."""
    ending, client = page.ending, page.ending.client
    facts: list[Fact] = [(_("Together since"), since(ending))]
    rhythm = rhythm_of(ending)
    if rhythm:
        facts.append((_("Rhythm"), rhythm))
    if ending.window_opens_on and ending.window_closes_on:
        span = dates.span(ending.window_opens_on, ending.window_closes_on, short=True)
        facts.append((_("Notice window"), span))
    if ending.carried_by:
        facts.append((_("Carries it on"), ending.carried_by.name))
    if client.languages:
        facts.append(
            (_("Languages"), dates.listed([language_name(code) for code in client.languages]))
        )
    if client.safe_to_contact:
        facts.append((_("Safe to contact"), str(client.safe_to_contact)))
    standing = [one for one in page.records.exceptions if not one.taken_back_on]
    said = dates.listed([one.get_rule_display() for one in standing]) if standing else _("None")
    return [*facts, (_("Exceptions"), said)]


def since(ending: Any) -> str:
    said = ngettext("%(count)s session", "%(count)s sessions", ending.held)
    return f"{dates.month(ending.assignment.starts_on)}, {said % {'count': ending.held}}"


def rhythm_of(ending: Any) -> str:
    """Return “Monday, 09:30, in person”, while there is a rhythm."""
    cadence = next(iter(rows_of(Cadence, ending.rhythm_said)), None)
    if cadence is None:
        return ""
    weekday = dates.weekday(A_MONDAY + timedelta(days=cadence.weekday))
    weeks = ngettext("every week", "every %(count)s weeks", cadence.every_weeks)
    often = weeks % {"count": cadence.every_weeks} if cadence.every_weeks > 1 else ""
    return ", ".join(
        filter(None, [weekday, dates.clock(cadence.starts_at), often, cadence.get_mode_display()])
    )


# --- who can see this -------------------------------------------------------------------------------
def who_can_see(page: Page) -> list[Seer]:
    """Return everybody to whom this page opens, or does not yet (R5)."""
    ending: Any = page.ending
    therapist = ending.assignment.therapist
    seers = {therapist.pk: Seer(therapist.name, allowed=True, role=_("therapist"))}
    if ending.departure is None or ending.departure.state != Departure.State.DRAFT:
        for row in rows_of(Supervision, ending.leads_said):
            seers[row.supervisor_id] = Seer(row.supervisor.name, allowed=True, role=_("supervisor"))
        for work in rows_of(Assignment, ending.beside_said):
            role = work.get_role_display()
            seers.setdefault(work.therapist_id, Seer(work.therapist.name, allowed=True, role=role))
        carries(page, seers)
    receivers(page.records, seers)
    return list(seers.values())


def carries(page: Page, seers: dict[UUID, Seer]) -> None:
    """Who carries it on sees it from the day after the work has ended."""
    person, ends_on = page.ending.carried_by, page.ending.assignment.ends_on
    if person is None:
        return
    last_day = ends_on or (page.ending.departure.last_day if page.ending.departure else None)
    allowed = ends_on is not None and ends_on < page.today
    opens = last_day + timedelta(days=1) if last_day and not allowed else None
    seer = Seer(person.name, allowed=allowed, role=_("carries it on"), from_day=opens)
    seers.setdefault(person.pk, seer)


def receivers(records: Records, seers: dict[UUID, Seer]) -> None:
    """A receiver sees nothing of this page: what opens to them is a page of its own."""
    for asked in records.invitations:
        if asked.state in ("sent", "accepted"):
            seers.setdefault(asked.receiver_id, Seer(asked.receiver.name, allowed=False))
