"""The plan of a departure, saved: decisions as they were made, planned dates on each ending (decision 15).

The plan itself is a pure function (`endings.planner.plan`); here its facts are read and what a person
decided is kept. Nothing is told to anybody by saving a plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Session
from caseload.operations.sessions import When, add_extra_session
from core.actor import acting
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings import planner
from endings.models import Departure, Ending, EndingException
from endings.operations.endings import Origin, open_ending
from endings.operations.exceptions import Explanation, add_exception, stands
from endings.operations.facts import PlanFacts, read_facts
from endings.operations.people_to_tell import list_people_to_tell
from endings.workflow import Playbook

# Which exception a problem becomes that stays with a reason.
RULES: Mapping[planner.ProblemKind, EndingException.Rule] = {
    planner.ProblemKind.SHORT_NOTICE: EndingException.Rule.SHORT_NOTICE,
    planner.ProblemKind.NO_MEETING_IN_WINDOW: EndingException.Rule.SHORT_NOTICE,
    planner.ProblemKind.TOO_FEW_MEETINGS: EndingException.Rule.SHORT_NOTICE,
    planner.ProblemKind.ABSENCE_IN_WINDOW: EndingException.Rule.SHORT_NOTICE,
    planner.ProblemKind.ONLY_BY_VIDEO: EndingException.Rule.NOT_IN_PERSON,
    planner.ProblemKind.LAST_SESSION_MISSING: EndingException.Rule.NO_LAST,
    planner.ProblemKind.NO_RHYTHM: EndingException.Rule.NO_LAST,
}


@dataclass(frozen=True)
class Drawn:
    """A plan with the facts it was made from, so that a page reads the rows once."""

    facts: PlanFacts
    plan: planner.Plan


def under_lock(departure: Departure, by: User, revision: int | None = None) -> Departure:
    """Return the departure locked, as somebody who may plan it.

    Raises ChangedMeanwhile where a newer revision stands than the page had read.
    """
    held = Departure.objects.editable_by(by).select_for_update(of=("self",))
    departure = held.select_related("therapist", "carried_by").get(pk=departure.pk)
    if revision is not None and revision != departure.revision:
        raise ChangedMeanwhile
    return departure


def draw(
    departure: Departure, *, on: date, decisions: Mapping[UUID, planner.Decision] | None = None
) -> Drawn:
    """Read the rows and make the plan; `decisions` that are not saved yet stand before those that are."""
    facts = read_facts(departure, on=on)
    chosen = {**facts.decisions, **(decisions or {})}
    drawn = planner.plan(facts.clients, facts.setting, chosen, on)
    everybody_stands_once(facts, drawn)
    return Drawn(facts, drawn)


def everybody_stands_once(facts: PlanFacts, plan: planner.Plan) -> None:
    """Raise where a client is missing or stands twice: a plan that forgets somebody is no plan (R25)."""
    planned = [client.id for client in plan.clients]
    if len(planned) != len(set(planned)) or set(planned) != set(facts.endings):
        raise AssertionError("the plan has lost or doubled somebody")


@transaction.atomic
def bring_in(*, departure: Departure, work: Iterable[Assignment], by: User, on: date) -> int:
    """Open an ending for each assignment of the plan; those of a group, one for each who takes part."""
    departure = under_lock(departure, by)
    opened = 0
    for assignment in work:
        parts = (
            list(assignment.episode.participations.filter(left_on=None))
            if assignment.episode.kind == "group"
            else [None]
        )
        for part in parts:
            open_ending(
                assignment=assignment,
                by=by,
                on=on,
                departure=departure,
                participation=part,
                origin=Origin(Playbook.DEPARTURE, cause=departure.reason),
            )
            opened += 1
    return opened


@transaction.atomic
def leave_out(*, departure: Departure, endings: Iterable[Ending], by: User, on: date) -> None:
    """Take endings out of the plan whose work is no longer here; what was recorded stays."""
    departure = under_lock(departure, by)
    keys = [ending.pk for ending in endings]
    departure.endings.standing().filter(pk__in=keys).update(withdrawn_on=on)


@transaction.atomic
def save_plan(
    *,
    departure: Departure,
    decisions: Mapping[UUID, planner.Decision],
    by: User,
    on: date,
    revision: int | None = None,
) -> Drawn:
    """Keep what was decided and write the planned dates on each ending."""
    departure = under_lock(departure, by, revision)
    refuse_closed(departure)
    drawn = draw(departure, on=on, decisions=decisions)
    for client in drawn.plan.clients:
        write_dates(drawn.facts.endings[client.id], client)
    departure.revision += 1
    departure.save(update_fields=["revision"])
    return drawn


def refuse_closed(departure: Departure) -> None:
    if departure.state in (Departure.State.COMPLETED, Departure.State.WITHDRAWN):
        raise RuleBroken(_("This departure is over; its plan stays as it was."))


PLANNED = [
    "decided",
    "decided_digest",
    "problems",
    "tell_session",
    "tell_plan_on",
    "options_plan_on",
    "choice_plan_on",
    "handover_plan_on",
    "last_session",
    "last_on",
    "window_opens_on",
    "window_closes_on",
    "meetings_of_notice",
    "carried_by",
]


def write_dates(ending: Ending, client: planner.ClientPlan) -> None:
    """Copy one client's way to the columns that the board and the reminders read."""
    ending.decision = planner.decision_as_json(client.decision)
    ending.problems = [problem.kind.value for problem in client.problems]
    ending.tell_plan_on = client.telling_on if client.told_on is None else ending.tell_plan_on
    ending.options_plan_on = day_of(client, client.options)
    ending.choice_plan_on = day_of(client, client.choice)
    ending.handover_plan_on = day_of(client, client.handover)
    ending.last_on = client.last_on
    ending.window_opens_on = client.window.opens_on if client.window else None
    ending.window_closes_on = client.window.closes_on if client.window else None
    ending.meetings_of_notice = client.notice.meetings if client.notice else 0
    ending.carried_by_id = client.carried_by if client.carried_by != client.person_id else None
    ending.tell_session = session_at(ending, client.telling)
    ending.last_session = session_at(ending, client.last)
    ending.save(update_fields=PLANNED)
    list_people_to_tell(ending)


def day_of(client: planner.ClientPlan, meeting: planner.Meeting | None) -> date | None:
    """Return the practice's date of a planned step."""
    return next((use.on for use in client.meetings if use.meeting == meeting), None)


def session_at(ending: Ending, meeting: planner.Meeting | None) -> Session | None:
    """Return the planned session that a meeting of the plan stands for; a proposed one has none yet."""
    if meeting is None:
        return None
    return (
        Session.objects.planned()
        .filter(assignment=ending.assignment_id, starts_at=meeting.starts_at)
        .first()
    )


@transaction.atomic
def book_extra_meetings(*, drawn: Drawn, by: User) -> int:
    """Really book the meetings that the plan adds. Raises RuleBroken where one is taken meanwhile."""
    booked = 0
    for client in drawn.plan.clients:
        ending = drawn.facts.endings[client.id]
        for extra in client.decision.extra:
            booked += book_extra(ending, extra, drawn.facts, by)
        write_dates(ending, client)
    return booked


def book_extra(ending: Ending, extra: planner.Meeting, facts: PlanFacts, by: User) -> int:
    """Add one meeting, or let the planned one at that time be held in the practice."""
    room = facts.rooms.get(extra.room_id) if extra.room_id else None
    when = When(extra.starts_at, extra.minutes, extra.mode.value, room)
    there = session_at(ending, extra)
    if there is None:
        add_extra_session(assignment=ending.assignment, when=when, by=by)
        return 1
    if there.mode == extra.mode.value:
        return 0
    from caseload.operations.sessions import move_session

    move_session(session=there, to=when, by=by)
    return 1


def ask_for_exceptions(*, drawn: Drawn, by: User, at: datetime) -> int:
    """Put every rule that is not kept before the supervisor, with the reason that was written (R23)."""
    asked = 0
    for client in drawn.plan.clients:
        ending = drawn.facts.endings[client.id]
        for kept in client.kept:
            rule = RULES.get(kept.kind)
            if rule is None or not kept.needs_supervisor or stands(ending, rule):
                continue
            explanation = Explanation(why=kept.reason)
            add_exception(ending=ending, rule=rule, explanation=explanation, by=by, at=at)
            asked += 1
    return asked


def with_proposals(drawn: Drawn) -> dict[UUID, planner.Decision]:
    """Return the decisions that take every way out which is safe and proposed."""
    taken = {}
    for client in drawn.plan.needs_decision:
        for problem in client.problems:
            safe = next((way for way in problem.ways if way.is_proposed), None)
            if safe is not None and not safe.needs_supervisor:
                taken[client.id] = replace(safe.decision, carried_by=client.decision.carried_by)
    return taken


def missed_tellings(departure: Departure, *, on: date) -> list[Ending]:
    """Return endings whose planned telling fell through: its session was missed, cancelled or moved away."""
    waiting = departure.endings.standing().filter(told_on=None).exclude(tell_session=None)
    return [
        ending
        for ending in waiting.select_related("tell_session")
        if ending.tell_session is not None
        and (
            ending.tell_session.state in (Session.State.MISSED, Session.State.CANCELLED)
            or on_day(ending.tell_session.starts_at) != ending.tell_plan_on
        )
    ]


def replan_missed_tellings(*, on: date) -> int:
    """Plan again, at once, where a telling's meeting was missed, cancelled or moved; return for how many.

    Only for plans that were sent: a draft is worked out whenever it is opened. Where nothing else leaves
    full notice, the ending stays with its problem and stands among those that need a decision. Each plan is
    a transaction of its own, in the name of whose plan it is.
    """
    sent = Departure.objects.open().exclude(state=Departure.State.DRAFT)
    fallen_through = sent.filter(
        Q(endings__tell_session__state__in=[Session.State.MISSED, Session.State.CANCELLED]),
        endings__told_on=None,
        endings__withdrawn_on=None,
    )
    planned = 0
    for key, therapist in list(fallen_through.values_list("pk", "therapist").distinct()):
        with acting(therapist), transaction.atomic():
            planned += replan(key, on)
    return planned


def replan(key: UUID, on: date) -> int:
    """Plan one departure again if a telling in it fell through; return in how many endings."""
    departure = Departure.objects.select_related("therapist").get(pk=key)
    missed = missed_tellings(departure, on=on)
    if missed:
        save_plan(departure=departure, decisions={}, by=departure.therapist, on=on)
    return len(missed)
