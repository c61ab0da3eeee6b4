"""Which column of a spreadsheet is which: guessed by its header in four languages, changed by a person."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from caseload.readers.dates import Order
from caseload.readers.labels import Column
from core.names import folded

# English | Polish | Dutch | Italian; compared without accents, case and punctuation.
HEADERS: Final[dict[Column, str]] = {
    Column.CODE: "code, client code, client id, id, reference, ref, number, client number, file number"
    "| kod, kod klienta, numer, nr, id klienta, sygnatura"
    "| clientnummer, cliëntnummer, nummer, dossiernummer, clientcode"
    "| codice, codice cliente, numero, riferimento",
    Column.NAME: "name, client, client name, full name, patient, patient name"
    "| klient, klientka, imię i nazwisko, klient/ka, nazwisko i imię, osoba, pacjent"
    "| naam, cliënt, client, naam cliënt, volledige naam"
    "| nome e cognome, cliente, nominativo, persona, cognome e nome, paziente, nome cliente",
    Column.GIVEN: "first name, given name, forename | imię | voornaam | nome",
    Column.FAMILY: "last name, surname, family name | nazwisko | achternaam | cognome",
    Column.KNOWN_AS: "known as, preferred name, nickname, called"
    "| używane imię, zdrobnienie | roepnaam | nome d’uso, nome d'uso, soprannome",
    Column.PRONOUNS: "pronouns | zaimki | voornaamwoorden | pronomi",
    Column.BORN_ON: "date of birth, birth date, birthdate, dob, born, born on"
    "| data urodzenia, ur, urodzona/y | geboortedatum, geb datum, geboren"
    "| data di nascita, nato il, nata il, nascita",
    Column.LANGUAGE: "language, languages | język, języki | taal, talen | lingua, lingue",
    Column.PHONE: "phone, phone number, telephone, mobile, tel"
    "| telefon, numer telefonu, komórka | telefoon, telefoonnummer, mobiel"
    "| telefono, cellulare, numero di telefono",
    Column.EMAIL: "email, e-mail, mail, email address | adres e-mail | e-mailadres | indirizzo e-mail, posta elettronica",
    Column.THERAPIST: "therapist, counsellor, counselor, case worker, caseworker, worker, practitioner, with"
    "| terapeuta, terapeutka, osoba prowadząca, prowadzi, prowadząca/y"
    "| therapeut, begeleider, hulpverlener, counselor, behandelaar"
    "| terapeuta di riferimento, referente, operatore, segue",
    Column.THERAPIST_EMAIL: "therapist email, therapist e-mail, counsellor email"
    "| e-mail terapeuty, mail terapeuty | e-mail therapeut | e-mail terapeuta, email del terapeuta",
    Column.BEGAN_ON: "since, start, started, started on, start date, began, with us since"
    "| od, od kiedy, początek, data rozpoczęcia, w terapii od"
    "| sinds, startdatum, begonnen, gestart op | dal, da, inizio, data inizio, data di inizio",
    Column.ENDED_ON: "until, end, ended, ended on, end date, closed"
    "| do, koniec, data zakończenia | tot, einddatum, geëindigd | al, fine, data fine, data di fine",
    Column.SESSION_ID: "session id, session number, appointment id | numer sesji, id sesji"
    "| sessienummer, afspraaknummer | numero incontro, id incontro",
    Column.SESSION_ON: "session, session date, date, next session, appointment, appointment date, meeting"
    "| sesja, data sesji, data, następna sesja, spotkanie, termin, wizyta"
    "| sessie, datum, sessiedatum, volgende sessie, afspraak, gesprek"
    "| incontro, data incontro, prossimo incontro, appuntamento, seduta",
    Column.SESSION_AT: "time, session time, hour, start time | godzina, godz | tijd, tijdstip, uur | ora, orario",
    Column.MINUTES: "minutes, length, duration | minuty, czas trwania, długość"
    "| minuten, duur, lengte | minuti, durata",
    Column.STATUS: "status, state, attendance, attended, outcome | obecność, stan, odbyta"
    "| aanwezigheid, geweest | stato, presenza, svolto, esito",
    Column.MODE: "mode, how, way, setting, place | forma, tryb, jak, sposób | vorm, hoe, manier, wijze"
    "| modalità, come, modo",
    Column.GOAL: "goal, goals, aim | cel, cele | doel, doelen | obiettivo, obiettivi",
    Column.LAST_SESSION_ON: "last session, last session on, final session, last meeting, last appointment"
    "| ostatnia sesja, ostatnie spotkanie, data ostatniej sesji"
    "| laatste sessie, laatste gesprek, laatste afspraak"
    "| ultimo incontro, ultima seduta, data ultimo incontro",
    Column.TOLD_ON: "told, told on, told in person, date told, when told, informed"
    "| powiedziane, powiedziane dnia, rozmowa, kiedy powiedziane, data rozmowy"
    "| verteld, verteld op, gezegd | detto, detto il, detto di persona, comunicato",
    Column.TOLD_MODE: "told how, how told, told by, mode of telling, told mode"
    "| jak powiedziane, forma rozmowy | hoe verteld, verteld hoe | come detto, modalità del colloquio",
    Column.OPTIONS: "options, options given, choices, offered, recommendations"
    "| propozycje, opcje, zaproponowano | mogelijkheden, opties, aangeboden | proposte, opzioni, offerto",
    Column.RECEIVER: "receiver, new therapist, next therapist, takes over, taken over by, handover to, transferred to"
    "| osoba przejmująca, przejmuje, nowy terapeuta, nowa terapeutka, przekazanie do"
    "| nieuwe therapeut, nieuwe begeleider, overdracht aan, neemt over, naar"
    "| terapeuta subentrante, nuovo terapeuta, nuova terapeuta, passaggio a, subentra",
}
DAYS: Final = (
    Column.BORN_ON,
    Column.BEGAN_ON,
    Column.ENDED_ON,
    Column.SESSION_ON,
    Column.LAST_SESSION_ON,
    Column.TOLD_ON,
)


def normal(header: str) -> str:
    """Return a header as it is compared; what stands in brackets is an explanation."""
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", folded(header))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


KNOWN: Final = {
    normal(word): column
    for column, words in HEADERS.items()
    for language in words.split("|")
    for word in language.split(",")
}


def guess_columns(header: Sequence[str]) -> tuple[Column | None, ...]:
    """Return the meaning of each header; a meaning is given once, to the first that fits."""
    found: list[Column | None] = []
    for cell in header:
        column = KNOWN.get(normal(cell))
        found.append(None if column in found else column)
    return tuple(split_names(of_the_telling(found)))


def split_names(columns: list[Column | None]) -> list[Column | None]:
    """In Italian *nome* alone is the whole name; beside a family name it is the first one."""
    if Column.FAMILY in columns or Column.NAME in columns:
        return columns
    return [Column.NAME if each is Column.GIVEN else each for each in columns]


def of_the_telling(columns: list[Column | None]) -> list[Column | None]:
    """A *how* beside a telling, where no session stands, says how the client was told."""
    telling = Column.TOLD_ON in columns and Column.SESSION_ON not in columns
    if not telling or Column.TOLD_MODE in columns:
        return columns
    return [Column.TOLD_MODE if each is Column.MODE else each for each in columns]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one spreadsheet. `therapist` is used on rows that name none."""

    columns: tuple[Column | None, ...]
    delimiter: str = ","
    has_header: bool = True
    order: Order | None = None
    therapist: str = ""

    def names_clients(self) -> bool:
        """Say whether there is a column to call a client by."""
        return bool({Column.NAME, Column.FAMILY, Column.GIVEN} & set(self.columns))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        columns = tuple(each and Column(each) for each in told["columns"])
        order = told.get("order")
        return cls(**{**told, "columns": columns, "order": order and Order(order)})
