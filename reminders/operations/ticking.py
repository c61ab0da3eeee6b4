"""What beat asks for: a tick every half minute, and the night's work. Both carry no data and may be lost."""

from datetime import datetime, timedelta

from accounts.operations.drafts import forget_old_drafts
from caseload.operations.file_requests import forget_old_copies
from caseload.operations.pauses import turn_breaks
from caseload.operations.rhythms import extend_rhythms
from core.actor import acting
from core.dates import on_day
from endings.models import Departure
from endings.operations.departures import refresh_state
from endings.operations.plans import replan_missed_tellings
from reminders.operations.posting import make_messages
from reminders.operations.raising import raise_and_close
from reminders.operations.sending import Clock, drain

SENDS_FOR = timedelta(seconds=25)  # then the next tick goes on
UNDER_WAY = [Departure.State.AGREED, Departure.State.UNDER_WAY]


def tick(*, clock: Clock) -> None:
    """Let reminders follow the facts, make the mails that are due, and send."""
    at = clock()
    raise_and_close(at=at)
    make_messages(at=at)
    replan_missed_tellings(
        on=on_day(at)
    )  # after the mails: that a meeting fell through is said first
    drain(clock=clock, until=at + SENDS_FOR)


def night(*, at: datetime) -> None:
    """Roll rhythms out and let departures follow their facts; done again it finds nothing to do."""
    on = on_day(at)
    turn_breaks(on=on)
    extend_rhythms(on=on)
    forget_old_drafts(at=at)
    forget_old_copies(at=at)
    under_way = Departure.objects.filter(state__in=UNDER_WAY)
    for key, therapist in list(under_way.values_list("pk", "therapist")):
        with acting(therapist):
            refresh_state(departure=Departure.objects.get(pk=key), on=on)
