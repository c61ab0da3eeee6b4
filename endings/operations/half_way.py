"""A departure that a spreadsheet had brought half-way already (decision 14).

The import keeps what the sheet told of a departure; it makes no endings. Here a draft takes it up: what
has happened is recorded as it was, what was agreed goes into the plan, and nothing is asked for twice.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    of = drawn.facts.endings
    told = sum(take_up_telling(of[key], row, by, at) for key, rows in known.items() for row in rows)
    receivers = sum(take_up_receiver(of[key], rows) for key, rows in known.items())
    decisions = days_to_take_up(departure, drawn, known, on)
    if told or decisions:
        save_plan(departure=departure, decisions=decisions, by=by, on=on)
    return TakenUp(told, receivers, len(decisions))


def half_way_of(departure: Departure) -> dict[UUID, list[HalfWay]]:
    """Return what the sheets tell of the endings of `departure`, by their keys: a row for each client.

    A couple or a family has one ending and a row for each of them; in a group each has an ending of
    their own. A row that says not whom it is about counts where there is only one it can be.
    """
    endings = list(departure.endings.standing().select_related("participation"))
    newest = {
        (fact.assignment_id, fact.client_id): fact
        for fact in facts_about({ending.assignment_id for ending in endings})
    }
    found: dict[UUID, list[HalfWay]] = {}
    for ending in endings:
        rows = [row for row in newest.values() if is_about(ending, row)]
        if rows:
            found[ending.pk] = rows
    return found


def is_about(ending: Ending, row: HalfWay) -> bool:
    """Say whether a row speaks of this ending; of one part in a group only that client's."""
    if row.assignment_id != ending.assignment_id:
        return False
    return ending.participation is None or row.client_id == ending.client_id


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
    client = client_of(ending, fact)
    if client is None or ending.tellings.filter(person__client=client.client).exists():
        return False
    how = way_told(ending, fact)
    why = "" if is_in_person(ending, how) else _("Taken over from the spreadsheet")
    told = Told(on=fact.told_on, how=how, why_not_in_person=why)
    record_told_in_person(ending=ending, people=[client.key], told=told, by=by, at=at)
    return True


def client_of(ending: Ending, fact: HalfWay) -> Person | None:
    """Return whom the row is about; where it does not say, the one client there is."""
    clients = [person for person in people_to_tell(ending) if person.client is not None]
    if fact.client_id is None:
        return clients[0] if len(clients) == 1 else None
    return next((one for one in clients if one.client and one.client.pk == fact.client_id), None)


def way_told(ending: Ending, fact: HalfWay) -> Telling.How:
    """Return how it was said; where the sheet is silent, as these two always meet."""
    return Telling.How(fact.told_mode or ending.assignment.usual_mode)


def take_up_receiver(ending: Ending, rows: Sequence[HalfWay]) -> bool:
    """Keep whom the sheet names, where its rows agree; who leaves cannot receive, a wish that stands stays."""
    named = {row.receiver_id for row in rows if row.receiver_id is not None}
    receives = User.objects.who_work_here().filter(pk__in=named if len(named) == 1 else [])
    receiver = receives.exclude(pk=ending.assignment.therapist_id).first()
    if receiver is None or ending.receiver_wished_id is not None:
        return False
    return bool(
        Ending.objects.filter(pk=ending.pk, receiver_wished=None).update(receiver_wished=receiver)
    )


# --- what was agreed ---------------------------------------------------------------------------------
def days_to_take_up(
    departure: Departure, drawn: Drawn, known: Mapping[UUID, Sequence[HalfWay]], on: date
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
    rows: Sequence[HalfWay],
    before: planner.Decision,
    meetings: Iterable[planner.Meeting],
    on: date,
) -> planner.Decision:
    """Return the decision with the days of the sheet that are planned meetings; no meeting is invented.

    Where the rows of a couple name two days, none of them was agreed.
    """
    on_days = {on_day(meeting.starts_at): meeting.starts_at for meeting in meetings}
    to_tell = {row.told_on for row in rows if row.told_on is not None and row.told_on > on}
    last = {row.last_session_on for row in rows if row.last_session_on is not None}
    return replace(
        before,
        telling_at=on_days.get(to_tell.pop()) if len(to_tell) == 1 else None,
        last_at=on_days.get(last.pop()) if len(last) == 1 else None,
    )
