"""Lossless (research/directory.md 6.4): what comes in goes out again, word for word or valid, as one asks."""

import csv
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from referrals.models import PutAside, SearchEntry, Service
from referrals.operations.giving.exporting import Export, Mode, write_json
from referrals.operations.giving.tables import write_tables
from referrals.readers.hsds.checking import faults
from referrals.readers.hsds.shapes import schemas
from tests.referrals.hsds.made import EXAMPLES, HOUSE, NAMED, counted, page, service, take

pytestmark = pytest.mark.django_db
DIRECTORIES = Path(settings.SHARED_DATA) / "directory"
# name: new objects, put aside, entries of the search; a second run changes none of them.
COUNTS = {
    "florida-hsds": (534, 0, 135),
    "ilao-legal-aid/hsds20-output": (3757, 733, 89),
    "oruk-feed": (16, 258, 1),
    "orservices-hsds20-datapackage": (4508, 3536, 855),
}


def written(folder: Path, mode: Mode, source: str = "") -> dict[str, Any]:
    export, path = Export(mode), folder / f"{mode}-{source}.json"
    write_json(path, export, source=source)
    assert export.faults == []
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", NAMED)
def test_an_official_example_with_unknown_members_comes_back_equal(
    name: str, tmp_path: Path
) -> None:
    told = json.loads((EXAMPLES / f"{name}.json").read_text())
    told |= {
        "x_ours": {"deep": [1, None, {"phones": []}]},
        "alert": None,
        "phones": told.get("phones", []),
    }
    told["x_last"] = "kept  twice\r\n"
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(told))
    first = take(path)
    assert first.new >= 18
    again = written(tmp_path, Mode.SOURCE)[NAMED[name]]
    assert json.dumps(again) == json.dumps([told])
    assert counted(take(path)) == (0, 0, first.new, 0)


def test_strict_is_valid_and_taken_in_again_changes_nothing(tmp_path: Path) -> None:
    take(Path(settings.BASE_DIR) / "thirdparty" / "ohana")
    strict = written(tmp_path, Mode.STRICT)
    assert len(strict["contents"]) == 23
    assert [fault for each in strict["contents"] for fault in faults("service", each)] == []
    first = take(tmp_path / "strict-.json", "again")
    assert first.rejected == 0
    written(tmp_path, Mode.STRICT, "again")
    assert counted(take(tmp_path / "strict-again.json", "again")) == (0, 0, first.new, 0)
    assert SearchEntry.objects.count() == 46


def test_tables_to_json_to_tables_are_equal(tmp_path: Path) -> None:
    take(EXAMPLES / "service_full.json", "one")
    write_tables(tmp_path / "one", Export(Mode.STRICT), source="one")
    take(tmp_path / "one", "two")
    (tmp_path / "one" / "extra.csv").write_text("id,who\n1,Ann\n2,Ben\n")
    take(tmp_path / "one", "two")
    write_tables(tmp_path / "two", Export(Mode.SOURCE), source="two")
    names = {path.name for path in (tmp_path / "one").glob("*.csv")}
    assert len(names) == 24
    assert names == {path.name for path in (tmp_path / "two").glob("*.csv")}
    for name in names:
        assert rows_of(tmp_path / "two" / name) == rows_of(tmp_path / "one" / name), name


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", COUNTS)
def test_a_real_directory_comes_in_and_a_second_time_changes_nothing(name: str) -> None:
    if not (DIRECTORIES / name).is_dir():
        pytest.skip("the shared directory data is not on this machine")
    new, aside, entries = COUNTS[name]
    assert counted(take(DIRECTORIES / name)) == (new, 0, 0, aside)
    assert PutAside.objects.count() == aside
    assert SearchEntry.objects.count() == entries
    assert counted(take(DIRECTORIES / name)) == (0, 0, new, aside)


def test_what_cannot_stand_is_put_aside_whole_and_given_back(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "organizations.csv").write_text("id,name,description\n1,House,A house\n")
    (folder / "services.csv").write_text(
        "id,organization_id,name,status\n1,1,Talks,active\n2,9,Lost,active\n1,1,Other,active\n"
    )
    assert counted(take(folder)) == (2, 0, 0, 2)
    lost, twice = PutAside.objects.order_by("line")
    assert (lost.code, lost.said["name"], lost.params["value"]) == ("dangling", "Lost", "9")
    assert (twice.code, twice.said["name"], twice.line) == ("id_twice", "Other", 4)
    write_tables(tmp_path / "out", Export(Mode.SOURCE))
    assert sorted(rows_of(tmp_path / "out" / "services.csv"), key=str) == sorted(
        rows_of(folder / "services.csv"), key=str
    )


def test_public_shows_no_hidden_place_no_person_and_no_own_view(tmp_path: Path) -> None:
    hidden = {"id": "l1", "location_type": "physical", "x_confidential": True, "latitude": 51.1, "longitude": 17.0,
              "addresses": [{"id": "a1", "address_1": "Secret Lane 3", "address_type": "physical"}]}  # fmt: skip
    at_hidden = {"id": "t1", "location": hidden, "phones": [{"id": "p9", "number": "030 999"}]}
    private = {"id": "c1", "name": "Ann Persona", "email": "ann@example.org"}
    told = service(
        contacts=[private],
        service_at_locations=[at_hidden],
        x_inner="our note",
        assurer_email="b@example.org",
    )
    take(page(tmp_path, told))
    for mode in Mode:
        text = json.dumps(written(tmp_path, mode))
        assert "Secret Lane" not in text
        assert "51.1" not in text
        assert ("Ann Persona" in text) is (mode is not Mode.PUBLIC)
        assert ("our note" in text) is (mode is not Mode.PUBLIC)
        assert ("030 999" in text) is (mode is not Mode.PUBLIC)
        write_tables(tmp_path / mode, Export(mode))
        tables = "".join(path.read_text() for path in (tmp_path / mode).glob("*.csv"))
        assert "Secret Lane" not in tables
        assert "51.1" not in tables
        assert ("Ann Persona" in tables) is (mode is not Mode.PUBLIC)
    assert SearchEntry.objects.get().offer["where"] == ""


def test_a_plain_table_holds_no_formula(tmp_path: Path) -> None:
    take(
        page(
            tmp_path,
            service(
                name='=HYPERLINK("http://evil")',
                description=" @cmd",
                phones=[{"id": "p", "number": "+48 71 555"}],
            ),
        )
    )
    call_command(
        "export_directory",
        str(tmp_path / "plain.csv"),
        format="csv",
        mode="public",
        stdout=StringIO(),
    )
    text = (tmp_path / "plain.csv").read_text("utf-8-sig")
    row = next(csv.DictReader(StringIO(text)))
    assert row["service"] == '\'=HYPERLINK("http://evil")'
    assert (row["description"], row["phones"]) == ("'@cmd", "'+48 71 555")


def test_the_command_writes_every_format_and_refuses_an_unknown_source(tmp_path: Path) -> None:
    take(EXAMPLES / "service_full.json")
    out = StringIO()
    for mode in ("source", "strict", "public"):
        call_command(
            "export_directory",
            str(tmp_path / f"{mode}.zip"),
            format="hsds-csv",
            mode=mode,
            stdout=out,
        )
        assert counted(take(tmp_path / f"{mode}.zip", mode))[3] == 0
    call_command(
        "export_directory",
        str(tmp_path / "uk.json"),
        mode="strict",
        profile="oruk",
        source="x",
        stdout=out,
    )
    given = json.loads((tmp_path / "uk.json").read_text())["contents"][0]
    assert list(faults("service", given, "oruk")) == []
    assert "capacities" in schemas()["service"]["properties"]
    with pytest.raises(CommandError):
        call_command("export_directory", str(tmp_path / "no.json"), source="nobody", stdout=out)


def test_a_service_without_an_organisation_stands_alone(tmp_path: Path) -> None:
    told = {"id": "s1", "name": "Talks", "status": "active"}
    take(page(tmp_path, told))
    assert Service.objects.get().organization.name == "Talks"
    assert written(tmp_path, Mode.SOURCE)["contents"] == [told]
    assert "organization" not in written(tmp_path, Mode.STRICT)["contents"][0]


def test_lists_and_lines_and_a_zip_say_the_same(tmp_path: Path) -> None:
    told = [service(str(number)) for number in range(3)]
    (tmp_path / "list.json").write_text(json.dumps(told))
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, told)))
    (tmp_path / "after.json").write_text("".join(json.dumps(each, indent=1) for each in told))
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "list.json")
    for name in ("list.json", "lines.jsonl", "after.json", "packed.zip"):
        assert counted(take(tmp_path / name, name)) == (4, 0, 0, 0), name
    assert Service.objects.count() == 12
    assert Service.objects.filter(organization__name=HOUSE["name"]).count() == 12
