"""The board as its template reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.translation import pgettext

from core import dates
from core.drawing import percent
from core.parts import Chip, Link, Text
from endings.board import geometry, words
from endings.board.geometry import Axis, ClosedSpan, Line, Sign, Span
from endings.board.lane import Fact, Group, Lane, group_of, order_of

ICON_OF = {
    "wait": "circle-dashed",
    "now": "hourglass",
    "late": "triangle-alert",
    "done": "check",
    "info": "list-checks",
    "meet": "users",
    "quiet": "lock",
}
ROOM_FOR_A_WORD = Fraction(6)  # percent: a closed span this wide carries its word
ROOM_BESIDE_TODAY = Fraction(12)  # percent: nearer than this it would lie under the pill


@dataclass(frozen=True)
class Tick:
    """The Monday of one week; every second date leaves where the plot is narrow."""

    x: str
    label: str
    odd: bool


@dataclass(frozen=True)
class Cell:
    """One act in the table twin: its day, and quietly how it stands."""

    day: str
    aside: str = ""


@dataclass(frozen=True)
class LaneView:
    """One lane, ready."""

    name: str
    code: str
    url: str
    rhythm: Text
    sentence: str
    window: Span | None
    short: Span | None
    time: Line | None
    signs: Sequence[Sign]
    chip: Chip
    icon: str
    note: str
    act: Link | None
    window_text: str
    told: Cell
    options: Cell
    handover: Cell
    last: Cell


@dataclass(frozen=True)
class GroupView:
    """A group that has somebody in it."""

    key: Group
    lanes: Sequence[LaneView]

    @property
    def heading(self) -> str:
        return str(self.key.label)

    @property
    def id(self) -> str:
        return f"board-{self.key.value}"


@dataclass(frozen=True)
class BoardView:
    """The whole board. `today_x` is nothing where today is not among the eight weeks."""

    groups: Sequence[GroupView]
    ticks: Sequence[Tick]
    closed: Sequence[ClosedSpan]
    today_x: str | None
    sentence: str
    as_of: str
    weeks: str
    earlier: str
    later: str
    icons: Sequence[str]

    @property
    def lanes(self) -> list[LaneView]:
        """Every lane, the most urgent first."""
        return [lane for group in self.groups for lane in group.lanes]


def board(
    lanes: Iterable[Lane], *, today: date, closed: Iterable[date] = (), asked: str = ""
) -> BoardView:
    """Lay out the board: `asked` is the `?from=` of the address, `closed` the practice's closed days."""
    axis = geometry.axis_of(today, asked)
    shut = [days for days in geometry.closed_spans(closed) if axis.days(*days)]
    groups = grouped(lanes, axis, today)
    return BoardView(
        groups=groups,
        ticks=tuple(ticks_of(axis)),
        closed=tuple(closed_span(axis, first, last, today) for first, last in shut),
        today_x=axis.point(today),
        sentence=words.axis_sentence(axis, today, shut),
        as_of=words.as_of(today),
        weeks=dates.span(axis.first, axis.last, short=True),
        earlier=(axis.first - geometry.STEP).isoformat(),
        later=(axis.first + geometry.STEP).isoformat(),
        icons=tuple(sorted({lane.icon for group in groups for lane in group.lanes})),
    )


def grouped(lanes: Iterable[Lane], axis: Axis, today: date) -> Sequence[GroupView]:
    """Return the groups in their order, each lane in exactly one, without the empty ones."""
    found: dict[Group, list[Lane]] = {group: [] for group in Group}
    for lane in sorted(lanes, key=order_of):
        found[group_of(lane, today)].append(lane)
    return tuple(
        GroupView(group, tuple(lane_view(lane, axis, today) for lane in members))
        for group, members in found.items()
        if members
    )


def lane_view(lane: Lane, axis: Axis, today: date) -> LaneView:
    """Return one lane with every place and word ready."""
    chip = words.chip_of(lane, today)
    return LaneView(
        name=lane.name or lane.code,
        code=lane.code if lane.name else "",
        url=lane.url,
        rhythm=lane.rhythm,
        sentence=words.sentence_of(lane, today),
        window=geometry.window_of(lane, axis),
        short=geometry.short_of(lane, axis, today),
        time=geometry.time_of(lane, axis),
        signs=geometry.signs_of(lane, axis),
        chip=chip,
        icon=chip.icon or ICON_OF[chip.kind],
        note=words.note_of(lane, today),
        act=lane.act,
        window_text=words.window_of(lane) or "–",
        told=cell_of(lane.told, today),
        options=cell_of(lane.options, today),
        handover=cell_of(lane.handover, today),
        last=cell_of(lane.last, today, quiet=("plan", "done")),
    )


def cell_of(fact: Fact | None, today: date, quiet: Sequence[str] = ("done",)) -> Cell:
    """Return the day of an act; in the states of `quiet` it needs no further word."""
    if fact is None:
        return Cell("–")
    return Cell(
        dates.day_month(fact.on, today), "" if fact.state in quiet else words.state_of(fact)
    )


def ticks_of(axis: Axis) -> Iterable[Tick]:
    """Yield the eight Mondays."""
    for week in range(geometry.WEEKS):
        monday = axis.first + timedelta(weeks=week)
        label = dates.written(monday, "d MMM", dates.language_now())
        yield Tick(percent(axis.edge(monday)), label, odd=week % 2 == 1)


def closed_span(axis: Axis, first: date, last: date, today: date) -> ClosedSpan:
    """Return a closed span that lies on the axis with its word, where the word finds room."""
    left, right = axis.within(axis.edge(first)), axis.within(axis.edge(last + geometry.DAY))
    middle, width = (left + right) / 2, right - left
    free = width >= ROOM_FOR_A_WORD and abs(middle - axis.middle(today)) >= ROOM_BESIDE_TODAY
    word = pgettext("practice", "Closed") if free else ""
    return ClosedSpan(percent(left), percent(width), percent(middle), word)
