"""Small FHIR resources and files, made up here."""

import json
from pathlib import Path
from typing import Any

CHECK_UP = {
    "coding": [{"system": "http://snomed.info/sct", "code": "185349003"}],
    "text": "Check-up",
}


def patient(key: str = "p1", **told: Any) -> dict[str, Any]:
    name = [{"use": "official", "given": ["Wren"], "family": "Okafor"}]
    return {"resourceType": "Patient", "id": key, "name": name, "birthDate": "1990-02-28", **told}


def practitioner(key: str = "t1", **told: Any) -> dict[str, Any]:
    name = [{"given": ["Marta"], "family": "Zielińska", "prefix": ["Dr."]}]
    return {"resourceType": "Practitioner", "id": key, "name": name, **told}


def organization(key: str = "o1", **told: Any) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": key, "name": "House by the canal", **told}


def encounter(
    key: str = "e1",
    on: str = "2026-03-03",
    *,
    whose: str = "p1",
    by: str = "t1",
    at: str = "10:00:00",
    until: str = "10:50:00",
    **told: Any,
) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [CHECK_UP],
        "subject": {"reference": f"Patient/{whose}"},
        "participant": [{"individual": {"reference": f"Practitioner/{by}"}}],
        "period": {"start": f"{on}T{at}+00:00", "end": f"{on}T{until}+00:00"},
        **told,
    }


def appointment(
    key: str = "a1", on: str = "2027-03-02", *, whose: str = "p1", by: str = "t1", **told: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": key,
        "status": "booked",
        "start": f"{on}T10:00:00Z",
        "end": f"{on}T10:50:00Z",
        "participant": [
            {"actor": {"reference": f"Patient/{whose}"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{by}"}, "status": "accepted"},
        ],
        **told,
    }


def goal(key: str = "g1", *, whose: str = "p1", **told: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "id": key,
        "lifecycleStatus": "active",
        "description": {"text": "To sleep through the night"},
        "subject": {"reference": f"Patient/{whose}"},
        **told,
    }


def care_plan(key: str = "c1", *, whose: str = "p1", **told: Any) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "id": key,
        "status": "active",
        "intent": "plan",
        "title": "Grief work",
        "subject": {"reference": f"Patient/{whose}"},
        "period": {"start": "2026-01-05"},
        **told,
    }


def lines(path: Path, *resources: Any) -> Path:
    """Write resources as Bulk Data; a text is written as it stands."""
    said = [
        each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
        for each in resources
    ]
    path.write_text("".join(f"{each}\n" for each in said), encoding="utf-8")
    return path


def bundle(path: Path, *resources: dict[str, Any], indent: int | None = None, **told: Any) -> Path:
    """Write resources as a transaction Bundle with `urn:uuid` names."""
    entries = [
        {"fullUrl": f"urn:uuid:{each.get('id', number)}", "resource": each}
        for number, each in enumerate(resources)
    ]
    said = {"resourceType": "Bundle", "type": "transaction", "entry": entries, **told}
    path.write_text(json.dumps(said, indent=indent), encoding="utf-8")
    return path
