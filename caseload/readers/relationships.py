"""Who worked with whom, and who led: read off the contacts, because FHIR does not say.

Law: of one client, at most one therapist leads on any day (`one_primary_therapist_at_a_time`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

A_YEAR: Final = timedelta(days=365)


@dataclass(slots=True)
class Contacts:
    """The days on which one therapist met one client."""

    first: date
    last: date
    days: list[date] = field(default_factory=list)
    by_mode: dict[str, int] = field(default_factory=dict)

    @classmethod
    def on(cls, day: date) -> "Contacts":
        return cls(day, day)

    def add(self, day: date, mode: str) -> None:
        self.first, self.last = min(self.first, day), max(self.last, day)
        self.days.append(day)
        self.by_mode[mode] = self.by_mode.get(mode, 0) + 1

    def usual_mode(self) -> str:
        """Return how the two mostly meet."""
        return max(self.by_mode, key=lambda mode: self.by_mode[mode])


@dataclass(frozen=True, slots=True)
class Span:
    """One therapist's work with one client; open-ended where it goes on."""

    therapist: str
    leads: bool
    begins: date
    ends: date | None

    def touches(self, other: "Span") -> bool:
        begins_in_time = other.ends is None or self.begins <= other.ends
        return begins_in_time and (self.ends is None or other.begins <= self.ends)


def main_therapist(contacts: Mapping[str, Contacts]) -> str:
    """Return who leads now: most meetings in the year before the last one, then the most recent.

    A year, because a practice hands people over: a hundred meetings with a predecessor do not weigh more
    than twenty with the one who sees the client now, and one stand-in does not weigh more than either.
    """
    since = max(each.last for each in contacts.values()) - A_YEAR

    def weight(therapist: str) -> tuple[int, date, str]:
        of = contacts[therapist]
        return sum(day >= since for day in of.days), of.last, therapist

    return max(contacts, key=weight)


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of the work with one client beside the contacts.

    `main` is who leads where the source says it, `begins_by` the day on which the main therapist's work has
    begun at the latest, `closed_on` the day on which work that does not go on ended.
    """

    goes_on: bool = True
    closed_on: date | None = None
    begins_by: date | None = None
    main: str = ""


def spans(contacts: Mapping[str, Contacts], course: Course) -> list[Span]:
    """Return one span for each therapist who met this client, the one who leads now first.

    Work that goes on stays open with the main therapist; the others are closed over their own dates, as
    having led where nobody else did, else as working along.
    """
    if not contacts:
        return []
    main = course.main if course.main in contacts else main_therapist(contacts)
    found = [main_span(main, contacts[main], course)]
    for therapist in sorted(contacts, key=lambda each: order(contacts[each], each)):
        if therapist != main:
            found.append(own_span(therapist, contacts[therapist], found))
    return found


def main_span(main: str, of: Contacts, course: Course) -> Span:
    begins = min(filter(None, [of.first, course.begins_by]))
    ends = None if course.goes_on else max(filter(None, [of.last, course.closed_on]))
    return Span(main, leads=True, begins=begins, ends=ends)


def own_span(therapist: str, of: Contacts, others: list[Span]) -> Span:
    own = Span(therapist, leads=True, begins=of.first, ends=of.last)
    if any(own.touches(other) for other in others if other.leads):
        return Span(therapist, leads=False, begins=of.first, ends=of.last)
    return own


def order(of: Contacts, therapist: str) -> tuple[int, date, str]:
    return -len(of.days), of.first, therapist
