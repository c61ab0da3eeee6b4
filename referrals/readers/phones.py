"""Phone numbers as people write them. Nothing is dropped: what does not parse stays as written."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    is_valid_short_number_for_region,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, in international form where it parses, and the extension apart."""

    written: str
    e164: str = ""
    extension: str = ""
    is_known: bool = False


def parsed(written: str, region: str, extension: str = "") -> Number:
    """Read a number that was written in `region` ("US"); “860-276-3000 x301” has extension 301.

    A short one that exists there (211, 988) is known, though it has no international form.
    """
    written = " ".join(written.split())
    if written.isdigit() and len(written) <= 6:
        return _short(written, region, extension)
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return Number(written, extension=extension)
    extension = extension or number.extension or ""
    if not phonenumbers.is_valid_number(number):
        return Number(written, extension=extension)
    number.extension = None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Number(written, e164, extension, is_known=True)


def _short(written: str, region: str, extension: str) -> Number:
    number = phonenumbers.parse(written, region)
    exists = is_valid_short_number_for_region(number, region)
    return Number(written, extension=extension, is_known=exists or written in {"211", "311", "711"})
