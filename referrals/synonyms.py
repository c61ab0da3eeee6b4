"""Words that mean the same to somebody who looks for help, in our four languages. Pure.

A directory speaks one language and its readers another: “żałoba” finds *grief*. One group, one idea;
spelled without accents. It is a table to be grown by whoever keeps the directory.
"""

from typing import Final

from core.names import folded

GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    ("counselling", "counseling", "poradnictwo", "hulpverlening", "consulenza"),
    ("therapy", "psychotherapy", "terapia", "psychoterapia", "therapie", "psychotherapie"),
    ("grief", "bereavement", "zaloba", "rouw", "lutto"),
    ("addiction", "substance use", "uzaleznienie", "uzaleznienia", "verslaving", "dipendenza"),
    ("alcohol", "alkohol", "alcol"),
    ("opioid", "opioidy", "opiaten", "oppioidi"),
    ("mental health", "zdrowie psychiczne", "geestelijke gezondheid", "salute mentale"),
    ("children", "child", "dzieci", "kinderen", "bambini"),
    ("teens", "adolescents", "youth", "mlodziez", "jongeren", "adolescenti"),
    ("elderly", "older adults", "seniors", "seniorzy", "ouderen", "anziani"),
    ("family", "rodzina", "gezin", "famiglia"),
    ("couples", "marriage", "pary", "relatietherapie", "coppia"),
    ("women", "kobiety", "vrouwen", "donne"),
    ("men", "mezczyzni", "mannen", "uomini"),
    ("veterans", "weterani", "veteranen", "veterani"),
    ("trauma", "ptsd", "posttraumatic"),
    ("violence", "abuse", "przemoc", "geweld", "violenza"),
    ("crisis", "kryzys", "crisi"),
    ("housing", "shelter", "mieszkanie", "schronisko", "opvang", "alloggio"),
    ("food", "meals", "jedzenie", "posilki", "voedsel", "maaltijden", "pasti"),
    ("work", "employment", "job", "praca", "werk", "lavoro"),
    ("legal", "law", "prawna", "juridisch", "legale"),
    ("hospital", "szpital", "ziekenhuis", "ospedale"),
    ("group", "grupa", "groep", "gruppo"),
    ("online", "telehealth", "virtual", "zdalnie", "a distanza"),
)
# Words that carry nothing and would only narrow a search.
EMPTY: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "for",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "i",
        "oraz",
        "dla",
        "do",
        "na",
        "o",
        "od",
        "po",
        "przy",
        "w",
        "we",
        "z",
        "ze",
        "de",
        "het",
        "een",
        "en",
        "van",
        "voor",
        "in",
        "op",
        "met",
        "il",
        "lo",
        "la",
        "i",
        "gli",
        "le",
        "di",
        "del",
        "della",
        "per",
        "con",
        "e",
        "un",
        "una",
    ]
)


def _same() -> dict[str, tuple[str, ...]]:
    return {word: group for group in GROUPS for word in group}


SAME: Final = _same()


def ideas_of(query: str) -> list[tuple[str, ...]]:
    """Return the query word by word, each with the words that mean the same; empty words are left out.

    “mental health” is one idea, not two. A query of nothing but empty words is taken as it is.
    """
    words = folded(query).split()
    telling = [word for word in words if word not in EMPTY] or words
    found: list[tuple[str, ...]] = []
    while telling:
        pair = " ".join(telling[:2])
        if pair in SAME:
            found.append(SAME[pair])
            telling = telling[2:]
        else:
            word = telling.pop(0)
            found.append((word, *(each for each in SAME.get(word, ()) if each != word)))
    return found
