"""The rows behind a departure board: every standing ending with what its lane shows."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from accounts.models import User
from caseload.models import Cadence, Session
from core.sight import opened_by
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
    """Return the standing endings by departure, in two queries, however many there are.

    Each carries what its lane shows: `has_open_exception`, `last_chance_at`, `has_arrived`, `told_remote`,
    `handover_at`, `receiver_name`, and `may_act`, whether `user` records in it.
    """
    keys = [departure.pk for departure in departures]
    found: dict[UUID, list[Ending]] = {key: [] for key in keys}
    shown = Ending.objects.visible_to(user).standing().filter(departure__in=keys).with_work()
    rhythms = Cadence.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("starts_on")
    for ending in shown.annotate(
        may_act=opened_by("own_assignments_of", "assignment_id", user), **on_the_board()
    ).prefetch_related(Prefetch("assignment__cadences", rhythms)):
        found[ending.departure_id].append(ending)  # type: ignore[index]  # filtered by departure
    return found


def on_the_board() -> dict[str, Exists | Subquery]:
    """Return what is asked beside each ending, as parts of one query."""
    of_ending = {"ending": OuterRef("pk")}
    waiting = Review.objects.waiting().filter(kind=Review.Kind.EXCEPTION, **of_ending)
    in_window = Session.objects.filter(
        assignment=OuterRef("assignment"),
        state=Session.State.PLANNED,
        starts_at__date__lte=OuterRef("window_closes_on"),
    ).order_by("-starts_at")
    arrived = FollowUp.objects.filter(
        assignment=OuterRef("assignment"), client=OuterRef("client"), outcome__in=ARRIVED
    )
    in_person = Q(how=Telling.How.ROOM) | Q(how=Telling.How.VIDEO, is_usual_way=True)
    remote = Telling.objects.current().filter(is_taken_back=False, **of_ending).exclude(in_person)
    planned = HandoverSession.objects.filter(cancelled_on=None, **of_ending)
    said_yes = HandoverInvitation.objects.filter(state="accepted", **of_ending)
    return {
        "has_open_exception": Exists(waiting),
        "last_chance_at": Subquery(in_window.values("starts_at")[:1]),
        "has_arrived": Exists(arrived),
        "told_remote": Exists(remote),
        "handover_at": Subquery(planned.values("session__starts_at")[:1]),
        "receiver_name": Subquery(said_yes.values("receiver__name")[:1]),
    }
