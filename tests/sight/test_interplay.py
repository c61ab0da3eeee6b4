"""Several roads at once, as they come: a few people, and whatever may stand between them (research, section 4).

Every date on every road is tried in test_rule; here roads meet: the deputy of somebody who is led, the receiver who
waits for the same client, two who work side by side and one of whom leaves.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sight.roads import (
    NEAR,
    OPEN,
    AsksAfter,
    Away,
    Belongs,
    Departs,
    Ends,
    Facts,
    Leads,
    Span,
    Waits,
    Work,
    on,
)
from tests.sight.rows import write
from tests.sight.test_rule import by_naked_queries, by_querysets, by_the_oracle

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]
PEOPLE = [UUID(int=number) for number in range(1, 6)]
ROUNDS, BATCH, SHARE = 400, 40, 60  # SHARE: seconds of the long tier
somebody = st.sampled_from(PEOPLE)
day = st.sampled_from(OPEN).map(on)


@st.composite
def span(draw: Any, ends: Any = OPEN) -> Span:
    starts = draw(st.sampled_from(NEAR))
    end = draw(st.sampled_from([end for end in ends if end is None or end >= starts]))
    return Span(on(starts), on(end))


@st.composite
def pair(draw: Any) -> tuple[UUID, UUID]:
    one = draw(somebody)
    return one, draw(st.sampled_from([other for other in PEOPLE if other != one]))


@st.composite
def works(draw: Any) -> list[Work]:
    found = [
        Work(who, span)
        for who, span in draw(st.lists(st.tuples(somebody, span()), min_size=2, max_size=6))
    ]
    for first in found[: draw(st.integers(0, 2))]:
        other = draw(st.sampled_from([who for who in PEOPLE if who != first.therapist]))
        found.append(first.beside(other, draw(span())))
    return found


@st.composite
def ending(draw: Any, work: Work, departs: Departs | None) -> Ends:
    others = st.sampled_from([who for who in PEOPLE if who != work.therapist])
    return Ends(
        work,
        departs,
        carried_by=draw(st.none() | others),
        stage=draw(st.sampled_from(["told", "followed_up"])),
        withdrawn=draw(st.booleans()),
        told=draw(day),
        receiver=draw(st.none() | others),
        state=draw(st.sampled_from(["accepted", "accepted", "sent"])),
        no_conflict=draw(day),
        opens=draw(day),
        sections=draw(st.sampled_from([("identity",), ("goals",), ("goals", "identity")])),
        taken_back=draw(st.booleans()),
    )


@st.composite
def practices(draw: Any) -> Facts:
    facts = Facts(works=draw(works()))
    facts.leads = [
        Leads(*between, draw(st.sampled_from(["leading", "reflective", "both"])), draw(span()))
        for between in draw(st.sets(pair(), max_size=3))
    ]
    away = dict(draw(st.lists(pair(), max_size=3)))
    facts.away = [Away(user, deputy, draw(span(NEAR))) for user, deputy in away.items()]
    facts.teams = [Belongs(who, UUID(int=99), Span(on(-9), None)) for who in PEOPLE[:3]]
    leaving: set[UUID] = set()
    for work in draw(
        st.lists(st.sampled_from(facts.works), max_size=3, unique_by=lambda one: one.key)
    ):
        departs = None
        if work.therapist not in leaving and draw(st.booleans()):
            leaving.add(work.therapist)
            state = draw(st.sampled_from(["draft", "submitted", "agreed", "withdrawn"]))
            departs = Departs(work.therapist, state, was_sent=state != "draft")
        facts.ends.append(draw(ending(work, departs)))
    facts.waits = [
        Waits(who, ended, client=draw(st.sampled_from(facts.works)).client)
        for who, ended in draw(st.lists(st.tuples(somebody, st.booleans()), max_size=1))
    ]
    for work in draw(
        st.lists(st.sampled_from(facts.works), max_size=2, unique_by=lambda one: one.key)
    ):
        after = AsksAfter(work, draw(somebody), draw(day), dropped=False)
        facts.asks.append(replace(after, dropped=after.done is None and draw(st.booleans())))
    return facts


def walls_agree(facts: Facts) -> None:
    """Write a practice, let everybody look from three sides, and take it back."""
    with transaction.atomic():
        write(facts)
        for who in PEOPLE:
            right = by_the_oracle(facts, who)
            assert by_naked_queries(who) == right
            right.pop("asked after")
            assert by_querysets(who) == right
        transaction.set_rollback(True)


def rounds(how_many: int) -> None:
    how = settings(
        max_examples=how_many,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    how(given(practices())(walls_agree))()


def test_roads_that_meet_open_what_each_of_them_opens() -> None:
    rounds(12)


@pytest.mark.long
@pytest.mark.timeout(SHARE * 5)
def test_many_roads_that_meet(record_property: Callable[[str, str], None]) -> None:
    began, done = time.perf_counter(), 0
    while done < ROUNDS and time.perf_counter() - began < SHARE:
        rounds(BATCH)
        done += BATCH
    record_property(
        "found", f"Roads that meet: {done} practices of {ROUNDS}, three sides agree in each"
    )
