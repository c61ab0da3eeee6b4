"""The plan of a departure: everybody in exactly one place, with a person and a date (R25)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median_low
from uuid import UUID

from endings.planner.client_plan import Finding, client_plan
from endings.planner.complete import Near
from endings.planner.diary import Diary
from endings.planner.facts import ClientFacts, Decision, Meeting, Setting
from endings.planner.names import LostCause, ProblemKind
from endings.planner.problems import problems_of
from endings.planner.results import ClientPlan, LostMeeting, Plan, Problem, Spread
from endings.planner.sheet import Sheet, open_sheet, rolled_out
from endings.planner.supply import supply_of
from endings.planner.together import Tellings, choose_tellings, linked_groups
from endings.planner.ways import ways_out, ways_together


def plan(
    clients: Sequence[ClientFacts],
    setting: Setting,
    decisions: Mapping[UUID, Decision],
    today: date,
) -> Plan:
    """Propose the whole way of every client of a departure (decision 15).

    The same facts give the same plan, in whatever order they come. What a person has decided
    stands; everything else is proposed around it. Nothing lies on an absence, a closed day,
    outside the working days, before today or after the last working day.
    """
    diary = Diary(setting, today)
    ordered = sorted(clients, key=lambda client: (client.sort_label, client.id))
    sheets = _open_all(ordered, decisions, diary)
    tellings = choose_tellings(sheets)
    near = _nearness(sheets, tellings)
    plans = [
        client_plan(_find(sheet, tellings, near), decisions.get(sheet.client.id, Decision()))
        for sheet in sheets
    ]
    return Plan(
        needs_decision=tuple(sorted((p for p in plans if not p.fits), key=_urgency)),
        fits=tuple(sorted((p for p in plans if p.fits), key=_urgency)),
        spread=_spread(plans, setting),
        supply=supply_of([sheet.client for sheet in sheets], decisions, setting),
    )


def _open_all(
    clients: Iterable[ClientFacts], decisions: Mapping[UUID, Decision], diary: Diary
) -> list[Sheet]:
    """Reserve what stands, then what was decided, and open everybody's sheet."""
    clients = list(clients)
    for client in clients:
        for meeting in (*client.meetings, *rolled_out(client, diary)):
            diary.reserve(meeting)
    sheets = []
    for client in clients:
        settled = _settle(client, decisions.get(client.id, Decision()), diary)
        sheet = open_sheet(client, settled.decision, diary)
        sheets.append(replace(sheet, lost=(*sheet.lost, *settled.taken)))
    return sheets


@dataclass(frozen=True)
class _Settled:
    """A decision whose extra meetings are reserved, and those that were no longer free."""

    decision: Decision
    taken: tuple[LostMeeting, ...]


def _settle(client: ClientFacts, decision: Decision, diary: Diary) -> _Settled:
    """Reserve the extra meetings of a decision; one that is booked meanwhile is no longer extra."""
    planned = {meeting.starts_at: meeting for meeting in client.meetings}
    planned |= {meeting.starts_at: meeting for meeting in rolled_out(client, diary)}
    accepted: list[Meeting] = []
    taken: list[LostMeeting] = []
    for extra in sorted(decision.extra, key=lambda meeting: meeting.starts_at):
        own = planned.get(extra.starts_at)
        if own is not None and own.mode is extra.mode:
            continue
        is_free = diary.room_is_free(extra) and (own is not None or diary.therapist_is_free(extra))
        if is_free:
            diary.reserve(extra)
            accepted.append(extra)
        else:
            taken.append(LostMeeting(diary.day_of(extra.starts_at), LostCause.TAKEN))
    return _Settled(replace(decision, extra=tuple(accepted)), tuple(taken))


def _nearness(sheets: Sequence[Sheet], tellings: Tellings) -> Mapping[UUID, Near]:
    """Return, for each client without a telling, the day close to which an extra one should lie."""
    if not tellings.of:
        return {}
    middle = Near(median_low(telling.on for telling in tellings.of.values()))
    near = {sheet.client.id: middle for sheet in sheets}
    for group in linked_groups(sheets):
        known = [tellings.of[s.client.id].on for s in group if s.client.id in tellings.of]
        if known:
            near |= {sheet.client.id: Near(known[0], is_linked=True) for sheet in group}
    return near


def _find(sheet: Sheet, tellings: Tellings, near: Mapping[UUID, Near]) -> Finding:
    """Look at one client: the telling, what stands against it, and the ways out.

    The hours of a way that is proposed are reserved, so that nobody else is offered them.
    """
    client = sheet.client
    telling = tellings.of.get(client.id)
    problems = []
    for problem in problems_of(sheet, telling):
        if not sheet.decision.kept.get(problem.kind, "").strip():
            problem = replace(problem, ways=ways_out(sheet, problem, near.get(client.id)))
        problems.append(problem)
    problems += _apart(sheet, tellings)
    for way in (way for problem in problems for way in problem.ways if way.is_proposed):
        for meeting in way.added:
            sheet.diary.reserve(meeting)
    return Finding(sheet, telling, tuple(problems))


def _apart(sheet: Sheet, tellings: Tellings) -> list[Problem]:
    """Return the problem of linked people on different days; the first of them sets the day."""
    for group in tellings.apart:
        ids = [member.client.id for member in group]
        if sheet.client.id in ids[1:]:
            own, first = tellings.of[sheet.client.id], tellings.of[ids[0]]
            if own.on == first.on:
                return []
            others = tuple(other for other in ids if other != sheet.client.id)
            ways = ways_together(sheet, own.meeting, first.on)
            return [Problem(ProblemKind.LINKED_APART, ways=ways, others=others)]
    return []


def _urgency(client: ClientPlan) -> tuple[date, str, UUID]:
    return client.telling_on or client.date_on, client.sort_label, client.id


def _spread(plans: Iterable[ClientPlan], setting: Setting) -> Spread | None:
    days = [client.knows_on for client in plans if client.knows_on is not None]
    if not days:
        return None
    length = (max(days) - min(days)).days
    return Spread(min(days), max(days), length, length <= setting.policy.spread_days)
