"""FHIR R4 resources as records: what is taken, what is skipped, what is refused and why."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caseload.readers.fhir import Found, read_fhir
from caseload.readers.problems import Level, Problem
from caseload.readers.records import (
    Alias,
    Channel,
    ClientRecord,
    EpisodeRecord,
    GoalRecord,
    Mode,
    Outcome,
    PersonRecord,
    SessionRecord,
    SiteRecord,
    Status,
)
from tests.caseload.imports.made import (
    appointment,
    bundle,
    care_plan,
    encounter,
    goal,
    lines,
    organization,
    patient,
    practitioner,
)

ZONE = ZoneInfo("Europe/Warsaw")


def found_in(tmp_path: Path, *resources: Any) -> list[Found]:
    return list(read_fhir([lines(tmp_path / "all.ndjson", *resources)], zone=ZONE))


def record(tmp_path: Path, resource: dict[str, Any]) -> Any:
    """Return the one record of a resource, after making sure that nothing is wrong with it."""
    found = found_in(tmp_path, resource)
    assert [each for each in found if isinstance(each, Problem)] == []
    return next(each for each in found if not isinstance(each, Alias))


def problem(tmp_path: Path, resource: Any) -> tuple[str, str, str]:
    """Return what is said about a resource of which nothing is taken."""
    found = found_in(tmp_path, resource)
    assert [type(each) for each in found] == [Problem]
    told: Any = found[0]
    return told.level.value, told.code, told.what


# --- people ----------------------------------------------------------------------------------------
def test_a_patient_is_a_client(tmp_path: Path) -> None:
    client = record(
        tmp_path,
        patient(
            gender="female",
            telecom=[
                {"system": "phone", "value": "+48 22 555 01 02", "use": "home"},
                {"system": "email", "value": "wren@example.org"},
                {"system": "sms", "value": "+48 600 100 200", "use": "mobile"},
                {"system": "fax", "value": "1"},
                {"system": "phone", "value": "+48 22 555 99 99", "use": "old"},
            ],
            communication=[
                {"language": {"coding": [{"code": "en-US"}]}},
                {"language": {"coding": [{"code": "pl"}]}, "preferred": True},
                {"language": {"text": "Silesian"}},
                {"language": {"coding": [{"code": "pt-BR"}]}},
            ],
            generalPractitioner=[
                {"reference": "Organization/o1"},
                {"reference": "Practitioner/t1"},
            ],
        ),
    )

    assert client == ClientRecord(
        source_id="p1",
        place=client.place,
        name="Wren Okafor",
        born_on=date(1990, 2, 28),
        languages=("pl", "en", "pt-BR"),
        channels=(
            Channel("phone", "+48 22 555 01 02", "home"),
            Channel("email", "wren@example.org"),
            Channel("phone", "+48 600 100 200", "mobile"),
        ),
        therapist="t1",
    )


@pytest.mark.parametrize(
    ("names", "name", "known_as"),
    [
        ([{"use": "official", "given": ["Abdul218"], "family": "O'Connell601"}], "Abdul O'Connell", ""),
        ([{"given": ["Jean3-Paul4"], "family": "Koepp521"}], "Jean-Paul Koepp", ""),
        ([{"use": "maiden", "family": "Old"}, {"use": "usual", "given": ["Jo"], "family": "New"}], "Jo New", ""),
        ([{"use": "maiden", "given": ["Ada"], "family": "Only"}], "Ada Only", ""),
        ([{"text": "  Ana   María\nLópez "}], "Ana María López", ""),
        ([{"use": "official", "given": ["Robert", "J"], "family": "Fern"}, {"use": "nickname", "given": ["Bo"]}],
         "Robert J Fern", "Bo"),
        ([{"use": "official", "given": ["Robert"], "family": "Fern"}, {"use": "usual", "given": ["Rob"]}],
         "Robert Fern", "Rob"),
        ([{"given": ["7 of 9"]}], "7 of 9", ""),
    ],
)  # fmt: skip
def test_the_name_of_a_client(tmp_path: Path, names: list[Any], name: str, known_as: str) -> None:
    client = record(tmp_path, patient(name=names))

    assert (client.name, client.known_as) == (name, known_as)


@pytest.mark.parametrize(
    "names", [[], [{"prefix": ["Dr."]}], [{"text": "   "}], [{"family": "  "}]]
)
def test_a_client_without_a_name_is_refused(tmp_path: Path, names: list[Any]) -> None:
    level, code, _what = problem(tmp_path, patient(name=names))

    assert (level, code) in {("rejected", "no_name"), ("rejected", "not_valid")}


def test_somebody_who_has_died_is_recorded_so(tmp_path: Path) -> None:
    with_day = record(tmp_path, patient(deceasedDateTime="2021-05-06T07:00:00+02:00"))
    without = record(tmp_path, patient(deceasedBoolean=True))
    alive = record(tmp_path, patient(deceasedBoolean=False))

    assert (with_day.died, with_day.died_on) == (True, date(2021, 5, 6))
    assert (without.died, without.died_on) == (True, None)
    assert (alive.died, alive.died_on) == (False, None)


def test_a_death_before_the_birth_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path, patient(deceasedDateTime="1980-01-01"))[1] == "born_after_death"


def test_a_birth_of_which_only_the_year_is_known_stays_empty_and_is_said(tmp_path: Path) -> None:
    found = found_in(tmp_path, patient(birthDate="1990"))

    assert isinstance(found[0], ClientRecord)
    assert found[0].born_on is None
    assert [each.code for each in found if isinstance(each, Problem)] == ["birth_date_not_whole"]


def test_a_practitioner_is_a_person_and_an_organization_a_site(tmp_path: Path) -> None:
    person = record(tmp_path, practitioner(active=False))
    site = record(
        tmp_path,
        organization(
            address=[
                {"line": ["Keizersgracht 1", "2 hoog"], "city": "Amsterdam", "postalCode": "1015"}
            ]
        ),
    )

    assert person == PersonRecord(
        source_id="t1", place=person.place, name="Marta Zielińska", active=False
    )
    assert site == SiteRecord(
        source_id="o1",
        place=site.place,
        name="House by the canal",
        address="Keizersgracht 1, 2 hoog, 1015 Amsterdam",
    )


# --- sessions --------------------------------------------------------------------------------------
def test_a_visit_is_a_session_that_was_held(tmp_path: Path) -> None:
    session = record(tmp_path, encounter(appointment=[{"reference": "Appointment/a9"}]))

    assert session == SessionRecord(
        source_id="e1",
        place=session.place,
        clients=("p1",),
        therapists=("t1",),
        starts_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        ends_at=datetime(2026, 3, 3, 10, 50, tzinfo=UTC),
        status=Status.ATTENDED,
        appointment="a9",
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("planned", Status.PLANNED),
        ("arrived", Status.ATTENDED),
        ("in-progress", Status.ATTENDED),
        ("finished", Status.ATTENDED),
        ("cancelled", Status.CANCELLED),
        ("noshow", Status.MISSED),
    ],
)
def test_the_status_of_an_encounter(tmp_path: Path, said: str, status: Status) -> None:
    assert record(tmp_path, encounter(status=said)).status is status


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"class": {"code": "EMER"}}, ("skipped", "emergency", "")),
        ({"class": {"code": "emergency"}}, ("skipped", "emergency", "")),
        ({"class": {"code": "IMP"}}, ("skipped", "inpatient", "")),
        ({"class": {"code": "SS"}}, ("skipped", "inpatient", "")),
        ({"class": {"code": "PUZZLE"}}, ("skipped", "class_unknown", "PUZZLE")),
        ({"class": {"display": "visit"}}, ("skipped", "class_unknown", "")),
        ({"status": "entered-in-error"}, ("skipped", "entered_in_error", "")),
        ({"status": "unknown"}, ("skipped", "status_unknown", "")),
        ({"status": "dancing"}, ("rejected", "bad_value", "Encounter.status")),
        ({"participant": []}, ("skipped", "no_practitioner", "")),
        ({"participant": [{"individual": {"reference": "RelatedPerson/1"}}]}, ("skipped", "no_practitioner", "")),
        ({"subject": None}, ("rejected", "no_client", "")),
        ({"subject": {"reference": "Group/7"}}, ("skipped", "not_a_patient", "")),
        ({"period": {}}, ("rejected", "no_start", "")),
        ({"period": {"start": "2026"}}, ("rejected", "bad_date", "period.start")),
        ({"period": {"start": 1577836800}}, ("rejected", "bad_date", "period.start")),
        ({"period": {"start": "2026-02-30T10:00:00Z"}}, ("rejected", "not_valid", "Encounter.period.start")),
        ({"period": {"start": "2026-03-03T10:00:00"}}, ("rejected", "not_valid", "Encounter.period.start")),
        ({"period": {"start": "2026-03-03T10:00:00Z", "end": "2026-03-03T09:00:00Z"}},
         ("rejected", "ends_before_it_begins", "")),
        ({"id": "", "period": {"start": "2026-03-03"}}, ("rejected", "no_id", "")),
        ({"id": "a_b"}, ("rejected", "not_valid", "Encounter.id")),
        ({"class": [{"coding": []}]}, ("rejected", "not_valid", "Encounter.class.root")),
        ({"mystery": 1}, ("rejected", "not_valid", "Encounter.mystery")),
        ({"modifierExtension": [{"url": "x", "valueBoolean": True}]},
         ("rejected", "modifier", "Encounter.modifierExtension")),
    ],
)  # fmt: skip
def test_what_is_no_session(
    tmp_path: Path, told: dict[str, Any], reason: tuple[str, str, str]
) -> None:
    assert problem(tmp_path, encounter(**told)) == reason


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        ({}, Mode.IN_PERSON),
        ({"class": {"code": "HH"}}, Mode.IN_PERSON),
        ({"class": {"code": "VR"}}, Mode.VIDEO),
        ({"class": {"code": "VR"}, "type": [{"coding": [{"code": "185317003"}]}]}, Mode.PHONE),
        ({"type": [{"text": "Telephone encounter (procedure)"}]}, Mode.PHONE),
        (
            {"type": [{"coding": [{"display": "Telemedicine consultation with patient"}]}]},
            Mode.VIDEO,
        ),
        ({"serviceType": {"text": "Video call"}}, Mode.VIDEO),
        ({"type": [{"text": "Prenatal visit"}]}, Mode.IN_PERSON),
    ],
)
def test_how_people_met(tmp_path: Path, told: dict[str, Any], mode: Mode) -> None:
    assert record(tmp_path, encounter(**told)).mode is mode


def test_the_one_who_leads_comes_first(tmp_path: Path) -> None:
    first = {"individual": {"reference": "Practitioner/t2"}}
    main = {
        "type": [{"coding": [{"code": "PPRF"}]}],
        "individual": {"reference": "Practitioner/t1"},
    }
    role = {"individual": {"reference": "PractitionerRole/r5"}}

    assert record(tmp_path, encounter(participant=[first, main, role])).therapists == (
        "t1",
        "t2",
        "role:r5",
    )


def test_offsets_become_instants(tmp_path: Path) -> None:
    session = record(
        tmp_path,
        encounter(
            period={
                "start": "2026-03-03T23:30:00.5-05:00",
                "end": "2026-03-04T00:20:00.123456789-05:00",
            }
        ),
    )

    assert session.starts_at == datetime(2026, 3, 4, 4, 30, 0, 500_000, tzinfo=UTC)
    assert session.ends_at == datetime(2026, 3, 4, 5, 20, 0, 123_456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "starts", "minutes", "codes"),
    [
        ({"period": {"start": "2026-03-03T10:00:00Z"}}, 10, 50, ["end_assumed"]),
        ({"period": {"start": "2026-03-03T10:00:00Z", "end": "2026-03-03T10:00:00Z"}}, 10, 50, ["end_assumed"]),
        ({"period": {"start": "2026-03-03T10:00:00Z"}, "length": {"value": 90, "code": "min"}}, 10, 90, []),
        ({"period": {"start": "2026-03-03T10:00:00Z"}, "length": {"value": 2, "unit": "h"}}, 10, 120, []),
        ({"period": {"start": "2026-03-03T10:00:00Z"}, "length": {"value": 2, "unit": "d"}}, 10, 50, ["end_assumed"]),
        ({"period": {"start": "2026-03-03"}}, 11, 50, ["time_assumed", "end_assumed"]),
        ({"period": {"start": "2026-07-03", "end": "2026-07-03"}}, 10, 50, ["time_assumed", "end_assumed"]),
        ({"period": {"start": "2026-03-03T10:00:00Z", "end": "2026-03-05T10:00:00Z"}}, 10, 2880, ["longer_than_a_day"]),
    ],
)  # fmt: skip
def test_what_is_not_said_of_a_session_is_assumed_and_told(
    tmp_path: Path, told: dict[str, Any], starts: int, minutes: int, codes: list[str]
) -> None:
    found = found_in(tmp_path, encounter(**told))
    session: Any = found[0]

    assert session.starts_at.hour == starts  # noon in Warsaw is 11:00 in winter, 10:00 in summer
    assert (session.ends_at - session.starts_at).total_seconds() / 60 == minutes
    assert [each.code for each in found[1:] if isinstance(each, Problem)] == codes


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("booked", Status.PLANNED),
        ("arrived", Status.ATTENDED),
        ("fulfilled", Status.ATTENDED),
        ("cancelled", Status.CANCELLED),
        ("noshow", Status.MISSED),
    ],
)
def test_the_status_of_an_appointment(tmp_path: Path, said: str, status: Status) -> None:
    session = record(tmp_path, appointment(status=said))

    assert session.source_id == "appointment:a1"
    assert (session.status, session.clients, session.therapists) == (status, ("p1",), ("t1",))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": "proposed"}, "not_agreed"),
        ({"status": "waitlist"}, "not_agreed"),
        ({"status": "entered-in-error"}, "entered_in_error"),
        ({"start": None}, "no_start"),
        (
            {"participant": [{"actor": {"reference": "Practitioner/t1"}, "status": "accepted"}]},
            "not_a_patient",
        ),
        (
            {"participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}]},
            "no_practitioner",
        ),
    ],
)
def test_what_is_no_appointment(tmp_path: Path, told: dict[str, Any], code: str) -> None:
    assert problem(tmp_path, appointment(**told))[1] == code


def test_an_appointment_may_say_its_minutes(tmp_path: Path) -> None:
    session = record(tmp_path, appointment(end=None, minutesDuration=30))

    assert (session.ends_at - session.starts_at).total_seconds() == 1800


def test_in_a_bundle_an_actor_may_be_either_until_everything_is_read(tmp_path: Path) -> None:
    both = [
        {"actor": {"reference": f"urn:uuid:{key}"}, "status": "accepted"} for key in ("t1", "p1")
    ]
    path = bundle(tmp_path / "all.json", appointment(participant=both))

    session: Any = next(iter(read_fhir([path], zone=ZONE)))

    assert session.clients == session.therapists == ("t1", "p1")


# --- goals and plans -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, Outcome.OPEN),
        ({"achievementStatus": {"coding": [{"code": "in-progress"}]}}, Outcome.OPEN),
        ({"achievementStatus": {"coding": [{"code": "achieved"}]}}, Outcome.MET),
        ({"achievementStatus": {"coding": [{"code": "not-attainable"}]}}, Outcome.NOT_MET),
    ],
)
def test_a_goal(tmp_path: Path, told: dict[str, Any], outcome: Outcome) -> None:
    found = record(tmp_path, goal(startDate="2026-02-03", **told))

    assert found == GoalRecord(
        source_id="g1",
        place=found.place,
        client="p1",
        text="To sleep through the night",
        set_on=date(2026, 2, 3),
        outcome=outcome,
    )


def test_a_goal_nobody_pursues_is_skipped_and_one_without_words_refused(tmp_path: Path) -> None:
    assert problem(tmp_path, goal(lifecycleStatus="rejected"))[:2] == ("skipped", "not_pursued")
    assert problem(tmp_path, goal(description={"coding": [{"code": "1"}]}))[1] == "no_words"


def test_a_care_plan_is_a_stretch_of_work(tmp_path: Path) -> None:
    plan = record(tmp_path, care_plan(goal=[{"reference": "Goal/g1"}, {"display": "sleep"}]))
    ended = record(tmp_path, care_plan(status="completed", period={"end": "2026-06-30"}))

    assert plan == EpisodeRecord(
        source_id="c1",
        place=plan.place,
        client="p1",
        began_on=date(2026, 1, 5),
        goals=("g1",),
    )
    assert (ended.began_on, ended.ended_on) == (None, date(2026, 6, 30))
    assert problem(tmp_path, care_plan(status="entered-in-error"))[1] == "entered_in_error"


# --- everything else -------------------------------------------------------------------------------
def test_other_resources_are_skipped_by_their_name(tmp_path: Path) -> None:
    assert problem(tmp_path, {"resourceType": "Observation", "id": "1"}) == (
        "skipped",
        "not_needed",
        "Observation",
    )
    assert problem(tmp_path, {"resourceType": "<b>", "id": "1"}) == (
        "rejected",
        "not_an_object",
        "",
    )
    assert problem(tmp_path, {"id": "1"}) == ("rejected", "not_an_object", "")


def test_a_role_is_another_name_of_its_practitioner(tmp_path: Path) -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r5",
        "practitioner": {"reference": "Practitioner/t1"},
    }

    by_line = found_in(tmp_path, role)
    by_entry = list(read_fhir([bundle(tmp_path / "all.json", role)], zone=ZONE))

    assert by_line[0] == Alias("Practitioner", "role:r5", "t1")
    assert by_entry[:2] == [
        Alias("Practitioner", "role:r5", "t1"),
        Alias("Practitioner", "r5", "t1"),
    ]
    assert isinstance(by_line[1], Problem)
    assert by_line[1].level is Level.SKIPPED


@pytest.mark.parametrize(
    "told",
    [
        {"contained": [{"resourceType": "Unheard", "id": "x"}]},
        {"text": {"status": "generated", "div": "<div>not <br> well formed"}},
        {"extension": [{"valueString": "an extension without url"}]},
        {"meta": {"lastUpdated": "yesterday"}},
        {"_birthDate": {"extension": [{"url": "x", "valueString": "y"}]}},
    ],
)
def test_what_no_record_is_made_of_refuses_no_row(tmp_path: Path, told: dict[str, Any]) -> None:
    assert record(tmp_path, patient(**told)).name == "Wren Okafor"


@pytest.mark.parametrize(
    ("dirt", "told"),
    [
        ("\x00", ("rejected", "bad_text", "Goal.description")),
        ("\x1b", ("rejected", "bad_text", "Goal.description")),
        ("\ud800", ("rejected", "not_valid", "Goal.description.text")),
    ],
)
def test_letters_that_cannot_be_kept_refuse_the_row(
    tmp_path: Path, dirt: str, told: tuple[str, str, str]
) -> None:
    said = goal(description={"text": f"To sleep{dirt} well"})

    assert problem(tmp_path, json.dumps(said)) == told  # dumps escapes what UTF-8 cannot write


def test_texts_longer_than_their_column_refuse_the_row(tmp_path: Path) -> None:
    assert problem(tmp_path, patient(name=[{"text": "a" * 161}]))[1:] == (
        "too_wide",
        "Patient.name",
    )
    assert problem(tmp_path, organization(name="a" * 121))[1:] == ("too_wide", "Organization.name")


@pytest.mark.parametrize(
    "resource",
    [
        patient(birthDate="1990-02-31"),
        patient(birthDate=1990),
        encounter(period={"start": "2026-03-03T10:00:60Z"}),
        goal(startDate="2026-13-01"),
    ],
)
def test_days_that_do_not_exist_refuse_the_row(tmp_path: Path, resource: dict[str, Any]) -> None:
    assert problem(tmp_path, resource)[1] in {"bad_date", "not_valid"}


def test_a_resource_nested_too_deeply_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    depth = 900
    deep = '{"identifier": {"assigner": ' * depth + "{}" + "}}" * depth
    nested = '{"resourceType": "Patient", "id": "p1", "generalPractitioner": [' + deep + "]}"

    found = found_in(tmp_path, nested, patient("p2"))

    assert [each.source_id for each in found if isinstance(each, ClientRecord)] == ["p2"]
    assert len([each for each in found if isinstance(each, Problem)]) == 1


def test_a_role_that_names_nobody_is_no_name(tmp_path: Path) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r5", "practitioner": {"display": "Marta"}}

    assert problem(tmp_path, role) == ("skipped", "not_needed", "PractitionerRole")


def test_a_nickname_of_blanks_is_none(tmp_path: Path) -> None:
    names = [
        {"given": ["Wren"], "family": "Fern"},
        {"use": "nickname", "period": {"start": "2020"}},
    ]

    assert record(tmp_path, patient(name=names)).known_as == ""


def test_a_reason_never_repeats_what_stands_in_the_row(tmp_path: Path) -> None:
    found = found_in(tmp_path, patient(birthDate="Wren was born in May"))

    assert [each.reason for each in found if isinstance(each, Problem)] == [
        "Not valid FHIR R4: Patient.birthDate."
    ]


def test_content_decides_the_hash_and_the_place_does_not(tmp_path: Path) -> None:
    once = record(tmp_path, patient())
    found = found_in(tmp_path, "", patient(), patient(name=[{"text": "Wren Okoro"}]))
    again, other = [each for each in found if isinstance(each, ClientRecord)]

    assert once.place != again.place
    assert once.content_hash() == again.content_hash()
    assert once.content_hash() != other.content_hash()
