"""A therapist with a caseload who leaves: made by the operations, as a person would."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from accounts.models import User
from caseload.models import Assignment
from caseload.operations.rhythms import Wish, set_cadence
from core.clock import now, today
from endings.models import Departure
from endings.operations import departures, plans
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory

WORDS = "I am moving to the coast. It has nothing to do with you or with our work."


@dataclass
class Leaving:
    """Marta, Anneke who leads her work, Ilse who stays, and the caseload."""

    therapist: User
    supervisor: User
    stays: User
    work: list[Assignment] = field(default_factory=list)


def a_caseload(clients: int = 4, every_weeks: int = 1) -> Leaving:
    """Return a therapist with `clients`, each with a rhythm on a weekday of their own."""
    PracticeFactory.create()
    supervision = SupervisionFactory.create()
    leaving = Leaving(supervision.supervisee, supervision.supervisor, UserFactory.create())
    for number in range(clients):
        work = AssignmentFactory.create(therapist=leaving.therapist)
        wish = Wish(
            weekday=number % 5,
            starts_at=time(9 + number // 5 % 9, 0),
            starts_on=today(),
            every_weeks=every_weeks,
        )
        set_cadence(assignment=work, wish=wish, by=leaving.therapist, on=today())
        leaving.work.append(work)
    return leaving


def in_weeks(weeks: int) -> date:
    return today() + timedelta(weeks=weeks)


def a_draft(leaving: Leaving, weeks: int = 8) -> Departure:
    """Return a drafted departure whose plan fits: everybody in it, words and carrier chosen."""
    by = leaving.therapist
    frame = departures.Frame(
        kind=Departure.Kind.LEAVING, last_day=in_weeks(weeks), reason="t_moving"
    )
    departure = departures.start_departure(frame=frame, by=by, at=now())
    departures.write_words(departure=departure, words=WORDS, by=by)
    departures.draw_up_plan(departure=departure, by=by, on=today())
    departures.choose_carrier(departure=departure, carried_by=leaving.stays, of_endings={}, by=by)
    drawn = plans.draw(departure, on=today())
    plans.save_plan(departure=departure, decisions=plans.with_proposals(drawn), by=by, on=today())
    departure.refresh_from_db()
    return departure
