"""Languages by the names that English-speaking sources give them."""

import re
from functools import cache

from babel import Locale

# Names of sources that CLDR spells otherwise.
OTHERWISE = {
    "mandarin": "zh",
    "sign language": "ase",
    "american sign language": "ase",
    "farsi": "fa",
}


@cache
def codes_by_name() -> dict[str, str]:
    """Return the code of every language that CLDR knows, by its English name in lower case."""
    names = Locale("en").languages.items()
    return {name.casefold(): code for code, name in names if code.isalpha()} | OTHERWISE


def code_of(name: str) -> str:
    """Return the code, or nothing where it is not certain: “Chinese (Cantonese)” is yue, “Creole” is not."""
    known = codes_by_name()
    whole, inside = re.fullmatch(r"([^(]*)(?:\((.*)\))?", name.strip()).groups("")  # type: ignore[union-attr]
    for part in (inside, name, whole):
        if code := known.get(part.strip().casefold()):
            return code
    return ""
