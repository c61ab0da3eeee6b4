"""A week as columns by the practice's clock: what lies where, and beside what. Pure: no database, no clock.

A block's place is its wall-clock time and its length in minutes, so that a day on which the clock changes is
drawn like any other: ten o'clock stands at ten o'clock (decision 9).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

DAY = timedelta(days=1)
OPENS, CLOSES = 8, 18  # the hours that are always drawn
Kind = Literal["own", "taken", "over"]


@dataclass(frozen=True)
class Block:
    """Something that takes time, `[begins, ends)`; aware.

    `taken` says that somebody or something is taken, and not by whom. `lane` of `lanes`: its place beside what
    overlaps it. A block with `move_url` can be moved.
    """

    begins: datetime
    ends: datetime
    label: str = ""
    aside: str = ""
    state: str = ""
    kind: Kind = "taken"
    url: str = ""
    move_url: str = ""
    room: UUID | None = None
    lane: int = 0
    lanes: int = 1
    starts_at: time = time()
    minutes: int = 0

    @property
    def until(self) -> time:
        """Return the wall-clock time at which it ends."""
        hour, minute = divmod(minute_of(self) + self.minutes, 60)
        return time(hour % 24, minute)

    @property
    def place(self) -> SafeString:
        """Return where it is drawn, as attributes that calendar.css knows: hour, minute and length in digits."""
        hours, rest = divmod(self.minutes, 60)
        said = {
            "h": self.starts_at.hour,
            "t": self.starts_at.minute // 10,
            "o": self.starts_at.minute % 10,
            "lh": hours,
            "lt": rest // 10,
            "lo": rest % 10,
            "lane": self.lane,
            "lanes": self.lanes,
        }
        return format_html_join(" ", 'data-{}="{}"', said.items())


@dataclass(frozen=True)
class Column:
    """One day of the week with its blocks in order, and why nobody should meet on it."""

    on: date
    blocks: Sequence[Block] = ()
    closed: str = ""
    is_away: bool = False
    is_off: bool = False
    clock_moves: timedelta = timedelta()

    @property
    def clocks(self) -> Literal["forward", "back", ""]:
        """Which way the clock moves on this day."""
        if not self.clock_moves:
            return ""
        return "forward" if self.clock_moves > timedelta() else "back"

    @property
    def is_shaded(self) -> bool:
        return bool(self.closed) or self.is_away or self.is_off


@dataclass(frozen=True)
class Off:
    """The days on which nobody meets: closed ones with their names, absences, weekdays off."""

    closed: Mapping[date, str] = field(default_factory=dict)
    away: frozenset[date] = frozenset()
    weekdays: frozenset[int] = frozenset()


def columns(monday: date, blocks: Iterable[Block], zone: ZoneInfo, off: Off) -> list[Column]:
    """Return Monday to Sunday; a block over midnight stands in both days."""
    every = list(blocks)
    return [column(monday + DAY * number, every, zone, off) for number in range(7)]


def column(on: date, blocks: Sequence[Block], zone: ZoneInfo, off: Off) -> Column:
    placed = [part for block in blocks if (part := part_of(block, on, zone)) is not None]
    return Column(
        on=on,
        blocks=tuple(in_lanes(placed)),
        closed=off.closed.get(on, ""),
        is_away=on in off.away,
        is_off=on.weekday() in off.weekdays,
        clock_moves=clock_moves(on, zone),
    )


def part_of(block: Block, on: date, zone: ZoneInfo) -> Block | None:
    """Return the part of a block that lies on `on`, by the wall; None where there is none."""
    begins, ends = (moment.astimezone(zone) for moment in (block.begins, block.ends))
    if begins.date() > on or ends.date() < on or (ends.date() == on and ends.time() == time()):
        return None
    first = begins.time() if begins.date() == on else time()
    if begins.date() == ends.date() == on:
        minutes = int((block.ends - block.begins).total_seconds() // 60)
    else:
        until = (ends.hour * 60 + ends.minute) if ends.date() == on else 24 * 60
        minutes = until - first.hour * 60 - first.minute
    return replace(block, starts_at=first.replace(second=0, microsecond=0), minutes=minutes)


def in_lanes(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks in order of time, those that overlap beside each other."""
    ordered = sorted(blocks, key=lambda one: (one.starts_at, -one.minutes, one.label))
    done: list[Block] = []
    group: list[Block] = []
    ends: list[int] = []  # of each lane of the group, in minutes of the day
    for block in ordered:
        begin = minute_of(block)
        if group and begin >= max(ends):
            done += finished(group, len(ends))
            group, ends = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= begin), len(ends))
        ends[free : free + 1] = [begin + block.minutes]
        group.append(replace(block, lane=free))
    return done + finished(group, len(ends))


def finished(group: Iterable[Block], lanes: int) -> list[Block]:
    return [replace(block, lanes=lanes) for block in group]


def minute_of(block: Block) -> int:
    return block.starts_at.hour * 60 + block.starts_at.minute


def hours(week: Iterable[Column]) -> range:
    """Return the hours that the week is drawn for: the usual ones, and those that are needed."""
    blocks = [block for one in week for block in one.blocks]
    first = min([OPENS, *(block.starts_at.hour for block in blocks)])
    last = max([CLOSES, *(-(-(minute_of(block) + block.minutes) // 60) for block in blocks)])
    return range(first, min(last, 24))


def clock_moves(on: date, zone: ZoneInfo) -> timedelta:
    """Return by how much the clock moves during `on`: an hour on a Sunday in March, nothing on most days."""
    begin, end = (datetime.combine(day, time(), tzinfo=zone) for day in (on, on + DAY))
    return (end.utcoffset() or timedelta()) - (begin.utcoffset() or timedelta())


def without(taken: Iterable[Block], known: Iterable[Block]) -> list[Block]:
    """Return what is taken, less what is shown already with its name."""
    said = {(one.begins, one.ends, one.room) for one in known}
    said |= {(one.begins, one.ends, None) for one in known}
    return [one for one in taken if (one.begins, one.ends, one.room) not in said]


def by_room(blocks: Iterable[Block]) -> dict[UUID | None, list[Block]]:
    """Return blocks by room, in order of time."""
    ordered = sorted(blocks, key=lambda one: (str(one.room or ""), one.begins))
    return {room: list(rows) for room, rows in groupby(ordered, key=lambda one: one.room)}
