"""The page of one client: who, how to reach them safely, the work, and who can see this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest
from accounts.models import Absence, Supervision, User
from caseload.models import (
    Assignment,
    Break,
    Client,
    Commitment,
    Episode,
    Goal,
    Participation,
    RiskLook,
    Session,
)
from caseload.models.files import (
    coming_of,
    for_page,
    involved_of,
    joined_of,
    known_to,
    parts_of,
    past_of,
    pause_of,
    reach,
    rhythm_of,
    weight_of,
    works_for_page,
)
from caseload.models.log import LatestReadings, latest_readings
from caseload.operations.reading import log_read
from core.clock import now, today
from core.parts import Chip, Seer
from desk.standing import standing_of
from endings.models import Consent, Ending, HandoverInvitation
from endings.models.endings import CLOSED_STAGES

LATEST = 5  # lines about who opened the file


@dataclass(frozen=True)
class Work:
    """One stretch of work with one therapist, and what happened and comes in it."""

    assignment: Assignment
    may_act: bool
    may_end: bool
    parts: list[Participation]
    weight: Commitment | None
    rhythm: str
    pause: Break | None
    coming: list[Session]
    past: list[Session]
    goals: list[Goal]


@dataclass(frozen=True)
class Clinical:
    """What only those see who work with the client, and who lead them."""

    works: list[Work] = field(default_factory=list)
    risk: list[RiskLook] = field(default_factory=list)
    endings: list[tuple[Ending, Chip]] = field(default_factory=list)


@require_safe
def client(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show a client; the clinical part to those who may read it. Each look is logged."""
    rows = Client.objects.visible_to(request.user).with_rights_of(request.user)
    visible = for_page(rows, request.user)
    with_readings = visible.annotate(readings=LatestReadings(F("pk"), Value(LATEST)))
    shown: Client = get_object_or_404(with_readings, pk=pk)
    log_read(client=shown, page="desk:client", by=request.user, at=now())
    clinical = clinical_of(request, shown) if shown.is_clinical else None  # type: ignore[attr-defined]
    context = {
        "client": shown,
        "channels": reach(shown),
        "joined": joined_of(shown),
        "involved": involved_of(shown) if clinical else [],
        "links": known_to(shown) if clinical else [],
        "clinical": clinical,
        "seers": seers_of(clinical) if clinical else [],
        "readings": latest_readings(shown.readings),  # type: ignore[attr-defined]
        "today": today(),
    }
    return render(request, "desk/client.html", context)


def clinical_of(request: AuthedRequest, client: Client) -> Clinical:
    risk = RiskLook.objects.visible_to(request.user).filter(client=client).newest_first()
    endings = endings_of(request, client)
    ending = {one.assignment_id for one, _chip in endings if one.stage not in CLOSED_STAGES}
    return Clinical(
        works=works_of(request, client, ending),
        risk=list(risk.select_related("by")[:3]),
        endings=endings,
    )


def works_of(request: AuthedRequest, client: Client, ending: set[UUID]) -> list[Work]:
    """Return the work with this client, what runs first; two queries for any number of them.

    `ending`: the work whose ending is open; the others that run may be ended.
    """
    user = request.user
    mine = Assignment.objects.visible_to(user).of_client(client).with_rights_of(user)
    rows = works_for_page(mine, now(), today()).select_related("therapist", "episode")
    works = sorted(rows, key=lambda row: (row.ends_on is not None, -row.starts_on.toordinal()))
    goals = list(Goal.objects.visible_to(user).filter(assignment__in=works))
    return [work_of(row, goals, is_ending=row.pk in ending) for row in works]


def work_of(row: Assignment, goals: Iterable[Goal], *, is_ending: bool) -> Work:
    may_act: bool = row.may_act  # type: ignore[attr-defined]
    runs = row.ends_on is None or row.ends_on >= today()
    return Work(
        assignment=row,
        may_act=may_act,
        may_end=may_act and runs and not is_ending,
        parts=parts_of(row) if row.episode.kind != Episode.Kind.INDIVIDUAL else [],
        weight=weight_of(row),
        rhythm=rhythm_of(row),
        pause=pause_of(row),
        coming=coming_of(row),
        past=past_of(row),
        goals=[goal for goal in goals if goal.assignment_id == row.pk],
    )


def endings_of(request: AuthedRequest, client: Client) -> list[tuple[Ending, Chip]]:
    """Return the endings with this client, each with its state and who receives."""
    user = request.user
    asked = HandoverInvitation.objects.visible_to(user).filter(
        ending=OuterRef("pk"), state=HandoverInvitation.State.ACCEPTED
    )
    consents = (
        Consent.objects.visible_to(user)
        .current()
        .filter(ending=OuterRef("pk"), receiver=OuterRef("receiver_key"))
    )
    mine = (
        Ending.objects.visible_to(user)
        .standing()
        .of_client(client)
        .annotate(
            receiver_key=Subquery(asked.values("receiver")[:1]),
            receiver_name=Subquery(asked.values("receiver__name")[:1]),
            opens_on=Subquery(consents.values("opens_on")[:1]),
        )
    )
    shortest = request.practice.notice_shortest
    return [(row, standing_of(row, today(), shortest)) for row in mine.order_by("-opened_on", "pk")]


def seers_of(clinical: Clinical) -> list[Seer]:
    """Return everybody who can see this today, and who cannot yet (R5)."""
    on = today()
    rows = [work.assignment for work in clinical.works]
    running = [
        row for row in rows if row.starts_on <= on and (row.ends_on is None or row.ends_on >= on)
    ]
    seers = {
        row.therapist_id: Seer(row.therapist.name, allowed=True, role=row.get_role_display())
        for row in running
    }
    for person in beside([row.therapist for row in running], on):
        role = _("Supervision") if person.leads else pgettext("assign", "Stands in")
        seers.setdefault(person.pk, Seer(person.name, allowed=True, role=role))
    waiting = [receiver_of(ending, on) for ending, _chip in clinical.endings]
    return [*seers.values(), *(seer for seer in waiting if seer)]


def beside(therapists: Sequence[User], on: date) -> Any:
    """Return who leads or stands in for one of `therapists` on a day, with `leads`; one query."""
    leading = Supervision.objects.leading_on(on).filter(
        supervisor=OuterRef("pk"), supervisee__in=therapists
    )
    standing_in = Absence.objects.on(on).filter(deputy=OuterRef("pk"), user__in=therapists)
    return (
        User.objects.annotate(leads=Exists(leading), stands_in=Exists(standing_in))
        .filter(Q(leads=True) | Q(stands_in=True))
        .by_name()
    )


def receiver_of(ending: Ending, on: date) -> Seer | None:
    """Return the one who takes over, with the day from which the file is open to them."""
    name, opens_on = ending.receiver_name, ending.opens_on  # type: ignore[attr-defined]
    if not name:
        return None
    is_open = bool(ending.told_on and opens_on and opens_on <= on)
    ahead = opens_on if opens_on and opens_on > on else None
    return Seer(name, allowed=is_open, role=_("Takes over"), from_day=ahead)
