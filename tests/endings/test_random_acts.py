"""Random people do random things with a departure; whatever comes, the laws hold.

Few runs in the normal tier. The long one makes 500, or as many as its share of the time allows, and says how
many they were.
"""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import User
from core.clock import now, today
from endings.models import Ending, Review
from endings.operations.deciding import decide_review
from endings.operations.departures import submit_departure
from endings.operations.options import record_choice, record_options_offered
from endings.operations.people_to_tell import people_to_tell
from endings.operations.tellings import Told, record_told_in_person
from referrals.models import Choice
from referrals.operations.choices import Chosen
from tests.accounts.factories import UserFactory
from tests.endings.leaving import a_caseload, a_draft
from tests.endings.random_acts import RandomActs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=True)]

RUNS, BATCH = 500, 20
SHARE = 270  # seconds of the long tier's 25 minutes
STEPS = 30


def a_machine() -> type[RandomActs]:
    """Return the machine over one departure that every run begins with: agreed, and a little under way."""
    leaving = a_caseload(clients=3)
    departure = a_draft(leaving, weeks=8)
    review = submit_departure(departure=departure, by=leaving.therapist, at=now())
    agreed = Review.Decision.AGREED
    decide_review(review=review, decision=agreed, by=leaving.supervisor, at=now())
    for clients, stage in ((2, tell), (1, choose)):
        for ending in Ending.objects.filter(departure=departure).order_by("opened_on", "pk")[
            :clients
        ]:
            stage(ending, leaving.therapist)
    world = {
        "leaving": leaving,
        "departure": departure,
        "stranger": UserFactory.create(),
        "began": now(),
    }
    return type("Acts", (RandomActs,), world)


def tell(ending: Ending, by: User) -> None:
    people = [person.key for person in people_to_tell(ending)]
    record_told_in_person(ending=ending, people=people, told=Told(on=today()), by=by, at=now())


def choose(ending: Ending, by: User) -> None:
    record_options_offered(ending=ending, on=today(), by=by, at=now(), fewer_because="Rural.")
    chosen = Chosen(kind=Choice.Kind.NONE, on=today())
    record_choice(ending=ending, chosen=chosen, by=by, at=now())


def run(machine: type[RandomActs], runs: int) -> None:
    how = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),  # making a failing story shorter takes longer than its share
    )
    run_state_machine_as_test(machine, settings=how)


def test_random_acts_keep_every_law() -> None:
    run(a_machine(), 5)


@pytest.mark.long
@pytest.mark.timeout(SHARE * 3)
def test_five_hundred_random_departures_keep_every_law(record_property: Any) -> None:
    machine = a_machine()
    began, runs = time.perf_counter(), 0
    while runs < RUNS and time.perf_counter() - began < SHARE:
        run(machine, BATCH)
        runs += BATCH
    record_property("found", f"Random departures: {runs} runs of {RUNS} kept every law")
    assert runs >= BATCH
