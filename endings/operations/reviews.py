"""Asking somebody else to look, with a date (decision 18). Nothing is agreed by silence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Supervision, User
from core.dates import on_day
from endings.models import Departure, Ending, EndingException, Review

WORKING_DAYS_TO_ANSWER = 2


@dataclass(frozen=True)
class Reviewers:
    """Who decides, and who does when the first one cannot."""

    first: User
    second: User | None = None
    alone_because: str = ""


def reviewers_of(author: User, on: date) -> Reviewers:
    """Return the leading supervisor and a second one; a solo practice is its own, and says why."""
    leads = (
        Supervision.objects.on(on)
        .filter(supervisee=author, kind__in=["leading", "both"])
        .filter(Q(supervisor__is_active=True, supervisor__suspended_at=None))
        .select_related("supervisor")
        .order_by("is_second", "starts_on", "pk")
    )
    people = list(dict.fromkeys(row.supervisor for row in leads))
    if not people:
        return Reviewers(author, alone_because=_("Nobody leads this person’s work here."))
    return Reviewers(people[0], people[1] if len(people) > 1 else None)


def answer_by(reviewer: User, on: date) -> date:
    """Return the day, in the reviewer's working days, by which an answer is due."""
    day, left = on, WORKING_DAYS_TO_ANSWER
    working = set(reviewer.working_days) or set(range(7))
    while left:
        day += timedelta(days=1)
        left -= day.weekday() in working
    return day


def ask_for_review(
    *,
    about: Departure | EndingException | Ending,
    by: User,
    at: datetime,
    kind: Review.Kind | None = None,
    due_on: date | None = None,
    is_pressing: bool = False,
) -> Review:
    """Put a question before whoever leads the work of `by`.

    About an ending itself the `kind` says what of it: the closing, or the handover.
    """
    reviewers = reviewers_of(by, on_day(at))
    return Review.objects.create(
        kind=kind or kind_of(about),
        departure=about if isinstance(about, Departure) else None,
        ending=ending_of(about),
        exception=about if isinstance(about, EndingException) else None,
        author=by,
        reviewer=reviewers.first,
        second_reviewer=reviewers.second,
        alone_because=reviewers.alone_because,
        is_pressing=is_pressing,
        asked_at=at,
        due_on=due_on or answer_by(reviewers.first, on_day(at)),
    )


def kind_of(about: Departure | EndingException | Ending) -> Review.Kind:
    if isinstance(about, Departure):
        return Review.Kind.DEPARTURE
    return Review.Kind.EXCEPTION if isinstance(about, EndingException) else Review.Kind.CLOSURE


def ending_of(about: Departure | EndingException | Ending) -> Ending | None:
    if isinstance(about, EndingException):
        return about.ending
    return about if isinstance(about, Ending) else None
