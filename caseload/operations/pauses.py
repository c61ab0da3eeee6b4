"""A break that both agreed on, the way back from it, and work that sleeps."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Break, Cadence, Session
from caseload.operations.diary import release
from caseload.operations.rhythms import roll_out_sessions, under_lock
from caseload.operations.rolling import first_instant
from core.errors import RuleBroken

DAY = timedelta(days=1)
State = Assignment.State


@dataclass(frozen=True)
class Pause:
    """From when to when nobody meets, both days included, and when one gets in touch (R25)."""

    starts_on: date
    ends_on: date
    contact_on: date


@transaction.atomic
def take_break(*, assignment: Assignment, pause: Pause, by: User, on: date) -> Break:
    """Let the work rest. Planned sessions in these days are given back; the rhythm goes on after them.

    Raises RuleBroken where the days are out of order, lie in the past, or rest already.
    """
    work = under_lock(assignment, by)
    refuse_ended(work, on)
    if pause.ends_on < max(pause.starts_on, on):
        raise RuleBroken(_("The break ends before it begins."))
    if not on <= pause.contact_on <= pause.ends_on + timedelta(days=31):
        raise RuleBroken(_("Agree on a day, at most a month after the break, to get in touch."))
    if work.breaks.filter(starts_on__lte=pause.ends_on, ends_on__gte=pause.starts_on).exists():
        raise RuleBroken(_("There is a break in these days already."))
    row = Break.objects.create(assignment=work, episode_id=work.episode_id, **vars(pause))
    give_back(work, max(pause.starts_on, on), pause.ends_on)
    if pause.starts_on <= on:
        put(work, State.ON_BREAK)
    return row


@transaction.atomic
def come_back(*, assignment: Assignment, by: User, on: date) -> int:
    """Go on from `on`: a break ends the day before, sleeping work wakes; returns how many sessions were planned."""
    work = under_lock(assignment, by)
    for row in work.breaks.filter(ends_on__gte=on):
        if row.starts_on >= on:
            row.delete()
        else:
            row.ends_on = on - DAY
            row.save(update_fields=["ends_on"])
    put(work, State.ACTIVE)
    running = Cadence.objects.filter(assignment=work).exclude(ends_on__lt=on)
    cadences = running.select_related("assignment__therapist", "room__site")
    return sum(roll_out_sessions(cadence=cadence, on=on).planned for cadence in cadences)


@transaction.atomic
def let_sleep(*, assignment: Assignment, reason: str, by: User, on: date) -> Assignment:
    """Nobody meets for now and no end was agreed: the work sleeps, and still has its therapist (R25).

    Raises RuleBroken where sessions are planned: a rhythm is ended first, or a break agreed on.
    """
    work = under_lock(assignment, by)
    refuse_ended(work, on)
    ahead = Session.objects.planned().filter(assignment=work, starts_at__gte=first_instant(on))
    if ahead.exists():
        raise RuleBroken(_("Sessions are planned. Agree on a break, or cancel them first."))
    Cadence.objects.filter(assignment=work, starts_on__lt=on).exclude(ends_on__lt=on).update(
        ends_on=on - DAY
    )
    work.reason = reason
    put(work, State.DORMANT)
    return work


def turn_breaks(*, on: date) -> int:
    """Let the state follow the agreed days: on a break while one runs, active once it is over.

    Called each night; a second time there is nothing to turn. Returns how many works turned.
    """
    resting = Exists(Break.objects.on(on).filter(assignment=OuterRef("pk")))
    begun = Assignment.objects.on(on).filter(resting, state=State.ACTIVE)
    over = Assignment.objects.on(on).filter(~resting, state=State.ON_BREAK)
    return begun.update(state=State.ON_BREAK) + over.update(state=State.ACTIVE)


def put(work: Assignment, state: str) -> None:
    work.state = state
    work.revision += 1
    work.save(update_fields=["state", "reason", "revision"])


def refuse_ended(work: Assignment, on: date) -> None:
    if work.ends_on and work.ends_on < on:
        raise RuleBroken(_("This work has ended."))


def give_back(work: Assignment, first: date, last: date) -> None:
    """Delete what is planned from `first` to `last`; what a meeting of three holds on to stays."""
    begin, end = first_instant(first), first_instant(last + DAY)
    planned = Session.objects.planned().filter(assignment=work).between(begin, end)
    for session in planned:
        with suppress(ProtectedError), transaction.atomic():
            release([session])
            session.delete()
