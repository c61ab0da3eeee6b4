"""Why a client does not fit: what stands against the plan as things are."""

from collections.abc import Callable, Iterator
from datetime import date

from endings.notice import Notice, notice_on
from endings.planner.facts import Days, Receives
from endings.planner.layout import receives
from endings.planner.names import LostCause, ProblemKind
from endings.planner.results import LostMeeting, Problem
from endings.planner.sheet import Sheet
from endings.planner.together import Telling


def problems_of(sheet: Sheet, telling: Telling | None) -> list[Problem]:
    """Return the problems of one client, without ways out; linked people are looked at later."""
    client = sheet.client
    if client.last_held_on is not None:
        return []
    if client.told_on is not None:
        if any(day > client.told_on for day in sheet.days):
            return list(_about_handover(sheet))
        return [Problem(ProblemKind.LAST_SESSION_MISSING)]
    if telling is None:
        return [_unfit(sheet)]
    about_telling = _about_chosen(sheet, telling) if telling.is_chosen else iter(())
    return [*about_telling, *_about_handover(sheet)]


def _about_chosen(sheet: Sheet, telling: Telling) -> Iterator[Problem]:
    """Yield what speaks against the telling that a person has chosen."""
    wait_until, notice = sheet.client.wait_until, sheet.notice(telling.on)
    if wait_until is not None and telling.on < wait_until:
        yield Problem(ProblemKind.RISK_SAYS_WAIT, until=wait_until, notice=notice)
    if not notice.is_full:
        yield Problem(ProblemKind.SHORT_NOTICE, between=_window(sheet), notice=notice)
    if not sheet.is_live(telling.meeting):
        yield Problem(ProblemKind.ONLY_BY_VIDEO, between=_window(sheet), notice=notice)


def _about_handover(sheet: Sheet) -> Iterator[Problem]:
    """Yield a problem where the handover that a person has chosen falls on a lost day."""
    chosen = sheet.decision.handover_at
    if chosen is None or receives(sheet) is Receives.NO or sheet.client.handover_on is not None:
        return
    day = sheet.diary.day_of(chosen)
    lost = tuple(meeting for meeting in sheet.lost if meeting.on == day)
    if lost and sheet.at(chosen) is None:
        yield Problem(ProblemKind.HANDOVER_ON_CLOSED_DAY, between=Days(day, day), lost=lost)


def _unfit(sheet: Sheet) -> Problem:
    """Name the first cause that explains why no live meeting leaves full notice."""
    for cause in CAUSES:
        problem = cause(sheet)
        if problem is not None:
            return problem
    return Problem(
        ProblemKind.NO_MEETING_IN_WINDOW,
        between=_window(sheet),
        lost=sheet.lost,
        notice=as_things_stand(sheet),
    )


def _risk(sheet: Sheet) -> Problem | None:
    if sheet.full or not sheet.full_but_for_risk:
        return None
    return Problem(
        ProblemKind.RISK_SAYS_WAIT,
        between=_window(sheet),
        until=sheet.client.wait_until,
        notice=as_things_stand(sheet),
    )


def _no_rhythm(sheet: Sheet) -> Problem | None:
    return None if sheet.meetings or sheet.lost else Problem(ProblemKind.NO_RHYTHM)


def _by_video(sheet: Sheet) -> Problem | None:
    remote = any(
        day >= sheet.earliest and sheet.notice(day).is_full and not sheet.is_live(meeting)
        for day, meeting in zip(sheet.days, sheet.meetings, strict=True)
    )
    if not remote:
        return None
    return Problem(ProblemKind.ONLY_BY_VIDEO, between=_window(sheet), notice=as_things_stand(sheet))


def _absence(sheet: Sheet) -> Problem | None:
    away = _lost_by(sheet, LostCause.ABSENCE)
    if not away or not _would_fit_with(sheet, away):
        return None
    absence = next(days for days in sheet.diary.setting.absences if away[0].on in days)
    return Problem(
        ProblemKind.ABSENCE_IN_WINDOW, between=absence, lost=away, notice=as_things_stand(sheet)
    )


def _closed_day(sheet: Sheet) -> Problem | None:
    """The meeting of three would have been the one before the last, and that one is lost."""
    before_last = sheet.days[-2] if len(sheet.days) > 1 else sheet.diary.today
    closed = [
        meeting
        for meeting in _lost_by(sheet, LostCause.CLOSED_DAY)
        if sheet.last_on is not None and before_last <= meeting.on < sheet.last_on
    ]
    if not closed or receives(sheet) is Receives.NO or not _would_fit_with(sheet, tuple(closed)):
        return None
    return Problem(
        ProblemKind.HANDOVER_ON_CLOSED_DAY,
        between=Days(closed[-1].on, closed[-1].on),
        lost=tuple(closed),
        notice=as_things_stand(sheet),
    )


def _last_missing(sheet: Sheet) -> Problem | None:
    if len(sheet.meetings) != 1:
        return None
    return Problem(ProblemKind.LAST_SESSION_MISSING, lost=sheet.lost, notice=as_things_stand(sheet))


def _too_few(sheet: Sheet) -> Problem | None:
    if sum(day >= sheet.earliest for day in sheet.days) > sheet.policy.meetings_after:
        return None
    return Problem(
        ProblemKind.TOO_FEW_MEETINGS,
        between=_window(sheet),
        lost=sheet.lost,
        notice=as_things_stand(sheet),
    )


CAUSES: tuple[Callable[[Sheet], Problem | None], ...] = (
    _risk,
    _no_rhythm,
    _by_video,
    _absence,
    _closed_day,
    _last_missing,
    _too_few,
)


def as_things_stand(sheet: Sheet) -> Notice | None:
    """Return what a telling in the first live meeting would leave, if there is one."""
    first = first_live(sheet)
    return None if first is None else sheet.notice(first)


def first_live(sheet: Sheet) -> date | None:
    """Return the first day on which the client can be told live at all."""
    pairs = zip(sheet.days, sheet.meetings, strict=True)
    return next((day for day, m in pairs if day >= sheet.earliest and sheet.is_live(m)), None)


def _lost_by(sheet: Sheet, cause: LostCause) -> tuple[LostMeeting, ...]:
    return tuple(meeting for meeting in sheet.lost if meeting.cause is cause)


def _would_fit_with(sheet: Sheet, lost: tuple[LostMeeting, ...]) -> bool:
    """Say whether full notice would be there if the lost meetings took place."""
    coming = sorted({*sheet.days, *(meeting.on for meeting in lost)})
    days = sorted({*sheet.all_days, *coming})
    return any(
        day >= sheet.earliest and notice_on(day, days, days[-1], sheet.policy).is_full
        for day in coming
    )


def _window(sheet: Sheet) -> Days | None:
    return Days(sheet.window.opens_on, sheet.window.closes_on) if sheet.window else None
