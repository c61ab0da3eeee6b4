"""Appointments out of an iCalendar file, as Google, Outlook and Nextcloud write them.

A file comes from outside and may be hostile: a series of every second, a million days, an impossible rule that is
searched for until the year 9999. So it is read in a process of its own with a limit of time and memory, and what it
cannot finish is refused (`read_apart`). No clock and no database stand here.
"""

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from recurring_ical_events import of as series_of
from x_wr_timezone import to_standard

MOST_BYTES: Final = 5_000_000
MOST_EVENTS: Final = 5_000
MOST_FOUND: Final = 2_000
SECONDS: Final = 20
MEMORY: Final = 768 * 1024 * 1024
LONGEST: Final = timedelta(hours=8)
LONGEST_WORDS: Final = 200
TOO_OFTEN: Final = {"SECONDLY", "MINUTELY", "HOURLY"}
# What the libraries raise for files that keep no rule.
DIRT: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
HOME: Final = Path(__file__).resolve().parents[2]


class Unreadable(Exception):
    """A file as a whole cannot be read; `code` says why: no_calendar, too_large, too_many, too_slow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Found:
    """One appointment, `[starts_at, ends_at)` in UTC.

    `series` and `key` are digests: what belongs together, and this one of it, wherever it is moved to.
    """

    series: str
    key: str
    starts_at: datetime
    ends_at: datetime
    words: str
    is_cancelled: bool = False


@dataclass(frozen=True)
class Read:
    """What a file holds in a span; `skipped` counts by reason: all_day, too_often, too_long, broken."""

    found: tuple[Found, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)


def read_apart(text: str, *, zone: str, begin: datetime, end: datetime) -> Read:
    """Return the appointments that begin in `[begin, end)`, read in a process of its own.

    Times without a zone are those of `zone`. Raises Unreadable.
    """
    if len(text.encode()) > MOST_BYTES:
        raise Unreadable("too_large")
    asked = {"text": text, "zone": zone, "begin": begin.isoformat(), "end": end.isoformat()}
    try:
        done = subprocess.run(  # noqa: S603 -- this very module
            [sys.executable, "-m", __name__],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=HOME,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HOME)},
            check=False,
        )
        said = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unreadable("too_slow") from None
    if "code" in said:
        raise Unreadable(said["code"])
    return Read(tuple(found_of(row) for row in said["found"]), said["skipped"])


def found_of(row: Mapping[str, Any]) -> Found:
    times = {name: datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")}
    return Found(**{**row, **times})


def main() -> None:
    """Answer one question on standard input, within the limits of this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.load(sys.stdin)
    begin, end = (datetime.fromisoformat(asked[name]) for name in ("begin", "end"))
    try:
        read = read_here(asked["text"], zone=ZoneInfo(asked["zone"]), begin=begin, end=end)
        said: dict[str, Any] = asdict(read)
    except Unreadable as refusal:
        said = {"code": refusal.code}
    json.dump(said, sys.stdout, default=datetime.isoformat)


def read_here(text: str, *, zone: ZoneInfo, begin: datetime, end: datetime) -> Read:
    """Return what `read_apart` does, in this process and without its limits of time."""
    skipped: Counter[str] = Counter()
    found: dict[str, Found] = {}
    for events in series_in(text):
        try:
            for one in appointments_of(events, begin, end, zone, skipped):
                found[one.key] = one
        except DIRT:
            skipped["broken"] += 1
        if len(found) > MOST_FOUND:
            raise Unreadable("too_many")
    rows = sorted(found.values(), key=lambda one: (one.starts_at, one.key))
    return Read(tuple(rows), dict(skipped))


def series_in(text: str) -> Iterable[list[Event]]:
    """Return the events of a file by what they say they belong to."""
    if "BEGIN:VCALENDAR" not in text[:2000].upper():
        raise Unreadable("no_calendar")
    if text.upper().count("BEGIN:VEVENT") > MOST_EVENTS:
        raise Unreadable("too_many")
    try:
        calendars = [to_standard(each) for each in Calendar.from_ical(text, multiple=True)]
    except DIRT:
        raise Unreadable("no_calendar") from None
    series: dict[str, list[Event]] = {}
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            if event.get("DTSTART") is not None:
                series.setdefault(name_of(event), []).append(event)
    return series.values()


def name_of(event: Event) -> str:
    """Return the UID; an event without one is known by its time and words."""
    said = str(event.get("UID", "")).strip()
    return said or f"{event.start} {event.get('SUMMARY', '')}"


def rules_of(event: Event) -> list[Any]:
    said: Any = event.get("RRULE", [])
    return said if isinstance(said, list) else [said]


def is_too_often(events: Iterable[Event]) -> bool:
    """Say whether a series repeats within a day: no appointment does."""
    for rule in [rule for event in events for rule in rules_of(event)]:
        within = [rule.get(part, []) for part in ("BYHOUR", "BYMINUTE", "BYSECOND")]
        often = {str(each).upper() for each in rule.get("FREQ", [])} & TOO_OFTEN
        if often or any(len(part) > 1 for part in within if isinstance(part, list)):
            return True
    return False


def appointments_of(
    events: list[Event], begin: datetime, end: datetime, zone: ZoneInfo, skipped: Counter[str]
) -> Iterator[Found]:
    """Yield what one series holds in a span, with its exceptions in their place."""
    if is_too_often(events):
        skipped["too_often"] += 1
        return
    alone = Calendar()
    for event in events:
        alone.add_component(event)
    for event in series_of(alone, skip_bad_series=True).between(begin, end):
        one = appointment(event, events, zone, skipped)
        if one is not None and begin <= one.starts_at < end:
            yield one


def appointment(
    event: Event, events: list[Event], zone: ZoneInfo, skipped: Counter[str]
) -> Found | None:
    """Return what an event says; None for what is no appointment, which is counted."""
    starts, ends = event.start, event.end
    if not isinstance(starts, datetime) or not isinstance(ends, datetime):
        skipped["all_day"] += 1
        return None
    starts_at, ends_at = (in_utc(moment, zone) for moment in (starts, ends))
    if not timedelta() < ends_at - starts_at <= LONGEST:
        skipped["too_long"] += 1
        return None
    name = name_of(event)
    repeats = any(event.get("RRULE") or event.get("RDATE") for event in events)
    original: Any = event.get("RECURRENCE-ID")
    which = in_words(original.dt, zone) if repeats and original is not None else ""
    return Found(
        series=digest(name),
        key=digest(name, which),
        starts_at=starts_at,
        ends_at=ends_at,
        words=str(event.get("SUMMARY", "")).strip()[:LONGEST_WORDS].replace("\0", ""),
        is_cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def in_words(moment: date, zone: ZoneInfo) -> str:
    moment = in_utc(moment, zone) if isinstance(moment, datetime) else moment
    return moment.isoformat()


def digest(*words: str) -> str:
    return sha256("\0".join(words).encode()).hexdigest()[:40]


if __name__ == "__main__":
    main()
