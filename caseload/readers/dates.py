"""Days and times as people write them in a spreadsheet: ISO, and the short forms of four languages.

English `08/11/2026`, Polish `8.11.2026`, Dutch `8-11-2026`, Italian `08/11/2026`: the day comes first in
all four. A column with slashes or hyphens may come from elsewhere, so it must prove its order by one day
above 12, or somebody must say it. Two-digit years are never guessed.
"""

import re
from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Final

from caseload.readers.problems import Unusable


class Order(StrEnum):
    """Which number of a date comes first."""

    DAY = "day"
    MONTH = "month"
    UNSURE = "unsure"


ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
SHORT: Final = re.compile(
    r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{2}|\d{4})(?:\s?r\.?)?(?:[T ].*)?"
)
CLOCK: Final = re.compile(
    r"(?:.*[T ])?(\d{1,2})[:.h](\d{2})(?:[:.]\d{2})?\s*(am|pm|uur)?(?:\s?(?:Z|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)


def order_in(cells: Iterable[str]) -> Order | None:
    """Return which number comes first in the short dates of `cells`.

    None where there is no short date, `UNSURE` where nothing proves it.
    """
    found = None
    for cell in cells:
        match = SHORT.fullmatch(cell.strip())
        if match is None or len(match[4]) < len("2026"):
            continue
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or (first > 12 >= second):
            return Order.DAY
        if second > 12 >= first:
            return Order.MONTH
        found = Order.UNSURE
    return found


def read_day(cell: str, what: str, order: Order = Order.DAY) -> date | None:
    """Return the day in `cell`, None where it is blank; raises `Unusable`."""
    said = cell.strip()
    if not said:
        return None
    if match := ISO.fullmatch(said):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := SHORT.fullmatch(said):
        year, month, day = short(match, what, order)
    else:
        raise Unusable("bad_date", what)
    try:
        return date(year, month, day)
    except ValueError:
        raise Unusable("bad_date", what) from None


def short(match: re.Match[str], what: str, order: Order) -> tuple[int, int, int]:
    if len(match[4]) == len("26"):
        raise Unusable("short_year", what)
    first, second = int(match[1]), int(match[3])
    month_first = order is Order.MONTH and match[2] != "."
    return int(match[4]), *((first, second) if month_first else (second, first))


def read_time(cell: str, what: str) -> time | None:
    """Return the wall-clock time in `cell` (`14:30`, `14.30 uur`, `2:30 pm`), None where it is blank."""
    said = cell.strip()
    if not said:
        return None
    match = CLOCK.fullmatch(said)
    if match is None:
        raise Unusable("bad_time", what)
    half = (match[3] or "").lower()
    hour = int(match[1]) % 12 + 12 * (half == "pm") if half in {"am", "pm"} else int(match[1])
    try:
        return time(hour, int(match[2]))
    except ValueError:
        raise Unusable("bad_time", what) from None
