"""Opening hours, parsed only where they are certain."""

import re
from dataclasses import dataclass
from datetime import time

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WRITTEN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap]m)?", re.IGNORECASE)
NOON = 12


@dataclass(frozen=True, slots=True)
class Hours:
    opens_at: time
    closes_at: time


def weekday_of(name: str) -> int | None:
    """Return 0 for Monday … 6 for Sunday; nothing for anything else."""
    name = name.strip().casefold()
    return WEEKDAYS.index(name) if name in WEEKDAYS else None


def time_of(written: str) -> time | None:
    """Read “08:00”, “9am”, “4:00 PM”; a bare number without am or pm is not certain."""
    found = WRITTEN.fullmatch(written.strip())
    if not found or not (found[2] or found[3]):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
    if half:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def hours_of(opens: str, closes: str) -> Hours | None:
    """Return the hours where both ends are certain and it closes after it opens."""
    opens_at, closes_at = time_of(opens), time_of(closes)
    if opens_at is None or closes_at is None or closes_at <= opens_at:
        return None
    return Hours(opens_at, closes_at)
