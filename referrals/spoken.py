"""Names of languages in the reader's language. Pure."""

from core import dates


def language_name(code: str) -> str:
    """Return “Polish” for pl, in the language that is active; what is no code is a name already."""
    return str(dates.cldr(dates.language_now()).languages.get(code, code))
