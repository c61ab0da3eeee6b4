"""Languages as people speak them: named for the reader, offered in a sensible order."""

from django.conf import settings

from core.dates import cldr, language_now
from core.names import sort_key

# Offered besides the languages of the practice; another one is typed by its name or code.
OFFERED = ("uk", "de", "fr", "es", "pt", "ro", "tr", "ar", "ru")


def language_name(code: str) -> str:
    """Return the name of a language in the reader's language; what CLDR does not know stands as it is."""
    name = cldr(language_now()).languages.get(code.split("-")[0].lower())
    return name or code


def language_choices(known: list[str]) -> list[tuple[str, str]]:
    """Return the practice's four languages first, then the rest by name; `known` ones are never lost."""
    first = [code for code, _name in settings.LANGUAGES]
    rest = sorted({*OFFERED, *known} - set(first), key=lambda code: sort_key(language_name(code)))
    return [(code, language_name(code)) for code in [*first, *rest]]
