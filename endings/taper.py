"""Meetings that grow rarer towards the end (R10): days from a pattern, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_MEETINGS = 40
MOST_WEEKS = 12  # between two meetings, as a rhythm has it


@dataclass(frozen=True)
class Stretch:
    """So many meetings, each `every_weeks` after the one before."""

    every_weeks: int
    meetings: int


@dataclass(frozen=True)
class Laid:
    """A stretch on its days; the first of them is one gap after the last of the stretch before."""

    stretch: Stretch
    days: tuple[date, ...]

    @property
    def starts_on(self) -> date:
        return self.days[0]


def is_rarer(stretches: Sequence[Stretch]) -> bool:
    """Say whether the gaps only grow: otherwise it is no taper."""
    gaps = [one.every_weeks for one in stretches if one.meetings]
    return bool(gaps) and gaps == sorted(gaps)


def laid_out(first: date, stretches: Sequence[Stretch]) -> tuple[Laid, ...]:
    """Return the stretches on their days, the first meeting on `first`; empty ones are left out."""
    laid: list[Laid] = []
    for stretch in (one for one in stretches if one.meetings):
        step = timedelta(weeks=stretch.every_weeks)
        begin = laid[-1].days[-1] + step if laid else first
        laid.append(Laid(stretch, tuple(begin + step * n for n in range(stretch.meetings))))
    return tuple(laid)


def days_of(laid: Sequence[Laid]) -> tuple[date, ...]:
    return tuple(day for one in laid for day in one.days)
