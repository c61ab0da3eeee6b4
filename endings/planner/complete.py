"""Which extra meetings would make a client's time whole, at hours that are really free."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from endings.notice import DAY
from endings.planner.diary import days_between, usual_first
from endings.planner.facts import Meeting
from endings.planner.sheet import Sheet

SEARCHED = timedelta(days=27)
"""A new last session is looked for within four weeks after the first day that would do."""


@dataclass(frozen=True)
class Near:
    """A day close to the other tellings; `is_linked`: people they know are told on that very day."""

    on: date
    is_linked: bool = False


def complete(sheet: Sheet, told_on: date) -> tuple[Meeting, ...] | None:
    """Return the meetings to add so that a telling on `told_on` leaves full notice (R2).

    First a later last session where the days are missing, then meetings in between. None where
    no such hours are free.
    """
    added: list[Meeting] = []
    days = {*sheet.all_days, told_on}
    last_on = sheet.last_on or told_on
    full_on = told_on + sheet.policy.shortest_days * DAY
    if last_on < full_on:
        later = free_on(sheet, full_on, full_on + SEARCHED, near=full_on, avoid=days)
        if later is None:
            return None
        added.append(later)
        last_on = sheet.diary.day_of(later.starts_at)
        days.add(last_on)
    while sum(told_on < day <= last_on for day in days) < sheet.policy.meetings_after:
        near = _emptiest(sheet, days, told_on, last_on)
        more = free_on(sheet, told_on + DAY, last_on - DAY, near=near, avoid=days)
        if more is None:
            more = free_on(sheet, last_on + DAY, last_on + SEARCHED, near=last_on, avoid=days)
        if more is None:
            return None
        added.append(more)
        days.add(sheet.diary.day_of(more.starts_at))
        last_on = max(last_on, sheet.diary.day_of(more.starts_at))
    return tuple(added)


def telling_day(sheet: Sheet, near: Near | None) -> Meeting | None:
    """Return a free hour for an extra meeting in which the client could be told.

    In the window where there is one; for somebody without any meeting, early enough for full
    notice before the last working day. The day on which linked people hear comes first.
    """
    begin = max(sheet.earliest, sheet.diary.today + DAY)
    last = sheet.diary.setting.last_working_day - sheet.policy.shortest_days * DAY
    if sheet.window is not None:
        last = min(last, sheet.window.closes_on)
        begin = max(begin, min(sheet.window.opens_on, last))
    if near is not None and near.is_linked and begin <= near.on <= last:
        together = free_on(sheet, near.on, near.on, near=near.on)
        if together is not None:
            return together
    return free_on(sheet, begin, last, near=near.on if near else begin)


def free_on(
    sheet: Sheet, first: date, last: date, *, near: date, avoid: set[date] | None = None
) -> Meeting | None:
    """Return a free hour between two days, the client's usual weekday first, nearest to `near`.

    Days on which the client has a meeting already, or is on a break, are left out.
    """
    last = min(last, sheet.diary.setting.last_working_day)
    taken = {*sheet.days, *(avoid or ())}
    days = [
        day
        for day in days_between(first, last)
        if day not in taken and not any(day in away for away in sheet.client.away)
    ]
    usual = sheet.usual
    weekday = sheet.diary.day_of(usual.starts_at).weekday()
    if sheet.client.rhythm is not None:
        weekday = sheet.client.rhythm.weekday
    return sheet.diary.free_meeting(usual_first(days, weekday, near), usual)


def _emptiest(sheet: Sheet, days: set[date], told_on: date, last_on: date) -> date:
    """Return where a meeting is missed most: a lost one, else the middle of the longest gap."""
    lost = [meeting.on for meeting in sheet.lost if told_on < meeting.on < last_on]
    if lost:
        return lost[-1]
    known = sorted(day for day in days if told_on <= day <= last_on)
    gaps = [(earlier - later, earlier) for earlier, later in pairwise(known)]
    minus_gap, begin = min(gaps, default=(timedelta(), told_on))  # the longest, then the earliest
    return begin - minus_gap // 2
