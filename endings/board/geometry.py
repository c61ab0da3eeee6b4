"""Where things stand on the board's axis; face.md 7 to the letter.

`first` (A) is the Monday of the week before today. The left edge of day d stands at (d − A) / 56 × 100 %,
its middle half a day further. What lies outside is clipped; the state text says it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from core.dates import asked_day
from core.drawing import percent
from endings.board.lane import Fact, Lane

DAY = timedelta(days=1)
WEEKS = 8
DAYS = 7 * WEEKS
STEP = timedelta(days=28)
FULL = Fraction(100)
HEIGHTS = {1: ("24",), 2: ("12", "36"), 3: ("12", "24", "36"), 4: ("6", "18", "30", "42")}
SATURDAY = 5


@dataclass(frozen=True)
class Span:
    """A stretch of days, clipped, in percent."""

    x: str
    width: str


@dataclass(frozen=True)
class ClosedSpan(Span):
    """Closed days; the axis names them at their middle, where the word finds room."""

    middle: str
    word: str


@dataclass(frozen=True)
class Line:
    """The time to process, from the telling to the last session; `planned` while nobody has been told."""

    x1: str
    x2: str
    planned: bool


@dataclass(frozen=True)
class Sign:
    """One sign: its letter (t, o, h, l), its state (plan, done, late) and its place."""

    letter: str
    state: str
    x: str
    y: str


@dataclass(frozen=True)
class Axis:
    """Fifty-six days from a Monday."""

    first: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=DAYS - 1)

    def edge(self, on: date) -> Fraction:
        """Return the left edge of a day in percent, which may lie outside."""
        return Fraction((on - self.first).days, DAYS) * 100

    def middle(self, on: date) -> Fraction:
        """Return the middle of a day in percent, which may lie outside."""
        return self.edge(on) + Fraction(50, DAYS)

    def point(self, on: date) -> str | None:
        """Return the middle of a day, or nothing where the day is not on the axis."""
        return percent(self.middle(on)) if self.first <= on <= self.last else None

    def within(self, place: Fraction) -> Fraction:
        """Clip a place to the axis."""
        return min(max(place, Fraction()), FULL)

    def days(self, first: date, last: date) -> Span | None:
        """Return the days from `first` to `last`, both included, clipped; nothing where none is left."""
        begin, end = self.within(self.edge(first)), self.within(self.edge(last + DAY))
        return Span(percent(begin), percent(end - begin)) if begin < end else None


def axis_of(today: date, asked: str = "") -> Axis:
    """Return the axis for today, or for the week that an address asks for (`?from=2026-11-16`)."""
    day = asked_day(asked, today)
    if day is None:
        return Axis(today - timedelta(days=today.weekday() + 7))
    return Axis(day - timedelta(days=day.weekday()))


def closed_spans(closed: Iterable[date]) -> list[tuple[date, date]]:
    """Join closed days to spans; a weekend between two of them belongs to the span."""
    spans: list[tuple[date, date]] = []
    for on in sorted(set(closed)):
        if spans and _only_weekend(spans[-1][1] + DAY, on):
            spans[-1] = (spans[-1][0], on)
        else:
            spans.append((on, on))
    return spans


def _only_weekend(begin: date, end: date) -> bool:
    """Say whether every day from `begin` up to `end` is a Saturday or a Sunday; true for none."""
    between = ((begin + timedelta(days=n)) for n in range((end - begin).days))
    return (end - begin).days <= 2 and all(on.weekday() >= SATURDAY for on in between)


def window_of(lane: Lane, axis: Axis) -> Span | None:
    """Return the notice window."""
    if lane.opens_on is None or lane.closes_on is None:
        return None
    return axis.days(lane.opens_on, lane.closes_on)


def short_of(lane: Lane, axis: Axis, today: date) -> Span | None:
    """Return the days short: from the day after the window to the end of the day told, planned, or today."""
    if not lane.days_short or lane.closes_on is None:
        return None
    until = lane.told.on if lane.told else today
    return axis.days(lane.closes_on + DAY, until)


def time_of(lane: Lane, axis: Axis) -> Line | None:
    """Return the time to process; nothing where telling or last session has no day."""
    if not lane.told or not lane.last:
        return None
    begin, end = axis.within(axis.middle(lane.told.on)), axis.within(axis.middle(lane.last.on))
    return Line(percent(begin), percent(end), planned=not lane.told.done) if begin < end else None


def signs_of(lane: Lane, axis: Axis) -> Sequence[Sign]:
    """Return the signs as they are painted: options, handover, last session, and the telling on top.

    Signs of one day stand above each other, in the order of the way.
    """
    seen = [(letter, fact, x) for letter, fact in lane.facts() if (x := axis.point(fact.on))]
    signs = [Sign(letter, fact.state, x, _height(letter, fact, seen)) for letter, fact, x in seen]
    return tuple(sorted(signs, key=lambda sign: "ohlt".index(sign.letter)))


def _height(letter: str, fact: Fact, seen: Sequence[tuple[str, Fact, str]]) -> str:
    together = [other for other, beside, _ in seen if beside.on == fact.on]
    return HEIGHTS[len(together)][together.index(letter)]
