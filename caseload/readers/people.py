"""FHIR Patient, Practitioner and Organization, as records."""

from typing import Any, Final

from caseload.readers.elements import day, human_name, line, named, nickname, parts
from caseload.readers.problems import Place, Unusable
from caseload.readers.records import Channel, ClientRecord, PersonRecord, SiteRecord
from caseload.readers.references import key_of

CHANNELS: Final = {"phone": "phone", "sms": "phone", "email": "email"}


def practitioner(resource: dict[str, Any], source_id: str, place: Place) -> PersonRecord:
    return PersonRecord(
        source_id=source_id,
        place=place,
        name=needed(human_name(resource.get("name"), "Practitioner.name", 120)),
        active=resource.get("active") is not False,
    )


def organization(resource: dict[str, Any], source_id: str, place: Place) -> SiteRecord:
    return SiteRecord(
        source_id=source_id,
        place=place,
        name=needed(line(resource.get("name"), "Organization.name", 120)),
        address=address(resource.get("address")),
    )


def patient(resource: dict[str, Any], source_id: str, place: Place) -> ClientRecord:
    """Return a client. Gender is not read: pronouns are what a person says of themselves."""
    born_on = day(resource.get("birthDate"), "Patient.birthDate")
    died_on = day(resource.get("deceasedDateTime"), "Patient.deceasedDateTime")
    if born_on and died_on and died_on < born_on:
        raise Unusable("born_after_death")
    return ClientRecord(
        source_id=source_id,
        place=place,
        name=needed(human_name(resource.get("name"), "Patient.name", 160)),
        known_as=nickname(resource.get("name"), "Patient.name", 80),
        born_on=born_on,
        died_on=died_on,
        died="deceasedDateTime" in resource or resource.get("deceasedBoolean") is True,
        active=resource.get("active") is not False,
        languages=languages(resource.get("communication")),
        channels=channels(resource.get("telecom")),
        therapist=first_therapist(resource.get("generalPractitioner")),
    )


def needed(name: str) -> str:
    if not name:
        raise Unusable("no_name")
    return name


def first_therapist(references: Any) -> str:
    keys = (key_of(each, "Practitioner") for each in parts(references))
    return next(filter(None, keys), "")


def address(addresses: Any) -> str:
    """Return the first address on one line, its street first; cut where the column ends."""
    for each in named(addresses):
        lines = each.get("line") or []
        town = " ".join(str(each[key]) for key in ("postalCode", "city") if each.get(key))
        said = [*lines, town] if lines or town else [each.get("text") or ""]
        return line(
            ", ".join(str(part) for part in said if part)[:200], "Organization.address", 200
        )
    return ""


def languages(communication: Any) -> tuple[str, ...]:
    """Return the languages somebody speaks, the preferred one first, as `en`, `pl`, `pt-BR`."""
    spoken = sorted(named(communication), key=lambda each: each.get("preferred") is not True)
    tags = [tag for each in spoken for tag in list(parts(each, "language", "coding", "code"))[:1]]
    return tuple(dict.fromkeys(language(str(tag)) for tag in tags if len(str(tag)) <= 16))


def language(tag: str) -> str:
    """Return a language tag; the country says nothing but in Portuguese and Chinese."""
    base = tag.replace("_", "-").split("-")[0].lower()
    return tag.replace("_", "-") if base in {"pt", "zh"} else base


def channels(telecom: Any) -> tuple[Channel, ...]:
    """Return phones and e-mail addresses that are still in use, without any consent."""
    found = [
        Channel(
            CHANNELS[each["system"]], line(each.get("value"), "Patient.telecom", 200), use(each)
        )
        for each in named(telecom)
        if each.get("system") in CHANNELS and each.get("use") != "old"
    ]
    return tuple(dict.fromkeys(each for each in found if each.value))


def use(telecom: dict[str, Any]) -> str:
    """Return where it rings: home, work, mobile; a source's own word is left out."""
    said = telecom.get("use")
    return str(said) if said in {"home", "work", "mobile"} else ""
