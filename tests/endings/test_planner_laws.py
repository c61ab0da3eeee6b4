"""What holds for every plan, whatever the caseload: random rhythms, absences, any day of any year."""

import random
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from endings.planner import (
    ClientFacts,
    Days,
    Decision,
    Mode,
    Plan,
    ProblemKind,
    Receives,
    Rhythm,
    Setting,
    decision_as_json,
    decision_from_json,
    differences,
    plan,
)
from endings.planner.diary import Diary
from endings.planner.names import Change
from endings.planner.sheet import open_sheet
from tests.endings.planning import (
    ROOM_1,
    ROOM_2,
    STAYS,
    ZONE,
    caseload_law,
    client,
    departures,
    frequent,
)
from tests.endings.planning import setting as where_of

Departure = tuple[list[ClientFacts], Setting, date]


def proposed(made: Plan) -> dict[UUID, Decision]:
    """The decisions of somebody who takes every proposal."""
    return {
        one.id: way.decision
        for one in made.needs_decision
        for problem in one.problems[:1]
        for way in problem.ways
        if way.is_proposed
    }


@caseload_law
@given(departures())
def test_everybody_is_in_exactly_one_place_with_a_person_and_a_date(given: Departure) -> None:
    people, where, today = given
    made = plan(people, where, {}, today)
    assert sorted(one.id for one in made.clients) == sorted(facts.id for facts in people)
    assert not {one.id for one in made.needs_decision} & {one.id for one in made.fits}
    for one in made.clients:
        assert one.person_id == where.therapist_id
        assert one.carried_by == STAYS
        assert one.date_on >= today
        assert one.fits != bool(one.problems)


@caseload_law
@given(departures())
def test_who_fits_has_full_notice_live_and_who_does_not_has_a_stated_cause(
    given: Departure,
) -> None:
    people, where, today = given
    facts = {person.id: person for person in people}
    made = plan(people, where, {}, today)
    for one in made.fits:
        if one.told_on is None:
            assert one.notice.is_full
            assert one.notice.days >= where.policy.shortest_days
            assert one.notice.meetings >= where.policy.meetings_after
            by_video = facts[one.id].usual_mode is Mode.VIDEO and one.telling.mode is Mode.VIDEO
            assert one.telling.mode is Mode.IN_PERSON or by_video
            assert one.telling_on >= max(today, facts[one.id].wait_until or today)
    for one in made.needs_decision:
        for problem in one.problems:
            assert problem.ways[-1].kind == "other_dates"
            assert sum(way.is_proposed for way in problem.ways) <= 1
            for way in problem.ways:
                if way.is_proposed and way.telling is not None:
                    assert way.notice.is_full
                if way.notice is not None and not way.notice.is_full:
                    assert way.needs_supervisor
                    assert way.keeps is not None


@caseload_law
@given(departures())
def test_nothing_lies_on_an_absence_a_closed_day_or_outside_the_working_days(
    given: Departure,
) -> None:
    people, where, today = given
    made = plan(people, where, {}, today)
    met = [use.on for one in made.clients for use in one.meetings]
    added = [
        meeting.starts_at.astimezone(ZONE).date()
        for one in made.clients
        for problem in one.problems
        for way in problem.ways
        for meeting in way.added
    ]
    for day in met + added:
        assert today <= day <= where.last_working_day
        assert day.weekday() in where.working_days
        assert day not in where.closed_days
        assert not any(day in absence for absence in where.absences)


@caseload_law
@given(departures())
def test_no_room_and_no_hour_is_proposed_twice(given: Departure) -> None:
    people, where, today = given
    made = plan(people, where, {}, today)
    added = [
        meeting
        for one in made.clients
        for problem in one.problems
        for way in problem.ways
        if way.is_proposed
        for meeting in way.added
    ]
    for earlier, later in product(added, added):
        if earlier is not later:
            assert earlier.ends_at <= later.starts_at or later.ends_at <= earlier.starts_at


@caseload_law
@given(departures(), st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_plan_in_any_order(
    given: Departure, chance: random.Random
) -> None:
    people, where, today = given
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert plan(people, where, {}, today) == plan(shuffled, where, {}, today)


@caseload_law
@given(departures())
def test_taking_every_proposal_leaves_only_those_without_one(given: Departure) -> None:
    people, where, today = given
    taken: dict[UUID, Decision] = {}
    made = plan(people, where, taken, today)
    for _ in range(4):
        new = proposed(made)
        taken |= new
        made = plan(people, where, taken, today)
        if not new:
            break
    assert not proposed(made)
    for one in made.fits:
        assert one.told_on is not None or one.notice is None or one.notice.is_full


@caseload_law
@given(departures())
def test_who_is_told_on_one_day_and_knows_each_other_says_so(given: Departure) -> None:
    people, where, today = given
    made = plan(people, where, {}, today)
    for facts in people:
        one = made.of(facts.id)
        for other in (made.of(key) for key in facts.linked):
            both = one.fits and other.fits and not one.told_on and not other.told_on
            assert not both or one.telling_on == other.telling_on


@caseload_law
@given(frequent())
def test_the_spread_is_the_shortest_that_equally_good_days_allow(
    given: tuple[list[ClientFacts], date],
) -> None:
    people, today = given
    where = where_of(today + timedelta(days=100))
    made = plan(people, where, {}, today)
    told = [made.of(facts.id).telling_on for facts in people]
    assert not made.needs_decision
    days = [best_days(people, where, today, facts.id) for facts in people]
    best = min(max(picked) - min(picked) for picked in product(*days))
    assert max(told) - min(told) == best
    assert made.spread.days == best.days


def best_days(people: list[ClientFacts], where: Setting, today: date, key: UUID) -> list[date]:
    """The equally good days of one client, counted without the sweep."""
    (facts,) = (person for person in people if person.id == key)
    window = open_sheet(facts, Decision(), Diary(where, today)).in_window
    scores = {c.on: (c.is_before_break, not c.has_spare) for c in window}
    return [day for day, score in scores.items() if score == min(scores.values())]


@caseload_law
@given(departures(), st.integers(-30, 30))
def test_differences_name_exactly_what_is_different(given: Departure, moved: int) -> None:
    people, where, today = given
    old = plan(people, where, {}, today)
    assert differences(old, old) == []
    later = where_of(where.last_working_day + timedelta(days=moved))
    new = plan(people[1:], later, {}, today)
    found = differences(old, new)
    assert [d.id for d in found if d.change == Change.WENT] == [facts.id for facts in people[:1]]
    back = differences(new, old)
    assert [d.id for d in back if d.change == Change.CAME] == [facts.id for facts in people[:1]]
    for one in new.clients:
        moves = {d.change: (d.before, d.after) for d in found if d.id == one.id}
        before = old.of(one.id)
        if before.last_on != one.last_on:
            assert moves[Change.LAST] == (before.last_on, one.last_on)
        else:
            assert Change.LAST not in moves


@caseload_law
@given(departures())
def test_a_decision_survives_being_stored(given: Departure) -> None:
    people, where, today = given
    made = plan(people, where, {}, today)
    for one in made.needs_decision:
        for way in one.problems[0].ways:
            assert decision_from_json(decision_as_json(way.decision)) == way.decision
    full = Decision(
        telling_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        kept={ProblemKind.SHORT_NOTICE: "My father is ill."},
        carried_by=STAYS,
        receives=Receives.YES,
    )
    assert decision_from_json(decision_as_json(full)) == full
    assert decision_as_json(Decision()) == {}


@caseload_law
@given(departures())
def test_supply_adds_up(given: Departure) -> None:
    people, where, today = given
    supply = plan(people, where, {}, today).supply
    assert supply.fitting + supply.outside == supply.clients <= len(people)
    assert supply.fitting <= supply.places == len(where.places)
    assert sum(supply.by_weekday.values()) == supply.places


def test_three_hundred_clients_are_planned_within_a_second() -> None:
    chance = random.Random(300)
    today, rooms = date(2026, 9, 1), [ROOM_1, ROOM_2, None]
    people = [
        client(
            number,
            rhythm=Rhythm(
                weekday=chance.randrange(5),
                starts_at=time(9 + chance.randrange(9)),
                every_weeks=chance.choice([1, 1, 1, 2, 4]),
                anchor=today - timedelta(days=chance.randrange(28)),
                mode=chance.choice([Mode.IN_PERSON] * 5 + [Mode.VIDEO]),
                room_id=chance.choice(rooms),
            ),
        )
        for number in range(300)
    ]
    absences = (Days(date(2026, 11, 2), date(2026, 11, 22)),)
    where = where_of(date(2026, 12, 20), absences=absences)
    runs = []
    for _ in range(3):
        begun = clock.process_time()
        made = plan(people, where, {}, today)
        runs.append(clock.process_time() - begun)
    assert len(made.clients) == 300
    assert min(runs) < 1
