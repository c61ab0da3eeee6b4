"""Days on which somebody is away, and what that does to the sessions planned in them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Absence, Role, Supervision, User
from caseload.models import Cadence, Session
from caseload.models.sessions import SessionQuerySet
from caseload.operations.diary import law_of
from caseload.operations.rhythms import roll_out_sessions
from caseload.operations.rolling import first_instant
from caseload.operations.sessions import cancel_session
from core.errors import RuleBroken

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Away:
    """Which days, both included, of which kind, and who stands in."""

    starts_on: date
    ends_on: date
    kind: str = Absence.Kind.LEAVE
    deputy: User | None = None
    note: str = ""


@transaction.atomic
def record_absence(*, user: User, away: Away, by: User, on: date) -> Absence:
    """Record that `user` is away. What is planned in these days stays until somebody decides about it.

    Raises RuleBroken for somebody else's absence, without right; where days overlap; for oneself as deputy; and
    for who names themselves, because it opens the work to them. Who leads somebody may take cover (decision 18).
    """
    refuse_strangers(user, by, on)
    if away.deputy == user:
        raise RuleBroken(_("Somebody else has to stand in."))
    if away.deputy == by and not leads(by, user, on):
        raise RuleBroken(_("Somebody else has to name you: it opens the work to you."))
    try:
        with transaction.atomic():
            return Absence.objects.create(user=user, **vars(away))
    except IntegrityError as error:
        if law_of(error) != "one_absence_at_a_time":
            raise
        raise RuleBroken(_("There is already an absence in these days.")) from error


@transaction.atomic
def end_absence(*, absence: Absence, on: date, by: User) -> int:
    """Come back on `on`: the absence ends the day before, one that lies ahead is gone.

    The rhythms fill the days that are free again; returns how many sessions that gave.
    """
    mine = Absence.objects.select_for_update(of=("self",)).select_related("user").get(pk=absence.pk)
    refuse_strangers(mine.user, by, on)
    if mine.ends_on < on:
        raise RuleBroken(_("This absence is over already."))
    if mine.starts_on >= on:
        mine.delete()
    else:
        mine.ends_on = on - DAY
        mine.save(update_fields=["ends_on"])
    running = Cadence.objects.on(on).filter(assignment__therapist=mine.user)
    cadences = running.select_related("assignment__therapist", "room__site")
    return sum(roll_out_sessions(cadence=cadence, on=on).planned for cadence in cadences)


@transaction.atomic
def cancel_sessions_in_absence(*, absence: Absence, by: User, at: datetime) -> int:
    """Cancel what is planned while somebody is away; return how many sessions that was."""
    sessions = list(sessions_in(absence).editable_by(by))
    for session in sessions:
        cancel_session(session=session, by=by, at=at)
    return len(sessions)


def sessions_in(absence: Absence) -> SessionQuerySet:
    """Return the sessions planned in the days of an absence; scope it before showing it."""
    begin, end = first_instant(absence.starts_on), first_instant(absence.ends_on + DAY)
    return Session.objects.planned().of_therapist(absence.user).between(begin, end)


def days_away(user: User, first: date, last: date) -> set[date]:
    """Return the days from `first` to `last` on which `user` is away."""
    rows = Absence.objects.filter(user=user, starts_on__lte=last, ends_on__gte=first)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    return {day for day in days for row in rows if row.starts_on <= day <= row.ends_on}


def refuse_strangers(user: User, by: User, on: date) -> None:
    """Let oneself, who leads one, and a practice admin say that one is away."""
    if by == user or by.holds(Role.PRACTICE_ADMIN):
        return
    if not leads(by, user, on):
        raise RuleBroken(_("Somebody's absence is recorded by themselves or by who leads them."))


def leads(by: User, user: User, on: date) -> bool:
    """Say whether `by` leads `user` on a day."""
    return Supervision.objects.leading_on(on).filter(supervisor=by, supervisee=user).exists()
