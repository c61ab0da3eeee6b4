"""One client's meetings as they can be counted on, and the days on which a telling would do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from endings.notice import DAY, Notice, NoticePolicy, NoticeWindow, notice_on, window
from endings.planner.diary import Diary, noon
from endings.planner.facts import ClientFacts, Decision, Meeting, Mode, Rhythm
from endings.planner.names import LostCause
from endings.planner.results import LostMeeting

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Candidate:
    """A meeting in which the client could be told with full notice.

    `has_spare`: another such meeting follows before the window closes. `is_before_break`: an
    absence or a closed day makes the next meeting later than the usual rhythm.
    """

    on: date
    meeting: Meeting
    has_spare: bool
    is_before_break: bool


@dataclass(frozen=True)
class Sheet:
    """`meetings` can be counted on: from today to the last session, in order."""

    client: ClientFacts
    decision: Decision
    diary: Diary
    meetings: tuple[Meeting, ...]
    lost: tuple[LostMeeting, ...]

    @property
    def policy(self) -> NoticePolicy:
        return self.diary.setting.policy

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The day of each of `meetings`."""
        return tuple(self.diary.day_of(meeting.starts_at) for meeting in self.meetings)

    @cached_property
    def all_days(self) -> tuple[date, ...]:
        """Held and coming meetings: what notice counts."""
        return tuple(sorted({*self.client.held_on, *self.days}))

    @property
    def last_on(self) -> date | None:
        """The day of the last session; the one held, else the last that can be counted on."""
        return self.client.last_held_on or (self.days[-1] if self.days else None)

    @cached_property
    def window(self) -> NoticeWindow | None:
        if self.last_on is None:
            return None
        return window(self.all_days, self.last_on, self.policy)

    @property
    def earliest(self) -> date:
        """The first day on which the client may be told."""
        return max(self.earliest_but_for_risk, self.client.wait_until or self.diary.today)

    @property
    def earliest_but_for_risk(self) -> date:
        return max(self.diary.today, self.client.not_before or self.diary.today)

    @property
    def usual(self) -> Meeting:
        """A meeting with the client's usual hour, length and room."""
        if self.meetings:
            return self.meetings[0]
        rhythm, setting = self.client.rhythm, self.diary.setting
        if rhythm is None:
            return Meeting(noon(self.diary.today, setting))
        starts_at = datetime.combine(self.diary.today, rhythm.starts_at, tzinfo=setting.zone)
        return Meeting(starts_at, rhythm.minutes, rhythm.mode, rhythm.room_id)

    def is_live(self, meeting: Meeting) -> bool:
        """R1: in the room, or live by video for somebody who is always seen by video."""
        by_video = meeting.mode is Mode.VIDEO and self.client.usual_mode is Mode.VIDEO
        return meeting.mode is Mode.IN_PERSON or by_video

    def notice(self, told_on: date) -> Notice:
        """Return what a telling on this day leaves."""
        return notice_on(told_on, self.all_days, self.last_on or told_on, self.policy)

    def at(self, instant: datetime | None) -> Meeting | None:
        """Return the meeting that starts at `instant`, if it can be counted on."""
        return next((m for m in self.meetings if m.starts_at == instant), None)

    def on(self, day: date) -> Meeting | None:
        """Return the meeting on `day`."""
        return next((m for m, on in zip(self.meetings, self.days, strict=True) if on == day), None)

    @cached_property
    def full(self) -> tuple[Candidate, ...]:
        """Live meetings with full notice that nothing speaks against, also before the window."""
        return tuple(self._candidates(self.earliest))

    @cached_property
    def full_but_for_risk(self) -> tuple[Candidate, ...]:
        """The same, if the look at risk did not say wait."""
        return tuple(self._candidates(self.earliest_but_for_risk))

    @property
    def in_window(self) -> tuple[Candidate, ...]:
        """Those of `full` that lie in the notice window."""
        return tuple(c for c in self.full if self.window is not None and c.on in self.window)

    def _candidates(self, earliest: date) -> Iterator[Candidate]:
        possible = [
            (on, meeting)
            for on, meeting in zip(self.days, self.meetings, strict=True)
            if on >= earliest and self.is_live(meeting) and self.notice(on).is_full
        ]
        for place, (on, meeting) in enumerate(possible):
            has_spare = place + 1 < len(possible)
            yield Candidate(on, meeting, has_spare, self._is_before_break(on))

    def _is_before_break(self, day: date) -> bool:
        following = next((on for on in self.days if on > day), None)
        if following is None or following - day <= self._usual_gap:
            return False
        causes = (self.diary.cause_of_loss(day + n * DAY) for n in range(1, (following - day).days))
        return any(cause in (LostCause.ABSENCE, LostCause.CLOSED_DAY) for cause in causes)

    @property
    def _usual_gap(self) -> timedelta:
        return WEEK * (self.client.rhythm.every_weeks if self.client.rhythm else 1)


def open_sheet(client: ClientFacts, decision: Decision, diary: Diary) -> Sheet:
    """Return what can be counted on for one client under a decision."""
    if client.last_held_on is not None:
        return Sheet(client, decision, diary, (), ())
    usable: list[Meeting] = []
    lost: list[LostMeeting] = []
    for meeting in _planned(client, decision, diary):
        day = diary.day_of(meeting.starts_at)
        if not diary.today <= day <= diary.setting.last_working_day:
            continue
        cause = _cause_of_loss(client, day, diary)
        if cause is None:
            usable.append(meeting)
        else:
            lost.append(LostMeeting(day, cause))
    return Sheet(client, decision, diary, _until_last(usable, decision), tuple(lost))


def with_decision(sheet: Sheet, decision: Decision) -> Sheet:
    """Return the same client's sheet under another decision."""
    return open_sheet(sheet.client, decision, sheet.diary)


def with_added(decision: Decision, added: Iterable[Meeting]) -> Decision:
    """Return the decision with more extra meetings."""
    return replace(decision, extra=(*decision.extra, *added))


def _planned(client: ClientFacts, decision: Decision, diary: Diary) -> list[Meeting]:
    """Return calendar, rhythm and extra meetings in order; an extra one takes a planned place."""
    planned = {meeting.starts_at: meeting for meeting in client.meetings}
    days = {diary.day_of(starts_at) for starts_at in planned}
    for meeting in rolled_out(client, diary):
        if diary.day_of(meeting.starts_at) not in days:
            planned[meeting.starts_at] = meeting
    planned |= {meeting.starts_at: meeting for meeting in decision.extra}
    return [planned[starts_at] for starts_at in sorted(planned)]


def _cause_of_loss(client: ClientFacts, day: date, diary: Diary) -> LostCause | None:
    if any(day in days for days in client.away):
        return LostCause.CLIENT_AWAY
    return diary.cause_of_loss(day)


def _until_last(usable: list[Meeting], decision: Decision) -> tuple[Meeting, ...]:
    """Leave out what comes after the last session that a person has chosen."""
    starts = [meeting.starts_at for meeting in usable]
    if decision.last_at not in starts:
        return tuple(usable)
    return tuple(usable[: starts.index(decision.last_at) + 1])


def rolled_out(client: ClientFacts, diary: Diary) -> Iterator[Meeting]:
    """Yield the meetings that the rhythm will bring after those already in the calendar."""
    rhythm = client.rhythm
    if rhythm is None:
        return
    known = max((diary.day_of(m.starts_at) for m in client.meetings), default=diary.today - DAY)
    rolled_until = rhythm.rolled_until if rhythm.rolled_until is not None else known
    day = _next_in_rhythm(rhythm, max(diary.today, rolled_until + DAY, rhythm.anchor))
    until = min(diary.setting.last_working_day, rhythm.ends_on or date.max)
    while day <= until:
        starts_at = datetime.combine(day, rhythm.starts_at, tzinfo=diary.setting.zone)
        yield Meeting(starts_at, rhythm.minutes, rhythm.mode, rhythm.room_id)
        day += WEEK * rhythm.every_weeks


def _next_in_rhythm(rhythm: Rhythm, begin: date) -> date:
    """Return the first day of the rhythm on or after `begin`: weeks count from Monday."""
    first_monday = rhythm.anchor - rhythm.anchor.weekday() * DAY
    day = first_monday + rhythm.weekday * DAY
    step = WEEK * rhythm.every_weeks
    missing = max(0, -((day - begin) // step))
    return day + missing * step
