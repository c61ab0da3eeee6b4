"""What the plan is made from. Values only: whoever calls has read the rows.

Instants are aware; dates are the practice's (decision 9). Weekdays are 0 (Monday) to 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from endings.notice import NoticePolicy
from endings.planner.names import ProblemKind


class Mode(StrEnum):
    """How people meet; the values are those of a session."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Receives(StrEnum):
    """Whether somebody of the practice takes over; unknown until the client has chosen."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Days:
    """A stretch of days, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, order=True)
class Taken:
    """A person or a room is taken during `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Meeting:
    """A session of a client with the therapist, planned or proposed."""

    starts_at: datetime
    minutes: int = 50
    mode: Mode = Mode.IN_PERSON
    room_id: UUID | None = None
    is_extra: bool = False

    @property
    def ends_at(self) -> datetime:
        """The first instant after it; minutes that pass, not minutes on the wall."""
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Rhythm:
    """A cadence in wall-clock time; it rolls on after the last day already rolled out."""

    weekday: int
    starts_at: time
    every_weeks: int = 1
    anchor: date = date(2024, 1, 1)  # a day in a week that has a meeting
    minutes: int = 50
    mode: Mode = Mode.IN_PERSON
    room_id: UUID | None = None
    rolled_until: date | None = None  # None: after the last planned meeting
    ends_on: date | None = None


@dataclass(frozen=True)
class ClientFacts:
    """One ending: a client of the departing therapist, or one participant of a group.

    `id` names what ends. `meetings` are the planned ones, `held_on` the days of those held.
    `linked` know each other, as do all of one `group` (R26). `wait_until`: a risk look says not
    before this day; `not_before`: *not today, because…* and embargo. `away`: agreed breaks.
    """

    id: UUID
    sort_label: str
    meetings: tuple[Meeting, ...] = ()
    held_on: tuple[date, ...] = ()
    rhythm: Rhythm | None = None
    usual_mode: Mode = Mode.IN_PERSON
    languages: tuple[str, ...] = ()
    linked: frozenset[UUID] = frozenset()
    group: UUID | None = None
    away: tuple[Days, ...] = ()
    wait_until: date | None = None
    not_before: date | None = None
    people_to_tell: int = 1
    may_be_invited: bool = True  # the safe-to-contact note allows an invitation
    told_on: date | None = None
    options_on: date | None = None
    choice_on: date | None = None
    handover_on: date | None = None
    last_held_on: date | None = None
    receives: Receives = Receives.UNKNOWN
    carried_by: UUID | None = None


@dataclass(frozen=True)
class Place:
    """What a colleague who stays can offer; a colleague who leaves is never among them."""

    id: UUID
    therapist_id: UUID
    weekday: int
    starts_at: time
    languages: tuple[str, ...]
    site_id: UUID | None = None
    free_from: date | None = None


@dataclass(frozen=True)
class Setting:
    """The therapist's and the practice's days. `carried_by` owns what nobody else does, after."""

    therapist_id: UUID
    carried_by: UUID
    last_working_day: date
    zone: ZoneInfo
    policy: NoticePolicy = field(default_factory=NoticePolicy)
    working_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    absences: tuple[Days, ...] = ()
    closed_days: frozenset[date] = frozenset()
    therapist_taken: tuple[Taken, ...] = ()
    rooms: tuple[UUID, ...] = ()  # none: the practice plans without rooms
    room_taken: Mapping[UUID, tuple[Taken, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    places: tuple[Place, ...] = ()
    day_begins: time = time(9)
    day_ends: time = time(18)


@dataclass(frozen=True)
class Decision:
    """What a person has chosen for one client; what is left open is proposed again.

    `extra` meetings are added; one that starts when a planned meeting does takes its place (an
    invitation to the practice instead of video). `kept`: a problem that stays, with its reason.
    An instant that no longer is a meeting of this client counts as not chosen.
    """

    telling_at: datetime | None = None
    options_at: datetime | None = None
    choice_at: datetime | None = None
    handover_at: datetime | None = None
    last_at: datetime | None = None
    extra: tuple[Meeting, ...] = ()
    kept: Mapping[ProblemKind, str] = field(default_factory=lambda: MappingProxyType({}))
    carried_by: UUID | None = None
    receives: Receives | None = None
