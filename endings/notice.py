"""How much time a client has between being told and the last session (R2).

Pure date arithmetic in the practice's dates: no clock, no database. A *meeting* is the day of a
session of client and therapist that stands, planned or held; cancelled and missed ones are left
out. The last session is the last of them. Earlier is welcome and never flagged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)
MEETINGS_IN_WINDOW = 2
"""The window reaches back far enough to hold two meetings, so that one missed is not the end."""


@dataclass(frozen=True)
class NoticePolicy:
    """What a practice has agreed on (R2, R3, R15, R26); days are calendar days."""

    shortest_days: int = 21
    longest_days: int = 28
    meetings_after: int = 3  # after the telling, the last session included
    spread_days: int = 14  # between the first and the last telling of one departure
    options: int = 2
    follow_up_days: tuple[int, ...] = (14, 42)  # after the last session


@dataclass(frozen=True)
class NoticeWindow:
    """The days on which a telling leaves the agreed time, both included."""

    opens_on: date
    closes_on: date

    def __contains__(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on

    def holds(self, meetings: Sequence[date]) -> list[date]:
        """Return the meetings that lie in the window, in order."""
        return sorted(meeting for meeting in meetings if meeting in self)


@dataclass(frozen=True)
class Notice:
    """What a telling on one day leaves (or left) until the last session, and what is missing."""

    days: int
    meetings: int
    days_short: int
    meetings_short: int

    @property
    def is_full(self) -> bool:
        """Whether nothing is missing."""
        return not (self.days_short or self.meetings_short)


class NoticeState(TextChoices):
    """How an ending stands towards its notice window."""

    NOT_YET = "not_yet", _("Window not open yet")
    OPEN = "open", _("Window open")
    LAST_CHANCE = "last_chance", _("Last day for full notice")
    LATE = "late", _("Less time than agreed")
    TOLD_EARLY = "told_early", _("Told early")
    TOLD_IN_FULL = "told_in_full", _("Told with full notice")
    TOLD_SHORT = "told_short", _("Told with less time than agreed")


@dataclass(frozen=True)
class Standing:
    """The state, with the notice that the telling gives: told, planned, or if told today."""

    state: NoticeState
    notice: Notice


def window(meetings: Sequence[date], last_on: date, policy: NoticePolicy) -> NoticeWindow:
    """Return the notice window before a last session on `last_on` (R2).

    It closes on the last day that leaves both the shortest notice in days and the meetings after
    it. It opens the longest notice before the last session, or earlier, so that two meetings lie
    in it. Where fewer meetings stand than the policy asks for, no day leaves enough of them: then
    the days alone decide, and `notice_on` says how many meetings are missing.
    """
    before = sorted(meeting for meeting in meetings if meeting <= last_on)
    closes_on = last_on - policy.shortest_days * DAY
    if len(before) >= policy.meetings_after > 0:
        closes_on = min(closes_on, before[-policy.meetings_after] - DAY)
    reachable = [meeting for meeting in before if meeting <= closes_on][-MEETINGS_IN_WINDOW:]
    opens_on = min([last_on - policy.longest_days * DAY, closes_on, *reachable])
    return NoticeWindow(opens_on, closes_on)


def notice_on(
    told_on: date, meetings: Sequence[date], last_on: date, policy: NoticePolicy
) -> Notice:
    """Return what a telling on `told_on` leaves. Told after the last session: nothing, not less."""
    days = max(0, (last_on - told_on).days)
    after = sum(told_on < meeting <= last_on for meeting in meetings)
    return Notice(
        days=days,
        meetings=after,
        days_short=max(0, policy.shortest_days - days),
        meetings_short=max(0, policy.meetings_after - after),
    )


def last_chance_on(meetings: Sequence[date], notice_window: NoticeWindow) -> date:
    """Return the last meeting for full notice; without one, the last day of the window."""
    return max(notice_window.holds(meetings), default=notice_window.closes_on)


def standing(
    meetings: Sequence[date],
    last_on: date,
    policy: NoticePolicy,
    *,
    today: date,
    told_on: date | None = None,
    planned_on: date | None = None,
) -> Standing:
    """Return how an ending stands today.

    `told_on`: when everybody who must know was told. `planned_on`: the meeting chosen for it; a
    plan that lies behind us counts as no plan. Full notice told before the window is *early*.
    """
    span = window(meetings, last_on, policy)
    if told_on is not None:
        notice = notice_on(told_on, meetings, last_on, policy)
        return Standing(_state_told(told_on, span, notice), notice)
    coming = today if planned_on is None else max(today, planned_on)
    state = _state_untold(today, span, last_chance_on(meetings, span))
    return Standing(state, notice_on(coming, meetings, last_on, policy))


def _state_told(told_on: date, span: NoticeWindow, notice: Notice) -> NoticeState:
    if not notice.is_full:
        return NoticeState.TOLD_SHORT
    return NoticeState.TOLD_EARLY if told_on < span.opens_on else NoticeState.TOLD_IN_FULL


def _state_untold(today: date, span: NoticeWindow, last_chance: date) -> NoticeState:
    if today > span.closes_on:
        return NoticeState.LATE
    if today >= last_chance:
        return NoticeState.LAST_CHANCE
    return NoticeState.OPEN if today >= span.opens_on else NoticeState.NOT_YET
