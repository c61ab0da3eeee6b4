"""What the plan says. Values only; a page turns kinds and dates into sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from endings.notice import Notice, NoticeWindow
from endings.planner.facts import Days, Decision, Meeting
from endings.planner.names import LostCause, ProblemKind, Purpose, ReasonKind, WayKind


@dataclass(frozen=True)
class LostMeeting:
    """A meeting that stands in the calendar or the rhythm but cannot be counted on."""

    on: date
    cause: LostCause


@dataclass(frozen=True)
class MeetingUse:
    """One meeting from the telling on, and what it is for."""

    on: date
    meeting: Meeting
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True)
class Way:
    """A way out. Taking it means planning again with `decision`.

    `kind` OTHER_DATES has no decision of its own. `keeps`: the problem whose reason has to be
    written into `decision.kept`. `telling`, `added`, `notice`: what taking it leads to.
    """

    kind: WayKind
    decision: Decision
    is_proposed: bool = False
    needs_supervisor: bool = False
    keeps: ProblemKind | None = None
    telling: Meeting | None = None
    added: tuple[Meeting, ...] = ()
    notice: Notice | None = None


@dataclass(frozen=True)
class Problem:
    """Why somebody does not fit yet, with the ways out, the best first.

    `between`: the days concerned (the window, the absence). `lost`: the meetings that fall away.
    `until`: what a risk look waits for. `notice`: what a telling would leave as things stand.
    `others`: the linked clients on another day.
    """

    kind: ProblemKind
    ways: tuple[Way, ...] = ()
    between: Days | None = None
    lost: tuple[LostMeeting, ...] = ()
    until: date | None = None
    notice: Notice | None = None
    others: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Reason:
    """One reason for the proposal; `on` is the date it speaks of, where there is one."""

    kind: ReasonKind
    on: date | None = None


@dataclass(frozen=True)
class Kept:
    """A rule that is not kept, with the person's reason; the supervisor sees it (R23)."""

    kind: ProblemKind
    reason: str
    needs_supervisor: bool


@dataclass(frozen=True)
class ClientPlan:
    """The way of one client. Dates are those of the proposal where something is undecided.

    `meetings`: from the telling to the goodbye, none before today. `fits`: nothing waits for a
    decision. `date_on`: the next date of this client, never missing (R25). `person_id` holds the
    client until the last working day, `carried_by` afterwards.
    """

    id: UUID
    sort_label: str
    fits: bool
    person_id: UUID
    carried_by: UUID
    date_on: date
    told_on: date | None
    people_to_tell: int
    window: NoticeWindow | None
    notice: Notice | None
    meetings: tuple[MeetingUse, ...]
    telling: Meeting | None = None
    options: Meeting | None = None
    choice: Meeting | None = None
    handover: Meeting | None = None
    last: Meeting | None = None
    lost: tuple[LostMeeting, ...] = ()
    problems: tuple[Problem, ...] = ()
    kept: tuple[Kept, ...] = ()
    why: tuple[Reason, ...] = ()
    decision: Decision = field(default_factory=Decision)
    telling_on: date | None = None
    last_on: date | None = None

    @property
    def knows_on(self) -> date | None:
        """When the client knows: told, or planned to be."""
        return self.told_on or self.telling_on


@dataclass(frozen=True)
class Spread:
    """From the first to the last telling; `days` in which some know and others do not (R26)."""

    first_on: date
    last_on: date
    days: int
    is_close: bool


@dataclass(frozen=True)
class Supply:
    """So many clients, so many places here, so many must look outside."""

    clients: int
    places: int
    by_weekday: Mapping[int, int]
    by_language: Mapping[str, int]
    fitting: int
    outside: int


@dataclass(frozen=True)
class Plan:
    """Everybody in exactly one of two lists; who needs a decision comes first."""

    needs_decision: tuple[ClientPlan, ...]
    fits: tuple[ClientPlan, ...]
    spread: Spread | None
    supply: Supply

    @property
    def clients(self) -> tuple[ClientPlan, ...]:
        """Everybody, who needs a decision first."""
        return self.needs_decision + self.fits

    def of(self, client_id: UUID) -> ClientPlan:
        """Return one client's plan. Raises KeyError for somebody who is not in it."""
        for client in self.clients:
            if client.id == client_id:
                return client
        raise KeyError(client_id)


@dataclass(frozen=True)
class Difference:
    """One thing that is different in the new plan for one client."""

    id: UUID
    sort_label: str
    change: str  # a names.Change
    before: date | None = None
    after: date | None = None
