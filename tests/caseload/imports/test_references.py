"""Who is meant by a reference."""

import pytest

from caseload.readers.records import Alias
from caseload.readers.references import Names, aliases_of, id_of, key_of


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ({"reference": "Patient/7"}, "7"),
        ({"reference": "Patient/7/_history/2"}, "7"),
        ({"reference": "https://example.org/fhir/Patient/7"}, "7"),
        ({"reference": "urn:uuid:0a1b"}, "0a1b"),
        ({"reference": "Patient?identifier=urn:nhs|99"}, "?urn:nhs|99"),
        ({"identifier": {"system": "urn:nhs", "value": "99"}}, "?urn:nhs|99"),
        ({"type": "Group", "identifier": {"value": "99"}}, ""),
        ({"reference": "Group/7"}, ""),
        ({"reference": "Patient?name=Wren"}, ""),
        ({"reference": "#inside"}, ""),
        ({"display": "Wren"}, ""),
        ("Patient/7", ""),
        (None, ""),
    ],
)
def test_the_key_that_a_reference_names(reference: object, key: str) -> None:
    assert key_of(reference, "Patient") == key


def test_a_full_url_stands_in_for_an_id() -> None:
    assert id_of({"id": "7"}, "urn:uuid:0a") == "7"
    assert id_of({}, "urn:uuid:0a") == "0a"
    assert id_of({}, "https://example.org/fhir/Patient/8") == "8"
    assert id_of({}, "") == ""


def test_other_names_of_a_resource_lead_to_its_id() -> None:
    names = Names()
    resource = {
        "resourceType": "Patient",
        "identifier": [{"system": "s", "value": "99"}, {"system": "s"}],
    }
    for alias in aliases_of(resource, "urn:uuid:0a", "7"):
        names.learn(alias)

    assert names.find("Patient", "0a") == "7"
    assert names.find("Patient", "?s|99") == "7"
    assert names.find("Patient", "7") == "7"
    assert names.find("Patient", "?s|98") == ""
    assert names.find("Practitioner", "0a") == "0a"


def test_a_name_that_two_rows_bear_names_neither() -> None:
    names = Names()
    names.learn(Alias("Patient", "?s|1", "7"))
    names.learn(Alias("Patient", "?s|1", "8"))

    assert names.find("Patient", "?s|1") == ""


def test_a_role_leads_to_the_person_by_way_of_an_identifier() -> None:
    names = Names()
    names.learn(Alias("Practitioner", "role:r1", "?npi|5"))
    names.learn(Alias("Practitioner", "?npi|5", "t1"))

    assert names.find("Practitioner", "role:r1") == "t1"
