"""FHIR R4 as records: Bulk Data folders and Bundles (decision 28, `docs/fhir.md`)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from caseload.readers import people, work
from caseload.readers.files import Row, every_row
from caseload.readers.problems import Level, Place, Problem, Unusable
from caseload.readers.records import Alias, Record
from caseload.readers.references import aliases_of, id_of, tail_of

Found = Record | Alias | Problem

READ: Final = frozenset(
    {"Patient", "Practitioner", "Organization", "Encounter", "Appointment", "CarePlan", "Goal"}
)
# What no record is made of. It is left out before validation: narratives and contained resources are
# where servers of different releases differ most.
LEFT_OUT: Final = frozenset({"text", "contained", "extension", "meta", "implicitRules", "photo"})


def read_fhir(paths: Iterable[Path], *, zone: tzinfo) -> Iterator[Found]:
    """Yield what the files say, row by row; `zone` is that of the practice, for days without a time.

    Raises `FileUnreadable` where a file as a whole cannot be read.
    """
    for row in every_row(paths):
        if isinstance(row, Problem):
            yield row
        else:
            yield from resource_found(row, zone)


def resource_found(row: Row, zone: tzinfo) -> Iterator[Found]:
    """Yield what one resource says: a record, its other names, and what is to be said about it."""
    place, (full_url, resource) = row
    kind = resource.get("resourceType")
    if kind == "PractitionerRole":
        yield from role_aliases(resource, full_url)
    if kind not in READ:
        code = "not_needed" if isinstance(kind, str) and kind.isalnum() else "not_an_object"
        level = Level.SKIPPED if code == "not_needed" else Level.REJECTED
        yield Problem(level, place, code, str(kind)[:40] if code == "not_needed" else "")
        return
    try:
        yield from record_found(kind, resource, full_url, place, zone)
    except Unusable as refusal:
        yield Problem(refusal.level, place, refusal.code, refusal.what)


def record_found(
    kind: str, resource: dict[str, Any], full_url: str, place: Place, zone: tzinfo
) -> Iterator[Found]:
    """Yield the record of a resource that is read here; raises `Unusable`."""
    source_id = id_of(resource, full_url)
    if not source_id or len(source_id) > 200:
        raise Unusable("no_id")
    validate(kind, resource)
    if kind in SESSIONS:
        record, assumed = SESSIONS[kind](resource, source_id, place, zone)
        yield record
        yield from (Problem(Level.NOTED, place, code) for code in assumed)
        return
    yield RECORDS[kind](resource, source_id, place)
    yield from aliases_of(resource, full_url, source_id)
    if kind == "Patient" and resource.get("birthDate") and len(str(resource["birthDate"])) < 10:
        yield Problem(Level.NOTED, place, "birth_date_not_whole")


RECORDS: Final[dict[str, Callable[[dict[str, Any], str, Place], Record]]] = {
    "Patient": people.patient,
    "Practitioner": people.practitioner,
    "Organization": people.organization,
    "CarePlan": work.care_plan,
    "Goal": work.goal,
}
SESSIONS: Final = {"Encounter": work.encounter, "Appointment": work.appointment}


@cache
def resource_class(kind: str) -> Any:
    """Return the R4B class; importing all of them at start would cost every command a second."""
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def validate(kind: str, resource: dict[str, Any]) -> None:
    """Refuse what is not valid FHIR R4, by the first element that is wrong; values are not repeated."""
    if resource.get("modifierExtension"):
        raise Unusable("modifier", f"{kind}.modifierExtension")
    told = {key: value for key, value in resource.items() if key not in LEFT_OUT}
    try:
        resource_class(kind).model_validate(told)
    except ValidationError as refusal:
        path = ".".join(str(step) for step in refusal.errors(include_input=False)[0]["loc"])
        raise Unusable("not_valid", f"{kind}.{path[:100]}" if path else kind) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Unusable("not_valid", kind) from None  # the classes stumble over some shapes


def role_aliases(resource: dict[str, Any], full_url: str) -> Iterator[Alias]:
    """Yield the names of a PractitionerRole as names of the practitioner who holds it."""
    holder = work.therapist_key(resource.get("practitioner"))
    if holder and (role := id_of(resource, full_url)):
        yield Alias("Practitioner", f"{work.ROLE_KEY}{role}", holder)
        if full_url.startswith("urn:"):
            yield Alias("Practitioner", tail_of(full_url), holder)
