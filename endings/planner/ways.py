"""Ways out for somebody who does not fit: each is a decision that has been tried on the sheet.

More time comes before less: an extra meeting, then a later last session, and only then less
notice than agreed, which needs a reason and the supervisor (R2). The first way is chosen already
where it keeps every rule and the client may be asked to come.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from endings.notice import DAY
from endings.planner.complete import Near, complete, free_on, telling_day
from endings.planner.facts import Decision, Meeting, Mode
from endings.planner.names import ProblemKind, WayKind
from endings.planner.problems import first_live
from endings.planner.results import Problem, Way
from endings.planner.sheet import Sheet, with_added, with_decision

TRIED = 4
"""So many coming meetings are tried as the telling; later ones only leave less time."""


def ways_out(sheet: Sheet, problem: Problem, near: Near | None) -> tuple[Way, ...]:
    """Return the ways out of `problem`, the best first; the last one leaves all dates open.

    `near`: where an extra telling should lie, because people talk (R26).
    """
    open_dates = replace(
        sheet.decision,
        telling_at=None,
        options_at=None,
        choice_at=None,
        handover_at=None,
        last_at=None,
    )
    free = with_decision(sheet, open_dates)
    ways = list(_ways(sheet, free, problem, near))
    ways = [*_propose(sheet, ways), Way(WayKind.OTHER_DATES, sheet.decision)]
    return tuple(ways)


def _ways(sheet: Sheet, free: Sheet, problem: Problem, near: Near | None) -> Iterator[Way]:
    told = sheet.client.told_on is not None
    if problem.kind is ProblemKind.LAST_SESSION_MISSING and told:
        yield from _goodbye(sheet)
    elif problem.kind is ProblemKind.HANDOVER_ON_CLOSED_DAY and sheet.decision.handover_at:
        yield from _handover(sheet, problem)
    elif problem.kind is ProblemKind.ONLY_BY_VIDEO:
        yield from _live(free, near)
        yield from _remote(free)
    else:
        yield from _as_proposed(free)
        yield from _whole(free, near)
        yield from _short(free, problem)


def _propose(sheet: Sheet, ways: list[Way]) -> list[Way]:
    """Mark the first way as chosen if it is safe to choose for a person."""
    may_ask = sheet.client.may_be_invited or bool(sheet.meetings)
    if ways and may_ask and not ways[0].needs_supervisor:
        return [replace(ways[0], is_proposed=True), *ways[1:]]
    return ways


def tried(
    sheet: Sheet,
    kind: WayKind,
    decision: Decision,
    *,
    keeps: ProblemKind | None = None,
    needs_supervisor: bool = False,
) -> Way:
    """Return the way with what it leads to, by opening the sheet under its decision."""
    after = with_decision(sheet, decision)
    telling = after.at(decision.telling_at)
    known = set(sheet.decision.extra)
    return Way(
        kind,
        decision,
        needs_supervisor=needs_supervisor,
        keeps=keeps,
        telling=telling,
        added=tuple(meeting for meeting in decision.extra if meeting not in known),
        notice=after.notice(sheet.diary.day_of(telling.starts_at)) if telling else None,
    )


def _as_proposed(free: Sheet) -> Iterator[Way]:
    """Yield the plan's own dates, where a person's choice is what does not fit."""
    if free.in_window:
        first = free.in_window[0]
        decision = replace(free.decision, telling_at=first.meeting.starts_at)
        yield tried(free, WayKind.AS_PROPOSED, decision)


def _whole(free: Sheet, near: Near | None) -> Iterator[Way]:
    """Yield the smallest additions that make it whole: one that keeps the last day, one that not."""
    found: dict[WayKind, list[Way]] = {WayKind.ADD_MEETING: [], WayKind.MOVE_LAST: []}
    for decision in (*_told_in_coming(free), *_told_in_extra(free, near)):
        way = tried(free, WayKind.ADD_MEETING, decision)
        moves_last = free.last_on is not None and any(
            free.diary.day_of(meeting.starts_at) > free.last_on for meeting in way.added
        )
        kind = WayKind.MOVE_LAST if moves_last else WayKind.ADD_MEETING
        found[kind].append(replace(way, kind=kind))
    best = [min(ways, key=_cost) for ways in found.values() if ways]
    yield from sorted(best, key=_cost)


def _cost(way: Way) -> tuple[int, bool, bool, date]:
    """Fewest extra meetings first; then keep the last session; tell in a meeting that is there."""
    on = way.telling.starts_at.date() if way.telling else date.max
    return len(way.added), way.kind is WayKind.MOVE_LAST, way.telling in way.added, on


def _told_in_coming(free: Sheet) -> Iterator[Decision]:
    """Yield decisions that tell in a meeting that is there, with what is missing added."""
    pairs = zip(free.days, free.meetings, strict=True)
    live = [(day, m) for day, m in pairs if day >= free.earliest and free.is_live(m)]
    for day, meeting in live[:TRIED]:
        added = complete(free, day)
        if added:
            yield replace(with_added(free.decision, added), telling_at=meeting.starts_at)


def _told_in_extra(free: Sheet, near: Near | None) -> Iterator[Decision]:
    """Yield the decision that adds a meeting for the telling, and whatever else is missing."""
    extra = telling_day(free, near)
    if extra is None:
        return
    decision = replace(with_added(free.decision, [extra]), telling_at=extra.starts_at)
    added = complete(with_decision(free, decision), free.diary.day_of(extra.starts_at))
    if added is not None:
        yield with_added(decision, added)


def _short(free: Sheet, problem: Problem) -> Iterator[Way]:
    """Yield the way of less time than agreed: the first live meeting, with a reason."""
    day = first_live(free)
    meeting = free.on(day) if day else telling_soon(free)
    if meeting is None:
        return
    decision = replace(free.decision, telling_at=meeting.starts_at)
    if day is None:
        decision = with_added(decision, [meeting])
    kind = WayKind.KEEP_SHORT
    if problem.kind is ProblemKind.HANDOVER_ON_CLOSED_DAY and free.meetings:
        kind = WayKind.HAND_OVER_IN_LAST
        decision = replace(decision, handover_at=free.meetings[-1].starts_at)
    yield tried(free, kind, decision, keeps=ProblemKind.SHORT_NOTICE, needs_supervisor=True)


def telling_soon(free: Sheet) -> Meeting | None:
    """Return the first free hour at all for somebody who has no live meeting left."""
    begin = max(free.earliest, free.diary.today + DAY)
    return free_on(free, begin, free.diary.setting.last_working_day, near=begin)


def _live(free: Sheet, near: Near | None) -> Iterator[Way]:
    """Yield ways to meet in the room: earlier, at the same hour, or in an extra meeting."""
    if free.full:
        decision = replace(free.decision, telling_at=free.full[-1].meeting.starts_at)
        yield tried(free, WayKind.TELL_EARLIER, decision)
    for meeting in _remote_in_window(free):
        roomed = free.diary.with_room(replace(meeting, mode=Mode.IN_PERSON, is_extra=True))
        if roomed is not None:
            added = with_added(free.decision, [roomed])
            yield tried(free, WayKind.INVITE, replace(added, telling_at=roomed.starts_at))
            return
    for decision in _told_in_extra(free, near):
        yield tried(free, WayKind.ADD_MEETING, decision)


def _remote(free: Sheet) -> Iterator[Way]:
    """Yield the exception: told by video or phone, with a reason (R1)."""
    for meeting in _remote_in_window(free)[:1]:
        by_phone = meeting.mode is Mode.PHONE
        kind = WayKind.TELL_BY_PHONE if by_phone else WayKind.TELL_BY_VIDEO
        decision = replace(free.decision, telling_at=meeting.starts_at)
        yield tried(free, kind, decision, keeps=ProblemKind.ONLY_BY_VIDEO, needs_supervisor=True)


def _remote_in_window(free: Sheet) -> list[Meeting]:
    return [
        meeting
        for day, meeting in zip(free.days, free.meetings, strict=True)
        if day >= free.earliest
        and free.window is not None
        and day in free.window
        and free.notice(day).is_full
        and not free.is_live(meeting)
    ]


def _goodbye(sheet: Sheet) -> Iterator[Way]:
    """Yield one meeting to say goodbye for somebody who knows and has none left (R7)."""
    begin = sheet.diary.today + DAY
    last = sheet.diary.setting.last_working_day
    extra = free_on(sheet, begin, last, near=begin)
    if extra is not None:
        yield tried(sheet, WayKind.ADD_MEETING, with_added(sheet.decision, [extra]))
    yield Way(
        WayKind.KEEP_SHORT,
        sheet.decision,
        keeps=ProblemKind.LAST_SESSION_MISSING,
        needs_supervisor=True,
    )


def _handover(sheet: Sheet, problem: Problem) -> Iterator[Way]:
    """Yield another day for the meeting of three, or the last session."""
    chosen = sheet.at(sheet.decision.telling_at)
    knows_by = sheet.window.closes_on if sheet.window else sheet.earliest
    if chosen is not None:
        knows_by = sheet.diary.day_of(chosen.starts_at)
    begin = max(sheet.client.told_on or knows_by, sheet.diary.today) + DAY
    near = problem.between.first if problem.between else begin
    extra = free_on(sheet, begin, sheet.days[-1] - DAY, near=near)
    if extra is not None:
        added = with_added(sheet.decision, [extra])
        yield tried(sheet, WayKind.ADD_MEETING, replace(added, handover_at=extra.starts_at))
    decision = replace(sheet.decision, handover_at=sheet.meetings[-1].starts_at)
    yield tried(sheet, WayKind.HAND_OVER_IN_LAST, decision)


def ways_together(sheet: Sheet, telling: Meeting, target: date) -> tuple[Way, ...]:
    """Return the ways out for linked people told on different days (R26)."""
    ways: list[Way] = []
    if target >= sheet.earliest and target not in sheet.days:
        extra = free_on(sheet, target, target, near=target)
        if extra is not None:
            decision = replace(with_added(sheet.decision, [extra]), telling_at=extra.starts_at)
            way = tried(sheet, WayKind.ADD_MEETING, decision)
            if way.notice is not None and way.notice.is_full:
                ways.append(way)
    apart = replace(sheet.decision, telling_at=telling.starts_at)
    keep = tried(sheet, WayKind.KEEP_APART, apart, keeps=ProblemKind.LINKED_APART)
    proposed = _propose(sheet, ways)
    return (*proposed, keep, Way(WayKind.OTHER_DATES, sheet.decision))
