"""Spreadsheets as records."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from caseload.readers.columns import Layout
from caseload.readers.csv_rows import read_csv
from caseload.readers.dates import Order
from caseload.readers.fhir import Found
from caseload.readers.labels import Column
from caseload.readers.problems import FileUnreadable, Problem
from caseload.readers.records import (
    Channel,
    ClientRecord,
    EndingRecord,
    GoalRecord,
    Mode,
    PersonRecord,
    SessionRecord,
    Status,
    joined_key,
)
from caseload.readers.sheet import guess_layout, header, looks_like

ZONE = ZoneInfo("Europe/Warsaw")
TODAY = date(2026, 11, 21)


def sheet(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "sheet.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read(tmp_path: Path, text: str) -> list[Found]:
    path = sheet(tmp_path, text)
    return list(read_csv(path, guess_layout(path), zone=ZONE, on=TODAY))


def problems(found: list[Found]) -> list[tuple[str, int, str, str]]:
    said = [each for each in found if isinstance(each, Problem)]
    return [(each.level.value, each.place.line, each.code, each.what) for each in said]


def refusal(tmp_path: Path, text: str) -> FileUnreadable:
    with pytest.raises(FileUnreadable) as refused:
        read(tmp_path, text)
    return refused.value


def test_a_departure_half_way(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Client;Therapist;Last session;Told on;How;Options;Receiver\n"
        "Wren Okafor;Marta Zielińska;2026-12-18;2026-11-17;in person;Ola's group;Ines Prado\n"
        "Lark Fern;Marta Zielińska;18-12-2026;;;;\n",
    )

    person, wren, ending, lark, second = found
    assert isinstance(person, PersonRecord)
    assert person.name == "Marta Zielińska"
    assert [each.name for each in (wren, lark) if isinstance(each, ClientRecord)] == [
        "Wren Okafor",
        "Lark Fern",
    ]
    assert isinstance(ending, EndingRecord)
    assert ending == EndingRecord(
        source_id="wren okafor|marta zielinska",
        place=ending.place,
        client="wren okafor",
        therapist="marta zielinska",
        last_session_on=date(2026, 12, 18),
        told_on=date(2026, 11, 17),
        told_mode=Mode.IN_PERSON,
        options="Ola's group",
        receiver="Ines Prado",
    )
    assert isinstance(second, EndingRecord)
    assert (second.last_session_on, second.told_on) == (date(2026, 12, 18), None)


def test_everything_that_a_row_may_say_of_a_client(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Code,First name,Last name,Known as,Pronouns,Date of birth,Language,Phone,E-mail,Therapist,Therapist e-mail,Since,Until,Goal\n"
        'K-7,Wren,Okafor,Wrenny,she/her,28/02/1990,"Polish, nl; włoski",+48 22,w@example.org,Marta,Marta@Example.org,13/01/2025,01/02/2026,"To sleep, well"\n',
    )

    person, client, goal = found
    assert isinstance(person, PersonRecord)
    assert (person.source_id, person.name, person.email) == (
        "marta@example.org",
        "Marta",
        "marta@example.org",
    )
    assert isinstance(client, ClientRecord)
    assert client == ClientRecord(
        source_id="K-7",
        place=client.place,
        name="Wren Okafor",
        known_as="Wrenny",
        pronouns="she/her",
        born_on=date(1990, 2, 28),
        active=False,
        languages=("pl", "nl", "it"),
        channels=(Channel("phone", "+48 22"), Channel("email", "w@example.org")),
        therapist="marta@example.org",
        began_on=date(2025, 1, 13),
        ended_on=date(2026, 2, 1),
    )
    assert isinstance(goal, GoalRecord)
    assert (goal.client, goal.text) == ("K-7", "To sleep, well")


def test_rows_of_sessions(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Client,Therapist,Date,Time,Minutes,Status,Mode\n"
        "Wren,Marta,2026-11-03,10:00,45,missed,video\n"
        "Wren,Marta,2026-11-10,10:00,,,\n"
        "Wren,Marta,2026-11-24 11:30,,,,phone\n"
        "Wren,Marta,2026-12-01,,,odwołana,\n",
    )

    sessions = [each for each in found if isinstance(each, SessionRecord)]
    assert [type(each).__name__ for each in found].count("ClientRecord") == 1
    assert problems(found) == []
    assert [(each.status, each.mode) for each in sessions] == [
        (Status.MISSED, Mode.VIDEO),
        (Status.ATTENDED, Mode.IN_PERSON),
        (Status.PLANNED, Mode.PHONE),
        (Status.CANCELLED, Mode.IN_PERSON),
    ]
    assert [each.starts_at for each in sessions] == [
        datetime(2026, 11, 3, 9, tzinfo=UTC),
        datetime(2026, 11, 10, 9, tzinfo=UTC),
        datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
        datetime(2026, 12, 1, 11, tzinfo=UTC),
    ]
    assert [(each.ends_at - each.starts_at).seconds // 60 for each in sessions] == [45, 50, 50, 50]
    assert len({each.source_id for each in sessions}) == 4


def test_bad_rows_are_told_with_their_line_and_the_others_go_on(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Client,Therapist,Last session,Told on,How,Born\n"
        "Wren,Marta,2026-12-18,someday,,\n"
        ",Marta,2026-12-18,,,\n"
        "Lark,Marta,2026-12-18,,by pigeon,\n"
        "\n"
        '"Two\nlines",Marta,2026-12-18,,,\n'
        "Fern,Marta,2026-12-18,,,,surplus\n"
        'Otter "the" Second,Marta,2026-12-18,,,3/4/90\n'
        'Alder,"Mar"ta",2026-12-18,,,\n'
        "Hazel,Marta,2026-12-18,,,\n",
    )

    assert problems(found) == [
        ("rejected", 2, "bad_date", "told_on"),
        ("rejected", 3, "no_name", ""),
        ("rejected", 4, "bad_value", "told_mode"),
        ("skipped", 5, "blank", ""),
        ("rejected", 8, "missing_columns", ""),
        ("rejected", 9, "short_year", "born_on"),
        ("rejected", 10, "not_a_row", ""),
    ]
    assert [each.name for each in found if isinstance(each, ClientRecord)] == ["Two lines", "Hazel"]


def test_one_person_on_many_rows_is_one_client_unless_the_rows_contradict(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Client,Born,Phone,Therapist\n"
        "Wren,1990-01-01,1,Marta\n"
        "Wren,1990-01-01,1,Marta\n"
        "wren,,,Marta\n"
        "Wren,1990-01-01,2,Marta\n"
        "Wren,1985-05-05,,Marta\n",
    )

    clients = [each for each in found if isinstance(each, ClientRecord)]
    assert [each.born_on for each in clients] == [date(1990, 1, 1), date(1985, 5, 5)]
    assert problems(found) == [
        ("skipped", 3, "again", ""),
        ("rejected", 4, "same_person_twice", ""),
        ("rejected", 5, "same_person_twice", ""),
    ]


def test_a_language_nobody_knows_is_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, "Client,Language\nWren,Dutch / Sindarin\n")

    assert [each.languages for each in found if isinstance(each, ClientRecord)] == [("nl",)]
    assert problems(found) == [("noted", 2, "language_unknown", "")]


def test_a_session_needs_somebody_who_holds_it(tmp_path: Path) -> None:
    text = "Client,Date,Last session\nWren,2026-11-24,\nLark,,2026-12-18\n"
    path = sheet(tmp_path, text)
    layout = guess_layout(path)
    whole = Layout(layout.columns, layout.delimiter, order=layout.order, therapist="Marta")

    assert [each[2] for each in problems(read(tmp_path, text))] == ["no_therapist", "no_therapist"]
    assert problems(list(read_csv(path, whole, zone=ZONE, on=TODAY))) == []


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Client\tBorn\nWren\t2026-01-01\n", "\t"),
        ("Client;Phone\nWren;a, b, c\n", ";"),
        ('Client,Phone\nWren,"a; b; c"\n', ","),
        ("Client|Phone\nWren|a, b\n", "|"),
        ("Client\nWren\nLark\n", "\t"),
        ("\n\nClient;Phone\nWren;a\n", ";"),
    ],
)
def test_what_separates_the_cells(tmp_path: Path, text: str, delimiter: str) -> None:
    layout = guess_layout(sheet(tmp_path, text))

    assert layout.delimiter == delimiter
    assert layout.columns[0] is Column.NAME
    assert (
        next(each.name for each in read(tmp_path, text) if isinstance(each, ClientRecord)) == "Wren"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_either_line_end(tmp_path: Path, end: str) -> None:
    found = read(tmp_path, "\ufeffKlient;Telefon" + end + "Żuraw;1" + end)

    assert [each.name for each in found if isinstance(each, ClientRecord)] == ["Żuraw"]


def test_the_question_about_day_and_month_is_asked_and_can_be_answered(tmp_path: Path) -> None:
    text = "Client,Therapist,Told on\nWren,Marta,03/04/2026\nLark,Marta,05/06/2026\n"
    path = sheet(tmp_path, text)
    layout = guess_layout(path)
    month_first = Layout(layout.columns, ",", order=Order.MONTH)

    refused = refusal(tmp_path, text)
    found = list(read_csv(path, month_first, zone=ZONE, on=TODAY))

    assert layout.order is Order.UNSURE
    assert (refused.code, refused.what) == ("date_order", "told_on")
    assert str(refused) == (
        "sheet.csv: Is the day or the month first in the column “Told on”? Say so; nothing has been changed."
    )
    assert [each.told_on for each in found if isinstance(each, EndingRecord)] == [
        date(2026, 3, 4),
        date(2026, 5, 6),
    ]


def test_one_day_above_twelve_answers_the_question(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Client,Therapist,Told on\nWren,Marta,03/04/2026\nLark,Marta,25/06/2026\n"
    )

    assert next(each.told_on for each in found if isinstance(each, EndingRecord)) == date(
        2026, 4, 3
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("Shoe size,Colour\n42,red\n", "no_columns"),
        ("Code,Told on\n7,2026-01-01\n", "no_columns"),
        ('Client,Options\nWren,"never closed\nLark,a\n', "truncated"),
        ("Client,Options,Receiver\nWren,a,b\nLark,c", "truncated"),
        ('{"resourceType": "Patient"}', "not_fhir"),
    ],
)
def test_what_is_no_caseload_is_refused(tmp_path: Path, text: str, code: str) -> None:
    assert refusal(tmp_path, text).code == code


def test_a_last_line_without_its_end_is_whole_where_its_cells_are_or_rows_are_ragged(
    tmp_path: Path,
) -> None:
    assert problems(read(tmp_path, "Client,Phone\nWren,a\nLark,c")) == []
    assert refusal(tmp_path, "Client,Options,Receiver\nWren,a,b\nLark,c").line == 3
    assert [
        each.name
        for each in read(tmp_path, "Client,Phone,Mode\nWren\nLark,1")
        if isinstance(each, ClientRecord)
    ] == ["Wren", "Lark"]


def test_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Client,Phone\nLark,1\nŻuraw,2\n", "cp1250")

    with pytest.raises(FileUnreadable) as refused:
        guess_layout(path)

    assert (refused.value.code, refused.value.line) == ("not_utf8", 3)


def test_a_sheet_without_a_header_waits_for_somebody_to_say_what_is_what(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Wren;Marta;2026-12-18;42\nLark;Marta;;7\n")
    layout = guess_layout(path)
    said = Layout(
        (Column.NAME, Column.THERAPIST, Column.LAST_SESSION_ON, None), ";", has_header=False
    )

    assert layout == Layout((None,) * 4, ";", has_header=False)
    assert looks_like(path, layout) == ["words", "words", "days", "numbers"]
    assert header(path, layout) == ["", "", "", ""]
    found = list(read_csv(path, said, zone=ZONE, on=TODAY))
    assert [each.name for each in found if isinstance(each, ClientRecord)] == ["Wren", "Lark"]


def test_the_page_sees_headers_and_kinds_of_cells_and_no_value(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Client;Told on;Notes\nWren;2026-01-01;\n")
    layout = guess_layout(path)

    assert header(path, layout) == ["Client", "Told on", "Notes"]
    assert looks_like(path, layout) == ["words", "days", "nothing"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Client;Therapist;Since;Until\nWren;Marta;2026-02-01;2026-01-01\n", "closed_before_start"),
        ("Client;Therapist;Date;Mode\nWren;Marta;2026-11-24;letter\n", "bad_value"),
        ("Client;Therapist;Date;Minutes\nWren;Marta;2026-11-24;0\n", "bad_value"),
        ("Client;Therapist;Date;Minutes\nWren;Marta;2026-11-24;fifty\n", "bad_value"),
        ("Client;Therapist;Date;Status\nWren;Marta;2026-11-24;perhaps\n", "bad_value"),
        ("Client;Therapist;Date;Time\nWren;Marta;2026-11-24;noonish\n", "bad_time"),
    ],
)
def test_what_a_row_may_not_say(tmp_path: Path, text: str, problem: str) -> None:
    assert [each[2] for each in problems(read(tmp_path, text))] == [problem]


def test_a_time_beside_the_day_that_is_none_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, "Client;Therapist;Date\nWren;Marta;2026-11-24 10:99\n")

    assert [each.starts_at.hour for each in found if isinstance(each, SessionRecord)] == [11]


def test_long_keys_stay_apart() -> None:
    name = "a" * 160

    one, other = joined_key(name, "b" * 50), joined_key(name, "b" * 49 + "c")

    assert len(one) <= 200
    assert one != other


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseload.readers.sheet.LONGEST_LINE", 1_000)

    assert refusal(tmp_path, "Client;Goal\nWren;" + "x" * 2_000).code == "unreadable"


def test_letters_that_cannot_be_kept_refuse_the_row(tmp_path: Path) -> None:
    found = read(tmp_path, "Client,Goal\nWren,sleep\x00well\nLark,eat\n")

    assert problems(found) == [("rejected", 2, "bad_text", "goal")]


def test_a_cell_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    found = read(tmp_path, "Client,Goal\nWren," + "x" * 200_000 + "\nLark,eat\n")

    assert problems(found) == [("rejected", 2, "too_wide", Column.GOAL)]
    assert [each.name for each in found if isinstance(each, ClientRecord)] == ["Lark"]
