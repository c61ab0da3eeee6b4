"""What somebody is offered, as plain values: read live from the directory, or from its snapshot. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, time
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from core import dates

DAYS: Final = ("checked_on", "accepting_on")
TIMES: Final = ("opens_at", "closes_at", "starts_at")


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of opening hours; `said` stands in where a source wrote words only."""

    weekdays: tuple[int, ...] = ()
    opens_at: time | None = None
    closes_at: time | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service, or a colleague's place, with everything that the screen and the paper say of it."""

    kind: Literal["service", "place"]
    name: str
    whose: str = ""  # the organisation, where it has another name
    what: str = ""
    where: str = ""  # empty for a confidential place, everywhere
    is_virtual: bool = False
    phones: tuple[str, ...] = ()
    website: str = ""
    hours: tuple[Opening, ...] = ()
    cost: str = ""
    languages: tuple[str, ...] = ()
    accepting: str = "unknown"
    accepting_on: date | None = None
    wait: str = ""
    checked_on: date | None = None
    organization: str = ""  # its key: two of one organisation count as one
    is_confidential: bool = False
    do_not_refer: str = ""  # the reason
    is_gone: bool = False
    lang: str = ""
    weekday: int | None = None
    starts_at: time | None = None
    every_weeks: int = 1

    @property
    def link(self) -> str:
        """The website as an address to follow; nothing for what only looks like one."""
        return self.website if self.website.lower().startswith(("http://", "https://")) else ""

    def to_snapshot(self) -> dict[str, Any]:
        """Return it as JSON, without the practice's own view: that is not part of what was offered."""
        kept = {**asdict(self), "do_not_refer": ""}
        for each in (kept, *kept["hours"]):
            for name in (*DAYS, *TIMES):
                if each.get(name):
                    each[name] = each[name].isoformat()
        return kept

    @classmethod
    def from_snapshot(cls, kept: Mapping[str, Any]) -> "Offer":
        """Read it back; what a later release has added takes its default."""
        known = {each.name for each in fields(cls)}
        values = {name: _read(name, value) for name, value in kept.items() if name in known}
        return cls(**values)


def _read(name: str, value: Any) -> Any:
    if name == "hours":
        return tuple(_opening(each) for each in value)
    if name in DAYS:
        return date.fromisoformat(value) if value else None
    if name in TIMES:
        return time.fromisoformat(value) if value else None
    return tuple(value) if isinstance(value, list) else value


def _opening(kept: Mapping[str, Any]) -> Opening:
    return Opening(**{name: _read(name, value) for name, value in kept.items()})


def hours_in_words(hours: tuple[Opening, ...]) -> str:
    """Return “Mon, Tue 08:00–17:00; Sat 10:00–18:00” in the language that is active."""
    by_time: dict[tuple[time | None, time | None, str], list[int]] = {}
    for each in hours:
        by_time.setdefault((each.opens_at, each.closes_at, each.said), []).extend(each.weekdays)
    return "; ".join(_line(days, *times) for times, days in by_time.items())


def _line(days: list[int], opens_at: time | None, closes_at: time | None, said: str) -> str:
    if opens_at is None or closes_at is None:
        return said
    return f"{weekdays_in_words(days)} {dates.clock(opens_at)}–{dates.clock(closes_at)}"


def weekdays_in_words(days: list[int]) -> str:
    """Return “Mon–Fri” or “Mon, Wed”."""
    names: Mapping[int, str] = dates.cldr(dates.language_now()).days["format"]["abbreviated"]
    days = sorted(set(days))
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return (
        f"{names[days[0]]}–{names[days[-1]]}" if in_a_row else ", ".join(names[day] for day in days)
    )


def place_time_in_words(offer: Offer) -> str:
    """Return “Wednesday, 14:00” or “Wednesday, 14:00, every 2 weeks” of a colleague's place."""
    if offer.weekday is None or offer.starts_at is None:
        return ""
    names: Mapping[int, str] = dates.cldr(dates.language_now()).days["format"]["wide"]
    said = f"{names[offer.weekday]}, {dates.clock(offer.starts_at)}"
    if offer.every_weeks == 1:
        return said
    return f"{said}, " + _("every %(count)s weeks") % {"count": offer.every_weeks}
