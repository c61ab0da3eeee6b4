"""The therapist's open days and free hours, and what this plan has already promised of them."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from endings.notice import DAY
from endings.planner.facts import Meeting, Mode, Setting, Taken
from endings.planner.names import LostCause

HOUR = timedelta(hours=1)


class Shelf:
    """Ranges taken by one person or room, in order, in seconds; overlapping ones are welcome."""

    def __init__(self, taken: Iterable[Taken] = ()) -> None:
        self._taken = sorted(_seconds(one) for one in taken)
        self._longest = max((end - start for start, end in self._taken), default=0.0)

    def add(self, taken: Taken) -> None:
        start, end = _seconds(taken)
        insort(self._taken, (start, end))
        self._longest = max(self._longest, end - start)

    def is_free(self, wanted: Taken) -> bool:
        """Say whether nothing overlaps `wanted`."""
        starts, ends = _seconds(wanted)
        first = bisect_left(self._taken, (starts - self._longest, starts))
        after = bisect_left(self._taken, (ends, ends))
        return all(end <= starts for _, end in self._taken[first:after])


def _seconds(taken: Taken) -> tuple[float, float]:
    return taken.starts_at.timestamp(), taken.ends_at.timestamp()


def taken_by(meeting: Meeting) -> Taken:
    """Return the range that a meeting takes."""
    return Taken(meeting.starts_at, meeting.ends_at)


class Diary:
    """Answers when a meeting is possible; `reserve` makes sure that no hour is proposed twice."""

    def __init__(self, setting: Setting, today: date) -> None:
        self.setting = setting
        self.today = today
        self._therapist = Shelf(setting.therapist_taken)
        self._rooms = {room: Shelf(setting.room_taken.get(room, ())) for room in setting.rooms}
        self._causes: dict[date, LostCause | None] = {}
        self._without_hour: set[tuple[date, int]] = set()

    def day_of(self, instant: datetime) -> date:
        """Return the practice's date of an instant."""
        return instant.astimezone(self.setting.zone).date()

    def cause_of_loss(self, day: date) -> LostCause | None:
        """Say why nobody meets on `day`, or None."""
        if day not in self._causes:
            self._causes[day] = self._cause_of_loss(day)
        return self._causes[day]

    def _cause_of_loss(self, day: date) -> LostCause | None:
        if any(day in absence for absence in self.setting.absences):
            return LostCause.ABSENCE
        if day in self.setting.closed_days:
            return LostCause.CLOSED_DAY
        return None if day.weekday() in self.setting.working_days else LostCause.NO_WORKING_DAY

    def is_open(self, day: date) -> bool:
        """Say whether the therapist meets people on `day`."""
        return self.cause_of_loss(day) is None

    def reserve(self, meeting: Meeting) -> None:
        """Take the hour and the room of a meeting."""
        self._therapist.add(taken_by(meeting))
        if meeting.room_id in self._rooms:
            self._rooms[meeting.room_id].add(taken_by(meeting))

    def therapist_is_free(self, meeting: Meeting) -> bool:
        """Say whether the therapist is free for the whole meeting."""
        return self._therapist.is_free(taken_by(meeting))

    def room_is_free(self, meeting: Meeting) -> bool:
        """Say whether the meeting's room is free; a room that is not ours to plan always is."""
        room = self._rooms.get(meeting.room_id) if meeting.room_id else None
        return room is None or room.is_free(taken_by(meeting))

    def with_room(self, meeting: Meeting) -> Meeting | None:
        """Return the meeting in its own room or the first free one; None if there is none."""
        if not self.setting.rooms:
            return meeting
        for room_id in self._rooms_for(meeting.room_id):
            if self._rooms[room_id].is_free(taken_by(meeting)):
                return replace(meeting, room_id=room_id)
        return None

    def _rooms_for(self, preferred: UUID | None) -> Iterator[UUID]:
        if preferred in self._rooms:
            yield preferred
        yield from (room for room in self._rooms if room != preferred)

    def free_meeting(self, days: Iterable[date], like: Meeting) -> Meeting | None:
        """Return the first free hour in the room on `days`, in the order given.

        `like` gives the usual time, length and room: its own time is tried first on each day.
        """
        for day in days:
            if self.is_open(day):
                usual = like.starts_at.astimezone(self.setting.zone).time()
                at_usual = datetime.combine(day, usual, tzinfo=self.setting.zone)
                found = self._free_at(at_usual, like) or self._free_hour(day, like)
                if found is not None:
                    return found
        return None

    def _free_at(self, starts_at: datetime, like: Meeting) -> Meeting | None:
        meeting = Meeting(starts_at, like.minutes, Mode.IN_PERSON, like.room_id, is_extra=True)
        return self.with_room(meeting) if self.therapist_is_free(meeting) else None

    def _free_hour(self, day: date, like: Meeting) -> Meeting | None:
        """Return the first free full hour of the day. Hours are only ever taken, never given
        back, so a day without one stays without."""
        if (day, like.minutes) in self._without_hour:
            return None
        for starts_at in self._hours(day, like.minutes):
            found = self._free_at(starts_at, like)
            if found is not None:
                return found
        self._without_hour.add((day, like.minutes))
        return None

    def _hours(self, day: date, minutes: int) -> Iterator[datetime]:
        zone = self.setting.zone
        starts_at = datetime.combine(day, self.setting.day_begins, tzinfo=zone)
        ends_at = datetime.combine(day, self.setting.day_ends, tzinfo=zone)
        while starts_at + timedelta(minutes=minutes) <= ends_at:
            yield starts_at
            starts_at += HOUR


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; none if they are the wrong way."""
    return [first + n * DAY for n in range((last - first).days + 1)]


def usual_first(days: Iterable[date], weekday: int, near: date) -> list[date]:
    """Return `days` with the usual weekday first, each nearest to `near` first."""
    return sorted(days, key=lambda day: (day.weekday() != weekday, abs(day - near), day))


def noon(day: date, setting: Setting) -> datetime:
    """Return a plain hour on `day` for somebody who has no usual one."""
    return datetime.combine(day, time(12), tzinfo=setting.zone)
