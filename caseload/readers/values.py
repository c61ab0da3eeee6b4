"""Words that a cell may hold, in four languages, and what they mean here."""

from functools import cache
from typing import Final, TypeVar

from babel import Locale

from caseload.readers.columns import normal
from caseload.readers.problems import Unusable
from caseload.readers.records import Mode, Status

V = TypeVar("V")

MODE_WORDS: Final = {
    Mode.IN_PERSON: "in person, in the room, room, office, face to face, f2f, live, practice"
    ", osobiście, w pokoju, stacjonarnie, gabinet, na żywo"
    ", persoonlijk, in de kamer, praktijk, op locatie"
    ", di persona, in presenza, in stanza, studio, dal vivo",
    Mode.VIDEO: "video, video call, online, zoom, teams, wideo, zdalnie, videobellen, beeldbellen, videochiamata",
    Mode.PHONE: "phone, telephone, call, by phone, telefon, telefonicznie, telefoon, telefonisch, bellen, telefono",
    Mode.LETTER: "letter, post, e-mail, email, mail, text, sms, message, in writing"
    ", list, pisemnie, wiadomość, brief, schriftelijk, bericht, lettera, per iscritto, messaggio",
}
STATUS_WORDS: Final = {
    Status.PLANNED: "planned, booked, scheduled, confirmed, next"
    ", zaplanowana, zaplanowane, umówiona, gepland, afgesproken, previsto, prevista, prenotato, fissato",
    Status.ATTENDED: "attended, held, yes, done, came, finished, completed, present, x"
    ", odbyta, odbyte, tak, obecność, obecna, obecny, geweest, ja, aanwezig, gekomen, svolto, svolta, sì, presente",
    Status.CANCELLED: "cancelled, canceled, called off, odwołana, odwołane, afgezegd, geannuleerd, annullato, annullata, disdetto",
    Status.MISSED: "missed, no show, no-show, noshow, did not come, dna, absent, no"
    ", nieodbyta, nieobecność, nie, nieobecna, nieobecny, niet geweest, niet gekomen, nee, afwezig"
    ", mancato, mancata, assente",
}


def by_word(words: dict[V, str]) -> dict[str, V]:
    return {normal(word): value for value, said in words.items() for word in said.split(",")}


MODES: Final = by_word(MODE_WORDS)
STATUSES: Final = by_word(STATUS_WORDS)


def meaning(cell: str, known: dict[str, V], what: str) -> V | None:
    """Return what `cell` says, None where it is blank; raises `Unusable` on another word."""
    said = normal(cell)
    if not said:
        return None
    if said not in known:
        raise Unusable("bad_value", what)
    return known[said]


@cache
def language_names() -> dict[str, str]:
    """Return the tags of languages by their names in the four languages, and by the tags themselves."""
    found: dict[str, str] = {}
    for reader in ("it", "nl", "pl", "en"):
        names = {str(tag): str(name) for tag, name in Locale.parse(reader).languages.items()}
        found |= {normal(name): tag.replace("_", "-") for tag, name in names.items()}
        found |= {tag.lower(): tag for tag in names if len(tag) <= 3}
    return found


def languages_in(cell: str) -> tuple[tuple[str, ...], bool]:
    """Return the tags of the languages in `cell`, and whether all of them were known."""
    words = [
        normal(word) for word in cell.replace("/", ",").replace(";", ",").split(",") if word.strip()
    ]
    known = [language_names()[word] for word in words if word in language_names()]
    return tuple(dict.fromkeys(known)), len(known) == len(words)
