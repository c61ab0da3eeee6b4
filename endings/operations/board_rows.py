"""The rows behind a departure board: every standing ending with what its lane shows."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from accounts.models import User
from caseload.models import Cadence, Session
from endings.models import (
    Departure,
    Ending,
    HandoverInvitation,
    HandoverSession,
    Review,
    Telling,
)
from referrals.models import FollowUp

ARRIVED = [FollowUp.Arrived.YES, FollowUp.Arrived.ELSEWHERE]


def endings_for_board(departure: Departure, user: User, on: date) -> list[Ending]:
    """Return every standing ending of one departure with what its lane shows."""
    return endings_of_departures([departure], user, on).get(departure.pk, [])


def endings_of_departures(
    departures: Iterable[Departure], user: User, on: date
) -> dict[UUID, list[Ending]]:
    """Return the standing endings by departure, in five queries, however many there are."""
    waiting = Review.objects.waiting().filter(ending=OuterRef("pk"), kind=Review.Kind.EXCEPTION)
    in_window = Session.objects.filter(
        assignment=OuterRef("assignment"),
        state=Session.State.PLANNED,
        starts_at__date__lte=OuterRef("window_closes_on"),
    ).order_by("-starts_at")
    arrived = FollowUp.objects.filter(
        assignment=OuterRef("assignment"), client=OuterRef("client"), outcome__in=ARRIVED
    )
    planned = HandoverSession.objects.filter(cancelled_on=None).select_related("session")
    said_yes = HandoverInvitation.objects.filter(state="accepted").select_related("receiver")
    rhythms = Cadence.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("starts_on")
    keys = [departure.pk for departure in departures]
    shown = Ending.objects.visible_to(user).standing().filter(departure__in=keys)
    found: dict[UUID, list[Ending]] = {key: [] for key in keys}
    for ending in (
        shown.with_work()
        .annotate(
            has_open_exception=Exists(waiting),
            last_chance_at=Subquery(in_window.values("starts_at")[:1]),
            has_arrived=Exists(arrived),
        )
        .prefetch_related(
            Prefetch("assignment__cadences", rhythms),
            Prefetch("handover_sessions", planned),
            Prefetch("invitations", said_yes),
            Prefetch("tellings", Telling.objects.filter(corrected_by=None)),
        )
    ):
        found[ending.departure_id].append(ending)  # type: ignore[index]  # filtered by departure
    return found
