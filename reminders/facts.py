"""What `due` is asked about: one flat row per ending, review, follow-up and so on.

Dates are the practice's. A caller leaves out what does not stand: endings of a draft departure,
withdrawn endings, decided reviews, follow-ups done or dropped, people who wait no longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any
from uuid import UUID

from endings.planner import Days
from reminders.offsets import Offsets

DAY = timedelta(days=1)
SEARCHED = 92
"""Somebody without a working day in so many days is reminded on the day itself."""


@dataclass(frozen=True)
class WorkDays:
    """The days on which a person works. Weekdays are 0 (Monday) to 6."""

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    away: tuple[Days, ...] = ()
    closed: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        is_away = any(day in days for days in self.away)
        return day.weekday() in self.weekdays and day not in self.closed and not is_away

    def from_on(self, day: date) -> date:
        """Return `day`, or the next working day after it."""
        days = (day + n * DAY for n in range(SEARCHED))
        return next((one for one in days if one in self), day)

    def before(self, day: date) -> date:
        """Return the working day before `day`, or the day before it where there is none."""
        days = (day - n * DAY for n in range(1, SEARCHED))
        return next((one for one in days if one in self), day - DAY)

    def after(self, day: date, number: int) -> date:
        """Return the working day that is `number` of them after `day`; as many days where there is none."""
        days = (day + n * DAY for n in range(1, SEARCHED))
        working = islice((one for one in days if one in self), number - 1, None)
        return next(working, day + number * DAY)


@dataclass(frozen=True)
class EndingFacts:
    """One open or closed ending of a departure that is no draft, or one on its own.

    `therapist_until`: the last day on which the therapist answers for it; then `carried_by_id`.
    `opened_on`: since when there is something to plan; it stands where no window is known yet.
    `last_chance_on`: the last meeting in the window, else the day it closes (`notice`).
    `tell_plan_on`: the meeting chosen for the telling. `tell_missed_on`: the day on which a chosen
    meeting was missed or cancelled (not the day it was meant for), while no other is chosen. `not_today_until`: *not today,
    because…*, a risk look or an embargo says not before. `short_exception`: less notice than
    agreed has been explained. `is_told_short`: told with less notice than agreed.
    `returned_on`: the first session held since the window opened.
    `options_plan_on`, `choice_plan_on`: the first and second meeting after the telling.
    `hands_over`: the client has chosen a colleague here. `receiver_id`: one who has accepted.
    `tries`: how often it was tried to reach a client who stays away; None where that is not asked, or over.
    `handover_on`: the meeting of three as booked. `no_last`: why there is no last session stands.
    """

    id: UUID
    therapist_id: UUID
    therapist_until: date | None = None
    carried_by_id: UUID | None = None
    supervisor_id: UUID | None = None
    opened_on: date | None = None
    window_opens_on: date | None = None
    window_closes_on: date | None = None
    last_chance_on: date | None = None
    last_on: date | None = None
    tell_plan_on: date | None = None
    tell_missed_on: date | None = None
    not_today_until: date | None = None
    told_on: date | None = None
    is_told_short: bool = False
    not_told_exception: bool = False
    short_exception: bool = False
    returned_on: date | None = None
    options_plan_on: date | None = None
    options_on: date | None = None
    choice_plan_on: date | None = None
    chosen_on: date | None = None
    hands_over: bool = False
    receiver_id: UUID | None = None
    handover_on: date | None = None
    handed_over_on: date | None = None
    no_last: bool = False
    last_held_on: date | None = None
    closed_on: date | None = None
    tries: int | None = None

    def holder_on(self, day: date) -> UUID:
        """Return who answers for it on `day` (R25)."""
        has_gone = self.therapist_until is not None and day > self.therapist_until
        return self.carried_by_id if has_gone and self.carried_by_id else self.therapist_id

    def missed_by(self, day: date) -> date | None:
        """Return when the chosen meeting fell through, if it has by `day`."""
        missed_on = self.tell_missed_on
        return missed_on if missed_on is not None and missed_on <= day else None

    @property
    def knows(self) -> bool:
        """Told, or an exception says that this client cannot be told."""
        return self.told_on is not None or self.not_told_exception

    @property
    def has_ended(self) -> bool:
        """No further meeting is to come."""
        return self.last_held_on is not None or self.no_last or self.closed_on is not None


@dataclass(frozen=True)
class ReviewFacts:
    """A review that nobody has decided yet."""

    id: UUID
    reviewer_id: UUID
    asked_on: date
    due_on: date
    second_reviewer_id: UUID | None = None


@dataclass(frozen=True)
class FollowUpFacts:
    """Somebody asks after a client on a day (R15); not done, not dropped."""

    id: UUID
    owner_id: UUID
    due_on: date


@dataclass(frozen=True)
class EntryFacts:
    """An entry of the directory and the day on which it should be checked again (R16)."""

    id: UUID
    check_on: date


@dataclass(frozen=True)
class WaitingFacts:
    """Somebody on the waiting list, with a named person and the day of the next contact (R25)."""

    id: UUID
    named_person_id: UUID
    next_contact_on: date


@dataclass(frozen=True)
class PauseFacts:
    """The newest break of work that goes on (R25). `met_on`: the first session since the agreed contact.

    `goes_on`: a session after the break is planned, or was held.
    """

    id: UUID
    worker_id: UUID
    contact_on: date
    ends_on: date
    met_on: date | None = None
    goes_on: bool = False

    @property
    def is_to_contact(self) -> bool:
        return self.met_on is None

    @property
    def is_to_agree(self) -> bool:
        return not self.goes_on


@dataclass(frozen=True)
class RiskFacts:
    """A client whose newest look at risk says when to look again (R24), and who works with them."""

    id: UUID
    worker_id: UUID
    look_again_on: date


@dataclass(frozen=True)
class RequestFacts:
    """A copy or the end of a file that waits for a second yes, and one of those who may give it."""

    id: UUID
    may_agree_id: UUID
    asked_on: date


@dataclass(frozen=True)
class GlassFacts:
    """Somebody opened a file in an emergency: one row for each person it concerns.

    `is_to_look_at`: they look at it, and nobody has yet. `is_to_know`: they are told, for a week.
    """

    id: UUID
    concerned_id: UUID
    broken_on: date
    is_to_look_at: bool
    is_to_know: bool


@dataclass(frozen=True)
class HandedFacts:
    """One reminder that somebody has put into a colleague's hands, until it is late."""

    person_id: UUID
    occasion: str
    about_id: UUID
    due_on: date
    to_id: UUID


def empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Facts:
    """Everything that `due` looks at. A person without `calendars` works Monday to Friday.

    `answers`: who answers for whom today: the deputy of somebody who is away, and who leads them where
    there is none. `house`: the working days of the practice, in which escalations are counted.
    """

    endings: Sequence[EndingFacts] = ()
    reviews: Sequence[ReviewFacts] = ()
    follow_ups: Sequence[FollowUpFacts] = ()
    entries: Sequence[EntryFacts] = ()
    waiting: Sequence[WaitingFacts] = ()
    pauses: Sequence[PauseFacts] = ()
    risks: Sequence[RiskFacts] = ()
    requests: Sequence[RequestFacts] = ()
    glasses: Sequence[GlassFacts] = ()
    directory_admins: Sequence[UUID] = ()
    practice_admins: Sequence[UUID] = ()
    handed: Sequence[HandedFacts] = ()
    calendars: Mapping[UUID, WorkDays] = field(default_factory=empty)
    answers: Mapping[UUID, UUID] = field(default_factory=empty)
    house: WorkDays = field(default_factory=WorkDays)
    offsets: Offsets = field(default_factory=Offsets)

    def days_of(self, person_id: UUID) -> WorkDays:
        """Return the working days of a person."""
        return self.calendars.get(person_id, WorkDays())

    def answering(self, person_id: UUID) -> UUID:
        """Return who answers in the place of a person today: most days they themselves."""
        return self.answers.get(person_id, person_id)
