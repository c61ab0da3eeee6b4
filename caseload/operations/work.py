"""Goals, looks at risk, and how heavy the work weighs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from caseload.load import Load, sum_of
from caseload.models import Assignment, Client, Commitment, Goal, RiskLook
from caseload.operations.clients import client_under_lock
from caseload.operations.rhythms import under_lock
from core.errors import ChangedMeanwhile

DAY = timedelta(days=1)


@transaction.atomic
def record_goal(
    *, assignment: Assignment, words: str, on: date, review_next_on: date | None, by: User
) -> Goal:
    """Keep a goal that client and therapist set together, in the client's words."""
    work = under_lock(assignment, by)
    return Goal.objects.create(
        assignment=work,
        episode_id=work.episode_id,
        words=words,
        set_on=on,
        review_next_on=review_next_on,
    )


@dataclass(frozen=True)
class Reviewed:
    """How a goal stands when both look at it."""

    met: str
    words: str
    on: date
    review_next_on: date | None = None


@transaction.atomic
def review_goal(*, goal: Goal, review: Reviewed, by: User, revision: int | None = None) -> Goal:
    """Record a look at a goal: met, partly, not met or still open."""
    mine: Goal = Goal.objects.editable_by(by).select_for_update(of=("self",)).get(pk=goal.pk)
    if revision is not None and revision != mine.revision:
        raise ChangedMeanwhile
    mine.met, mine.words = review.met, review.words
    mine.reviewed_on, mine.review_next_on = review.on, review.review_next_on
    mine.revision += 1
    mine.save()
    return mine


@dataclass(frozen=True)
class Seen:
    """What was seen in a look at risk (R24)."""

    on: date
    level: str
    note: str = ""
    has_safety_plan: bool = False
    is_safeguarding_open: bool = False
    tell_not_before: date | None = None
    look_again_on: date | None = None


@transaction.atomic
def record_risk_look(*, client: Client, seen: Seen, by: User, at: datetime) -> RiskLook:
    """Add a look at risk; earlier ones stay, the newest one speaks."""
    mine = client_under_lock(client, by)
    return RiskLook.objects.create(client=mine, by=by, recorded_at=at, **vars(seen))


@transaction.atomic
def set_weight(
    *, assignment: Assignment, points: Decimal, reason: str, by: User, on: date
) -> Commitment:
    """Let the work weigh `points` from `on`; what it weighed before stays for the days before."""
    work = under_lock(assignment, by)
    weights = Commitment.objects.filter(assignment=work, kind=Commitment.Kind.WEIGHT)
    weights.filter(starts_on__gte=on).delete()
    weights.filter(Q(ends_on=None) | Q(ends_on__gte=on)).update(ends_on=on - DAY)
    return Commitment.objects.create(
        user=work.therapist,
        kind=Commitment.Kind.WEIGHT,
        points=points,
        starts_on=on,
        ends_on=work.ends_on,
        assignment=work,
        cause=work.pk,
        reason=reason,
    )


def load_of(people: Iterable[User], on: date) -> dict[User, Load]:
    """Return the load of each of `people` on a day, by what causes it: numbers, also of colleagues.

    One query for any number of people (decision 4). That somebody leaves is known further left.
    """
    asked = list(people)
    with connection.cursor() as cursor:
        cursor.execute("select * from sight.load_of(%s, %s)", [[one.pk for one in asked], on])
        rows = cursor.fetchall()
    return {
        one: sum_of([(kind, points) for who, kind, points in rows if who == one.pk], one.capacity)
        for one in asked
    }
