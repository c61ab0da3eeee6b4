"""Rhythms: set for one or for many at once, rolled out as sessions, ended."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.calendar import DAY, Span
from caseload.models import Assignment, Cadence, Room, Session
from caseload.models.episodes import Mode
from caseload.operations.rolling import RolledOut, end_running, first_instant, plan
from core.actor import acting
from core.errors import RuleBroken

AHEAD = timedelta(weeks=16)


@dataclass(frozen=True)
class Wish:
    """The rhythm that is wanted. `weekday` 0 is Monday, `starts_at` is wall-clock time of the practice."""

    weekday: int
    starts_at: time
    starts_on: date
    minutes: int = 50
    every_weeks: int = 1
    mode: str = Mode.ROOM
    room: Room | None = None


@dataclass(frozen=True)
class ManySet:
    """Rhythms set at once, by assignment: what each gave, or why it was not set."""

    done: dict[UUID, RolledOut] = field(default_factory=dict)
    refused: dict[UUID, RuleBroken] = field(default_factory=dict)


@transaction.atomic
def set_cadence(
    *, assignment: Assignment, wish: Wish, by: User, on: date, lenient: bool = False
) -> RolledOut:
    """Give the assignment a rhythm from `wish.starts_on`; the one before ends the day before.

    Sessions are planned 16 weeks ahead of `on`, with therapist and room booked. What was planned in the
    same week stays the same meeting at its new time. `lenient`: taken days do not stop it (see `plan`).
    Raises RuleBroken where a day is taken, with what is free, and outside the days of the work.
    """
    mine = under_lock(assignment, by)
    return replace_rhythm(mine, wish, replaced_from=wish.starts_on, on=on, lenient=lenient)


@transaction.atomic
def set_cadences(
    *, wishes: Mapping[Assignment, Wish], by: User, on: date, lenient: bool = False
) -> ManySet:
    """Set the rhythm of many assignments at once; one that cannot be set does not stop the others."""
    many = ManySet()
    for assignment, wish in wishes.items():
        try:
            with transaction.atomic():
                many.done[assignment.pk] = set_cadence(
                    assignment=assignment, wish=wish, by=by, on=on, lenient=lenient
                )
        except RuleBroken as refusal:
            many.refused[assignment.pk] = refusal
    return many


@transaction.atomic
def end_cadence(*, assignment: Assignment, last_on: date, by: User, on: date) -> int:
    """End the rhythm with `last_on`; return how many planned sessions after it are gone."""
    mine = under_lock(assignment, by)
    freed = end_running(mine, last_on + DAY, on)
    freed.drop_the_rest()
    return len(freed)


@transaction.atomic
def end_assignment(*, assignment: Assignment, last_on: date, by: User, on: date) -> Assignment:
    """End the work with `last_on`: its rhythm, what is planned after it, and its weight in the load.

    The episode closes with the last assignment on it. What was held stays as it was.
    """
    mine = under_lock(assignment, by)
    end_running(mine, last_on + DAY, on).drop_the_rest()
    after = Session.objects.planned().filter(
        assignment=mine, starts_at__gte=first_instant(last_on + DAY)
    )
    for session in after:
        with suppress(ProtectedError):  # what a meeting of three holds on to stays
            session.delete()
    mine.ends_on = last_on
    mine.revision += 1
    mine.save(update_fields=["ends_on", "revision"])
    mine.commitments.on(last_on).update(ends_on=last_on)
    if not mine.episode.assignments.on(last_on + DAY).exists():
        mine.episode.closed_on = last_on
        mine.episode.save(update_fields=["closed_on"])
    return mine


def roll_out_sessions(*, cadence: Cadence, on: date) -> RolledOut:
    """Plan what the rhythm gives until 16 weeks after `on`; a second time there is nothing new to plan."""
    work = cadence.assignment
    ends = [day for day in (on + AHEAD, cadence.ends_on, work.ends_on) if day]
    return plan(cadence, Span(max(cadence.starts_on, on), min(ends)), lenient=True)


def extend_rhythms(*, on: date) -> int:
    """Roll every running rhythm out to 16 weeks after `on`; return how many sessions are new.

    Called each night. Each rhythm is a transaction of its own, in the name of whose work it is, so that one
    does not hold up the others.
    """
    planned = 0
    due = list(due_for_more(on).values_list("pk", "assignment__therapist"))
    for pk, therapist in due:
        try:
            with acting(therapist):
                planned += _extend(pk, on)
        except (
            RuleBroken
        ):  # pragma: no cover -- the hour was taken in this very moment; the next night sees it
            continue
    return planned


@transaction.atomic
def _extend(pk: UUID, on: date) -> int:
    cadence = (
        Cadence.objects.select_for_update(of=("self",))
        .select_related("assignment__therapist", "room__site")
        .get(pk=pk)
    )
    return roll_out_sessions(cadence=cadence, on=on).planned


def due_for_more(on: date) -> QuerySet[Cadence]:
    """Return the running rhythms whose last session lies more than a week inside the 16 weeks."""
    return (
        Cadence.objects.on(on)
        .annotate(last_day=Max("sessions__cadence_day"))
        .exclude(last_day__gt=on + AHEAD - timedelta(weeks=1))
        .order_by("pk")
    )


def under_lock(assignment: Assignment, by: User) -> Assignment:
    """Return the assignment locked, if it is `by`'s to act on; raises Assignment.DoesNotExist."""
    mine: Assignment = (
        Assignment.objects.editable_by(by)
        .select_for_update(of=("self",))
        .select_related("therapist", "episode")
        .get(pk=assignment.pk)
    )
    return mine


def replace_rhythm(
    work: Assignment,
    wish: Wish,
    *,
    replaced_from: date,
    on: date,
    lenient: bool = False,
    weeks_moved: int = 0,
) -> RolledOut:
    """End what runs from `replaced_from` on and plan by `wish`; `work` is locked."""
    refuse_outside_the_work(work, wish)
    reuse = end_running(work, replaced_from, on, weeks_moved)
    cadence = Cadence.objects.create(
        assignment=work,
        episode_id=work.episode_id,
        weekday=wish.weekday,
        starts_at=wish.starts_at,
        minutes=wish.minutes,
        every_weeks=wish.every_weeks,
        mode=wish.mode,
        room=wish.room if wish.mode == Mode.ROOM else None,
        starts_on=wish.starts_on,
    )
    last = min(day for day in (on + AHEAD, work.ends_on) if day)
    span = Span(max(wish.starts_on, on), last)
    return plan(cadence, span, lenient=lenient, reuse=reuse)


def refuse_outside_the_work(work: Assignment, wish: Wish) -> None:
    if wish.starts_on < work.starts_on:
        raise RuleBroken(_("The rhythm starts before this work does."))
    if work.ends_on and wish.starts_on > work.ends_on:
        raise RuleBroken(_("This work ends before the rhythm starts."))
