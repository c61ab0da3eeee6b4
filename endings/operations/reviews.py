"""Asking somebody else to look, with a date (decision 18). Nothing is agreed by silence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Supervision, User
from caseload.models import RiskLook
from core.dates import on_day
from endings.models import Departure, Ending, EndingException, HandoverInvitation, Review

WORKING_DAYS_TO_ANSWER = 2
Subject = Departure | EndingException | Ending | HandoverInvitation


@dataclass(frozen=True)
class Reviewers:
    """Who decides, and who does when the first one cannot."""

    first: User
    second: User | None = None
    alone_because: str = ""


def reviewers_of(author: User, on: date) -> Reviewers:
    """Return the leading supervisor and a second one; a solo practice is its own, and says why."""
    leads = (
        Supervision.objects.leading_on(on)
        .filter(supervisee=author)
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
    about: Subject,
    by: User,
    at: datetime,
    due_on: date | None = None,
    is_pressing: bool = False,
    kind: Review.Kind | None = None,
) -> Review:
    """Put a question before whoever leads the work of `by`.

    About an ending itself it is the closing, unless `kind` says the exit; about who was invited, the handover.
    """
    reviewers = reviewers_of(by, on_day(at))
    return Review.objects.create(
        kind=kind or kind_of(about),
        departure=about if isinstance(about, Departure) else None,
        ending=ending_of(about),
        exception=about if isinstance(about, EndingException) else None,
        invitation=about if isinstance(about, HandoverInvitation) else None,
        author=by,
        reviewer=reviewers.first,
        second_reviewer=reviewers.second,
        alone_because=reviewers.alone_because,
        is_pressing=is_pressing,
        asked_at=at,
        due_on=due_on or answer_by(reviewers.first, on_day(at)),
    )


def ask_about_handover(
    *, invitation: HandoverInvitation, by: User, at: datetime, due_on: date | None = None
) -> Review | None:
    """Put a handover before whoever leads, once; what was returned with a comment is asked again.

    Nothing waits for the answer (domain.md, Review). `due_on` is the latest day, the meeting of three: the
    answer may be due earlier.
    """
    newest = invitation.reviews.filter(taken_back_at=None).order_by("-asked_at").first()
    if newest is not None and newest.decision != Review.Decision.RETURNED:
        return None
    usual = answer_by(reviewers_of(by, on_day(at)).first, on_day(at))
    return ask_for_review(
        about=invitation,
        by=by,
        at=at,
        due_on=min(usual, due_on) if due_on else usual,
        is_pressing=is_safeguarding_open(invitation.ending),
    )


def ask_again_if_returned(*, ending: Ending, kind: Review.Kind, by: User, at: datetime) -> None:
    """Put it before the supervisor once more when what they had returned was changed."""
    newest = ending.reviews.filter(kind=kind, taken_back_at=None).order_by("-asked_at").first()
    if newest is None or newest.decision != Review.Decision.RETURNED:
        return
    if newest.invitation is None:
        ask_for_review(about=ending, by=by, at=at, is_pressing=newest.is_pressing, kind=kind)
    elif newest.invitation.state == HandoverInvitation.State.ACCEPTED:
        ask_about_handover(invitation=newest.invitation, by=by, at=at)


def is_safeguarding_open(ending: Ending) -> bool:
    """Say whether the newest look at risk has a safeguarding matter open (R24)."""
    look = RiskLook.objects.filter(client=ending.client_id).newest_first().first()
    return look is not None and look.is_safeguarding_open


def kind_of(about: Subject) -> Review.Kind:
    if isinstance(about, Departure):
        return Review.Kind.DEPARTURE
    if isinstance(about, HandoverInvitation):
        return Review.Kind.HANDOVER
    return Review.Kind.EXCEPTION if isinstance(about, EndingException) else Review.Kind.CLOSURE


def ending_of(about: Subject) -> Ending | None:
    if isinstance(about, EndingException | HandoverInvitation):
        return about.ending
    return about if isinstance(about, Ending) else None
