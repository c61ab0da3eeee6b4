"""Dirt that real sources have (research/directory.md 2.1, issue 6 §5): a clear word, nothing lost."""

import json
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import now
from core.errors import RuleBroken
from referrals.models import Location, Organization, Phone, PutAside, Schedule, SearchEntry, Service
from referrals.operations.import_directory import import_directory
from referrals.readers import Kind, Unreadable, reader_for
from referrals.readers.hsds.casting import cast
from referrals.readers.hsds.documents import kind_of
from referrals.readers.hsds.older import column_of, days_of, table_of
from referrals.readers.remarks import SENTENCES, sentence
from tests.accounts.factories import UserFactory
from tests.referrals.hsds.made import HOUSE, counted, packed, page, service, tables, take

NASTY = "<script>alert(1)</script><b>Bold</b> \u202eevil\u202c e\u0301 \u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize(
    ("kind", "said", "column", "value", "codes"),
    [
        (Kind.SERVICE, {"status": "2"}, "status", None, ["status_unknown"]),
        (Kind.SERVICE, {"status": "Active, but do not refer"}, "status", "active", []),
        (Kind.SERVICE, {"minimum_age": "12"}, "minimum_age", 12, []),
        (Kind.SERVICE, {"minimum_age": "young"}, "minimum_age", None, ["no_age"]),
        (Kind.SERVICE, {"minimum_age": 60, "maximum_age": 20}, "minimum_age", None, ["ages_crossed"]),
        (Kind.SERVICE, {"assured_date": "yesterday"}, "assured_on", None, ["no_day"]),
        (Kind.SERVICE, {"description": ["a", "list"]}, "description", None, ["wrong_type"]),
        (Kind.PHONE, {"number": "860-276-3000 x301"}, "extension", "301", []),
        (Kind.PHONE, {"number": "(618) 453-3217; (618) 536-7711"}, "number", "(618) 453-3217; (618) 536-7711", ["phone_as_written"]),
        (Kind.PHONE, {"number": "988", "extension": 100}, "extension", "100", []),
        (Kind.PHONE, {"number": "no phone"}, "e164", "", ["phone_as_written"]),
        (Kind.PHONE, {"number": "000-074-1741"}, "e164", "", ["phone_as_written"]),
        (Kind.LOCATION, {"latitude": 0, "longitude": 0}, "latitude", None, ["point_zero"]),
        (Kind.LOCATION, {"latitude": "18.4", "longitude": "-66.1"}, "latitude", 18.4, []),
        (Kind.LOCATION, {"latitude": "north"}, "latitude", None, ["no_point"]),
        (Kind.LOCATION, {"location_type": "office"}, "location_type", None, ["place_type_unknown"]),
        (Kind.SCHEDULE, {"opens_at": "22:00", "closes_at": "06:00:00", "byday": "FR"}, "closes_at", time(6), []),
        (Kind.SCHEDULE, {"opens_at": "1930", "closes_at": "24:00"}, "opens_at", time(19, 30), []),
        (Kind.SCHEDULE, {"opens_at": "Closed", "byday": "SU"}, "is_closed", True, []),
        (Kind.SCHEDULE, {"opens_at": "whenever\\nwe can"}, "description", "whenever\\nwe can", ["hour_as_written"]),
        (Kind.SCHEDULE, {"byday": "2MO,-1FR"}, "weekdays", None, ["days_as_written"]),
        (Kind.LANGUAGE, {"name": "Creole"}, "code", "", []),
        (Kind.LANGUAGE, {"name": "Polish"}, "code", "pl", []),
        (Kind.COST, {"amount": "a lot"}, "amount", None, ["no_number_here"]),
        (Kind.COST, {"amount": "1e99"}, "amount", None, ["no_number_here"]),
    ],
)  # fmt: skip
def test_a_value_is_read_where_it_is_certain_and_doubted_where_not(
    kind: Kind, said: dict[str, Any], column: str, value: Any, codes: list[str]
) -> None:
    done = cast(kind, said)
    assert done.values.get(column) == value
    assert [each.code for each in done.doubts] == codes
    assert all(sentence(code, {}) for code in codes)


def test_older_names_are_known() -> None:
    assert column_of("service", "service_recordid") == "id"
    assert column_of("service", "organization_uuid") == "organization_id"
    assert column_of("organization", "organization_uuid") == "id"
    assert column_of("taxonomy_term", "taxonomy_recordid") == "id"
    assert column_of("language", "language") == "name"
    assert column_of("location", "phones") == "phones_listed"
    assert column_of("service", "X of ours") == "X of ours"
    assert table_of("Physical_Addresses.CSV") == ("address", {"address_type": "physical"})
    assert table_of("unknown.csv") is None
    assert days_of("Monday - Friday") == ["MO", "TU", "WE", "TH", "FR"]
    assert days_of("saturday,sunday") == ["SA", "SU"]
    assert days_of("by appointment") == []
    assert kind_of({"hello": 1}) == ""


@pytest.mark.django_db
def test_markup_and_letters_from_right_to_left_are_text(tmp_path: Path, client: Client) -> None:
    take(page(tmp_path, service(description=NASTY, alert=NASTY)))
    client.force_login(UserFactory.create(roles=["directory_admin"]))
    shown = Service.objects.get()
    assert shown.description == NASTY
    text = client.get(f"/directory/services/{shown.pk}/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.django_db
def test_circles_and_ids_by_case_are_remarked(tmp_path: Path) -> None:
    folder = tables(
        tmp_path / "p",
        organizations="id,name,parent_organization_id\nA,One,b\nb,Two,A\na,Three,a\nC,Four,A\n",
        services="id,organization_id,name,status\n1,A,Talks,active\n",
    )
    run = take(folder)
    assert counted(run) == (5, 0, 0, 0)
    assert run.counts["remarks"] == {"id_differs_by_case": 1, "circle": 2}
    parents = dict(Organization.objects.values_list("name", "parent__name"))
    assert parents == {"One": "Two", "Two": None, "Three": None, "Four": "One"}


@pytest.mark.django_db
def test_a_night_is_a_night_and_a_point_in_the_sea_is_none(tmp_path: Path) -> None:
    place = {"id": "l", "location_type": "physical", "latitude": 0, "longitude": 0.0}
    hours = {
        "id": "h",
        "freq": "WEEKLY",
        "byday": "FR,SA",
        "opens_at": "22:00",
        "closes_at": "06:00",
    }
    take(
        page(
            tmp_path,
            service(schedules=[hours], service_at_locations=[{"id": "t", "location": place}]),
        )
    )
    night = Schedule.objects.get()
    assert (night.weekdays, night.opens_at, night.closes_at) == ([4, 5], time(22), time(6))
    assert Location.objects.get().latitude is None
    assert Location.objects.get().said["latitude"] == 0
    assert SearchEntry.objects.get().offer["hours"][0]["closes_at"] == "06:00:00"


@pytest.mark.django_db
def test_tables_from_the_years_before_three(tmp_path: Path) -> None:
    """HSDS 1.1: other names, eligibility and payments in tables of their own, no status, cp1252, ragged."""
    folder = tables(
        tmp_path / "old",
        organizations="id,name,url\n1,House,house.example\n",
        services='id,organization_id,name,status\n7,1,"Talks ""open""",\n8,1,Walks,,more\n',
        eligibility="id,service_id,eligibility\n1,7,Adults\n2,7,Students\n",
        payments_accepted="id,service_id,payment\n1,7,Cash\n",
        languages="id,service_id,language\n1,7,Polish\n",
        phones="id,service_id,number\n1,7,988\n2,,555\n",
        service_phones="service_id,phone_id\n8,2\n",
        locations="id,organization_id,name\n5,1,Corner\n",
        services_at_location="id,service_id,location_id\n1,7,5\n2,7,5\n3,7,99\n",
        regular_schedules="id,service_id,weekday,opens_at,closes_at\n1,7,Monday - Friday,9:00AM,5:00PM\n",
        strange="a,b\n1,2\n",
    )
    (folder / "locations.csv").write_bytes("id,organization_id,name\r5,1,Café\r".encode("cp1252"))
    run = take(folder)
    talks = Service.objects.get(original_id="7")
    assert talks.eligibility_description == "Adults\nStudents"
    assert talks.organization.website == "house.example"
    assert Location.objects.get().name == "Café"
    assert Schedule.objects.get().weekdays == [0, 1, 2, 3, 4]
    assert Phone.objects.get(original_id="2").service.name == "Walks"
    assert {each.code for each in PutAside.objects.all()} == {"pair_twice", "dangling"}
    assert run.counts["remarks"]["ragged"] == 1
    assert Service.objects.get(original_id="8").said["_more_cells"] == ["more"]
    assert counted(take(folder)) == (0, 0, run.new, 2)


@pytest.mark.django_db
def test_what_the_source_does_not_say_any_more(tmp_path: Path) -> None:
    phones = [{"id": "p1", "number": "988"}, {"id": "p2", "number": "211"}]
    take(page(tmp_path, service("s1", phones=phones), service("s2")))
    run = take(page(tmp_path, service("s1", phones=phones[:1])))
    assert (run.missing, run.removed) == (1, 1)
    assert [each.number for each in Phone.objects.all()] == ["988"]
    assert Service.objects.count() == 2
    run = take(page(tmp_path, service("s1")))
    assert run.removed == 0  # a short form takes nothing away
    assert Phone.objects.count() == 1


REFUSED = {
    "zip_in_zip": {"inner.zip": b"PK"},
    "zip_leads_out": {"../../evil.json": b"{}"},
    "zip_too_large": {"services.json": b" " * 40_000_000},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_zip_that_cannot_be_trusted_is_refused(code: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", REFUSED[code])
    with pytest.raises(Unreadable) as refusal:
        reader_for(path)
    assert refusal.value.code == code
    assert sentence(code, {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        '{"contents": [{"id": "1", "name": "Talks", "status": "active"}, {"id": ',
        '{"contents": [{"id": "1", "name": "Talks", "status": "active"}, nonsense]}',
        "[" * 20_000,
        '{"id": "1", "name": "Talks", "status": "active", "x": ' + "[" * 3_000 + "]" * 3_000 + "}",
    ],
    ids=["cut off", "no JSON", "brackets", "deep"],
)
def test_a_broken_document_changes_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "services.json"
    path.write_text(text)
    reader = reader_for(path, name="x")
    assert reader is not None
    with pytest.raises(RuleBroken) as refusal:
        import_directory(reader=reader, by=None, at=now())
    assert "services.json" in str(refusal.value)
    assert not Service.objects.exists()


def test_every_code_has_a_sentence() -> None:
    """What readers and the import remark, an admin can read."""
    source = "".join(
        path.read_text()
        for folder in ("referrals/readers", "referrals/operations/importing")
        for path in (Path(__file__).parents[3] / folder).rglob("*.py")
    )
    assert {code for code in SENTENCES if f'"{code}"' in source} == set(SENTENCES)
    assert json.dumps(HOUSE) in json.dumps([HOUSE])
