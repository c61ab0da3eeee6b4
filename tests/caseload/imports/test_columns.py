"""What a column holds, guessed by its header in four languages."""

import pytest

from caseload.readers.columns import HEADERS, KNOWN, Layout, guess_columns, normal
from caseload.readers.dates import Order
from caseload.readers.labels import LABELS, Column

HALF_WAY = (
    Column.NAME,
    Column.THERAPIST,
    Column.LAST_SESSION_ON,
    Column.TOLD_ON,
    Column.TOLD_MODE,
    Column.OPTIONS,
    Column.RECEIVER,
)


@pytest.mark.parametrize(
    "header",
    [
        "Client;Therapist;Last session;Told on;How;Options;Receiver",
        "Klient;Osoba prowadząca;Ostatnia sesja;Powiedziane;Jak;Propozycje;Osoba przejmująca",
        "Cliënt;Begeleider;Laatste sessie;Verteld op;Hoe;Mogelijkheden;Nieuwe therapeut",
        "Cliente;Terapeuta;Ultimo incontro;Detto il;Come;Proposte;Terapeuta subentrante",
        "CLIENT NAME;counsellor;Last_Session;told (dd/mm/yyyy);mode;Options given;new therapist",
    ],
)
def test_a_spreadsheet_half_way_through_a_departure(header: str) -> None:
    assert guess_columns(header.split(";")) == HALF_WAY


def test_a_how_beside_a_session_is_how_the_session_takes_place() -> None:
    assert guess_columns(["Client", "Session", "Told", "Mode"])[3] is Column.MODE
    assert guess_columns(["Client", "Told", "Told how", "Mode"])[2:] == (
        Column.TOLD_MODE,
        Column.MODE,
    )


def test_nome_alone_is_the_whole_name_and_beside_cognome_the_first_one() -> None:
    assert guess_columns(["Nome", "Telefono"])[0] is Column.NAME
    assert guess_columns(["Nome", "Cognome"]) == (Column.GIVEN, Column.FAMILY)
    assert guess_columns(["Cliente", "Nome"]) == (Column.NAME, Column.GIVEN)


def test_a_meaning_is_given_once_and_a_strange_word_has_none() -> None:
    assert guess_columns(["Name", "Client", "Shoe size", ""]) == (Column.NAME, None, None, None)


def test_no_word_means_two_things() -> None:
    said = [
        (normal(word), column)
        for column, words in HEADERS.items()
        for language in words.split("|")
        for word in language.split(",")
    ]

    assert all(word for word, _column in said)
    assert [pair for pair in said if KNOWN[pair[0]] is not pair[1]] == []


def test_every_column_has_words_and_headers() -> None:
    assert set(LABELS) == set(HEADERS) == set(Column)


def test_a_layout_survives_being_kept() -> None:
    layout = Layout((Column.NAME, None, Column.TOLD_ON), ";", order=Order.MONTH, therapist="Marta")

    assert Layout.from_json(layout.to_json()) == layout
    assert Layout.from_json(Layout((None,)).to_json()) == Layout((None,))


def test_a_client_must_have_a_name() -> None:
    assert Layout((Column.FAMILY,)).names_clients()
    assert not Layout((Column.CODE, Column.TOLD_ON)).names_clients()
