"""What holds for every set of facts and every day."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from endings.planner import Days
from reminders.due import Due, due
from reminders.facts import EndingFacts, Facts, WorkDays
from reminders.occasions import Occasion
from tests.endings.planning import law

DAY = timedelta(days=1)
PEOPLE = [UUID(int=n) for n in range(1, 5)]
UNTOLD = {
    Occasion.CHOOSE_MEETING,
    Occasion.TELL,
    Occasion.LAST_CHANCE,
    Occasion.NOTICE_SHORT,
    Occasion.REBOOK_TELLING,
}
AT_ONCE = {
    Occasion.LAST_CHANCE,
    Occasion.UNANSWERED,
    Occasion.NOTICE_SHORT,
    Occasion.REBOOK_TELLING,
    Occasion.REVIEW,
    Occasion.CLOSE_FILE,
}
anchors = st.dates(date(2024, 1, 1), date(2031, 12, 31))


@st.composite
def endings(draw: st.DrawFn) -> tuple[EndingFacts, date]:
    last_on = draw(anchors)
    near = st.integers(-90, 30).map(lambda n: last_on + n * DAY)
    maybe = st.one_of(st.none(), near)
    closes_on = last_on - draw(st.integers(21, 40)) * DAY
    opens_on = closes_on - draw(st.integers(0, 30)) * DAY
    made = EndingFacts(
        id=UUID(int=100),
        therapist_id=PEOPLE[0],
        therapist_until=draw(maybe),
        carried_by_id=draw(st.sampled_from([None, PEOPLE[1]])),
        supervisor_id=draw(st.sampled_from([None, PEOPLE[2], PEOPLE[0]])),
        opened_on=opens_on - 30 * DAY,
        window_opens_on=opens_on,
        window_closes_on=closes_on,
        last_chance_on=draw(st.dates(opens_on, closes_on)),
        last_on=last_on,
        tell_plan_on=draw(maybe),
        tell_missed_on=draw(maybe),
        not_today_until=draw(maybe),
        told_on=draw(maybe),
        is_told_short=draw(st.booleans()),
        not_told_exception=draw(st.booleans()),
        short_exception=draw(st.booleans()),
        returned_on=draw(maybe),
        options_plan_on=draw(maybe),
        options_on=draw(maybe),
        choice_plan_on=draw(maybe),
        chosen_on=draw(maybe),
        hands_over=draw(st.booleans()),
        receiver_id=draw(st.sampled_from([None, PEOPLE[3]])),
        handover_on=draw(maybe),
        handed_over_on=draw(maybe),
        no_last=draw(st.booleans()),
        last_held_on=draw(maybe),
        closed_on=draw(maybe),
    )
    return made, draw(near)


@st.composite
def calendars(draw: st.DrawFn) -> dict[UUID, WorkDays]:
    start = draw(anchors)
    return {
        person: WorkDays(
            weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
            away=(Days(start, start + draw(st.integers(0, 30)) * DAY),),
        )
        for person in PEOPLE
    }


def key(one: Due) -> tuple[UUID, Occasion, UUID, date]:
    return one.person_id, one.occasion, one.about_id, one.due_on


AT_MOST_OFF = 40  # days without a working day, as `calendars` makes them


@law
@given(endings(), calendars())
def test_nobody_is_reminded_twice_of_one_thing(
    given: tuple[EndingFacts, date], days: dict[UUID, WorkDays]
) -> None:
    ending, today = given
    keys = [key(one) for one in due(Facts(endings=[ending], calendars=days), today)]
    assert len(keys) == len(set(keys))


@law
@given(endings(), calendars())
def test_what_stands_began_on_a_working_day_or_is_said_at_once(
    given: tuple[EndingFacts, date], days: dict[UUID, WorkDays]
) -> None:
    ending, today = given
    for one in due(Facts(endings=[ending], calendars=days), today):
        assert one.due_on <= today
        assert one.is_escalation or one.due_on in days[one.person_id]
        assert not one.is_escalation or one.occasion in AT_ONCE
        if one.occasion is not Occasion.LAST_CHANCE:
            assert one.due_on >= one.since


@law
@given(endings())
def test_telling_the_client_closes_everything_about_telling(
    given: tuple[EndingFacts, date],
) -> None:
    ending, today = given
    told = replace(ending, told_on=today, is_told_short=False)
    left = {one.occasion for one in due(Facts(endings=[told]), today)}
    assert not left & UNTOLD


@law
@given(endings())
def test_a_closed_file_leaves_everybody_in_peace(given: tuple[EndingFacts, date]) -> None:
    ending, today = given
    assert due(Facts(endings=[replace(ending, closed_on=today)]), today) == []


@law
@given(endings(), calendars(), st.integers(1, 21))
def test_a_missed_tick_loses_nothing(
    given: tuple[EndingFacts, date], days: dict[UUID, WorkDays], later: int
) -> None:
    """While nothing happens, an ending that asks something today asks something later, too.

    Between the last day of full notice and the next working day it is quiet: the latter is asked about.
    """
    ending, today = given
    quiet = replace(ending, not_today_until=None, carried_by_id=None)
    facts = Facts(endings=[quiet], calendars=days)
    now = due(facts, today)
    then = due(facts, today + later * DAY)
    untold = {one.occasion for one in now} & UNTOLD
    soon = (today + (later + wait) * DAY for wait in range(AT_MOST_OFF))
    assert not untold or any({one.occasion for one in due(facts, day)} & UNTOLD for day in soon)
    for one in now:
        if one.occasion not in UNTOLD | {Occasion.CLOSE_FILE}:
            assert key(one) in {key(other) for other in then}


@law
@given(endings(), st.integers(0, 60))
def test_after_the_last_working_day_nobody_asks_the_one_who_left(
    given: tuple[EndingFacts, date], after: int
) -> None:
    ending, _ = given
    left = replace(ending, carried_by_id=PEOPLE[1], supervisor_id=PEOPLE[2])
    gone_on = left.therapist_until or left.last_on
    left = replace(left, therapist_until=gone_on)
    found = due(Facts(endings=[left]), gone_on + (after + 1) * DAY)
    assert PEOPLE[0] not in {one.person_id for one in found}


@law
@given(endings())
def test_an_untold_client_past_the_window_is_always_somebodys(
    given: tuple[EndingFacts, date],
) -> None:
    ending, _ = given
    untold = replace(
        ending,
        told_on=None,
        not_told_exception=False,
        no_last=False,
        last_held_on=None,
        closed_on=None,
        not_today_until=None,
    )
    found = due(Facts(endings=[untold]), ending.window_closes_on + 5 * DAY)
    assert {one.occasion for one in found} & UNTOLD
