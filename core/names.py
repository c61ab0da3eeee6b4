"""Names in lists: the wheel's PostgreSQL has no ICU, so a key computed here does the sorting.

Decision 11 and words.md 5: Polish letters are letters of their own; Dutch prefixes sort under the main
part; elsewhere an accent only breaks a tie.
"""

import re
import unicodedata

from django.conf import settings

POLISH = {letter: f"{base}{{" for letter, base in zip("ąćęłńóśż", "acelnosz", strict=True)} | {
    "ź": "z|",
    "ż": "z}",
}
DUTCH_PREFIX = re.compile(
    r"^(?P<first>.*?)\s(?P<prefix>(?:van|de|der|den|ten|ter|te|op|in|'t|’t)(?:\s(?:de|der|den|'t|’t))*)\s(?P<main>\S.*)$",
    re.IGNORECASE,
)


def folded(text: str) -> str:
    """Return `text` without accents, lower case; ł is l, which Unicode alone does not say."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def sort_key(name: str, language: str | None = None) -> str:
    """Return the key that puts `name` in its place for readers of `language` (default: the practice's)."""
    language = language or settings.LANGUAGE_CODE
    name = " ".join(name.split())
    if language == "nl" and (parts := DUTCH_PREFIX.match(name)):
        name = f"{parts['main']}, {parts['first']} {parts['prefix']}"
    if language == "pl":
        spelled = "".join(POLISH.get(letter, letter) for letter in name.casefold())
        return folded(spelled)[:160]
    return f"{folded(name)} {name.casefold()}"[:160]
