"""Announcing a departure: drafted in private, sent, agreed, moved, withdrawn (domain.md, Departure)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from caseload.models import Commitment, Place, RiskLook
from caseload.operations.rhythms import end_assignment
from core.dates import on_day
from core.errors import RuleBroken
from endings import planner
from endings.models import Departure, Ending, Review
from endings.operations.facts import caseload_of
from endings.operations.meetings_of_three import end_with
from endings.operations.plans import (
    Drawn,
    ask_for_exceptions,
    book_extra_meetings,
    bring_in,
    draw,
    refuse_closed,
    under_lock,
    write_dates,
)
from endings.operations.reviews import answer_by, ask_for_review, reviewers_of
from endings.workflow import Stage

State = Departure.State
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Frame:
    """What the first page of the wizard asks: kind, reason, dates, embargo."""

    kind: Departure.Kind
    last_day: date
    reason: str = ""
    reason_note: str = ""
    returns_on: date | None = None
    ground: str = ""
    embargo_until: date | None = None
    embargo_by: str = ""
    embargo_words: str = ""
    only: tuple[UUID, ...] = field(default=())  # reducing: the assignments it concerns


@transaction.atomic
def start_departure(*, frame: Frame, by: User, at: datetime) -> Departure:
    """Begin a draft that nobody else sees.

    Raises RuleBroken where a departure is under way already, or the day lies in the past.
    """
    if Departure.objects.open().filter(therapist=by).exists():
        raise RuleBroken(_("A departure of yours is under way already."))
    departure = Departure(therapist=by, created_at=at)
    return write_frame(departure, frame, on_day(at))


@transaction.atomic
def change_frame(
    *, departure: Departure, frame: Frame, by: User, on: date, revision: int | None = None
) -> Departure:
    """Change a draft's dates, reason or embargo. A plan that was sent is moved, not changed."""
    departure = under_lock(departure, by, revision)
    if not departure.is_draft:
        raise RuleBroken(_("The plan was sent. Move the last working day instead."))
    departure.revision += 1
    return write_frame(departure, frame, on)


def write_frame(departure: Departure, frame: Frame, on: date) -> Departure:
    if frame.last_day < on:
        raise RuleBroken(_("The last working day lies in the past."))
    for name in ("kind", "last_day", "reason", "reason_note", "returns_on", "ground"):
        setattr(departure, name, getattr(frame, name))
    for name in ("embargo_until", "embargo_by", "embargo_words"):
        setattr(departure, name, getattr(frame, name))
    departure.save()
    if frame.only:
        keep_only(departure, frame.only, on)
    return departure


def keep_only(departure: Departure, only: tuple[UUID, ...], on: date) -> None:
    """For somebody who reduces: the chosen part of the caseload, no more and no less."""
    gone = departure.endings.standing().exclude(assignment__in=only)
    gone.update(withdrawn_on=on)


@transaction.atomic
def write_words(
    *, departure: Departure, words: str, by: User, revision: int | None = None
) -> Departure:
    """Keep the words that will be used (R4): the honest reason, and that it is not about the client."""
    departure = under_lock(departure, by, revision)
    refuse_closed(departure)
    departure.words = words
    departure.revision += 1
    departure.save(update_fields=["words", "words_digest", "revision"])
    return departure


@transaction.atomic
def draw_up_plan(*, departure: Departure, by: User, on: date, only: tuple[UUID, ...] = ()) -> Drawn:
    """Bring everybody in who is on the caseload (or was chosen) and is not in the plan yet."""
    departure = under_lock(departure, by)
    work = caseload_of(departure.therapist, on)
    if departure.kind == Departure.Kind.REDUCING:
        work = [one for one in work if one.pk in only]
    known = set(departure.endings.standing().values_list("assignment_id", flat=True))
    bring_in(departure=departure, work=[one for one in work if one.pk not in known], by=by, on=on)
    drawn = draw(departure, on=on)
    for client in drawn.plan.clients:
        write_dates(drawn.facts.endings[client.id], client)
    return drawn


@transaction.atomic
def choose_carrier(
    *,
    departure: Departure,
    carried_by: User,
    of_endings: dict[UUID, User],
    by: User,
    revision: int | None = None,
) -> Departure:
    """Say who carries everybody on after the last working day, and who does for whom instead (R25)."""
    departure = under_lock(departure, by, revision)
    refuse_closed(departure)
    if carried_by.pk == departure.therapist_id or departure.therapist in of_endings.values():
        raise RuleBroken(_("Somebody who stays carries this on."))
    departure.carried_by = carried_by
    departure.revision += 1
    departure.save(update_fields=["carried_by", "revision"])
    for ending in departure.endings.standing():
        who = of_endings.get(ending.pk, carried_by)
        decision = planner.decision_from_json(ending.decision)
        decided = planner.decision_as_json(decision) | {"carried_by": str(who.pk)}
        ending.decision, ending.carried_by = decided, who
        ending.save(update_fields=["decided", "decided_digest", "carried_by"])
    return departure


@transaction.atomic
def submit_departure(
    *, departure: Departure, by: User, at: datetime, revision: int | None = None
) -> Review:
    """Send the plan to whoever leads. No client hears anything from this.

    Books the extra meetings, puts every exception before the supervisor, and counts the endings as
    load. Raises RuleBroken while a client waits for a decision, or nobody carries on afterwards.
    """
    departure = under_lock(departure, by, revision)
    if not departure.is_draft:
        raise RuleBroken(_("This plan was sent already."))
    if departure.carried_by_id is None:
        raise RuleBroken(_("Say who carries everybody on after your last day."))
    if not departure.words:
        raise RuleBroken(_("Write down the words you will use."))
    on = on_day(at)
    drawn = draw(departure, on=on)
    refuse_undecided(drawn)
    book_extra_meetings(drawn=drawn, by=by)
    exceptions = ask_for_exceptions(drawn=drawn, by=by, at=at)
    count_as_load(departure)
    departure.state = State.SUBMITTED
    departure.submitted_at = at
    departure.opened_by_supervisor_at = None
    departure.revision += 1
    departure.save()
    return ask_for_review(
        about=departure,
        by=by,
        at=at,
        due_on=review_due_on(departure, drawn, on),
        is_pressing=bool(exceptions) or bool(open_safeguarding(departure)),
    )


def open_safeguarding(departure: Departure) -> list[Ending]:
    """Return the endings whose newest look at risk has a safeguarding matter open (R24)."""
    newest = RiskLook.objects.filter(client=OuterRef("client")).newest_first()
    endings = departure.endings.standing().select_related("client").order_by("client__sort_key")
    return list(
        endings.annotate(safeguarding=Subquery(newest.values("is_safeguarding_open")[:1])).filter(
            safeguarding=True
        )
    )


def refuse_undecided(drawn: Drawn) -> None:
    if not drawn.facts.endings:
        raise RuleBroken(_("There is nobody in this plan yet."))
    if drawn.plan.needs_decision or drawn.facts.came or drawn.facts.went:
        raise RuleBroken(_("Somebody still needs a decision. They stand at the top of the plan."))


def review_due_on(departure: Departure, drawn: Drawn, on: date) -> date:
    """Return the day by which the answer is needed: before the first window opens, never before tomorrow."""
    usual = answer_by(reviewers_of(departure.therapist, on).first, on)
    opens = [client.window.opens_on for client in drawn.plan.clients if client.window]
    return max(on + DAY, min([usual, *(day - DAY for day in opens)]))


def count_as_load(departure: Departure) -> None:
    """Endings count as load (R17); who leaves takes nothing new."""
    weighs = Practice.objects.current().ending_weighs
    Commitment.objects.filter(cause=departure.pk).delete()
    Commitment.objects.bulk_create(
        Commitment(
            user_id=departure.therapist_id,
            kind=Commitment.Kind.ENDING,
            points=weighs,
            starts_on=ending.opened_on,
            ends_on=departure.last_day,
            assignment_id=ending.assignment_id,
            cause=departure.pk,
        )
        for ending in departure.endings.standing()
    )


@transaction.atomic
def take_back_submission(*, departure: Departure, by: User, at: datetime) -> Departure:
    """Undo sending, until the supervisor has opened it."""
    departure = under_lock(departure, by)
    if departure.state != State.SUBMITTED or departure.opened_by_supervisor_at is not None:
        raise RuleBroken(_("Your supervisor has opened it already. Speak to each other."))
    departure.reviews.waiting().update(taken_back_at=at)
    departure.state = State.DRAFT
    departure.submitted_at = None
    departure.revision += 1
    departure.save()
    return departure


@transaction.atomic
def note_opened_by_supervisor(*, departure: Departure, by: User, at: datetime) -> None:
    """Remember that a reviewer has read the plan: from now on it is spoken about, not undone."""
    mine = Review.objects.editable_by(by).waiting().filter(departure=departure)
    if mine.exists():
        Departure.objects.filter(pk=departure.pk, opened_by_supervisor_at=None).update(
            opened_by_supervisor_at=at
        )


def agree(departure: Departure, at: datetime) -> None:
    """Let an agreed plan take effect: the work ends with the last working day, and is carried on after."""
    departure.state = State.AGREED
    departure.agreed_at = at
    departure.revision += 1
    departure.save()
    offer_nothing_new(departure, on_day(at))
    if departure.kind == Departure.Kind.LEAVING:
        end_the_work(departure, on_day(at))
    refresh_state(departure=departure, on=on_day(at))


def offer_nothing_new(departure: Departure, on: date) -> None:
    """Whoever leaves takes nothing new: their places are no longer offered, and nobody is told why."""
    Place.objects.filter(therapist=departure.therapist, ends_on=None).update(ends_on=on)


def offer_again(departure: Departure) -> None:
    """Offer what was taken from the list when the plan was agreed."""
    if departure.agreed_at is not None:
        closed_on = on_day(departure.agreed_at)
        Place.objects.filter(therapist=departure.therapist, ends_on=closed_on).update(ends_on=None)


def end_the_work(departure: Departure, on: date) -> None:
    """Close the assignments with the last working day; sessions after it are no longer planned."""
    for ending in departure.endings.standing().select_related("assignment"):
        if ending.assignment.ends_on is None or ending.assignment.ends_on != departure.last_day:
            end_assignment(
                assignment=ending.assignment,
                last_on=departure.last_day,
                by=departure.therapist,
                on=on,
            )


@transaction.atomic
def refresh_state(*, departure: Departure, on: date) -> Departure:
    """Let the state follow the facts: under way from the first telling or window, completed at the end."""
    endings = list(departure.endings.standing())
    is_done = endings and all(ending.stage == Stage.FOLLOWED_UP for ending in endings)
    begun = any(
        ending.told_on or (ending.window_opens_on and ending.window_opens_on <= on)
        for ending in endings
    )
    if departure.state in (State.AGREED, State.UNDER_WAY) and is_done:
        departure.state, departure.completed_at = State.COMPLETED, None
    elif departure.state == State.AGREED and begun:
        departure.state = State.UNDER_WAY
    departure.save(update_fields=["state", "completed_at"])
    return departure


@transaction.atomic
def preview_new_last_day(
    *, departure: Departure, last_day: date, on: date
) -> tuple[Drawn, list[planner.Difference]]:
    """Return the plan for another last working day, and what would be different. Nothing is saved."""
    before = draw(departure, on=on)
    moved = Departure(**{name: getattr(departure, name) for name in field_names()})
    moved.last_day = last_day
    after = draw(moved, on=on)
    return after, planner.differences(before.plan, after.plan)


def field_names() -> list[str]:
    return [field.attname for field in Departure._meta.concrete_fields]


@transaction.atomic
def move_last_day(
    *, departure: Departure, last_day: date, by: User, at: datetime, revision: int | None = None
) -> Drawn:
    """Move the last working day; what has not happened is planned again, what has happened stays.

    A plan that was agreed goes before the supervisor once more.
    """
    departure = under_lock(departure, by, revision)
    refuse_closed(departure)
    on = on_day(at)
    if last_day < on:
        raise RuleBroken(_("The last working day lies in the past."))
    was_sent = not departure.is_draft
    reopen_work(departure, last_day, on)
    departure.last_day = last_day
    departure.revision += 1
    departure.save()
    drawn = draw(departure, on=on)
    for client in drawn.plan.clients:
        write_dates(drawn.facts.endings[client.id], client)
    if was_sent:
        departure.reviews.waiting().update(taken_back_at=at)
        ask_for_review(about=departure, by=by, at=at, is_pressing=True)
        count_as_load(departure)
    return drawn


def reopen_work(departure: Departure, last_day: date, on: date) -> None:
    """Let assignments that were to end with the old day end with the new one; receivers follow."""
    for ending in departure.endings.standing().select_related("assignment"):
        if ending.assignment.ends_on == departure.last_day:
            end_with(ending, last_day, on)


@transaction.atomic
def withdraw_departure(*, departure: Departure, by: User, at: datetime) -> Departure:
    """Withdraw: the work goes on, what was recorded stays. Who was told hears this in person, too."""
    departure = under_lock(departure, by)
    refuse_closed(departure)
    for ending in departure.endings.standing().select_related("assignment"):
        give_back(ending, departure)
    Commitment.objects.filter(cause=departure.pk).delete()
    departure.reviews.waiting().update(taken_back_at=at)
    departure.endings.standing().update(withdrawn_on=on_day(at))
    offer_again(departure)
    departure.state, departure.withdrawn_at = State.WITHDRAWN, at
    departure.revision += 1
    departure.save()
    return departure


def give_back(ending: Ending, departure: Departure) -> None:
    work = ending.assignment
    if work.ends_on == departure.last_day and ending.handed_over_on is None:
        work.ends_on = None
        work.save(update_fields=["ends_on"])


def told_so_far(departure: Departure) -> int:
    """Return how many know already: they need to hear of a withdrawal in person."""
    return departure.endings.standing().exclude(told_on=None).count()


def as_frame(departure: Departure, **changed: Any) -> Frame:
    """Return the frame of a departure as it stands."""
    names = [name for name in Frame.__dataclass_fields__ if name != "only"]
    return Frame(**({name: getattr(departure, name) for name in names} | changed))
