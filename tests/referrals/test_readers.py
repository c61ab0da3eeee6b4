"""Readers on files that are as real files are."""

from pathlib import Path

import pytest

from referrals.readers import Kind, Line, Remark, Thing, Unreadable, Weight, reader_for
from referrals.readers.hours import hours_of, time_of
from referrals.readers.phones import parsed
from referrals.readers.remarks import SENTENCES, sentence
from referrals.readers.spoken import code_of
from referrals.readers.tables import header_of, rows

HEADER = "name1,name2,street1,street2,city,state,zip,zip4,county,phone,intake_prompt,intake1,intake2,website,latitude,longitude,type_facility"
ROW = "Care Inc,,60 Westwood Avenue,Suite 220,Waterbury,CT,6708,2460,New Haven,860-276-3000 x301,,,,http://,41.56,-73.06,MH"


def mental_health(folder: Path, *lines: str, code: str = "utf-8") -> Path:
    (folder / "mental_health.csv").write_bytes("\n".join([HEADER, *lines]).encode(code))
    return folder


def read(path: Path) -> tuple[list[Line], list[Remark]]:
    reader = reader_for(path)
    assert reader is not None
    found = list(reader.read())
    lines = [each for each in found if isinstance(each, Line)]
    return lines, [each for each in found if isinstance(each, Remark)]


def only(kind: Kind, things: tuple[Thing, ...]) -> Thing:
    (thing,) = (each for each in things if each.kind == kind)
    return thing


def test_a_row_becomes_an_organisation_a_place_a_service_and_a_phone(tmp_path: Path) -> None:
    (line,), _remarks = read(mental_health(tmp_path, ROW))
    service = only(Kind.SERVICE, line.things)
    assert line.things[0] is service
    assert service.values["name"] == "Care Inc"
    assert service.values["description"] == "Mental health treatment"
    assert service.values["url"] == ""
    assert service.extra == {"type_facility": "MH", "zip4": "2460"}
    assert only(Kind.LOCATION, line.things).values["latitude"] == 41.56
    phone = only(Kind.PHONE, line.things)
    assert phone.values["number"] == "860-276-3000 x301"
    assert (phone.values["e164"], phone.values["extension"]) == ("+18602763000", "301")


def test_a_postal_code_gets_its_zeros_back_and_keeps_what_was_written(tmp_path: Path) -> None:
    (line,), remarks = read(mental_health(tmp_path, ROW))
    address = only(Kind.ADDRESS, line.things)
    assert address.values["postal_code"] == "06708"
    assert address.extra == {"_raw": {"postal_code": "6708"}}
    assert [(each.code, each.weight) for each in remarks] == [("zip_padded", Weight.NOTED)]


def test_a_chain_is_one_organisation_in_a_state_and_two_in_two(tmp_path: Path) -> None:
    here = ROW.replace("60 Westwood", "61 Westwood")
    there = ROW.replace(",CT,", ",NY,")
    lines, _remarks = read(mental_health(tmp_path, ROW, here, there))
    owners = [only(Kind.ORGANIZATION, line.things).original_id for line in lines]
    assert owners[0] == owners[1] != owners[2]


def test_points_outside_the_continent_stay_as_they_are(tmp_path: Path) -> None:
    honolulu = ROW.replace("41.56,-73.06", "21.30,-157.85").replace(",CT,", ",HI,")
    (line,), _remarks = read(mental_health(tmp_path, honolulu))
    values = only(Kind.LOCATION, line.things).values
    assert (values["latitude"], values["longitude"]) == (21.30, -157.85)


def test_a_point_that_is_nowhere_is_left_out_and_said(tmp_path: Path) -> None:
    (line,), remarks = read(mental_health(tmp_path, ROW.replace("41.56", "north")))
    assert "latitude" not in only(Kind.LOCATION, line.things).values
    assert "no_point" in {each.code for each in remarks}


def test_the_same_row_again_is_skipped(tmp_path: Path) -> None:
    lines, remarks = read(mental_health(tmp_path, ROW, ROW))
    assert len(lines) == 1
    assert [(each.line, each.weight) for each in remarks if each.code == "repeated"] == [
        (3, Weight.SKIPPED)
    ]


def test_rows_that_cannot_be_used_are_said_and_do_not_stop_the_others(tmp_path: Path) -> None:
    ragged, nameless = f"{ROW},more,cells", "," + ROW.partition(",")[2]
    lines, remarks = read(mental_health(tmp_path, ragged, nameless, ROW))
    assert [line.line for line in lines] == [4]
    rejected = [(each.line, each.code) for each in remarks if each.weight == Weight.REJECTED]
    assert rejected == [(2, "ragged"), (3, "no_name")]


def test_a_file_in_the_old_windows_code_is_read(tmp_path: Path) -> None:
    (tmp_path / "otp.csv").write_bytes(
        "ID,ADDRESS,CITY,STATE,POSTAL,Latitude,Longitude\n"
        "Clínica de Cayey,Ave. 392,Cayey,PR,736,18.1,-66.1\n".encode("cp1252")
    )
    (line,), _remarks = read(tmp_path)
    assert line.things[0].values["name"] == "Clínica de Cayey"
    assert line.things[0].values["description"] == "Opioid treatment program"
    assert only(Kind.ADDRESS, line.things).values["postal_code"] == "00736"


def test_a_mark_at_the_beginning_and_bare_returns_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffid,name\r1,“One”\r\r2,Two\0\r".encode())
    assert header_of(path) == ("id", "name")
    assert [(row.line, row["name"]) for row in rows(path)] == [(2, "“One”"), (4, "Two")]


def test_a_cell_over_two_lines_counts_as_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,name\n1,"One\nhouse"\n2,Two\n')
    assert [(row.line, row["name"]) for row in rows(path)] == [(2, "One house"), (4, "Two")]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"id,name\n\x81\x8d", "unknown_code")]
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert header_of(path) == ()
    with pytest.raises(Unreadable) as caught:
        list(rows(path))
    assert (caught.value.code, caught.value.line) == (code, 1)


def test_a_folder_that_nobody_knows_has_no_reader(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,age\nx,1\n")
    assert reader_for(tmp_path) is None


def test_every_remark_has_a_sentence() -> None:
    for code in SENTENCES:
        said = sentence(code, {"to": "1", "number": "2", "hours": "3", "column": "4"})
        assert said
        assert "%" not in said


@pytest.mark.parametrize(
    ("written", "e164", "extension", "known"),
    [
        ("860-276-3000", "+18602763000", "", True),
        ("860-276-3000 x301", "+18602763000", "301", True),
        ("  787 738 5020 ", "+17877385020", "", True),
        ("911", "", "", True),
        ("211", "", "", True),
        ("000-074-1741", "", "", False),
        ("no phone", "", "", False),
        ("BareIvy.com", "", "", False),
    ],
)
def test_a_number_is_kept_whatever_it_is(
    written: str, e164: str, extension: str, known: bool
) -> None:
    number = parsed(written, "US")
    assert (number.e164, number.extension, number.is_known) == (e164, extension, known)
    assert number.written == " ".join(written.split())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Spanish", "es"),
        ("Chinese (Cantonese)", "yue"),
        ("Chinese (Mandarin)", "zh"),
        ("Farsi", "fa"),
        ("Creole", ""),
        ("other languages available upon request", ""),
    ],
)
def test_a_language_has_a_code_only_where_that_is_certain(name: str, code: str) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("08:00", "08:00"),
        ("4:00 PM", "16:00"),
        ("9am", "09:00"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("9", None),
        ("25:00", None),
        ("13pm", None),
        ("noon", None),
    ],
)
def test_a_time_is_read_only_where_it_is_certain(written: str, clock: str | None) -> None:
    found = time_of(written)
    assert (found.strftime("%H:%M") if found else None) == clock


def test_hours_that_close_before_they_open_are_not_certain() -> None:
    assert hours_of("9am", "03:00") is None
    assert hours_of("09:00", "5pm") is not None
