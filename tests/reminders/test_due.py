"""Every row of the Reminders table of domain.md, one by one."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from endings.planner import Days
from reminders.due import Due, due
from reminders.facts import (
    EndingFacts,
    EntryFacts,
    Facts,
    FollowUpFacts,
    ReviewFacts,
    WorkDays,
)
from reminders.occasions import LINES, Line, Occasion, digest_lines
from reminders.offsets import Offsets

THERAPIST, STAYS, LEADS, SECOND, RECEIVER, ADMIN = (UUID(int=n) for n in range(1, 7))

WREN = EndingFacts(
    id=UUID(int=100),
    therapist_id=THERAPIST,
    therapist_until=date(2027, 1, 8),
    carried_by_id=STAYS,
    supervisor_id=LEADS,
    opened_on=date(2026, 11, 2),
    window_opens_on=date(2026, 11, 23),
    window_closes_on=date(2026, 11, 30),
    last_chance_on=date(2026, 11, 30),
    last_on=date(2026, 12, 21),
)
PLANNED = replace(WREN, tell_plan_on=date(2026, 11, 23))
TOLD = replace(
    PLANNED,
    told_on=date(2026, 11, 23),
    options_plan_on=date(2026, 11, 30),
    choice_plan_on=date(2026, 12, 7),
)
CHOSEN = replace(
    TOLD,
    options_on=date(2026, 11, 30),
    chosen_on=date(2026, 12, 7),
    hands_over=True,
    receiver_id=RECEIVER,
)
HELD = replace(CHOSEN, handed_over_on=date(2026, 12, 14), last_held_on=date(2026, 12, 21))


def standing(ending: EndingFacts, today: date, **more: object) -> list[Due]:
    return due(Facts(endings=[ending], **more), today)


def said(ending: EndingFacts, today: date, **more: object) -> list[tuple[Occasion, UUID]]:
    return [(one.occasion, one.person_id) for one in standing(ending, today, **more)]


def test_a_week_before_the_window_the_meeting_is_chosen() -> None:
    assert said(WREN, date(2026, 11, 15)) == []
    assert said(WREN, date(2026, 11, 16)) == [(Occasion.CHOOSE_MEETING, THERAPIST)]
    assert said(PLANNED, date(2026, 11, 16)) == []


def test_without_a_window_somebody_still_has_to_plan() -> None:
    facts = replace(WREN, window_opens_on=None, window_closes_on=None, last_on=None)
    assert said(facts, date(2026, 11, 3)) == [(Occasion.CHOOSE_MEETING, THERAPIST)]
    assert said(replace(facts, opened_on=None), date(2026, 11, 3)) == []


def test_the_window_is_open() -> None:
    for day in (23, 24, 26):
        assert said(PLANNED, date(2026, 11, day)) == [(Occasion.TELL, THERAPIST)]


def test_a_telling_planned_early_stands_from_its_own_day() -> None:
    early = replace(WREN, tell_plan_on=date(2026, 11, 10))
    (one,) = standing(early, date(2026, 11, 12))
    assert (one.occasion, one.due_on) == (Occasion.TELL, date(2026, 11, 10))


def test_the_last_chance_stands_from_the_working_day_before_and_is_said_again_on_the_day() -> None:
    (friday,) = standing(PLANNED, date(2026, 11, 27))
    (sunday,) = standing(PLANNED, date(2026, 11, 29))
    (monday,) = standing(PLANNED, date(2026, 11, 30))
    assert friday == sunday
    assert (friday.occasion, friday.due_on) == (Occasion.LAST_CHANCE, date(2026, 11, 27))
    assert (monday.occasion, monday.due_on) == (Occasion.LAST_CHANCE, date(2026, 11, 30))
    assert (friday.is_escalation, monday.is_escalation) == (False, True)


def test_the_last_day_of_full_notice_is_said_also_to_who_does_not_work_on_it() -> None:
    calendars = {THERAPIST: WorkDays(weekdays=frozenset({2}))}
    (wednesday,) = standing(PLANNED, date(2026, 11, 29), calendars=calendars)
    (monday,) = standing(PLANNED, date(2026, 11, 30), calendars=calendars)
    assert wednesday.due_on == date(2026, 11, 25)
    assert (monday.due_on, monday.is_escalation) == (date(2026, 11, 30), True)


def test_after_it_notice_is_short_for_the_therapist_and_at_once_for_who_leads() -> None:
    mine, theirs = sorted(standing(PLANNED, date(2026, 12, 1)), key=lambda one: one.person_id)
    assert (mine.occasion, mine.is_late, mine.is_escalation) == (Occasion.NOTICE_SHORT, True, False)
    assert (theirs.person_id, theirs.is_escalation) == (LEADS, True)


def test_who_leads_hears_on_the_practices_next_working_day_also_on_a_day_off_of_their_own() -> None:
    closes_on_friday = replace(
        PLANNED, window_closes_on=date(2026, 11, 27), last_chance_on=date(2026, 11, 27)
    )
    off_on_mondays = {LEADS: WorkDays(weekdays=frozenset({1, 2, 3}))}
    assert standing(closes_on_friday, date(2026, 11, 28)) == []
    monday = standing(closes_on_friday, date(2026, 11, 30), calendars=off_on_mondays)
    assert {(one.person_id, one.is_escalation) for one in monday} == {
        (THERAPIST, False),
        (LEADS, True),
    }
    open_on_saturday = WorkDays(weekdays=frozenset(range(6)))
    saturday = standing(closes_on_friday, date(2026, 11, 28), house=open_on_saturday)
    assert [one.person_id for one in saturday] == [LEADS]


def test_unanswered_a_further_working_day_later_it_reaches_the_practice_admin() -> None:
    closes_on_friday = replace(
        PLANNED, window_closes_on=date(2026, 11, 27), last_chance_on=date(2026, 11, 27)
    )

    def admins(today: date, ending: EndingFacts = closes_on_friday, **more: object) -> list[Due]:
        found = standing(ending, today, practice_admins=[ADMIN], **more)
        return [one for one in found if one.occasion is Occasion.UNANSWERED]

    assert admins(date(2026, 11, 30)) == []
    (one,) = admins(date(2026, 12, 1))
    assert (one.person_id, one.is_late, one.is_escalation) == (ADMIN, True, True)
    assert admins(date(2026, 12, 1), offsets=Offsets(leads_after=2)) == []
    assert admins(date(2026, 12, 1), replace(closes_on_friday, supervisor_id=None)) == [one]
    for answered in (
        {"told_on": date(2026, 11, 30), "is_told_short": True},
        {"short_exception": True},
        {"not_today_until": date(2026, 12, 3)},
        {"not_told_exception": True},
    ):
        assert admins(date(2026, 12, 1), replace(closes_on_friday, **answered)) == []


def test_an_exception_closes_short_notice_but_not_the_telling() -> None:
    explained = replace(PLANNED, short_exception=True)
    (one,) = standing(explained, date(2026, 12, 1))
    assert (one.occasion, one.is_late) == (Occasion.TELL, True)


def test_a_missed_telling_is_rebooked_the_same_day_even_on_a_saturday() -> None:
    missed = replace(WREN, tell_missed_on=date(2026, 11, 21))
    (one,) = standing(missed, date(2026, 11, 21))
    assert (one.occasion, one.person_id, one.is_escalation) == (
        Occasion.REBOOK_TELLING,
        THERAPIST,
        True,
    )
    assert said(missed, date(2026, 11, 24)) == [(Occasion.REBOOK_TELLING, THERAPIST)]


def test_not_today_because_keeps_the_therapist_from_being_late() -> None:
    waits = replace(PLANNED, not_today_until=date(2026, 12, 7))
    assert said(waits, date(2026, 11, 24)) == []
    late = standing(waits, date(2026, 12, 2))
    assert {one.occasion for one in late} == {Occasion.NOTICE_SHORT}
    assert not any(one.is_late for one in late)


def test_told_early_is_returned_to_when_the_window_opens() -> None:
    early = replace(TOLD, told_on=date(2026, 10, 5), options_on=date(2026, 10, 12))
    early = replace(early, chosen_on=date(2026, 10, 19))
    assert said(early, date(2026, 11, 20)) == []
    assert said(early, date(2026, 11, 23)) == [(Occasion.RETURN_TO_IT, THERAPIST)]
    assert said(replace(early, returned_on=date(2026, 11, 23)), date(2026, 11, 24)) == []


def test_the_next_meeting_after_the_telling_is_for_options() -> None:
    assert said(TOLD, date(2026, 11, 27)) == []
    assert said(TOLD, date(2026, 11, 30)) == [(Occasion.OFFER_OPTIONS, THERAPIST)]


def test_without_a_next_meeting_options_are_due_after_a_week() -> None:
    nowhere = replace(TOLD, options_plan_on=None)
    (one,) = standing(nowhere, date(2026, 12, 1))
    assert (one.occasion, one.since) == (Occasion.OFFER_OPTIONS, date(2026, 11, 30))


def test_the_meeting_after_is_for_the_choice() -> None:
    offered = replace(TOLD, options_on=date(2026, 11, 30))
    assert said(offered, date(2026, 12, 4)) == []
    assert said(offered, date(2026, 12, 7)) == [(Occasion.HEAR_CHOICE, THERAPIST)]
    (late,) = [one for one in standing(offered, date(2026, 12, 15)) if one.is_late]
    assert late.occasion == Occasion.HEAR_CHOICE


def test_after_a_choice_both_book_the_meeting_of_three() -> None:
    assert said(CHOSEN, date(2026, 12, 8)) == [
        (Occasion.BOOK_HANDOVER, THERAPIST),
        (Occasion.BOOK_HANDOVER, RECEIVER),
    ]
    assert said(replace(CHOSEN, hands_over=False), date(2026, 12, 8)) == []
    assert said(replace(CHOSEN, receiver_id=None), date(2026, 12, 8)) == [
        (Occasion.BOOK_HANDOVER, THERAPIST)
    ]


def test_two_days_before_the_handover_both_prepare() -> None:
    booked = replace(CHOSEN, handover_on=date(2026, 12, 16))
    assert said(booked, date(2026, 12, 11)) == []
    assert said(booked, date(2026, 12, 14)) == [
        (Occasion.PREPARE_HANDOVER, THERAPIST),
        (Occasion.PREPARE_HANDOVER, RECEIVER),
    ]


def test_three_days_before_the_last_session() -> None:
    ready = replace(CHOSEN, handed_over_on=date(2026, 12, 14))
    assert said(ready, date(2026, 12, 17)) == []
    # Three days before is a Friday; the Saturday after it changes nothing.
    assert said(ready, date(2026, 12, 18)) == [(Occasion.LAST_SESSION, THERAPIST)]
    (late,) = standing(ready, date(2026, 12, 22))
    assert late.is_late
    assert said(replace(ready, no_last=True), date(2026, 12, 18)) == []


@pytest.mark.parametrize(
    ("today", "due_on", "is_late"),
    [
        (date(2026, 12, 22), date(2026, 12, 22), False),
        (date(2026, 12, 23), date(2026, 12, 22), False),
        (date(2026, 12, 24), date(2026, 12, 24), False),
        (date(2026, 12, 28), date(2026, 12, 28), True),
        (date(2027, 1, 5), date(2026, 12, 28), True),
    ],
)
def test_the_file_is_closed_within_a_week(today: date, due_on: date, *, is_late: bool) -> None:
    (one,) = (one for one in standing(HELD, today) if one.person_id == THERAPIST)
    assert (one.occasion, one.due_on, one.is_late) == (Occasion.CLOSE_FILE, due_on, is_late)


def test_after_the_last_working_day_whoever_carries_it_is_reminded() -> None:
    alone = replace(HELD, supervisor_id=None)
    assert said(alone, date(2027, 1, 8)) == [(Occasion.CLOSE_FILE, THERAPIST)]
    assert said(alone, date(2027, 1, 11)) == [(Occasion.CLOSE_FILE, STAYS)]
    assert said(replace(HELD, closed_on=date(2027, 1, 7)), date(2027, 1, 11)) == []


def test_a_week_after_the_last_session_who_leads_hears_that_the_file_is_open() -> None:
    a_week_on = date(2026, 12, 28)
    assert (Occasion.CLOSE_FILE, LEADS) not in said(HELD, date(2026, 12, 27))
    (theirs,) = (one for one in standing(HELD, a_week_on) if one.person_id == LEADS)
    assert (theirs.occasion, theirs.due_on) == (Occasion.CLOSE_FILE, a_week_on)
    assert theirs.is_late
    assert theirs.is_escalation
    led_by_oneself = replace(HELD, supervisor_id=THERAPIST)
    assert said(led_by_oneself, a_week_on) == [(Occasion.CLOSE_FILE, THERAPIST)]


def test_did_the_client_arrive() -> None:
    facts = Facts(follow_ups=[FollowUpFacts(UUID(int=9), STAYS, date(2027, 1, 4))])
    assert due(facts, date(2027, 1, 3)) == []
    (one,) = due(facts, date(2027, 1, 4))
    assert (one.occasion, one.person_id, one.is_late) == (Occasion.ASK_AFTER, STAYS, False)
    assert due(facts, date(2027, 1, 12))[0].is_late


def test_an_entry_is_checked_and_a_week_later_asked_for_again() -> None:
    facts = Facts(
        entries=[EntryFacts(UUID(int=8), date(2026, 12, 5))], directory_admins=[ADMIN, SECOND]
    )
    first = due(facts, date(2026, 12, 7))
    assert [(one.occasion, one.due_on) for one in first] == [
        (Occasion.CHECK_ENTRY, date(2026, 12, 7))
    ] * 2
    again = due(facts, date(2026, 12, 14))
    assert {(one.due_on, one.is_late) for one in again} == {(date(2026, 12, 14), True)}


def review(**more: object) -> Facts:
    facts = ReviewFacts(
        UUID(int=7), LEADS, date(2026, 11, 20), date(2026, 11, 24), second_reviewer_id=SECOND
    )
    return Facts(reviews=[facts], **more)


def test_somebody_is_waiting_for_the_supervisor_then_for_the_second() -> None:
    def heard(today: date) -> list[tuple[UUID, bool]]:
        return [(one.person_id, one.is_escalation) for one in due(review(), today)]

    assert heard(date(2026, 11, 20)) == [(LEADS, False)]
    assert heard(date(2026, 11, 24)) == [(LEADS, True)]
    assert heard(date(2026, 11, 25)) == [(LEADS, True), (SECOND, True)]


def test_the_second_reviewer_hears_at_once_where_the_first_is_away() -> None:
    away = WorkDays(away=(Days(date(2026, 11, 23), date(2026, 12, 4)),))
    facts = review(calendars={LEADS: away})
    people = [one.person_id for one in due(facts, date(2026, 11, 24))]
    assert people == [LEADS, SECOND]
    # Away when it is asked: nobody answers for a reviewer but the second one.
    facts = review(calendars={LEADS: away}, answers={LEADS: STAYS})
    assert {one.person_id for one in due(facts, date(2026, 11, 23))} == {LEADS, SECOND}


def test_a_day_off_means_the_next_working_day() -> None:
    tuesdays = WorkDays(weekdays=frozenset({1}), closed=frozenset({date(2026, 11, 24)}))
    calendars = {THERAPIST: tuesdays}
    shifted = replace(
        PLANNED, window_closes_on=date(2026, 12, 14), last_chance_on=date(2026, 12, 14)
    )
    assert said(shifted, date(2026, 11, 24), calendars=calendars) == []
    (one,) = standing(shifted, date(2026, 12, 1), calendars=calendars)
    assert (one.since, one.due_on) == (date(2026, 11, 23), date(2026, 12, 1))


def test_somebody_who_never_works_is_reminded_on_the_day_itself() -> None:
    never = WorkDays(weekdays=frozenset())
    assert never.from_on(date(2026, 11, 23)) == date(2026, 11, 23)
    assert never.before(date(2026, 11, 23)) == date(2026, 11, 22)


def test_the_supervisor_who_also_treats_is_reminded_once() -> None:
    alone = replace(PLANNED, supervisor_id=THERAPIST)
    assert said(alone, date(2026, 12, 1)) == [(Occasion.NOTICE_SHORT, THERAPIST)]


def test_told_short_without_a_word_why_still_asks_for_it() -> None:
    short = replace(TOLD, told_on=date(2026, 12, 7), is_told_short=True, options_plan_on=None)
    people = [one.person_id for one in standing(short, date(2026, 12, 7))]
    assert people == [THERAPIST, LEADS]
    assert said(replace(short, short_exception=True), date(2026, 12, 7)) == []


def test_who_cannot_be_told_is_no_longer_to_be_told() -> None:
    assert said(replace(PLANNED, not_told_exception=True), date(2026, 12, 1)) == []


def test_every_occasion_has_its_line() -> None:
    assert set(LINES) == set(Occasion)
    assert Line.LATE not in LINES.values()


def test_the_digest_counts_leaves_out_zero_and_keeps_its_order() -> None:
    pairs = [
        (Occasion.CLOSE_FILE, True),
        (Occasion.TELL, False),
        ("last_chance", False),
        (Occasion.OFFER_OPTIONS, True),
    ]
    counted = digest_lines(pairs)
    assert counted == {Line.TELL: 2, Line.ASK: 1, Line.FINISH: 1, Line.LATE: 2}
    assert list(counted) == [Line.TELL, Line.ASK, Line.FINISH, Line.LATE]
    assert digest_lines([]) == {}


def test_an_ending_without_any_last_date_waits_for_nothing() -> None:
    assert (
        said(replace(HELD, last_held_on=None, last_on=None, no_last=True), date(2027, 1, 4)) == []
    )
