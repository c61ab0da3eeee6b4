"""Dates, times, numbers and lists as the reader's language writes them (words.md 5).

The words come from CLDR through Babel, the patterns are ours: CLDR's own differ from what people of the
field write. Every function takes plain values and returns text without markup. `today` decides whether
the year is said: a year is shown when it is not the current one, and always where no `today` is given,
as on papers and for closing and retention dates. Papers never say *today* or *tomorrow*.

An instant is shown in the zone of whoever reads (`shown_in`), and belongs to a day of the practice
(`on_day`): the practice's zone is the active one and rules dates (decision 9). Where no reader is named, as
in mails and on a client's paper, both are the practice's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.timezone import get_current_timezone, is_aware, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NEVER_WEEKS = 10**9  # above every count of days, so that Babel stays with days


@dataclass(frozen=True)
class Writing:
    """How one language writes dates; patterns in CLDR's date syntax."""

    locale: str
    day: str
    long_day: str
    short_date: str
    span: str
    span_of_months: str
    time_in_text: str


WRITING = {
    "en": Writing(
        locale="en_GB",
        day="EEE d MMM",
        long_day="EEEE d MMMM",
        short_date="dd/MM/y",
        span="{} to {}",
        span_of_months="{} to {}",
        time_in_text="{:%H:%M}",
    ),
    "pl": Writing(
        locale="pl_PL",
        day="EEE, d MMM",
        long_day="EEEE, d MMMM",
        short_date="d.MM.y",
        span="{}–{}",
        span_of_months="{} – {}",
        time_in_text="{:%H:%M}",
    ),
    "nl": Writing(
        locale="nl_NL",
        day="EEE d MMM",
        long_day="EEEE d MMMM",
        short_date="d-M-y",
        span="{} t/m {}",
        span_of_months="{} t/m {}",
        time_in_text="{:%H.%M} uur",
    ),
    "it": Writing(
        locale="it_IT",
        day="EEE d MMM",
        long_day="EEEE d MMMM",
        short_date="dd/MM/y",
        span="{}–{}",
        span_of_months="{} – {}",
        time_in_text="{:%H.%M}",
    ),
}
YEAR = " y"


def language_now() -> str:
    """Return the two letters of the language that is active."""
    asked = (get_language() or settings.LANGUAGE_CODE)[:2]
    return asked if asked in WRITING else "en"


@cache
def cldr(language: str) -> Locale:
    """Return Babel's locale for one of our four languages."""
    return Locale.parse(WRITING[language].locale)


@lru_cache(maxsize=8192)
def written(on: date, pattern: str, language: str) -> str:
    """Return `on` by a CLDR `pattern`; kept, because boards and lists repeat their dates."""
    return format_date(on, pattern, locale=cldr(language))


def local(moment: datetime) -> datetime:
    """Return an instant in the zone that is active; a naive one is taken as it stands."""
    return localtime(moment) if is_aware(moment) else moment


def on_day(value: date) -> date:
    """Return the day of a date or of an instant."""
    return local(value).date() if isinstance(value, datetime) else value


# --- the reader's zone ------------------------------------------------------------------------------
_reader: ContextVar[tzinfo | None] = ContextVar("reader's zone", default=None)


@contextmanager
def shown_in(zone: tzinfo | None) -> Iterator[None]:
    """Let instants inside be shown in `zone`; None is the practice's, as a client's paper needs it."""
    before = _reader.set(zone)
    try:
        yield
    finally:
        _reader.reset(before)


def for_reader(moment: datetime) -> datetime:
    """Return an instant in the zone of whoever reads; a naive one is taken as it stands."""
    return localtime(moment, _reader.get()) if is_aware(moment) else moment


def day_for_reader(value: date) -> date:
    """Return the day of a date, or of an instant as whoever reads sees it."""
    return for_reader(value).date() if isinstance(value, datetime) else value


def city(zone: tzinfo) -> str:
    """Return “Warsaw” for Europe/Warsaw in the language that is active; a zone of no city by its own name."""
    name = str(zone)
    if "/" not in name:
        return name
    return get_timezone_location(zone, locale=cldr(language_now()), return_city=True)


def differs_here(moment: datetime) -> bool:
    """Say whether the practice's clock shows another time at `moment` than the reader's."""
    return local(moment).utcoffset() != for_reader(moment).utcoffset()


def at_the_practice(moment: datetime) -> str:
    """Return “13:00 in Warsaw” where the practice's clock differs from the reader's, else an empty text.

    With its weekday where the day differs, too: “Mon 23:30 in Warsaw”.
    """
    if not differs_here(moment):
        return ""
    there = local(moment)
    said = f"{there:%H:%M}"
    if there.date() != for_reader(moment).date():
        said = f"{written(there.date(), 'EEE', language_now())} {said}"
    return _("%(time)s in %(city)s") % {"time": said, "city": city(get_current_timezone())}


def with_the_practices(said: str, moment: datetime) -> str:
    """Return “14:00 (13:00 in Warsaw)”: `said` is how the reader sees `moment`."""
    there = at_the_practice(moment)
    return f"{said} ({there})" if there else said


def _with_year(pattern: str, on: date, today: date | None) -> str:
    return pattern if today and on.year == today.year else pattern + YEAR


def day(value: date, today: date | None = None) -> str:
    """Return “Mon 14 Dec”: weekday, day, month."""
    language, on = language_now(), day_for_reader(value)
    return written(on, _with_year(WRITING[language].day, on, today), language)


def long_day(value: date, today: date | None = None) -> str:
    """Return “Monday 14 December”."""
    language, on = language_now(), day_for_reader(value)
    return written(on, _with_year(WRITING[language].long_day, on, today), language)


def day_month(value: date, today: date | None = None) -> str:
    """Return “14 Dec”, for axes, chips and narrow columns."""
    on = day_for_reader(value)
    return written(on, _with_year("d MMM", on, today), language_now())


def whole_date(value: date) -> str:
    """Return “8 November 2026”, always with its year."""
    return written(day_for_reader(value), "d MMMM y", language_now())


def short_date(value: date) -> str:
    """Return “08/11/2026”, for tables of many rows."""
    language = language_now()
    return written(day_for_reader(value), WRITING[language].short_date, language)


def month(value: date) -> str:
    """Return “Mar 2024”, for how long ago something began."""
    return written(day_for_reader(value), "LLL y", language_now())


def weekday(value: date) -> str:
    """Return “Wednesday”, in lower case where the language writes it so."""
    return written(day_for_reader(value), "EEEE", language_now())


def short_weekday(number: int) -> str:
    """“Mon”: 0 is Monday."""
    return written(date(2024, 1, 1 + number), "EEE", language_now())


def _time_of(value: datetime | time) -> time:
    return for_reader(value).time() if isinstance(value, datetime) else value


def clock(value: datetime | time) -> str:
    """Return “14:30”, as on screens and in tables."""
    return f"{_time_of(value):%H:%M}"


def clock_in_text(value: datetime | time) -> str:
    """Return the time as a sentence has it: “14:30”, in Dutch “14.30 uur”, in Italian “14.30”."""
    return WRITING[language_now()].time_in_text.format(_time_of(value))


def at(moment: datetime, today: date | None = None) -> str:
    """Return “Mon 14 Dec, 09:30”."""
    return f"{day(moment, today)}, {clock(moment)}"


def span(first: date, last: date, *, short: bool = False) -> str:
    """Return “3 to 10 May” for days that lie a few months from each other at most; without a year."""
    language = language_now()
    writing, months = WRITING[language], "d MMM" if short else "d MMMM"
    if first == last:
        return written(last, months, language)
    if (first.year, first.month) == (last.year, last.month):
        return writing.span.format(first.day, written(last, months, language))
    return writing.span_of_months.format(
        written(first, months, language), written(last, months, language)
    )


def relative_days(value: date, today: date) -> str:
    """Return “today”, “tomorrow”, “in 3 days”, “3 days ago”: on screen only, never on a paper."""
    days = (on_day(value) - today).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in near:
        return near[days]
    return format_timedelta(
        timedelta(days=days),
        granularity="day",
        threshold=NEVER_WEEKS,
        add_direction=True,
        locale=cldr(language_now()),
    )


def number(value: float | Decimal) -> str:
    """Return “31.5” or “12,345” with the language's signs; Polish leaves four digits together."""
    return written_number(value, language_now())


@lru_cache(maxsize=2048)
def written_number(value: float | Decimal, language: str) -> str:
    together = language == "pl" and -10_000 < value < 10_000
    return format_decimal(value, locale=cldr(language), group_separator=not together)


def listed(words: Sequence[object]) -> str:
    """Return “a, b and c”."""
    return format_list([str(word) for word in words], locale=cldr(language_now()))


A_LIFETIME = timedelta(days=40_000)


def asked_day(said: str, today: date) -> date | None:
    """Return the day that an address asks for (`2026-11-16`); nothing where it is none, or a lifetime away.

    Weeks around the first and the last day that Python knows cannot be reckoned.
    """
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if abs(day - today) < A_LIFETIME else None
