"""What has a date outside endings, who answers for whom, and what a practice or a person may move."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from reminders.due import due
from reminders.facts import (
    EndingFacts,
    Facts,
    FollowUpFacts,
    HandedFacts,
    PauseFacts,
    RequestFacts,
    RiskFacts,
    WaitingFacts,
)
from reminders.occasions import Occasion
from reminders.offsets import Offsets
from tests.reminders.test_due import (
    CHOSEN,
    LEADS,
    PLANNED,
    SECOND,
    STAYS,
    THERAPIST,
    WREN,
    said,
    standing,
)


def test_whoever_is_away_is_answered_for_in_everything_that_is_asked_of_them() -> None:
    facts = Facts(
        endings=[PLANNED],
        follow_ups=[FollowUpFacts(UUID(int=9), THERAPIST, date(2026, 11, 24))],
        waiting=[WaitingFacts(UUID(int=10), THERAPIST, date(2026, 11, 24))],
        pauses=[PauseFacts(UUID(int=11), THERAPIST, date(2026, 11, 24), date(2026, 12, 24))],
        risks=[RiskFacts(UUID(int=12), THERAPIST, date(2026, 11, 24))],
        answers={THERAPIST: STAYS},
    )
    found = due(facts, date(2026, 11, 24))
    assert [one.person_id for one in found] == [STAYS] * 5
    # One who leads and stands in is told once, as the one who stands in.
    stands_in = replace(facts, answers={THERAPIST: LEADS})
    late = [one for one in due(stands_in, date(2026, 12, 1)) if one.about_id == PLANNED.id]
    assert [(one.person_id, one.is_escalation) for one in late] == [(LEADS, False)]


def test_somebody_who_waits_hears_from_us_on_the_day_we_said() -> None:
    facts = Facts(waiting=[WaitingFacts(UUID(int=10), STAYS, date(2026, 11, 21))])
    assert due(facts, date(2026, 11, 22)) == []
    (monday,) = due(facts, date(2026, 11, 23))
    assert (monday.occasion, monday.due_on, monday.is_late) == (
        Occasion.CONTACT_WAITING,
        date(2026, 11, 23),
        False,
    )
    assert not due(facts, date(2026, 11, 24))[0].is_late
    assert due(facts, date(2026, 11, 25))[0].is_late


def test_a_break_asks_for_its_contact_and_before_its_end_for_the_way_on() -> None:
    pause = PauseFacts(UUID(int=11), STAYS, date(2026, 11, 24), date(2026, 12, 11))

    def asks(today: date, row: PauseFacts = pause) -> list[Occasion]:
        return [one.occasion for one in due(Facts(pauses=[row]), today)]

    assert asks(date(2026, 11, 23)) == []
    assert asks(date(2026, 11, 24)) == [Occasion.CONTACT_IN_BREAK]
    assert asks(date(2026, 12, 4)) == [Occasion.CONTACT_IN_BREAK, Occasion.BREAK_ENDS]
    assert asks(date(2026, 12, 4), replace(pause, met_on=date(2026, 11, 26))) == [
        Occasion.BREAK_ENDS
    ]
    assert asks(date(2026, 12, 4), replace(pause, goes_on=True)) == [Occasion.CONTACT_IN_BREAK]


def test_risk_is_looked_at_again_and_a_file_gets_its_second_yes() -> None:
    facts = Facts(
        risks=[RiskFacts(UUID(int=12), THERAPIST, date(2026, 11, 24))],
        requests=[
            RequestFacts(UUID(int=13), LEADS, date(2026, 11, 24)),
            RequestFacts(UUID(int=13), SECOND, date(2026, 11, 24)),
        ],
    )
    found = due(facts, date(2026, 11, 25))
    assert [(one.occasion, one.person_id, one.is_late) for one in found] == [
        (Occasion.LOOK_AT_RISK, THERAPIST, False),
        (Occasion.SECOND_YES, LEADS, False),
        (Occasion.SECOND_YES, SECOND, False),
    ]
    assert {one.is_late for one in due(facts, date(2026, 11, 27))} == {True}


def test_what_was_handed_on_is_with_a_colleague_until_it_is_late() -> None:
    (mine,) = standing(PLANNED, date(2026, 11, 24))
    handed = [HandedFacts(THERAPIST, "tell", PLANNED.id, mine.due_on, STAYS)]
    assert said(PLANNED, date(2026, 11, 24), handed=handed) == [(Occasion.TELL, STAYS)]
    open_late = replace(PLANNED, short_exception=True)
    late = standing(open_late, date(2026, 12, 2), handed=handed)
    assert {one.person_id for one in late} == {THERAPIST, STAYS}
    elsewhere = [replace(handed[0], due_on=date(2026, 11, 1))]
    assert said(PLANNED, date(2026, 11, 24), handed=elsewhere) == [(Occasion.TELL, THERAPIST)]


def test_the_practice_moves_the_days_and_nothing_else() -> None:
    moved = Offsets(before_window=3, before_last=5)
    assert said(WREN, date(2026, 11, 19), offsets=moved) == []
    assert said(WREN, date(2026, 11, 20), offsets=moved) == [(Occasion.CHOOSE_MEETING, THERAPIST)]
    ready = replace(CHOSEN, handed_over_on=date(2026, 12, 14))
    assert said(ready, date(2026, 12, 16), offsets=moved) == [(Occasion.LAST_SESSION, THERAPIST)]


def test_where_contact_is_lost_the_next_attempt_is_asked_for_and_three_are_enough() -> None:
    lost = EndingFacts(
        id=UUID(int=300),
        therapist_id=THERAPIST,
        opened_on=date(2026, 11, 23),
        not_told_exception=True,
    )

    def asks(tries: int | None, today: date) -> list[date]:
        found = standing(replace(lost, tries=tries), today)
        return [one.due_on for one in found if one.occasion is Occasion.REACH_OUT]

    assert asks(0, date(2026, 11, 23)) == []
    assert asks(0, date(2026, 11, 24)) == [date(2026, 11, 24)]
    assert asks(1, date(2026, 11, 27)) == []
    assert asks(1, date(2026, 11, 30)) == [date(2026, 11, 30)]
    assert asks(2, date(2026, 12, 7)) == [date(2026, 12, 7)]
    assert asks(3, date(2027, 2, 1)) == asks(None, date(2027, 2, 1)) == []
