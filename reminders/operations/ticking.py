"""What beat asks for: a tick every half minute, and the night's work. Both carry no data and may be lost."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.models import Practice
from accounts.operations.drafts import forget_old_drafts
from accounts.operations.jobs import hand_on_again
from caseload.operations.appointments import jobs as appointments
from caseload.operations.file_requests import forget_old_copies
from caseload.operations.import_jobs import APPLY, PREVIEW, UNDO
from caseload.operations.pauses import turn_breaks
from caseload.operations.rhythms import extend_rhythms
from caseload.operations.rolling import first_instant
from core.actor import acting
from core.dates import on_day
from endings.models import Departure
from endings.operations.departures import refresh_state
from endings.operations.plans import replan_missed_tellings
from reminders.models import Tick
from reminders.operations.doctor import examine, keep
from reminders.operations.feeds import end_feeds_of_who_left, forget_old_reads
from reminders.operations.posting import escalate, make_messages
from reminders.operations.raising import raise_and_close
from reminders.operations.sending import Clock, drain

SENDS_FOR = timedelta(seconds=25)  # then the next tick goes on
TICKS_KEPT = timedelta(days=7)
# Which task carries out which kind of job: what lost its worker is handed on again.
LONG_WORK = {
    **dict.fromkeys((PREVIEW, APPLY, UNDO), "caseload.tasks.import_caseload"),
    **dict.fromkeys((appointments.READ, appointments.APPLY, appointments.UNDO), appointments.TASK),
    **dict.fromkeys(("file_export", "file_disposal"), "caseload.tasks.carry_out_file_request"),
}
UNDER_WAY = [Departure.State.AGREED, Departure.State.UNDER_WAY]
log = logging.getLogger(__name__)


def tick(*, clock: Clock, worker: str = "") -> None:
    """Let reminders follow the facts, make the mails that are due, hand on work that lost its worker, and send.

    A step that fails keeps none of the others from being done; the first fault is raised at the end, and
    stands beside the name of the `worker` on the operations page.
    """
    at = clock()
    sent = 0

    def send() -> None:
        nonlocal sent
        sent = drain(clock=clock, lasts=SENDS_FOR, follow_facts=lambda: raise_and_close(at=clock()))

    faults = [
        fault
        for fault in (
            # first the mails, then what they speak of: so nothing is raised too late for a mail of this tick
            attempt("write", lambda: make_messages(at=at)),
            attempt("raise", lambda: raise_and_close(at=at)),
            attempt("escalate", lambda: escalate(at=at, practice=Practice.objects.current())),
            # after the mails: that a meeting fell through is said first
            attempt("plan again", lambda: replan_missed_tellings(on=on_day(at))),
            attempt("feeds", lambda: end_feeds_of_who_left(at=at)),
            attempt("hand on", lambda: hand_on_again(tasks=LONG_WORK, at=at)),
            attempt("send", send),
        )
        if fault is not None
    ]
    note_tick(worker=worker, began_at=at, ended_at=clock(), sent=sent, faults=faults)
    if faults:
        raise faults[0]


def attempt(step: str, act: Callable[[], object]) -> Exception | None:
    """Do one step; return what went wrong."""
    try:
        act()
    except Exception as fault:
        log.exception("tick: %s", step)
        return fault
    return None


def note_tick(
    *, worker: str, began_at: datetime, ended_at: datetime, sent: int, faults: list[Exception]
) -> None:
    """Keep when this worker was last through, and whether anything failed: one row for each worker."""
    said = ", ".join(sorted({type(fault).__name__ for fault in faults}))[:80]
    facts = {"began_at": began_at, "ended_at": ended_at, "sent": sent, "fault": said}
    Tick.objects.update_or_create(worker=worker[:120], defaults=facts)


def look_after(*, at: datetime) -> None:
    """Examine the reminders once an hour from here, too; what a tick would have raised is raised first."""
    found, differs = examine(at=at)
    if differs:
        raise_and_close(at=at)
        found, _differs = examine(at=at, known=differs)
    keep(found)


def night(*, at: datetime) -> None:
    """Roll rhythms out and let departures follow their facts; done again it finds nothing to do."""
    on = on_day(at)
    turn_breaks(on=on)
    extend_rhythms(on=on)
    forget_old_drafts(at=at)
    forget_old_copies(at=at)
    forget_old_reads(at=at)
    appointments.forget_old_previews(at=at)
    appointments.read_calendars(at=at, since=first_instant(on))
    Tick.objects.filter(ended_at__lt=at - TICKS_KEPT).delete()
    look_after(at=at)
    under_way = Departure.objects.filter(state__in=UNDER_WAY)
    for key, therapist in list(under_way.values_list("pk", "therapist")):
        with acting(therapist):
            refresh_state(departure=Departure.objects.get(pk=key), on=on)
