"""What our columns make of what an HSDS object says. What is doubtful stays as it was said, with a remark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from referrals.readers.hours import time_of
from referrals.readers.hsds.older import DAYS, days_of
from referrals.readers.phones import parsed
from referrals.readers.spoken import code_of as language_code
from referrals.readers.things import Kind

OLDEST: Final = 150  # years
NOTHING: Final = {"", "null", "none", "n/a", "na", "nan"}


class Doubtful(Exception):
    """A value cannot be what its member stands for."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to say about one value: a code of readers/remarks.py, the member, and the value as it came."""

    code: str
    member: str
    value: str


@dataclass
class Cast:
    """Column values, and the doubts on the way."""

    values: dict[str, Any] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool | int | float):
        return str(value)
    raise Doubtful


def number(value: Any) -> float | None:
    if isinstance(value, bool):
        raise Doubtful
    told = str(text(value)).casefold()
    if told in NOTHING:
        return None
    try:
        found = float(told)
    except ValueError:
        raise Doubtful from None
    if found != found or found in (float("inf"), float("-inf")):
        raise Doubtful
    return found


def amount(value: Any) -> Decimal | None:
    told = text(value)
    if told.casefold() in NOTHING:
        return None
    try:
        found = Decimal(told)
    except InvalidOperation:
        raise Doubtful from None
    if not found.is_finite() or abs(found) >= 10**10:
        raise Doubtful
    return round(found, 2)


def age(value: Any) -> int | None:
    found = number(value)
    if found is None:
        return None
    if not 0 <= found <= OLDEST:
        raise Doubtful
    return int(found)


def day(value: Any) -> date | None:
    told = text(value)
    if told.casefold() in NOTHING:
        return None
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        raise Doubtful from None


def moment(value: Any) -> datetime | None:
    told = text(value)
    if not told:
        return None
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise Doubtful from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clock(value: Any) -> time | None:
    """Read 09:00, 9am, and 1930 as some systems write it."""
    told = text(value)
    if told.casefold() in NOTHING:
        return None
    if told.isdigit() and len(told) in {3, 4}:
        told = f"{told[:-2]}:{told[-2:]}"
    plain = told.removesuffix("Z").split("+")[0]
    whole = plain[: plain.rindex(":")] if plain.count(":") == 2 and plain[-2:].isdigit() else plain
    found = time_of("00:00" if whole == "24:00" else whole)
    if found is None:
        raise Doubtful
    return found


def weekdays(value: Any) -> list[int]:
    """Read BYDAY, also as names of days; an ordinal (“2MO”) is a rule that we keep in words alone."""
    told = text(value)
    days = days_of(told)
    if told and not days:
        raise Doubtful
    return sorted({DAYS.index(each) for each in days})


def status(value: Any) -> str:
    told = text(value).casefold()
    if told in {"active", "inactive", "defunct", "temporarily closed", ""}:
        return told
    for ours, words in STATUSES.items():
        if told in words:
            return ours
    raise Doubtful


STATUSES: Final = {
    "active": {"open", "published", "active, but do not refer"},
    "inactive": {"closed", "suspended", "draft", "inactive / pending"},
    "defunct": {"deleted", "removed", "archived", "permanently closed"},
    "temporarily closed": {"temporarily_closed", "temporarily-closed"},
}


def one_of(*known: str) -> Callable[[Any], str]:
    def cast(value: Any) -> str:
        told = text(value).casefold()
        if told not in known:
            raise Doubtful
        return told

    return cast


PLACES: Final = one_of("physical", "postal", "virtual")


def texts(*names: str) -> dict[str, tuple[str, Callable[[Any], Any], str]]:
    return {name: (name, text, "wrong_type") for name in names}


# Column: the member it comes from, how it is read, and what is said where that fails.
COLUMNS: Final[dict[Kind, dict[str, tuple[str, Callable[[Any], Any], str]]]] = {
    Kind.ORGANIZATION: texts("name", "alternate_name", "description", "email", "website"),
    Kind.LOCATION: {
        **texts("name", "alternate_name", "description", "transportation", "url"),
        "location_type": ("location_type", PLACES, "place_type_unknown"),
        "latitude": ("latitude", number, "no_point"),
        "longitude": ("longitude", number, "no_point"),
    },
    Kind.SERVICE: {
        **texts("name", "alternate_name", "description", "url", "email"),
        **texts("interpretation_services", "application_process", "fees_description"),
        **texts("wait_time", "accreditations", "eligibility_description", "alert"),
        "status": ("status", status, "status_unknown"),
        "minimum_age": ("minimum_age", age, "no_age"),
        "maximum_age": ("maximum_age", age, "no_age"),
        "assured_on": ("assured_date", day, "no_day"),
    },
    Kind.AT_LOCATION: texts("description"),
    Kind.ADDRESS: {
        **texts("attention", "address_1", "address_2", "city", "region", "state_province"),
        **texts("postal_code", "country"),
        "address_type": ("address_type", PLACES, "place_type_unknown"),
    },
    Kind.CONTACT: texts("name", "title", "department", "email"),
    Kind.PHONE: texts("number", "extension", "type", "description"),
    Kind.SCHEDULE: {
        "weekdays": ("byday", weekdays, "days_as_written"),
        "opens_at": ("opens_at", clock, "hour_as_written"),
        "closes_at": ("closes_at", clock, "hour_as_written"),
        "valid_from": ("valid_from", day, "no_day"),
        "valid_to": ("valid_to", day, "no_day"),
        **texts("description"),
    },
    Kind.LANGUAGE: texts("name", "code", "note"),
    Kind.AREA: texts("name", "description", "extent", "extent_type", "uri"),
    Kind.COST: {
        **texts("option", "currency", "amount_description"),
        "amount": ("amount", amount, "no_number_here"),
        "valid_from": ("valid_from", day, "no_day"),
        "valid_to": ("valid_to", day, "no_day"),
    },
    Kind.CAPACITY: {
        **texts("description"),
        "available": ("available", amount, "no_number_here"),
        "maximum": ("maximum", amount, "no_number_here"),
        "updated_at": ("updated", moment, "no_day"),
    },
    Kind.UNIT: texts("name", "scheme", "identifier", "uri"),
    Kind.TAXONOMY: texts("name", "description", "uri", "version"),
    Kind.TERM: texts("code", "name", "description", "language", "term_uri", "taxonomy"),
    Kind.ATTRIBUTE: texts("link_entity", "link_type", "value", "label"),
    Kind.IDENTIFIER: texts("identifier_scheme", "identifier_type", "identifier"),
    Kind.OBJECT: {},
}
LEFT_TO_DEFAULT: Final = {"location_type", "address_type"}


def cast(kind: Kind, said: Mapping[str, Any], region: str = "US") -> Cast:
    """Return the column values of one object; `region` says how a phone number without country is read."""
    done = Cast()
    for column, (member, read, code) in COLUMNS[kind].items():
        if member not in said:
            continue
        try:
            done.values[column] = read(said[member])
        except Doubtful:
            done.doubts.append(Doubt(code, member, shortly(said[member])))
        if column in LEFT_TO_DEFAULT and not said[member]:
            done.values.pop(column, None)
    if finish := FINISH.get(kind):
        finish(done, said, region)
    return done


def shortly(value: Any) -> str:
    told = value if isinstance(value, str) else repr(value)
    return told if len(told) <= 80 else f"{told[:79]}…"


def finish_phone(done: Cast, said: Mapping[str, Any], region: str) -> None:
    """Read the number as the country writes it; a whole extension of JSON is no “12.0”."""
    values = done.values
    values["extension"] = values.get("extension", "").removesuffix(".0")
    written = values.get("number", "").strip('"')
    found = parsed(written, region, values["extension"])
    values["e164"] = found.e164
    values["extension"] = found.extension
    if written and not found.is_known:
        done.doubts.append(Doubt("phone_as_written", "number", shortly(written)))


def finish_language(done: Cast, said: Mapping[str, Any], region: str) -> None:
    name, code = done.values.get("name", ""), done.values.get("code", "")
    done.values["code"] = code if 1 < len(code) <= 16 else language_code(name)


def finish_location(done: Cast, said: Mapping[str, Any], region: str) -> None:
    """Keep a point only where both numbers are on the globe. 0,0 is in the sea: nobody works there."""
    latitude, longitude = done.values.get("latitude"), done.values.get("longitude")
    there = latitude is not None and longitude is not None
    on_the_globe = there and abs(latitude or 0) <= 90 and abs(longitude or 0) <= 180
    if not on_the_globe or (latitude == 0 and longitude == 0):
        done.values |= {"latitude": None, "longitude": None}
        if latitude is not None or longitude is not None:
            code = "point_zero" if there and on_the_globe else "no_point"
            done.doubts.append(Doubt(code, "latitude", f"{latitude}, {longitude}"))
    flag = said.get("x_confidential", said.get("confidential"))
    done.values["is_confidential"] = str(flag).casefold() in {"true", "1", "yes"}


def finish_service(done: Cast, said: Mapping[str, Any], region: str) -> None:
    youngest, oldest = done.values.get("minimum_age"), done.values.get("maximum_age")
    if youngest is not None and oldest is not None and youngest > oldest:
        done.values |= {"minimum_age": None, "maximum_age": None}
        done.doubts.append(Doubt("ages_crossed", "minimum_age", f"{youngest}–{oldest}"))


def finish_schedule(done: Cast, said: Mapping[str, Any], region: str) -> None:
    """Hours that cannot be read stay in words. Closing before opening is a night, not an error."""
    values = done.values
    unread = {each.member for each in done.doubts}
    also = [each for each in ("valid_from", "valid_to") if each in unread]
    words = [shortly(said.get(each) or "") for each in ("weekday", *also, "opens_at", "closes_at")]
    values["is_closed"] = any(each.casefold() == "closed" for each in words)
    unread &= {"byday", "opens_at", "closes_at"}
    sure = (
        bool(values.get("opens_at"))
        and bool(values.get("closes_at"))
        and bool(values.get("weekdays"))
    )
    if unread:
        values |= {"opens_at": None, "closes_at": None}
    if (unread or not sure) and not values.get("description"):
        values["description"] = " ".join(dict.fromkeys(filter(None, words)))
    if values["is_closed"]:
        done.doubts = [each for each in done.doubts if each.value.casefold() != "closed"]
    first, last = values.get("valid_from"), values.get("valid_to")
    if first and last and first > last:
        values |= {"valid_from": None, "valid_to": None}
        done.doubts.append(Doubt("days_crossed", "valid_from", f"{first} – {last}"))


FINISH: Final[dict[Kind, Callable[[Cast, Mapping[str, Any], str], None]]] = {
    Kind.PHONE: finish_phone,
    Kind.LANGUAGE: finish_language,
    Kind.LOCATION: finish_location,
    Kind.SERVICE: finish_service,
    Kind.SCHEDULE: finish_schedule,
}


def said_of(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an HSDS object would say of column values: the way back from `cast`, without what is empty."""
    told = {
        member: written(values[column])
        for column, (member, _read, _code) in COLUMNS[kind].items()
        if values.get(column) not in (None, "", [])
    }
    if kind is Kind.SCHEDULE and "byday" in told:
        told = {**told, "freq": "WEEKLY"}
    return told


def written(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return ",".join(DAYS[each] for each in value) if isinstance(value, list | tuple) else value
