"""One client's part of the plan: the dates of the proposal, what is kept, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from endings.planner.facts import Decision, Meeting, Mode
from endings.planner.layout import Layout, lay_out
from endings.planner.names import ProblemKind, Purpose, ReasonKind
from endings.planner.results import ClientPlan, Kept, Problem, Reason, Way
from endings.planner.sheet import Candidate, Sheet, with_decision
from endings.planner.together import Telling

KEPT_ALONE = frozenset({ProblemKind.LINKED_APART})
"""What a therapist may keep with a reason and without the supervisor."""


@dataclass(frozen=True)
class Finding:
    """What was found out about one client; problems that are kept have no ways."""

    sheet: Sheet
    telling: Telling | None
    problems: tuple[Problem, ...]

    @property
    def open(self) -> tuple[Problem, ...]:
        """The problems that wait for a decision."""
        return tuple(p for p in self.problems if not self._reason(p.kind))

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The problems that a person keeps, with the reason."""
        return tuple(
            Kept(p.kind, self._reason(p.kind), p.kind not in KEPT_ALONE)
            for p in self.problems
            if self._reason(p.kind)
        )

    @property
    def way(self) -> Way | None:
        """The way that the dates show while nothing is decided: proposed, else the first."""
        ways = [way for problem in self.open for way in problem.ways if way.telling or way.added]
        proposed = [way for way in ways if way.is_proposed]
        return next(iter([*proposed, *ways]), None)

    def _reason(self, kind: ProblemKind) -> str:
        return self.sheet.decision.kept.get(kind, "").strip()


def client_plan(finding: Finding, decision: Decision) -> ClientPlan:
    """Return the plan of one client; `decision` is what the person has chosen so far."""
    sheet, meeting = _as_it_would_be(finding)
    client, setting = sheet.client, sheet.diary.setting
    layout = lay_out(sheet, meeting)
    telling_on = sheet.diary.day_of(meeting.starts_at) if meeting else None
    knows_on = client.told_on or telling_on
    return ClientPlan(
        id=client.id,
        sort_label=client.sort_label,
        fits=not finding.open,
        person_id=setting.therapist_id,
        carried_by=decision.carried_by or client.carried_by or setting.carried_by,
        date_on=_next_date(sheet, layout),
        told_on=client.told_on,
        people_to_tell=client.people_to_tell,
        window=sheet.window,
        notice=sheet.notice(knows_on) if knows_on else None,
        meetings=layout.uses,
        telling=meeting,
        options=layout.for_(Purpose.OPTIONS),
        choice=layout.for_(Purpose.CHOICE),
        handover=layout.for_(Purpose.HANDOVER),
        last=sheet.meetings[-1] if sheet.meetings else None,
        lost=finding.sheet.lost,
        problems=finding.open,
        kept=finding.kept,
        why=tuple(_reasons(finding)),
        decision=decision,
        telling_on=telling_on,
        last_on=sheet.last_on,
    )


def _as_it_would_be(finding: Finding) -> tuple[Sheet, Meeting | None]:
    """Return the sheet and the telling under the way that is shown, if one is needed."""
    way, telling = finding.way, finding.telling
    if way is None:
        return finding.sheet, telling.meeting if telling else None
    sheet = with_decision(finding.sheet, way.decision)
    if sheet.client.told_on is not None:
        return sheet, None
    return sheet, way.telling or (telling.meeting if telling else None)


def _next_date(sheet: Sheet, layout: Layout) -> date:
    """Return the next date of this client: a meeting, asking after, or today for a decision."""
    today, client = sheet.diary.today, sheet.client
    if layout.uses:
        return layout.uses[0].on
    if client.last_held_on is None:
        return today
    asking = [client.last_held_on + timedelta(days=n) for n in sheet.policy.follow_up_days]
    return next((day for day in asking if day >= today), today)


def _reasons(finding: Finding) -> Iterator[Reason]:
    """Yield why the telling lies where it lies."""
    client, telling = finding.sheet.client, finding.telling
    if client.told_on is not None:
        yield Reason(ReasonKind.TOLD, client.told_on)
        return
    if finding.sheet.decision.telling_at is not None and not (telling and telling.is_chosen):
        gone = finding.sheet.diary.day_of(finding.sheet.decision.telling_at)
        yield Reason(ReasonKind.CHOSEN_IS_GONE, gone)
    if telling is None:
        return
    if telling.candidate is None:
        yield Reason(ReasonKind.CHOSEN, telling.on)
    else:
        yield from _reasons_of_proposal(finding.sheet, telling.candidate)
        if telling.linked_knows:
            yield Reason(ReasonKind.LINKED_KNOWS)
    if telling.meeting.mode is Mode.VIDEO and client.usual_mode is Mode.VIDEO:
        yield Reason(ReasonKind.USUALLY_BY_VIDEO)
    if telling.with_linked:
        yield Reason(ReasonKind.WITH_LINKED, telling.on)


def _reasons_of_proposal(sheet: Sheet, candidate: Candidate) -> Iterator[Reason]:
    if candidate not in sheet.in_window:
        yield Reason(ReasonKind.EARLY)
    spare = next((other.on for other in sheet.full if other.on > candidate.on), None)
    yield Reason(ReasonKind.ONE_TO_SPARE, spare) if spare else Reason(ReasonKind.LAST_IN_WINDOW)
    if candidate.is_before_break:
        yield Reason(ReasonKind.BEFORE_ABSENCE)
    elif any(other.is_before_break for other in sheet.in_window):
        yield Reason(ReasonKind.NOT_BEFORE_ABSENCE)
    if sheet.client.wait_until is not None and sheet.client.wait_until > sheet.diary.today:
        yield Reason(ReasonKind.AFTER_RISK_LOOK, sheet.client.wait_until)
    if len(sheet.in_window) > 1:
        yield Reason(ReasonKind.CLOSE_TOGETHER)
