"""Files of others: whole or cut off, small or large, one row at a time."""

import json
import tracemalloc
from pathlib import Path

import pytest

from caseload.readers.files import LONGEST_LINE, every_row, files_of, resource_rows
from caseload.readers.problems import FileUnreadable, Level, Place, Problem
from tests.caseload.imports.made import bundle, encounter, lines, patient


def refusal(path: Path) -> FileUnreadable:
    with pytest.raises(FileUnreadable) as refused:
        list(every_row(files_of(path)))
    return refused.value


def test_lines_of_bulk_data_are_rows_with_their_line(tmp_path: Path) -> None:
    path = lines(tmp_path / "Patient.ndjson", patient("p1"), "", patient("p2"))

    found = list(resource_rows(path))

    assert [row[0] for row in found] == [Place("Patient.ndjson", 1), Place("Patient.ndjson", 3)]
    assert [row[1][1]["id"] for row in found] == ["p1", "p2"]


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(patient()).encode() + b"\r\n")

    assert [row[1][1]["id"] for row in resource_rows(path)] == ["p1"]


def test_a_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "Patient.ndjson",
        patient("p1"),
        '{"resourceType": "Patient", ',
        "7",
        patient("p2"),
    )

    found = list(resource_rows(path))

    assert found[1] == Problem(Level.REJECTED, Place("Patient.ndjson", 2), "not_json")
    assert found[2] == Problem(Level.REJECTED, Place("Patient.ndjson", 3), "not_an_object")
    assert len(found) == 4


def test_a_line_too_deep_to_read_is_a_bad_line(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "Patient.ndjson", patient("p1"), '{"a":' * 200_000 + "1" + "}" * 200_000
    )

    assert [type(row) for row in resource_rows(path)] == [tuple, Problem]


def test_a_line_of_more_than_16_mb_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "Patient.ndjson",
        patient("p1"),
        '{"x":"' + "x" * (LONGEST_LINE + 9) + '"}',
        patient("p2"),
    )

    found = list(resource_rows(path))

    assert found[1] == Problem(Level.REJECTED, Place("Patient.ndjson", 2), "too_long")
    assert found[2][0] == Place("Patient.ndjson", 3)


@pytest.mark.parametrize("indent", [None, 1, 2])
def test_entries_of_a_bundle_are_rows(tmp_path: Path, indent: int | None) -> None:
    path = bundle(tmp_path / "all.json", patient("p1"), patient("p2"), encounter(), indent=indent)

    found = list(resource_rows(path))

    assert [row[1][0] for row in found] == ["urn:uuid:p1", "urn:uuid:p2", "urn:uuid:e1"]
    assert [row[1][1]["resourceType"] for row in found] == ["Patient", "Patient", "Encounter"]


def test_an_entry_of_a_bundle_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    path = bundle(tmp_path / "all.json", patient("p1"), patient("p2"), encounter(), indent=2)
    text = path.read_text().splitlines()

    found = [row[0].line for row in resource_rows(path)]

    assert [text[line].strip()[:9] for line in found[1:]] == ['"fullUrl"', '"fullUrl"']
    assert [text[line - 1].strip() for line in found[1:]] == ["{", "{"]


def test_an_entry_that_begins_behind_the_last_one_has_that_line(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    inner = ", ".join(json.dumps({"resource": patient(key)}, indent=1) for key in ("p1", "p2"))
    path.write_text(f'{{"resourceType": "Bundle", "type": "collection", "entry": [{inner}]}}')
    second = path.read_text().splitlines().index("}, {") + 1

    assert [row[0].line for row in resource_rows(path)] == [1, second]


def test_an_entry_without_a_resource_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    said = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {}}, {"resource": patient()}],
    }
    path.write_text(json.dumps(said))

    found = list(resource_rows(path))

    assert found[0] == Problem(Level.REJECTED, Place("all.json", 1), "not_an_object")
    assert len(found) == 2


def test_a_bundle_without_entries_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text('{"resourceType": "Bundle", "type": "transaction"}')

    assert list(resource_rows(path)) == []


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle_that_was_cut_off_is_refused(
    tmp_path: Path, share: float, indent: int | None
) -> None:
    path = bundle(tmp_path / "all.json", *(patient(f"p{n}") for n in range(50)), indent=indent)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    assert refusal(path).code == "truncated"


def test_bulk_data_that_was_cut_off_is_refused_with_its_line(tmp_path: Path) -> None:
    path = lines(tmp_path / "Patient.ndjson", patient("p1"), patient("p2"))
    path.write_bytes(path.read_bytes()[:-9])

    refused = refusal(path)

    assert (refused.code, refused.file, refused.line) == ("truncated", "Patient.ndjson", 2)
    assert str(refused) == (
        "Patient.ndjson: This file ends in the middle of a row. Nothing has been changed."
    )


@pytest.mark.parametrize("name", ["Patient.ndjson", "all.json"])
def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    make = lines if name.endswith("ndjson") else bundle
    path = make(tmp_path / name, patient("p1"), patient("p2", gender="female"))
    path.write_bytes(path.read_bytes().replace(b"female", b"\xe9\xe8"))

    refused = refusal(path)

    assert refused.code == "not_utf8"
    assert refused.line == (2 if name.endswith("ndjson") else 1)


def test_a_file_that_ends_within_a_letter_was_cut_off(tmp_path: Path) -> None:
    path = lines(tmp_path / "Patient.ndjson", patient())
    path.write_bytes(path.read_bytes() + b"\xc5")

    assert refusal(path).code == "truncated"


def test_a_bundle_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path / "all.json", *(patient(f"p{n}") for n in range(1_000)))
    path.write_text(path.read_text()[:-2] + ", " + '{"a":' * 200_000)

    assert refusal(path).code == "unreadable"


def test_a_broken_bundle_is_refused_with_its_line(tmp_path: Path) -> None:
    path = bundle(tmp_path / "all.json", patient("p1"), patient("p2"), indent=2)
    path.write_text(path.read_text().replace('"id": "p2"', '"id" "p2"'))

    refused = refusal(path)

    assert refused.code == "unreadable"
    assert path.read_text().splitlines()[refused.line - 1].strip().startswith('"id"')


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"[1, 2]", "not_fhir"),
        (b"name;told on\nWren;2026-01-01\n", "not_fhir"),
        (b'{\n "resourceType": "Patient",\n "id": "p1"\n}\n', "not_fhir"),
        (b'{"resourceType": "Bundle", "type": "history", "entry": []}', "bundle_type"),
        (b'{"resourceType": "Bundle", "entry": []}', "bundle_type"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"PK\x03\x04", "compressed"),
    ],
)
def test_what_is_no_caseload_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)

    assert refusal(path).code == code


def test_a_folder_gives_its_files_in_order_and_leaves_notes_alone(tmp_path: Path) -> None:
    lines(tmp_path / "Patient.ndjson", patient())
    lines(tmp_path / "Encounter.000.ndjson", encounter())
    (tmp_path / "SOURCE.md").write_text("notes")
    (tmp_path / "manifest.json").write_text(
        '{"transactionTime": "2026-01-01T00:00:00Z", "output": []}'
    )

    found = list(every_row(files_of(tmp_path)))

    assert [row[0].file for row in found] == ["Encounter.000.ndjson", "Patient.ndjson"]


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lines(tmp_path / "Patient.ndjson", patient())

    def closed(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", closed)

    assert refusal(path).code == "not_readable"


def test_a_folder_without_files_and_a_path_without_anything_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "empty_folder"
    assert refusal(tmp_path / "nowhere").code == "not_found"


def test_a_large_bundle_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = bundle(tmp_path / "all.json", *(encounter(f"e{n}") for n in range(30_000)))
    tracemalloc.start()

    count = sum(1 for _row in resource_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 30_000
    assert peak < path.stat().st_size / 4
