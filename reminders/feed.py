"""A person's bookings as RFC 5545 says it: each is *Reserved*, and nothing else (R22).

Pure: ranges and words in, bytes out. Two people who meet cannot be matched by their feeds, because an event's
key is made from the feed's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

ASKED_EVERY = timedelta(hours=1)
PRODUCT = "-//Caseload//Reserved//EN"


@dataclass(frozen=True, order=True)
class Taken:
    """A range `[begins_at, ends_at)`, instants; `key` stays when the meeting is moved."""

    begins_at: datetime
    ends_at: datetime
    key: UUID


def fingerprint_of(taken: Sequence[Taken], *, feed: UUID, zone: str, word: str) -> str:
    """Return what two equal feeds have in common, 64 hex digits, made without writing the calendar."""
    said = [f"{feed} {zone} {word}"]
    said += [f"{one.begins_at.isoformat()} {one.ends_at.isoformat()} {one.key}" for one in taken]
    return sha256("\n".join(said).encode()).hexdigest()


def as_calendar(
    taken: Sequence[Taken], *, feed: UUID, zone: str, word: str, changed_at: datetime
) -> bytes:
    """Return the calendar. `word` is *Reserved* in the reader's language, `changed_at` when it last changed."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", word)
    calendar.add("refresh-interval", ASKED_EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", ASKED_EVERY)
    if taken:
        years = taken[0].begins_at.year - 1, max(one.ends_at for one in taken).year + 2
        calendar.add_component(timezone_of(zone, *years))
    for one in taken:
        calendar.add_component(event_of(one, feed=feed, zone=zone, word=word, at=changed_at))
    written: bytes = calendar.to_ical()
    return written


def event_of(taken: Taken, *, feed: UUID, zone: str, word: str, at: datetime) -> Event:
    here = ZoneInfo(zone)
    event = Event()
    event.add("uid", f"{uuid5(feed, str(taken.key))}@reserved")
    event.add("dtstamp", at)
    event.add("dtstart", taken.begins_at.astimezone(here))
    event.add("dtend", taken.ends_at.astimezone(here))
    event.add("summary", word)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


@lru_cache(maxsize=16)
def timezone_of(zone: str, first: int, last: int) -> Timezone:
    """Return the changes of the clock in `zone` from one year to another."""
    made = Timezone.from_tzid(zone, first_date=date(first, 1, 1), last_date=date(last, 1, 1))
    made.pop("comment", None)
    return made
