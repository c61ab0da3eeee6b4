"""From a rhythm to meetings: a weekday at a wall-clock time, every n weeks, over a span of days.

Pure: no clock, no database. Dates are the practice's, both ends included; instants are aware, in UTC.
A wall-clock time stays what it is across daylight saving (decision 9): ten o'clock is ten o'clock in June
and in November. Where the clock jumps over a time, the meeting starts when the clock has jumped; where a
time comes twice, it is the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Cause(StrEnum):
    """Why a day of a rhythm has no meeting."""

    CLOSED = "closed"
    AWAY = "away"
    ON_BREAK = "on_break"
    BUSY = "busy"


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of days, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Rhythm:
    """`weekday` 0 is Monday; the first meeting is on the first such day from `anchor` on."""

    weekday: int
    starts_at: time
    minutes: int
    every_weeks: int
    anchor: date
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        """The first day of the rhythm: `anchor`, or the next `weekday` after it."""
        return self.anchor + DAY * ((self.weekday - self.anchor.weekday()) % 7)


@dataclass(frozen=True, order=True)
class Meeting:
    """`day` is the practice's date that the rhythm gave; the instants are `[starts_at, ends_at)`."""

    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, order=True)
class Skipped:
    """A day of the rhythm without a meeting, why, and what the closed day is called."""

    day: date
    cause: Cause
    name: str = ""


@dataclass(frozen=True)
class Lost:
    """The days on which nobody meets: closed ones with their name, absences and breaks."""

    closed: Mapping[date, str] = field(default_factory=dict)
    away: Sequence[Span] = ()
    on_break: Sequence[Span] = ()

    def look_up(self, day: date) -> Skipped | None:
        """Return why nobody meets on `day`, or nothing."""
        if day in self.closed:
            return Skipped(day, Cause.CLOSED, self.closed[day])
        if any(day in span for span in self.away):
            return Skipped(day, Cause.AWAY)
        return Skipped(day, Cause.ON_BREAK) if any(day in span for span in self.on_break) else None


@dataclass(frozen=True)
class Rolled:
    """What a rhythm gives over a span of days, each day in exactly one of the two."""

    meetings: tuple[Meeting, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the wall in `zone` shows `clock` on `day`."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def meeting_on(day: date, rhythm: Rhythm) -> Meeting:
    """Return the meeting of `rhythm` on `day`; it lasts its minutes, whatever the clocks do meanwhile."""
    starts_at = instant(day, rhythm.starts_at, rhythm.zone)
    return Meeting(day, starts_at, starts_at + timedelta(minutes=rhythm.minutes))


def days_of(rhythm: Rhythm, span: Span) -> Iterator[date]:
    """Yield the days of `rhythm` that lie in `span`."""
    step = WEEK * rhythm.every_weeks
    gone = max((span.first - rhythm.first_day).days, 0)
    day = rhythm.first_day + step * -(-gone // step.days)
    while day <= span.last:
        yield day
        day += step


def roll(rhythm: Rhythm, span: Span, lost: Lost) -> Rolled:
    """Roll `rhythm` out over `span`: a meeting on each of its days, but not on lost ones."""
    meetings, skipped = [], []
    for day in days_of(rhythm, span):
        why = lost.look_up(day)
        if why:
            skipped.append(why)
        else:
            meetings.append(meeting_on(day, rhythm))
    return Rolled(tuple(meetings), tuple(skipped))
