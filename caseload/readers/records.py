"""What a file says, as frozen values. Keys are those of the source; nothing is looked up yet."""

import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar

from caseload.readers.problems import Place

LONGEST_KEY = 200


def joined_key(*parts: str) -> str:
    """Return one key made of several; a long one ends in a digest, so that no two become the same."""
    key = "|".join(parts)
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 33]}|{sha256(key.encode()).hexdigest()[:32]}"


class Status(StrEnum):
    """What is known of a session."""

    PLANNED = "planned"
    ATTENDED = "attended"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Mode(StrEnum):
    """How people meet. A letter is a way to tell, never a session."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"
    LETTER = "letter"


class Outcome(StrEnum):
    """What became of a goal; open while it is still being worked on."""

    OPEN = "open"
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a client. Whether it may be used is not known: no consent comes with a file."""

    kind: str  # phone, email, letter
    value: str
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of the source. `source_id` is its key there, `place` where it was read."""

    source_type: ClassVar[str]

    source_id: str
    place: Place

    def content_hash(self) -> str:
        """Return what changes if, and only if, the content does; where it was read does not count."""
        told = {
            each.name: getattr(self, each.name) for each in fields(self) if each.name != "place"
        }
        body = json.dumps(
            [type(self).__name__, told], default=plain, sort_keys=True, ensure_ascii=False
        )
        return sha256(body.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a JSON form of a date, an instant or a part."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return {each.name: getattr(value, each.name) for each in fields(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord(Record):
    """A therapist. Nobody can sign in by being imported."""

    source_type: ClassVar[str] = "practitioner"

    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord(Record):
    """A place where the practice sees people."""

    source_type: ClassVar[str] = "organization"

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord(Record):
    """A client. `therapist` is the person named on the row itself, used where no session names one."""

    source_type: ClassVar[str] = "patient"

    name: str
    known_as: str = ""
    pronouns: str = ""
    born_on: date | None = None
    died_on: date | None = None
    died: bool = False
    active: bool = True
    languages: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    therapist: str = ""
    began_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRecord(Record):
    """A stretch of work as the source dates it (FHIR: CarePlan). What it is about is not taken over."""

    source_type: ClassVar[str] = "care_plan"

    client: str
    began_on: date | None = None
    ended_on: date | None = None
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord(Record):
    """One meeting, past or planned; instants are aware.

    `clients` and `therapists` are those who may be meant, the likeliest first: a `urn:uuid` does not say
    what it names. Once everything is read, one client and one therapist are left.
    """

    source_type: ClassVar[str] = "session"

    clients: tuple[str, ...]
    therapists: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    status: Status
    mode: Mode = Mode.IN_PERSON
    appointment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRecord(Record):
    """What was set out to be reached, in words."""

    source_type: ClassVar[str] = "goal"

    client: str
    text: str
    set_on: date | None = None
    outcome: Outcome = Outcome.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingRecord(Record):
    """A departure that was half-way in a spreadsheet (decision 14). Empty means: not yet."""

    source_type: ClassVar[str] = "ending"

    client: str
    therapist: str
    last_session_on: date | None = None
    told_on: date | None = None
    told_mode: Mode | None = None
    options: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a row, by which others refer to it: a full URL or an identifier."""

    kind: str
    name: str
    source_id: str
