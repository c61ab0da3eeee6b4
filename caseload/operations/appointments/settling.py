"""What each appointment of a reading means here: new, changed, gone, here already, or nobody's.

Everything happens in the name of who reads their own calendar, by the operations that the pages use.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from caseload.matching import Work, works_named
from caseload.models import Appointment, AppointmentRun, Assignment, KnownSeries, Session
from caseload.operations.sessions import When, add_extra_session, cancel_session, move_session
from caseload.readers.appointments import Found
from core.dates import on_day
from core.errors import RuleBroken

Verdict = Appointment.Verdict
LEFT = "left"
IN_FORCE = AppointmentRun.State.APPLIED
Watch = Callable[[int, int], None]


@dataclass
class Here:
    """What the practice knows: somebody's work, its planned sessions, what earlier readings became."""

    by: User
    at: datetime
    works: dict[UUID, Assignment]
    sessions: dict[UUID, Session]
    known: dict[str, Appointment]
    said: dict[str, UUID | None]
    linked: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, run: AppointmentRun, *, by: User, at: datetime, end: datetime) -> "Here":
        """Read it; five queries for any number."""
        works = Assignment.objects.editable_by(by).filter(therapist=by).with_who()
        open_work = {work.pk: work for work in works.exclude(ends_on__lt=on_day(at))}
        rows = Session.objects.editable_by(by).filter(assignment__in=open_work)
        sessions = {row.pk: row for row in rows.between(at, end).select_related("assignment")}
        known = known_of(run, at)
        missing = [
            row.session_key
            for row in known.values()
            if row.session_key is not None and row.session_key not in sessions
        ]
        for row in Session.objects.editable_by(by).filter(pk__in=missing):
            sessions[row.pk] = row
        series = KnownSeries.objects.filter(source=run.source_id)
        said = dict(series.values_list("series", "assignment_key"))
        linked = {row.session_key for row in known.values() if row.session_key}
        return cls(by, at, open_work, sessions, known, said, linked)

    def named(self) -> list[Work]:
        """Return who takes part in each work, as `works_named` compares it."""
        return [
            Work(
                key=work.pk,
                codes=[client.code for client in work.episode.people],
                names=[client.name for client in work.episode.people],
                known_as=[client.known_as for client in work.episode.people],
            )
            for work in self.works.values()
        ]

    def planned_of(self, work: UUID) -> list[Session]:
        return [
            row
            for row in self.sessions.values()
            if row.assignment_id == work and row.state == Session.State.PLANNED
        ]


def known_of(run: AppointmentRun, at: datetime) -> dict[str, Appointment]:
    """Return, by key, what became of each coming appointment in the newest reading of its source that stands."""
    rows = Appointment.objects.filter(run__source=run.source_id, run__state=IN_FORCE)
    rows = rows.filter(ends_at__gt=at)
    rows = rows.exclude(session_key=None).order_by("run__applied_at")
    latest = {row.key: row for row in rows}
    return {key: row for key, row in latest.items() if row.verdict != Verdict.GONE}


def settle(
    run: AppointmentRun, found: Sequence[Found], here: Here, end: datetime, watch: Watch
) -> list[Appointment]:
    """Do what the appointments ask for; return a row for each. The caller decides whether it stays.

    What is gone goes first, and what did not fit is tried once more: two that change places both fit then.
    """
    named = here.named()
    rows = [judged(run, one, here, named) for one in found]
    rows = gone_from(run, found, here, end) + rows
    for number, row in enumerate(rows):
        watch(number, len(rows))
        carry_out(row, here)
    for row in rows:
        if row.verdict == Verdict.REFUSED and row.why == "taken":
            row.verdict = row.before.get("wanted", Verdict.NEW)
            carry_out(row, here)
    return rows


def judged(run: AppointmentRun, one: Found, here: Here, named: Sequence[Work]) -> Appointment:
    """Return what one appointment means, before anything is done."""
    row = Appointment(
        run=run,
        user_id=run.user_id,
        series=one.series,
        key=one.key,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        words=one.words,
    )
    before = here.known.get(one.key)
    if before is not None:
        return follow(row, one, before, here)
    if one.is_cancelled or (one.series in here.said and here.said[one.series] is None):
        row.verdict = Verdict.LEFT_OUT
        row.why = "cancelled" if one.is_cancelled else LEFT
        return row
    works = [here.said[one.series]] if one.series in here.said else works_named(one.words, named)
    return match(row, [key for key in works if key in here.works], here)


def follow(row: Appointment, one: Found, before: Appointment, here: Here) -> Appointment:
    """Return what has become of an appointment that an earlier reading knew."""
    session = here.sessions.get(before.session_key) if before.session_key else None
    row.assignment_key, row.session_key = before.assignment_key, before.session_key
    row.revision = before.revision
    if session is None or session.state != Session.State.PLANNED:
        row.verdict, row.why = Verdict.SAME, "settled"
    elif one.is_cancelled:
        row.verdict, row.why = touched(session, before) or (Verdict.GONE, "cancelled")
    elif (session.starts_at, session.ends_at) == (row.starts_at, row.ends_at):
        row.verdict = Verdict.SAME
    else:
        row.verdict, row.why = touched(session, before) or (Verdict.CHANGED, "")
    return row


def touched(session: Session, before: Appointment) -> tuple[str, str] | None:
    """Return “stays” where a person has changed the session here since: what a person did wins."""
    return (Verdict.SAME, "touched") if session.revision != before.revision else None


def match(row: Appointment, works: Sequence[UUID | None], here: Here) -> Appointment:
    """Find the work of an appointment, and the session of it that is meant where there is one."""
    keys = [key for key in works if key is not None]
    candidates = [one for key in keys or here.works for one in here.planned_of(key)]
    at_that_time = [one for one in candidates if one.starts_at == row.starts_at]
    if (
        len(keys) != 1 and len(at_that_time) == 1
    ):  # no name, or two of it: the hour says whose it is
        keys = [at_that_time[0].assignment_id]
    if len(keys) != 1:
        row.verdict, row.why = Verdict.UNMATCHED, "several" if keys else "nobody"
        return row
    work = here.works[keys[0]]
    row.assignment_key = work.pk
    day = on_day(row.starts_at)
    if day < work.starts_on or (work.ends_on and day > work.ends_on):
        row.verdict, row.why = Verdict.REFUSED, "outside"
        return row
    session = meant(row, here)
    if session is None:
        row.verdict = Verdict.NEW
        return row
    here.linked.add(session.pk)
    row.session_key, row.revision = session.pk, session.revision
    is_same = (session.starts_at, session.ends_at) == (row.starts_at, row.ends_at)
    row.verdict = Verdict.SAME if is_same else Verdict.CHANGED
    return row


def meant(row: Appointment, here: Here) -> Session | None:
    """Return the planned session that an appointment is about: at its time, else the one on its day."""
    day = on_day(row.starts_at)
    free = [
        one
        for one in here.planned_of(row.assignment_key)  # type: ignore[arg-type]  # the caller has set it
        if one.pk not in here.linked and on_day(one.starts_at) == day
    ]
    return min(free, key=lambda one: abs(one.starts_at - row.starts_at), default=None)


def gone_from(
    run: AppointmentRun, found: Iterable[Found], here: Here, end: datetime
) -> list[Appointment]:
    """Return what an earlier reading knew and this one does not hold any more, as far as it still lies ahead."""
    there = {one.key for one in found}
    rows = []
    for key, before in here.known.items():
        session = here.sessions.get(before.session_key) if before.session_key else None
        if key in there or session is None or session.state != Session.State.PLANNED:
            continue
        if not here.at < session.starts_at < end or touched(session, before):
            continue
        row = Appointment(
            run=run,
            user_id=run.user_id,
            series=before.series,
            key=key,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            verdict=Verdict.GONE,
            assignment_key=before.assignment_key,
            session_key=session.pk,
        )
        rows.append(row)
    return rows


def carry_out(row: Appointment, here: Here) -> None:
    """Do what a row says; a refusal becomes the row's own, and stops nothing else."""
    acts = {Verdict.NEW: add, Verdict.CHANGED: move, Verdict.GONE: cancel}
    act = acts.get(Verdict(row.verdict))
    if act is None:
        return
    try:
        with transaction.atomic():
            act(row, here)
    except (RuleBroken, Session.DoesNotExist):
        row.before = {**row.before, "wanted": str(row.verdict)}
        row.verdict, row.why = Verdict.REFUSED, "taken"


def add(row: Appointment, here: Here) -> None:
    work = here.works[row.assignment_key]  # type: ignore[index]
    when = When(row.starts_at, minutes_of(row), work.usual_mode)
    session = add_extra_session(assignment=work, when=when, by=here.by)
    row.session_key, row.revision = session.pk, session.revision


def move(row: Appointment, here: Here) -> None:
    session = here.sessions[row.session_key]  # type: ignore[index]
    before = as_it_stood(session)
    to = When(row.starts_at, minutes_of(row), session.mode, session.room)
    moved = move_session(session=session, to=to, by=here.by)
    row.before, row.revision = before, moved.revision


def cancel(row: Appointment, here: Here) -> None:
    session = here.sessions[row.session_key]  # type: ignore[index]
    gone = cancel_session(session=session, by=here.by, at=here.at)
    row.revision = gone.revision


def minutes_of(row: Appointment) -> int:
    return max(1, (row.ends_at - row.starts_at) // timedelta(minutes=1))


def as_it_stood(session: Session) -> dict[str, Any]:
    return {
        "starts_at": session.starts_at.isoformat(),
        "minutes": session.minutes,
        "mode": session.mode,
        "room": str(session.room_id) if session.room_id else None,
    }
