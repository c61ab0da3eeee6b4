"""One session: moved, cancelled, held, missed, added, taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Room, Session
from caseload.models.episodes import Mode
from caseload.operations.diary import book, booked_beside, refuse_ended_room, release
from caseload.operations.rhythms import Wish, replace_rhythm, under_lock
from caseload.operations.rolling import RolledOut, monday_of
from core.dates import local as local_time
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken

MAY_BE_UNDONE_FOR = timedelta(days=7)
SETTLED = ["state", "state_by", "state_at", "booked_beside", "revision"]


@dataclass(frozen=True)
class When:
    """When and where two people meet; `starts_at` is aware."""

    starts_at: datetime
    minutes: int = 50
    mode: str = Mode.ROOM
    room: Room | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@transaction.atomic
def move_session(*, session: Session, to: When, by: User, revision: int | None = None) -> Session:
    """Move this one session with everybody who takes part; its rhythm goes on as it was.

    Raises RuleBroken where it is taken.
    """
    mine = planned_under_lock(session, by, revision)
    beside = booked_beside([mine])
    release([mine])
    put(mine, to)
    mine.revision += 1
    mine.save(update_fields=["starts_at", "ends_at", "mode", "room", "revision"])
    book([mine], beside)
    return mine


@transaction.atomic
def move_session_and_following(
    *, session: Session, to: When, by: User, at: datetime, revision: int | None = None
) -> RolledOut:
    """Move this session and those that follow in its rhythm; sessions before it stay.

    Raises RuleBroken for a session without a rhythm, for one that is past, and where a day is taken.
    """
    mine = planned_under_lock(session, by, revision)
    on = on_day(at)
    cadence = mine.cadence
    if cadence is None or mine.cadence_day is None:
        raise RuleBroken(_("This session stands alone: there are none that follow it."))
    if mine.cadence_day < on:
        raise RuleBroken(_("Only sessions from today on can be moved together."))
    local = local_time(to.starts_at)
    wish = Wish(
        weekday=local.weekday(),
        starts_at=local.time(),
        starts_on=local.date(),
        minutes=to.minutes,
        every_weeks=cadence.every_weeks,
        mode=to.mode,
        room=to.room,
    )
    return replace_rhythm(
        under_lock(mine.assignment, by),
        wish,
        replaced_from=min(mine.cadence_day, wish.starts_on),
        on=on,
        weeks_moved=(monday_of(wish.starts_on) - monday_of(mine.cadence_day)).days // 7,
    )


@transaction.atomic
def cancel_session(
    *, session: Session, by: User, at: datetime, revision: int | None = None
) -> Session:
    """Cancel a planned session; therapist and room are free again."""
    mine = planned_under_lock(session, by, revision)
    return settle(mine, Session.State.CANCELLED, by, at)


@transaction.atomic
def mark_attended(
    *, session: Session, by: User, at: datetime, revision: int | None = None
) -> Session:
    """Record that the session was held; raises RuleBroken before it has begun."""
    mine = begun_under_lock(session, by, at, revision)
    return settle(mine, Session.State.ATTENDED, by, at)


@transaction.atomic
def mark_missed(
    *, session: Session, by: User, at: datetime, revision: int | None = None
) -> Session:
    """Record that the client did not come; raises RuleBroken before the session has begun."""
    mine = begun_under_lock(session, by, at, revision)
    return settle(mine, Session.State.MISSED, by, at)


@transaction.atomic
def undo_state(*, session: Session, by: User, at: datetime, revision: int | None = None) -> Session:
    """Take back *held*, *missed* or *cancelled* within seven days: the session is planned again.

    Whoever was booked beside the therapist is booked again, as for a meeting of three. Raises RuleBroken
    later than that, and where a person or the room have been taken since.
    """
    mine = under_lock_of(session, by, revision)
    if mine.state == Session.State.PLANNED:
        return mine
    if mine.state_at is None or at - mine.state_at > MAY_BE_UNDONE_FOR:
        raise RuleBroken(_("This cannot be changed any more. Add a new line instead."))
    beside = {mine.pk: mine.booked_beside or []}
    mine.state, mine.state_by, mine.state_at = Session.State.PLANNED, None, None
    mine.booked_beside = None
    mine.revision += 1
    mine.save(update_fields=SETTLED)
    book([mine], beside)
    return mine


@transaction.atomic
def add_extra_session(*, assignment: Assignment, when: When, by: User) -> Session:
    """Plan a session beside the rhythm. Raises RuleBroken outside the work and where it is taken."""
    work = under_lock(assignment, by)
    day = on_day(when.starts_at)
    if day < work.starts_on or (work.ends_on and day > work.ends_on):
        raise RuleBroken(_("This day lies outside the work with this client."))
    session = Session(assignment=work, episode_id=work.episode_id, is_extra=True)
    put(session, when)
    session.save()
    book([session])
    return session


def put(session: Session, when: When) -> None:
    session.starts_at, session.ends_at = when.starts_at, when.ends_at
    session.mode = when.mode
    session.room = when.room if when.mode == Mode.ROOM else None
    if session.room:
        refuse_ended_room(session.room, on_day(when.starts_at))


def settle(session: Session, state: str, by: User, at: datetime) -> Session:
    """Write what became of a session. Only planned ones book (decision 14)."""
    session.booked_beside = booked_beside([session]).get(session.pk)
    release([session])
    session.state, session.state_by, session.state_at = state, by, at
    session.revision += 1
    session.save(update_fields=SETTLED)
    return session


def under_lock_of(session: Session, by: User, revision: int | None) -> Session:
    """Return the session locked, if it is `by`'s to act on; `revision` is what the page had read."""
    mine: Session = (
        Session.objects.editable_by(by)
        .select_for_update(of=("self",))
        .select_related("assignment__therapist", "cadence", "room")
        .get(pk=session.pk)
    )
    if revision is not None and revision != mine.revision:
        raise ChangedMeanwhile
    return mine


def planned_under_lock(session: Session, by: User, revision: int | None) -> Session:
    mine = under_lock_of(session, by, revision)
    if mine.state != Session.State.PLANNED:
        raise RuleBroken(_("This session is not planned any more. Undo that first."))
    return mine


def begun_under_lock(session: Session, by: User, at: datetime, revision: int | None) -> Session:
    mine = planned_under_lock(session, by, revision)
    if mine.starts_at > at:
        raise RuleBroken(_("This date is still to come. Record it once it has happened."))
    return mine
