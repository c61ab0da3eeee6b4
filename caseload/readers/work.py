"""FHIR Encounter, Appointment, CarePlan and Goal, as records."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from caseload.readers.elements import codes, day, moment, named, parts, text, wording
from caseload.readers.problems import Place, Unusable, skip
from caseload.readers.records import EpisodeRecord, GoalRecord, Mode, Outcome, SessionRecord, Status
from caseload.readers.references import key_of

ASSUMED: Final = timedelta(minutes=50)
APPOINTMENT_KEY: Final = "appointment:"  # an appointment and a visit may bear the same id
ROLE_KEY: Final = "role:"  # a PractitionerRole is known by this and its id

# v3-ActCode, and the words that STU3 used and some servers still write.
CONTACT: Final = frozenset(
    {"AMB", "VR", "HH", "FLD", "AMBULATORY", "OUTPATIENT", "VIRTUAL", "HOME", "FIELD"}
)
NO_CONTACT: Final = {
    "EMER": "emergency",
    "EMERGENCY": "emergency",
    **dict.fromkeys(
        ["IMP", "ACUTE", "NONAC", "OBSENC", "SS", "PRENC", "INPATIENT", "DAYTIME"], "inpatient"
    ),
}
# SNOMED CT: telephone encounter, telephone consultation; telemedicine consultation, video consultation.
BY_PHONE: Final = frozenset({"185317003", "386472008", "386473003", "401267002"})
BY_VIDEO: Final = frozenset({"448337001", "457511000124100", "325921000000107", "719407002"})
PHONE_WORDS: Final = ("telephone", "phone", "telefon", "telefoon", "telefono")
VIDEO_WORDS: Final = ("telemed", "telehealth", "teleconsult", "video", "wideo", "virtual", "online")

ENCOUNTER: Final = {
    "planned": Status.PLANNED,
    "arrived": Status.ATTENDED,
    "triaged": Status.ATTENDED,
    "in-progress": Status.ATTENDED,
    "onleave": Status.ATTENDED,
    "finished": Status.ATTENDED,
    "cancelled": Status.CANCELLED,
    "noshow": Status.MISSED,
}
APPOINTMENT: Final = {
    "booked": Status.PLANNED,
    "arrived": Status.ATTENDED,
    "checked-in": Status.ATTENDED,
    "fulfilled": Status.ATTENDED,
    "cancelled": Status.CANCELLED,
    "noshow": Status.MISSED,
}
NOT_READ: Final = {
    "proposed": "not_agreed",
    "pending": "not_agreed",
    "waitlist": "not_agreed",
    "entered-in-error": "entered_in_error",
    "unknown": "status_unknown",
}


def encounter(
    resource: dict[str, Any], source_id: str, place: Place, zone: tzinfo
) -> tuple[SessionRecord, list[str]]:
    """Return a contact as a session, with what had to be assumed."""
    must_be_a_contact(resource.get("class"))
    starts_at, ends_at, assumed = span(resource.get("period"), resource.get("length"), zone)
    session = SessionRecord(
        source_id=source_id,
        place=place,
        clients=patients([resource.get("subject")]),
        therapists=practitioners(resource.get("participant"), "individual"),
        starts_at=starts_at,
        ends_at=ends_at,
        status=status(resource.get("status"), ENCOUNTER, "Encounter.status"),
        mode=mode(resource, "type", "serviceType"),
        appointment=next(
            (key_of(each, "Appointment") for each in parts(resource.get("appointment"))), ""
        ),
    )
    return session, assumed


def appointment(
    resource: dict[str, Any], source_id: str, place: Place, zone: tzinfo
) -> tuple[SessionRecord, list[str]]:
    """Return an appointment as a session; one that nobody has agreed to yet is skipped."""
    state = status(resource.get("status"), APPOINTMENT, "Appointment.status")
    period = {"start": resource.get("start"), "end": resource.get("end")}
    minutes = {"value": resource.get("minutesDuration"), "code": "min"}
    starts_at, ends_at, assumed = span(period, minutes, zone)
    session = SessionRecord(
        source_id=f"{APPOINTMENT_KEY}{source_id}",
        place=place,
        clients=patients(parts(resource.get("participant"), "actor")),
        therapists=practitioners(resource.get("participant"), "actor"),
        starts_at=starts_at,
        ends_at=ends_at,
        status=state,
        mode=mode(resource, "appointmentType", "serviceType"),
    )
    return session, assumed


def must_be_a_contact(kind: Any) -> None:
    """Emergency visits and hospital stays are no sessions (decision 14)."""
    code = str(kind.get("code") or "") if isinstance(kind, dict) else ""
    if code.upper() in NO_CONTACT:
        raise skip(NO_CONTACT[code.upper()])
    if code.upper() not in CONTACT:
        raise skip("class_unknown", code[:20])


def status(said: Any, known: dict[str, Status], what: str) -> Status:
    if said in NOT_READ:
        raise skip(NOT_READ[str(said)])
    if said not in known:
        raise Unusable("bad_value", what)
    return known[str(said)]


def span(period: Any, length: Any, zone: tzinfo) -> tuple[datetime, datetime, list[str]]:
    """Return start, end and what was assumed of them."""
    said = period if isinstance(period, dict) else {}
    begin = moment(said.get("start"), "period.start", zone)
    if begin is None:
        raise Unusable("no_start")
    starts_at, noon = begin
    end = moment(said.get("end"), "period.end", zone)
    known = end[0] if end and not (noon and end[1]) else after(starts_at, length)
    ends_at = known or starts_at + ASSUMED
    if ends_at < starts_at:
        raise Unusable("ends_before_it_begins")
    if ends_at == starts_at:
        known, ends_at = None, starts_at + ASSUMED
    assumed = [code for code, true in (("time_assumed", noon), ("end_assumed", not known)) if true]
    return (
        starts_at,
        ends_at,
        assumed + ["longer_than_a_day"] * (ends_at - starts_at > timedelta(days=1)),
    )


def after(starts_at: datetime, length: Any) -> datetime | None:
    """Return the end by a Duration in minutes or hours; None where it does not say."""
    value, unit = (
        (length.get("value"), length.get("code") or length.get("unit"))
        if isinstance(length, dict)
        else (None, None)
    )
    minutes = {"min": 1, "h": 60}.get(str(unit))
    if (
        not isinstance(value, int | float | Decimal)
        or not minutes
        or not 0 < value * minutes < 1440
    ):
        return None
    return starts_at + timedelta(minutes=float(value) * minutes)


def patients(references: Iterable[Any]) -> tuple[str, ...]:
    """Return the keys of those whose session it may be; which of them are clients shows at the end."""
    present = [each for each in references if isinstance(each, dict)]
    if not present:
        raise Unusable("no_client")
    keys = tuple(dict.fromkeys(filter(None, (key_of(each, "Patient") for each in present))))
    if not keys:
        raise skip("not_a_patient")
    return keys


def practitioners(participants: Any, member: str) -> tuple[str, ...]:
    """Return who may have led, the primary performer first."""
    people = sorted(
        named(participants), key=lambda each: not {"PPRF", "ATND"} & set(codes(each.get("type")))
    )
    keys = tuple(dict.fromkeys(filter(None, (therapist_key(each.get(member)) for each in people))))
    if not keys:
        raise skip("no_practitioner")
    return keys


def therapist_key(reference: Any) -> str:
    if key := key_of(reference, "Practitioner"):
        return key
    role = key_of(reference, "PractitionerRole")
    return f"{ROLE_KEY}{role}" if role else ""


def mode(resource: dict[str, Any], *elements: str) -> Mode:
    """Return how people met: a phone or a camera where class or type says so, else in person."""
    concepts = [resource.get(each) for each in elements]
    known = {code for each in concepts for code in codes(each)}
    words = " ".join(
        str(said).lower()
        for each in concepts
        for path in (("text",), ("coding", "display"))
        for said in parts(each, *path)
    )
    if known & BY_PHONE or any(word in words for word in PHONE_WORDS):
        return Mode.PHONE
    kind = resource.get("class")
    virtual = isinstance(kind, dict) and str(kind.get("code")).upper() in {"VR", "VIRTUAL"}
    if virtual or known & BY_VIDEO or any(word in words for word in VIDEO_WORDS):
        return Mode.VIDEO
    return Mode.IN_PERSON


def care_plan(resource: dict[str, Any], source_id: str, place: Place) -> EpisodeRecord:
    """Return a plan as the days of a stretch of work and of its goals."""
    if resource.get("status") in NOT_READ and resource["status"] != "unknown":
        raise skip(NOT_READ[resource["status"]])
    period = resource.get("period") or {}
    return EpisodeRecord(
        source_id=source_id,
        place=place,
        client=patients([resource.get("subject")])[0],
        began_on=day(period.get("start"), "CarePlan.period.start"),
        ended_on=day(period.get("end"), "CarePlan.period.end"),
        goals=tuple(key for each in parts(resource.get("goal")) if (key := key_of(each, "Goal"))),
    )


MET: Final = frozenset({"achieved", "sustaining"})
NOT_MET: Final = frozenset({"not-achieved", "not-attainable"})


def goal(resource: dict[str, Any], source_id: str, place: Place) -> GoalRecord:
    """Return a goal; measures and targets stay out, the words are what was set together."""
    if resource.get("lifecycleStatus") in {"entered-in-error", "rejected"}:
        raise skip("not_pursued")
    words = text(wording(resource.get("description")), "Goal.description", 4000)
    if not words:
        raise Unusable("no_words")
    return GoalRecord(
        source_id=source_id,
        place=place,
        client=patients([resource.get("subject")])[0],
        text=words,
        set_on=day(resource.get("startDate"), "Goal.startDate"),
        outcome=outcome(codes(resource.get("achievementStatus"))),
    )


def outcome(achieved: list[str]) -> Outcome:
    if MET & set(achieved):
        return Outcome.MET
    return Outcome.NOT_MET if NOT_MET & set(achieved) else Outcome.OPEN
