"""What no catalogue may say: the words that the glossary rules out, and the mechanics of our tone."""

import re

# Each stands in docs/glossary.md under “never”. Idioms that only look like one are let through by the pattern.
BANNED = {
    "en": (
        r"terminat\w*",
        r"discharge\w*",
        r"(?<!in )cases?(?! worker)",
        r"patients?",
        r"dropouts?",
        r"drop-outs?",
        r"no-shows?",
        r"non-complian\w*",
        r"dump\w*",
        r"abandon\w*",
        r"clinicians?",
        r"new owner",
        r"blacklist\w*",
        r"overdue",
        r"approv\w*",
        r"notif(?:y|ied|ies)",
        r"alarms?",
        r"violat\w*",
        r"quarantine\w*",
        r"difficult clients?",
        r"break-glass",
    ),
    "pl": (
        r"(?<!w )przypad(?:ek|ku|ki|ków|kach)",
        r"podopieczn\w*",
        r"petent\w*",
        r"pacjent\w*",
        r"wypis\w*",
        r"porzuc\w*",
        r"powiadom\w*",
        r"skierowani\w*",
        r"następc\w*",
        r"zatwierdz\w*",
        r"odrzuć",
        r"nadz(?:ór|oru)",
        r"absencj\w*",
        r"opcj(?:a|e|i|ę|ą)",
        r"kartotek\w*",
        r"nawrot\w*",
        r"Pan(?:i|a|u|em|ią|ie)?",
    ),
    "nl": (
        r"klant\w*",
        r"geval(?:len)?",
        r"patiënt\w*",
        r"beëindiging\w*",
        r"drop-?out\w*",
        r"no-show\w*",
        r"opvolger\w*",
        r"goedgekeurd",
        r"weiger\w*",
        r"grensoverschrijd\w*",
        r"opties?",
        r"levenstestament",
        r"open deur",
        r"terugval\w*",
        r"uitdiensttreding",
    ),
    "it": (
        r"(?<!in )cas[oi](?! contrario)",
        r"utent[ei]",
        r"assistit[oaie]",
        r"pazient[ei]",
        r"cessazion[ei]",
        r"dimission[ei]",
        r"abbandon\w*",
        r"notific\w*",
        r"opzion[ei]",
        r"successor[ei]",
        r"approvat\w*",
        r"rifiuta",
        r"seduta",
        r"sollecit\w*",
        r"ricadut\w*",
        r"testamento",
        r"l['’](?:8|11|1)\b",
    ),
}
# Past tense and conditional in the first and second person tell a gender in Polish; -liśmy/-łyśmy too.
GENDERED_POLISH = re.compile(
    r"\b\w+(?:łem|łam|łeś|łaś|łbym|łabym|łbyś|łabyś|liśmy|łyśmy|liście|łyście)\b", re.IGNORECASE
)
SHOUTING = re.compile("[!\N{INVERTED EXCLAMATION MARK}]|[\U0001f300-\U0001faff\u2600-\u27bf]")
STRAIGHT = re.compile("[\"']")
MARKUP = re.compile(r"<[^>]*>")


def banned_words(language: str, text: str) -> list[str]:
    """Return the ruled-out words that stand in `text`."""
    flags = re.NOFLAG if language == "pl" else re.IGNORECASE
    return [
        found.group()
        for pattern in BANNED[language]
        for found in re.finditer(rf"\b(?:{pattern})\b", MARKUP.sub("", text), flags)
    ]
