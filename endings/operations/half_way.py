"""A departure that a spreadsheet had brought half-way already (decision 14).

The import keeps what the sheet told of a departure; it makes no endings. Here a draft takes it up: what
has happened is recorded as it was, what was agreed goes into the plan, and nothing is asked for twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import ImportRun
from caseload.operations.imports import HalfWay, half_way_endings
from core.dates import on_day
from endings import planner
from endings.models import Departure, Ending, Telling
from endings.operations.people_to_tell import Person, people_to_tell
from endings.operations.plans import Drawn, draw, refuse_closed, save_plan, under_lock
from endings.operations.tellings import Told, is_in_person, record_told_in_person

UNDECIDED = planner.Decision()


@dataclass(frozen=True)
class TakenUp:
    """How many endings got what: a telling recorded, a wished receiver, a day of the plan."""

    told: int = 0
    receivers: int = 0
    planned: int = 0

    def __bool__(self) -> bool:
        return bool(self.told or self.receivers or self.planned)


@transaction.atomic
def take_up_half_way(*, departure: Departure, by: User, on: date, at: datetime) -> TakenUp:
    """Let the endings of `departure` begin where the spreadsheet had come. A second call does nothing.

    A telling that has happened is recorded with its day and its way; not in person, it goes before the
    supervisor like any other (R1, R23). A day to come is a plan, not a fact. What a person has recorded,
    corrected, taken back or decided here meanwhile stands; a plan that was sent keeps its days.
    """
    departure = under_lock(departure, by)
    refuse_closed(departure)
    known = half_way_of(departure)
    if not known:
        return TakenUp()
    drawn = draw(departure, on=on)
    told = sum(take_up_telling(drawn.facts.endings[key], known[key], by, at) for key in known)
    receivers = sum(take_up_receiver(drawn.facts.endings[key], known[key]) for key in known)
    decisions = days_to_take_up(departure, drawn, known, on)
    if told or decisions:
        save_plan(departure=departure, decisions=decisions, by=by, on=on)
    return TakenUp(told, receivers, len(decisions))


def half_way_of(departure: Departure) -> dict[UUID, HalfWay]:
    """Return what the sheets tell of the endings of `departure`, by their keys.

    The import says which work it means; work with several clients (a group) says not whom, and is left out.
    """
    endings = departure.endings.standing().filter(participation=None)
    of_work = {work: key for key, work in endings.values_list("pk", "assignment")}
    newest = {fact.assignment_id: fact for fact in facts_about(of_work)}
    return {of_work[work]: fact for work, fact in newest.items() if work in of_work}


def facts_about(work: Iterable[UUID]) -> Iterable[HalfWay]:
    """Yield what imports in force tell, the newest last."""
    about = ImportRun.objects.filter(
        pk__in=ImportRun.objects.filter(
            imported__source_type="ending", imported__object_id__in=list(work)
        ).values("pk"),
        state=ImportRun.State.APPLIED,
    )
    for run in about.order_by("applied_at", "pk"):
        yield from half_way_endings(run)


# --- what has happened -----------------------------------------------------------------------------
def take_up_telling(ending: Ending, fact: HalfWay, by: User, at: datetime) -> bool:
    """Record the telling that the sheet knows of, once; say whether it was recorded now."""
    if fact.told_on is None or fact.told_on > on_day(at) or ending.has_not_told_exception:
        return False
    client = only_client(ending)
    if client is None or ending.tellings.filter(person__client=client.client).exists():
        return False
    how = way_told(ending, fact)
    why = "" if is_in_person(ending, how) else _("Taken over from the spreadsheet")
    told = Told(on=fact.told_on, how=how, why_not_in_person=why)
    record_told_in_person(ending=ending, people=[client.key], told=told, by=by, at=at)
    return True


def only_client(ending: Ending) -> Person | None:
    """Return the one client of the work; with two, the sheet does not say which of them was told."""
    clients = [person for person in people_to_tell(ending) if person.client is not None]
    return clients[0] if len(clients) == 1 else None


def way_told(ending: Ending, fact: HalfWay) -> Telling.How:
    """Return how it was said; where the sheet is silent, as these two always meet."""
    return Telling.How(fact.told_mode or ending.assignment.usual_mode)


def take_up_receiver(ending: Ending, fact: HalfWay) -> bool:
    """Keep whom the sheet names; who leaves cannot receive, and a wish that stands stays."""
    receives = User.objects.who_work_here().filter(pk=fact.receiver_id)
    receiver = receives.exclude(pk=ending.assignment.therapist_id).first()
    if receiver is None or ending.receiver_wished_id is not None:
        return False
    return bool(
        Ending.objects.filter(pk=ending.pk, receiver_wished=None).update(receiver_wished=receiver)
    )


# --- what was agreed ---------------------------------------------------------------------------------
def days_to_take_up(
    departure: Departure, drawn: Drawn, known: Mapping[UUID, HalfWay], on: date
) -> dict[UUID, planner.Decision]:
    """Return the decisions that follow from the sheet, where a person has decided nothing yet."""
    if not departure.is_draft:
        return {}
    found = {}
    for facts in drawn.facts.clients:
        before = drawn.facts.decisions[facts.id]
        if facts.id not in known or replace(before, carried_by=None) != UNDECIDED:
            continue
        meetings = [*facts.meetings, *(use.meeting for use in drawn.plan.of(facts.id).meetings)]
        after = agreed_in(known[facts.id], before, meetings, on)
        if after != before:
            found[facts.id] = after
    return found


def agreed_in(
    fact: HalfWay, before: planner.Decision, meetings: Iterable[planner.Meeting], on: date
) -> planner.Decision:
    """Return the decision with the days of the sheet that are planned meetings; no meeting is invented."""
    on_days = {on_day(meeting.starts_at): meeting.starts_at for meeting in meetings}
    to_tell = fact.told_on if fact.told_on is not None and fact.told_on > on else None
    return replace(
        before,
        telling_at=on_days.get(to_tell) if to_tell else None,
        last_at=on_days.get(fact.last_session_on) if fact.last_session_on else None,
    )
