"""The rows of a caseload list: one for each person of each work, with what the list says of them."""

from datetime import date, datetime

from django.db.models import OuterRef, Q, Subquery

from caseload.models.episodes import Assignment, AssignmentQuerySet, Cadence
from caseload.models.sessions import Session
from caseload.models.work import Commitment


def caseload_rows(works: AssignmentQuerySet, at: datetime, day: date) -> AssignmentQuerySet:
    """Return `works`, already scoped, one row a person: `next_at`, `held_at`, `weight`, `every_weeks`.

    The next session is the first planned one that is not over at `at`; weight and rhythm are those of `day`.
    """
    sessions = Session.objects.filter(assignment=OuterRef("pk"))
    coming = sessions.planned().filter(ends_at__gt=at).order_by("starts_at")
    held = sessions.attended().order_by("-starts_at")
    weights = Commitment.objects.on(day).filter(
        assignment=OuterRef("pk"), kind=Commitment.Kind.WEIGHT
    )
    rhythms = Cadence.objects.on(day).filter(assignment=OuterRef("pk"))
    return works.by_person(day).annotate(
        next_at=Subquery(coming.values("starts_at")[:1]),
        held_at=Subquery(held.values("starts_at")[:1]),
        weight=Subquery(weights.values("points")[:1]),
        every_weeks=Subquery(rhythms.values("every_weeks")[:1]),
    )


def not_seen_since(moment: datetime) -> Q:
    """Return the condition on such rows that nobody was seen since `moment`, though the work had begun."""
    unseen = Q(held_at=None) | Q(held_at__lt=moment)
    return unseen & Q(starts_on__lt=moment.date()) & ~Q(state=Assignment.State.ON_BREAK)


def named_like(words: str) -> Q:
    """Return the condition that name, known-as or code has `words` in it; accents do not matter."""
    return (
        Q(name__unaccent__icontains=words)
        | Q(known_as__unaccent__icontains=words)
        | Q(code__icontains=words)
    )
