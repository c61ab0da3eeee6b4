"""Small parts of a FHIR resource that has been validated: text, days, instants, codes, names."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from caseload.readers.problems import Unusable

NEVER_KEPT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
DIRT: Final = re.compile(r"(?<=[^\W\d_])\d+\b")  # Synthea writes "Abdul218"
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
NOON: Final = time(12)


def text(value: Any, what: str, limit: int) -> str:
    """Return a text without blanks around it; refuses what PostgreSQL cannot keep or the column hold."""
    if not isinstance(value, str):
        return ""
    said = value.strip()
    if NEVER_KEPT.search(said):
        raise Unusable("bad_text", what)
    if len(said) > limit:
        raise Unusable("too_wide", what)
    return said


def line(value: Any, what: str, limit: int) -> str:
    """Return a text of one line, single blanks between its words."""
    return (
        " ".join(text(value, what, 10 * limit).split())
        if len(str(value)) <= limit
        else text(value, what, limit)
    )


def parts(element: Any, *path: str) -> Iterator[Any]:
    """Yield what stands at `path`, going into every member of a list on the way."""
    if isinstance(element, list):
        for each in element:
            yield from parts(each, *path)
    elif not path:
        yield element
    elif isinstance(element, dict) and path[0] in element:
        yield from parts(element[path[0]], *path[1:])


def codes(element: Any) -> list[str]:
    """Return the codes of a CodeableConcept or a list of them."""
    return [code for code in parts(element, "coding", "code") if isinstance(code, str)]


def wording(element: Any) -> str:
    """Return the words of a CodeableConcept: its text, else the first display."""
    said = (each for path in (("text",), ("coding", "display")) for each in parts(element, *path))
    return next((each for each in said if isinstance(each, str) and each.strip()), "")


def day(value: Any, what: str) -> date | None:
    """Return the day of a FHIR date or dateTime; None where only a year or a month is known."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unusable("bad_date", what)
    if len(value) < len("2026-01-01"):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise Unusable("bad_date", what) from None


def moment(value: Any, what: str, zone: tzinfo) -> tuple[datetime, bool] | None:
    """Return the instant of a FHIR dateTime in UTC and whether its time was assumed (noon in `zone`)."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) < len("2026-01-01"):
        raise Unusable("bad_date", what)
    try:
        if DAY.fullmatch(value):
            at = datetime.combine(date.fromisoformat(value), NOON, zone)
            return at.astimezone(UTC), True
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC), False
    except (ValueError, OverflowError):
        raise Unusable("bad_date", what) from None


def human_name(names: Any, what: str, limit: int) -> str:
    """Return the display name of a list of HumanName: official before usual before the rest.

    Digits that a generator hung on a word are left out; titles and degrees are no part of a name.
    """
    chosen = best_name(names)
    said = chosen.get("text")
    if not said:
        given = [each for each in chosen.get("given") or [] if isinstance(each, str)]
        said = " ".join([*given, chosen.get("family") or ""])
    return line(DIRT.sub("", str(said)), what, limit)


def nickname(names: Any, what: str, limit: int) -> str:
    """Return what somebody is called, where the source says so."""
    called = [each for each in named(names) if each.get("use") == "nickname"]
    usual = [each for each in named(names) if each.get("use") == "usual"]
    chosen = best_name(names)
    for each in [*called, *(one for one in usual if one is not chosen)]:
        given = each.get("text") or " ".join(str(part) for part in each.get("given") or [])
        if said := line(DIRT.sub("", str(given)), what, limit):
            return said
    return ""


ORDER: Final = ("official", "usual", None, "temp", "nickname", "anonymous")


def named(names: Any) -> list[dict[str, Any]]:
    return [each for each in names if isinstance(each, dict)] if isinstance(names, list) else []


def best_name(names: Any) -> dict[str, Any]:
    """Return the HumanName to show; a maiden or an old name only where there is no other."""
    return min(
        named(names),
        key=lambda each: ORDER.index(each.get("use")) if each.get("use") in ORDER else len(ORDER),
        default={},
    )
