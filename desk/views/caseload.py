"""One's caseload: who, in which rhythm, when next, how heavy, and where an ending stands."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from caseload.load import Level, Load
from caseload.models import Assignment
from caseload.models.episodes import AssignmentQuerySet, every
from caseload.models.rows import caseload_rows, named_like, not_seen_since
from caseload.operations.work import load_of
from core import dates
from core.addresses import address_by_key
from core.clock import now, today
from core.drawing import Gauge, gauge
from core.http import keep_words, kept_words, words_of
from core.parts import Chip, Link
from desk.standing import standing_of
from endings.models import Departure, Ending, HandoverInvitation

PER_PAGE = 50
WORDS = "caseload_words"
NOT_SEEN_FOR = timedelta(days=28)
ALL, ENDING, COMING, UNSEEN = "all", "ending", "coming", "unseen"
SORTS = {
    "name": (gettext_lazy("Name"), F("name_key").asc()),
    "next": (gettext_lazy("Next session"), F("next_at").asc(nulls_last=True)),
    "seen": (gettext_lazy("Not seen the longest"), F("held_at").asc(nulls_first=True)),
    "since": (gettext_lazy("With you since"), F("starts_on").asc()),
    "weight": (gettext_lazy("Weight"), F("weight").desc(nulls_last=True)),
}
LEVELS = {
    Level.ROOM: Chip("done", gettext_lazy("Room to spare")),
    Level.FULL: Chip("wait", gettext_lazy("Full")),
    Level.SLIGHTLY: Chip("now", gettext_lazy("Just slightly too many")),
    Level.OVER: Chip("late", gettext_lazy("Over the limit")),
    Level.NOTHING_NEW: Chip("wait", gettext_lazy("Nothing new"), "door-open"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; anything else is read as the usual."""

    show: str
    sort: str
    words: str

    @classmethod
    def of(cls, request: AuthedRequest) -> "Asked":
        show, sort = request.GET.get("show", ALL), request.GET.get("sort", "next")
        return cls(
            show=show if show in (ENDING, COMING, UNSEEN) else ALL,
            sort=sort if sort in SORTS else "next",
            words=kept_words(request, WORDS) if "found" in request.GET else "",
        )


@dataclass(frozen=True)
class Row:
    """One person of one's caseload, with every word ready: a template's loop costs more than a query."""

    work: Assignment
    name: str
    code: str
    url: str
    meets: datetime | None
    seen: str
    rhythm: str
    weight: str
    chip: Chip | None
    ending_url: str


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.THERAPIST, Role.SUPERVISOR)
def caseload(request: AuthedRequest) -> HttpResponse:
    """The list: a constant number of queries, whatever its length.

    What is looked for is a name: it is sent, kept in the session, and never stands in an address (R22).
    """
    if request.method == "POST":
        return redirect(f"{reverse('desk:caseload')}?{look_for(request)}")
    asked = Asked.of(request)
    everybody = rows_of(request)
    counts = counts_of(everybody, asked)
    coming = list(coming_to(request))
    _label, order = SORTS[asked.sort]
    chosen = everybody.filter(wanted(asked)).order_by(order, F("name_key"), "pk", F("client_key"))
    paginator = Paginator(chosen, PER_PAGE)
    paginator.count = counts["found"]  # counted already
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [] if asked.show == COMING else shown(request, page),
        "coming": coming if asked.show in (ALL, COMING) and page.number == 1 else [],
        "load": own_load(request),
        "asked": asked,
        "sorts": [(key, label) for key, (label, _order) in SORTS.items()],
        "views": switches(asked, {**counts, COMING: len(coming)}),
        "counts": counts,
    }
    return render(request, "desk/caseload.html", context)


def look_for(request: AuthedRequest) -> str:
    """Keep the words in the session; return the rest of the question, for the address."""
    words = words_of(request.POST.get("q", ""))
    keep_words(request, WORDS, words)
    said = {name: request.POST[name] for name in ("show", "sort") if request.POST.get(name)}
    return urlencode(said | ({"found": 1} if words else {}))


def rows_of(request: AuthedRequest) -> AssignmentQuerySet:
    """Everybody in whose work this person acts today, and whether an ending is open."""
    endings = (
        Ending.objects.visible_to(request.user)
        .open()
        .filter(assignment=OuterRef("pk"), client=OuterRef("client_key"))
    )
    works = Assignment.objects.editable_by(request.user)
    return caseload_rows(works, now(), today()).annotate(is_ending=Exists(endings))


def counts_of(rows: AssignmentQuerySet, asked: Asked) -> dict[str, int]:
    """Return how many there are in each view, and how many this page has found, in one query."""
    return rows.aggregate(
        all=Count("pk"),
        ending=Count("pk", filter=Q(is_ending=True)),
        unseen=Count("pk", filter=not_seen_since(now() - NOT_SEEN_FOR)),
        found=Count("pk", filter=wanted(asked)),
    )


def wanted(asked: Asked) -> Q:
    """Return the condition on the rows that the address asks for."""
    found = named_like(asked.words) if asked.words else Q(pk__isnull=False)
    if asked.show == ENDING:
        found &= Q(is_ending=True)
    if asked.show == UNSEEN:
        found &= not_seen_since(now() - NOT_SEEN_FOR)
    return found


def shown(request: AuthedRequest, page: "Page[Assignment]") -> Sequence[Row]:
    """Bring the endings to the rows of one page: one query for any number of them."""
    works = list(page.object_list)
    keys = [work.pk for work in works]
    standing = Ending.objects.visible_to(request.user).open().filter(assignment__in=keys)
    endings = {(row.assignment_id, row.client_id): row for row in standing.for_standing()}
    shortest, on = request.practice.notice_shortest, today()
    address, address_of_ending = address_by_key("desk:client"), address_by_key("endings:ending")
    rows = []
    for work in works:
        ending = endings.get((work.pk, work.client_key))  # type: ignore[attr-defined]
        chip = standing_of(ending, on, shortest) if ending else None
        ending_url = address_of_ending(ending.pk) if ending else ""
        rows.append(row_of(work, address, chip, ending_url, on))
    return rows


def row_of(
    work: Any, address: Callable[[object], str], chip: Chip | None, ending_url: str, on: date
) -> Row:
    return Row(
        work=work,
        name=work.known_as or work.name,
        code=work.code,
        url=address(work.client_key),
        meets=work.next_at,
        seen=dates.day_month(work.held_at, on) if work.held_at else "",
        rhythm=every(work.every_weeks) if work.every_weeks else "",
        weight="–" if work.weight is None else dates.number(work.weight),
        chip=chip,
        ending_url=ending_url,
    )


def coming_to(request: AuthedRequest) -> Iterable[HandoverInvitation]:
    """Those whom a colleague has asked this person to take over; no name before its time (R5)."""
    asked = HandoverInvitation.objects.received_by(request.user).standing()
    return asked.filter(ending__handed_over_on=None).order_by("invited_at")


@dataclass(frozen=True)
class Fullness:
    """How full somebody is: the drawing where there is a limit, the level, the figures."""

    load: Load
    gauge: Gauge | None
    chip: Chip | None


def own_load(request: AuthedRequest) -> Fullness:
    """Return one's own load; somebody who leaves takes nothing new (decision 29)."""
    load = load_of([request.user], today())[request.user]
    leaving = Departure.objects.editable_by(request.user).open().filter(submitted_at__isnull=False)
    if leaving.filter(kind=Departure.Kind.LEAVING).exists():
        load = replace(load, is_leaving=True)
    parts = [
        (_("Clients"), load.weight),
        (pgettext("tab", "Endings"), load.ending),
        (_("Coming to you"), load.incoming),
    ]
    drawn = gauge(parts, load.capacity) if load.capacity else None
    return Fullness(load, drawn, LEVELS.get(load.level))


def switches(asked: Asked, counts: dict[str, int]) -> list[Link]:
    labels = {
        ALL: _("All"),
        ENDING: _("Ending"),
        COMING: _("Coming"),
        UNSEEN: _("Not seen lately"),
    }
    here = reverse("desk:caseload")
    return [
        Link(
            here if which == ALL else f"{here}?show={which}",
            label,
            count=counts[which],
            current=which == asked.show,
        )
        for which, label in labels.items()
    ]
