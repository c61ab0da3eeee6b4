"""Ohana's tables where rows are wrong or odd."""

from pathlib import Path

import pytest

from referrals.readers import Kind, Line, Remark, Weight, reader_for
from referrals.readers.ohana import OhanaReader

TABLES = {
    "organizations": "id,name\n1,House\n",
    "locations": "id,organization_id,name,virtual,latitude,longitude,languages\n1,1,Corner,false,51.1,17.0,\n",
    "services": "id,location_id,name,status,languages\n1,1,Talks,active,Polish\n",
}


def read(folder: Path, **more: str) -> tuple[list[Line], list[Remark]]:
    for name, text in {**TABLES, **more}.items():
        (folder / f"{name}.csv").write_text(text)
    reader = reader_for(folder)
    assert reader is not None
    found = list(reader.read())
    return (
        [each for each in found if isinstance(each, Line)],
        [each for each in found if isinstance(each, Remark)],
    )


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("organizations", "id,name\n1,House\n2,\n", "no_name"),
        ("organizations", "id,name\n1,House\n,Other\n", "no_id"),
        ("organizations", "id,name\n1,House\n2,Other,more\n", "ragged"),
        ("locations", TABLES["locations"] + "2,9,Other,false,,,\n", "owner_unknown"),
        ("services", TABLES["services"] + "2,1,,active,\n", "no_name"),
        ("services", TABLES["services"] + "2,9,Other,active,\n", "owner_unknown"),
        ("addresses", "id,location_id,city\n1,,Wrocław\n", "belongs_nowhere"),
        ("mail_addresses", "id,location_id,city\n1,9,Wrocław\n", "owner_unknown"),
        (
            "contacts",
            "id,location_id,organization_id,service_id,name\n1,,,,Ilse\n",
            "belongs_nowhere",
        ),
        (
            "phones",
            "id,contact_id,location_id,organization_id,service_id,number\n1,9,,,,555\n",
            "owner_unknown",
        ),
        (
            "regular_schedules",
            "id,location_id,service_id,weekday,opens_at,closes_at\n1,,,Monday,08:00,17:00\n",
            "belongs_nowhere",
        ),
        (
            "holiday_schedules",
            "id,location_id,service_id,start_date,end_date,closed\n1,,9,May 1,,true\n",
            "owner_unknown",
        ),
    ],
)
def test_a_row_that_cannot_be_used_says_why(
    tmp_path: Path, table: str, text: str, code: str
) -> None:
    _lines, remarks = read(tmp_path, **{table: text})
    (rejected,) = [each for each in remarks if each.weight == Weight.REJECTED]
    assert (rejected.file, rejected.code) == (f"{table}.csv", code)


def test_tables_that_are_not_read_yet_are_counted(tmp_path: Path) -> None:
    _lines, remarks = read(tmp_path, programs="id,organization_id,name\n1,1,Meals\n2,1,Rides\n")
    skipped = [(each.file, each.line) for each in remarks if each.weight == Weight.SKIPPED]
    assert skipped == [("programs.csv", 2), ("programs.csv", 3)]


def test_a_status_that_hsds_does_not_know_is_kept_beside(tmp_path: Path) -> None:
    lines, _remarks = read(
        tmp_path, services="id,location_id,name,status,languages\n1,1,T,paused,\n"
    )
    (service,) = [line.things[0] for line in lines if line.things[0].kind == Kind.SERVICE]
    assert service.values["status"] == ""
    assert service.extra == {"status": "paused"}


def test_a_folder_without_one_of_the_three_tables_is_not_ohana(tmp_path: Path) -> None:
    for name in ("organizations", "locations"):
        (tmp_path / f"{name}.csv").write_text(TABLES[name])
    assert not isinstance(reader_for(tmp_path), OhanaReader)
