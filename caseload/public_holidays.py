"""Public holidays of a country, as a proposal of closed days. Pure: the days come from the library `holidays`.

Countries are ISO 3166-1 in two letters, regions ISO 3166-2 or the library's own; both are named in the
reader's language where CLDR or the library knows a name.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from babel.core import get_global

from core.dates import cldr, language_now
from core.names import sort_key


@dataclass(frozen=True)
class Holiday:
    on: date
    name: str


@cache
def known() -> dict[str, list[str]]:
    """Return the countries whose days are known, each with the regions in which they differ."""
    listed: dict[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return listed


def countries() -> list[tuple[str, str]]:
    """Return `(code, name)` of every country, by name in the reader's language."""
    names = cldr(language_now()).territories
    named = [(code, names[code]) for code in known() if code in names]
    return sorted(named, key=lambda pair: sort_key(pair[1]))


def country_of(zone: str) -> str:
    """Return the country of a time zone where holidays are known for it; empty for UTC and the like."""
    country: str = get_global("zone_territories").get(zone, "")
    return country if country in known() else ""


def regions(country: str) -> list[tuple[str, str]]:
    """Return `(code, name)` of the parts of `country` in which holidays may differ; none is the whole."""
    if country not in known():
        return []
    spoken = holidays.country_holidays(country).get_subdivision_aliases()
    named = [(code, (spoken.get(code) or [code])[0]) for code in known()[country]]
    return sorted(named, key=lambda pair: sort_key(pair[1]))


def public_holidays(
    country: str, region: str, first: date, last: date, language: str
) -> list[Holiday]:
    """Return the holidays from `first` to `last`, named in `language`, else in the country's own.

    A country or region that is not known gives none.
    """
    if country not in known():
        return []
    part = region if region in known()[country] else None
    years = range(first.year, last.year + 1)
    own = holidays.country_holidays(country)
    spoken = own.supported_languages
    # Said outright: without a language the library asks the environment of the process.
    tongue = next((one for one in spoken if one.split("_")[0] == language), own.default_language)
    found = holidays.country_holidays(country, subdiv=part, years=years, language=tongue)
    return [Holiday(on, name) for on, name in sorted(found.items()) if first <= on <= last]
