"""The supervisor's Monday morning, and the therapist's own page of what was asked and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.http import AuthedRequest, require_role
from accounts.models import Role
from core.clock import today
from endings.models import Departure, Ending, Review
from endings.notice import NoticePolicy
from endings.operations import board_rows
from endings.operations.notices import policy_of
from endings.views import lanes


@dataclass(frozen=True)
class Leaver:
    """One departure on the desk: who, until when, how far, and who is late."""

    departure: Departure
    told: str
    everybody: str
    has_nobody: bool
    late: Sequence[Ending]


@require_safe
@require_role(Role.SUPERVISOR)
def supervisors_desk(request: AuthedRequest) -> HttpResponse:
    """One sentence; then what waits, who leaves, who is late."""
    on, policy = today(), policy_of(request.practice)
    waiting = (
        Review.objects.editable_by(request.user)
        .waiting()
        .select_related("author", "departure", "ending__client", "exception")
        .most_pressing_first()
    )
    leaving = (
        Departure.objects.visible_to(request.user)
        .exclude(therapist=request.user)
        .open()
        .select_related("therapist")
    )
    endings = board_rows.endings_of_departures(leaving, request.user, on)
    everybody = lanes.totals_of([one for some in endings.values() for one in some], policy, on)
    context = {
        "reviews": [(review, review.due_on < on) for review in waiting],
        "leavers": [
            leaver_of(departure, endings.get(departure.pk, []), policy, on) for departure in leaving
        ],
        "sentence": lanes.everybody_words(everybody) if everybody.everybody else "",
        "has_nobody": bool(everybody.nobody),
    }
    return render(request, "desk/supervisors_desk.html", context)


def leaver_of(
    departure: Departure, endings: Sequence[Ending], policy: NoticePolicy, on: date
) -> Leaver:
    totals = lanes.totals_of(endings, policy, on)
    late = [
        ending
        for ending in endings
        if ending.told_on is None
        and ending.window_closes_on is not None
        and ending.window_closes_on < on
    ]
    told = ngettext("%(told)s of %(count)s told.", "%(told)s of %(count)s told.", totals.everybody)
    return Leaver(
        departure=departure,
        told=told % {"told": totals.told, "count": totals.everybody},
        everybody=lanes.everybody_words(totals),
        has_nobody=bool(totals.nobody),
        late=late,
    )


@require_safe
def supervision(request: AuthedRequest) -> HttpResponse:
    """What I asked, and the answers: newest first."""
    mine = (
        Review.objects.visible_to(request.user)
        .filter(author=request.user, taken_back_at=None)
        .select_related("reviewer", "decided_by", "departure", "ending__client", "exception")
        .prefetch_related("comments__ending__client")
        .order_by("decision", "-asked_at")
    )
    context = {
        "waiting": [review for review in mine if not review.decision],
        "answered": [review for review in mine if review.decision],
    }
    return render(request, "desk/supervision.html", context)
