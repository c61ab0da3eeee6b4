"""From the rows of one departure to the lanes of its board, and the totals above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.models import Session
from caseload.models.episodes import every
from core import dates
from core.parts import Chip, Link
from endings.board import Fact, Lane
from endings.models import (
    Ending,
)
from endings.notice import NoticePolicy
from endings.workflow import Stage

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Totals:
    """What the sentence on top counts: never a percentage, never a score."""

    everybody: int
    told: int
    in_person: int
    in_full: int
    with_options: int
    handed_over: int
    closed: int
    arrived: int
    with_person_and_date: int
    nobody: Sequence[str] = ()


def lanes_of(endings: Iterable[Ending], policy: NoticePolicy, on: date) -> list[Lane]:
    """Return a lane for each ending of `board_rows`."""
    return [lane_of(ending, policy, on) for ending in endings]


def lane_of(ending: Any, policy: NoticePolicy, on: date) -> Lane:
    short = days_short(ending, policy, on)
    return Lane(
        code=ending.client.code,
        name=ending.client.called,
        url=ending.get_absolute_url(),
        rhythm=rhythm_of(ending),
        opens_on=ending.window_opens_on,
        closes_on=ending.window_closes_on,
        last_chance_on=dates.on_day(ending.last_chance_at) if ending.last_chance_at else None,
        told=told_of(ending),
        options=fact_of(ending.options_on, ending.options_plan_on, on),
        handover=handover_of(ending, on),
        last=fact_of(ending.last_held_on, ending.last_on, on),
        days_short=short,
        needs_decision=needs_decision(ending, short, on),
        ended=ending.stage in (Stage.CLOSED, Stage.FOLLOWED_UP),
        chip=chip_of(ending, on),
        act=act_of(ending, on) if ending.may_act else None,
    )


def rhythm_of(ending: Ending) -> str:
    """Return “Mon 09:30”, or “Every 2 weeks, Mon 09:30”: short, beside the code."""
    cadences = list(ending.assignment.cadences.all())
    if not cadences:
        return ""
    cadence = cadences[-1]
    slot = f"{dates.short_weekday(cadence.weekday)} {dates.clock(cadence.starts_at)}"
    return slot if cadence.every_weeks == 1 else f"{slot}, {every(cadence.every_weeks)}"


def told_of(ending: Any) -> Fact | None:
    if ending.told_on is not None:
        return Fact(ending.told_on, done=True, late=ending.told_remote)
    return Fact(ending.tell_plan_on) if ending.tell_plan_on else None


def fact_of(done_on: date | None, planned_on: date | None, on: date) -> Fact | None:
    if done_on is not None:
        return Fact(done_on, done=True)
    return Fact(planned_on, late=planned_on < on) if planned_on else None


def handover_of(ending: Any, on: date) -> Fact | None:
    if ending.handed_over_on is not None:
        return Fact(ending.handed_over_on, done=True)
    if ending.handover_at is not None:
        return Fact(dates.on_day(ending.handover_at))
    return (
        Fact(ending.handover_plan_on) if ending.receiver_name and ending.handover_plan_on else None
    )


def days_short(ending: Ending, policy: NoticePolicy, on: date) -> int:
    """Return how many days of notice are missing: as told, or if told at the next chance."""
    if ending.last_on is None:
        return 0
    told_on = ending.told_on or max(on, ending.tell_plan_on or on)
    return max(0, policy.shortest_days - (ending.last_on - told_on).days)


def needs_decision(ending: Any, short: int, on: date) -> bool:
    """Say whether somebody has to decide: an open exception, no date, too late, or fallen through."""
    if ending.stage in (Stage.CLOSED, Stage.FOLLOWED_UP, Stage.LAST_HELD):
        return bool(ending.has_open_exception)
    untold = ending.told_on is None and not ending.has_not_told_exception
    fell_through = ending.tell_session is not None and ending.tell_session.state in (
        Session.State.MISSED,
        Session.State.CANCELLED,
    )
    no_date = ending.tell_plan_on is None or ending.tell_plan_on < on or fell_through
    return bool(ending.has_open_exception or (untold and (short or no_date or ending.problems)))


def chip_of(ending: Any, on: date) -> Chip | None:
    """Name the receiver once they have said yes: the meeting of three is on its way."""
    if ending.told_on is None or ending.handed_over_on or ending.stage != Stage.CHOSEN:
        return None
    if ending.receiver_name is None:
        return None
    return Chip("meet", _("%(name)s has room") % {"name": ending.receiver_name})


def act_of(ending: Ending, on: date) -> Link | None:
    """Return the one act of today: telling, in its window."""
    opens = ending.window_opens_on
    if ending.told_on is None and opens is not None and opens <= on:
        return Link(f"{ending.get_absolute_url()}told-in-person/", _("I told them in person"))
    return None


def totals_of(endings: Sequence[Any], policy: NoticePolicy, on: date) -> Totals:
    told = [ending for ending in endings if ending.told_on]
    nobody = [ending.client.called for ending in endings if not has_person_and_date(ending, on)]
    return Totals(
        everybody=len(endings),
        told=len(told),
        in_person=sum(not ending.told_remote for ending in told),
        in_full=sum(not days_short(ending, policy, on) for ending in told),
        with_options=sum(ending.options_on is not None for ending in endings),
        handed_over=sum(ending.handed_over_on is not None for ending in endings),
        closed=sum(ending.stage in (Stage.CLOSED, Stage.FOLLOWED_UP) for ending in endings),
        arrived=sum(ending.has_arrived for ending in endings),
        with_person_and_date=len(endings) - len(nobody),
        nobody=nobody,
    )


def has_person_and_date(ending: Ending, on: date) -> bool:
    """Everybody has a named person and a date, at every moment (R25)."""
    stays = ending.assignment.ends_on is None or on <= ending.assignment.ends_on
    has_person = stays or ending.carried_by_id is not None
    is_over = ending.stage in (Stage.CLOSED, Stage.FOLLOWED_UP)
    return has_person and (is_over or ending.last_on is not None or ending.last_held_on is not None)


def everybody_words(totals: Totals) -> str:
    """Return “34 of 34 have a named person and a date”, or the names who do not."""
    if totals.nobody:
        return _("Without a named person or a date: %(names)s.") % {
            "names": dates.listed(totals.nobody)
        }
    return ngettext(
        "%(have)s of %(count)s has a named person and a date.",
        "%(have)s of %(count)s have a named person and a date.",
        totals.everybody,
    ) % {"have": totals.with_person_and_date, "count": totals.everybody}


def facts_of(totals: Totals) -> list[tuple[str, str]]:
    of = _("%(number)s of %(all)s")
    counted = [
        (_("Told in person"), totals.in_person),
        (_("Full notice"), totals.in_full),
        (_("With options"), totals.with_options),
        (_("Handed over"), totals.handed_over),
        (_("Closed"), totals.closed),
        (_("Arrived"), totals.arrived),
    ]
    return [(label, of % {"number": n, "all": totals.everybody}) for label, n in counted]
