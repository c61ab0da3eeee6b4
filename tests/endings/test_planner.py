"""The plan of single clients: the proposals of the mock pages, each problem and its ways out."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from endings.planner import (
    Change,
    ClientPlan,
    Days,
    Decision,
    Mode,
    Plan,
    ProblemKind,
    Purpose,
    ReasonKind,
    Receives,
    Taken,
    WayKind,
    differences,
    plan,
)
from tests.endings.planning import LEAVER, ROOM_1, ROOM_2, STAYS, at, client, setting, weekly
from tests.endings.planning import meeting as meet

TODAY = date(2026, 11, 9)
LAST_DAY = date(2027, 1, 8)
HOLIDAYS = frozenset(date(2026, 12, day) for day in range(24, 32)) | {date(2027, 1, 1)}


def only(made: Plan) -> ClientPlan:
    (one,) = made.clients
    return one


def uses(one: ClientPlan) -> list[tuple[date, list[str]]]:
    return [(use.on, [purpose.value for purpose in use.purposes]) for use in one.meetings]


def test_a_weekly_client_is_told_four_weeks_ahead_with_a_meeting_to_spare() -> None:
    wren = client(1, weekly("2026-11-16 14:00", 6))
    one = only(plan([wren], setting(LAST_DAY), {}, TODAY))
    assert one.fits
    assert one.telling_on == date(2026, 11, 23)
    assert (one.notice.days, one.notice.meetings) == (28, 4)
    assert uses(one) == [
        (date(2026, 11, 23), ["tell"]),
        (date(2026, 11, 30), ["options"]),
        (date(2026, 12, 7), ["choice"]),
        (date(2026, 12, 14), ["handover"]),
        (date(2026, 12, 21), ["goodbye"]),
    ]
    assert [reason.kind for reason in one.why] == [
        ReasonKind.ONE_TO_SPARE,
        ReasonKind.CLOSE_TOGETHER,
    ]


def test_three_meetings_left_are_talk_options_and_choice_and_goodbye() -> None:
    late = client(1, weekly("2026-11-16 14:00", 3))
    where = setting(date(2026, 11, 30))
    kept = Decision(
        telling_at=at("2026-11-16 14:00"),
        kept={ProblemKind.SHORT_NOTICE: "I was told on Friday."},
        receives=Receives.NO,
    )
    one = only(plan([late], where, {late.id: kept}, TODAY))
    assert uses(one) == [
        (date(2026, 11, 16), ["tell"]),
        (date(2026, 11, 23), ["options", "choice"]),
        (date(2026, 11, 30), ["goodbye"]),
    ]
    assert one.fits
    assert one.kept[0].needs_supervisor
    assert (one.notice.days_short, one.notice.meetings_short) == (7, 1)


def test_an_absence_in_the_window_gets_an_extra_session_before_going_short() -> None:
    sorrel = client(1, weekly("2026-11-11 10:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 10), date(2026, 11, 19)),))
    made = plan([sorrel], where, {}, TODAY)
    (problem,) = only(made).problems
    assert problem.kind is ProblemKind.ABSENCE_IN_WINDOW
    assert [lost.on for lost in problem.lost] == [date(2026, 11, 11), date(2026, 11, 18)]
    assert (problem.notice.days, problem.notice.days_short) == (14, 7)
    assert [way.kind for way in problem.ways] == [
        WayKind.MOVE_LAST,
        WayKind.KEEP_SHORT,
        WayKind.OTHER_DATES,
    ]
    extra, short, _ = problem.ways
    assert extra.is_proposed
    assert extra.added[0].starts_at == at("2026-12-16 10:00")
    assert extra.added[0].room_id == ROOM_2
    assert extra.telling.starts_at == at("2026-11-25 10:00")
    assert (extra.notice.days, extra.notice.meetings) == (21, 3)
    assert short.needs_supervisor
    assert not short.is_proposed
    assert only(made).last_on == date(2026, 12, 16)


def test_taking_the_proposed_way_makes_it_fit() -> None:
    sorrel = client(1, weekly("2026-11-11 10:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 10), date(2026, 11, 19)),))
    way = only(plan([sorrel], where, {}, TODAY)).problems[0].ways[0]
    after = only(plan([sorrel], where, {sorrel.id: way.decision}, TODAY))
    assert after.fits
    assert after.notice.is_full
    assert after.decision == way.decision


def test_video_only_is_invited_to_the_practice() -> None:
    plover = client(1, weekly("2026-11-12 13:00", 8, Mode.VIDEO))
    (problem,) = only(plan([plover], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.ONLY_BY_VIDEO
    invite, exception, _ = problem.ways
    assert (invite.kind, invite.is_proposed) == (WayKind.INVITE, True)
    assert invite.telling.mode is Mode.IN_PERSON
    assert invite.telling.room_id == ROOM_1
    assert exception.kind is WayKind.TELL_BY_VIDEO
    assert exception.keeps is ProblemKind.ONLY_BY_VIDEO
    assert exception.needs_supervisor


def test_nobody_is_invited_where_it_is_not_safe_to_ask() -> None:
    facts = client(1, weekly("2026-11-12 13:00", 8, Mode.VIDEO), may_be_invited=False)
    alone = replace(facts, meetings=(), rhythm=None)
    (problem,) = only(plan([alone], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.NO_RHYTHM
    assert not any(way.is_proposed for way in problem.ways)


def test_an_earlier_meeting_in_the_room_comes_before_an_invitation() -> None:
    meetings = (meet("2026-11-10 09:00"), *weekly("2026-11-12 13:00", 8, Mode.VIDEO))
    (problem,) = only(plan([client(1, meetings)], setting(LAST_DAY), {}, TODAY)).problems
    assert [way.kind for way in problem.ways][:2] == [WayKind.TELL_EARLIER, WayKind.INVITE]
    assert problem.ways[0].telling == meetings[0]


def test_live_video_is_in_person_for_somebody_always_seen_by_video() -> None:
    facts = client(1, weekly("2026-11-12 13:00", 8, Mode.VIDEO), usual_mode=Mode.VIDEO)
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert one.fits
    assert ReasonKind.USUALLY_BY_VIDEO in [reason.kind for reason in one.why]


def test_the_phone_is_never_a_way_to_tell() -> None:
    facts = client(1, weekly("2026-11-12 13:00", 8, Mode.PHONE), usual_mode=Mode.PHONE)
    (problem,) = only(plan([facts], setting(LAST_DAY), {}, TODAY)).problems
    assert WayKind.TELL_BY_PHONE in [way.kind for way in problem.ways]


def test_a_handover_on_a_closed_day_gets_one_extra_session() -> None:
    aspen = client(1, weekly("2026-11-26 15:00", 4, weeks=2))
    (problem,) = only(plan([aspen], setting(LAST_DAY, closed_days=HOLIDAYS), {}, TODAY)).problems
    assert problem.kind is ProblemKind.HANDOVER_ON_CLOSED_DAY
    assert [lost.on for lost in problem.lost] == [date(2026, 12, 24)]
    first, last_session, _ = problem.ways
    assert (first.kind, first.is_proposed) == (WayKind.ADD_MEETING, True)
    assert first.added[0].starts_at == at("2026-12-17 15:00")
    assert last_session.kind is WayKind.HAND_OVER_IN_LAST
    taken = only(
        plan([aspen], setting(LAST_DAY, closed_days=HOLIDAYS), {aspen.id: first.decision}, TODAY)
    )
    assert taken.fits
    assert taken.handover.starts_at == at("2026-12-17 15:00")


def test_a_chosen_handover_that_falls_on_a_closed_day_is_seen() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 8))
    chosen = {facts.id: Decision(handover_at=at("2026-12-28 14:00"), receives=Receives.YES)}
    (problem,) = only(
        plan([facts], setting(LAST_DAY, closed_days=HOLIDAYS), chosen, TODAY)
    ).problems
    assert problem.kind is ProblemKind.HANDOVER_ON_CLOSED_DAY
    assert [way.kind for way in problem.ways] == [
        WayKind.ADD_MEETING,
        WayKind.HAND_OVER_IN_LAST,
        WayKind.OTHER_DATES,
    ]
    taken = plan(
        [facts],
        setting(LAST_DAY, closed_days=HOLIDAYS),
        {facts.id: problem.ways[0].decision},
        TODAY,
    )
    assert only(taken).fits


def test_a_risk_look_that_says_wait_is_never_overtaken() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6), wait_until=date(2026, 12, 3))
    (problem,) = only(plan([facts], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.RISK_SAYS_WAIT
    assert problem.until == date(2026, 12, 3)
    for way in problem.ways:
        assert way.telling is None or way.telling.starts_at >= at("2026-12-03 00:00")
    assert problem.ways[0].notice.is_full


def test_a_person_may_overrule_the_look_at_risk_with_a_reason() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6), wait_until=date(2026, 12, 3))
    chosen = Decision(
        telling_at=at("2026-11-23 14:00"), kept={ProblemKind.RISK_SAYS_WAIT: "Talked it over."}
    )
    one = only(plan([facts], setting(LAST_DAY), {facts.id: chosen}, TODAY))
    assert one.fits
    assert [kept.kind for kept in one.kept] == [ProblemKind.RISK_SAYS_WAIT]


def test_somebody_without_a_rhythm_is_invited_early_enough() -> None:
    (problem,) = only(plan([client(1)], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.NO_RHYTHM
    way = problem.ways[0]
    assert way.is_proposed
    assert way.notice.is_full
    assert len(way.added) == 4


def test_one_meeting_only_means_that_the_last_session_is_missing() -> None:
    facts = client(1, (meet("2026-11-12 13:00"),))
    (problem,) = only(plan([facts], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.LAST_SESSION_MISSING
    assert problem.ways[0].notice.is_full
    assert problem.ways[0].telling == facts.meetings[0]


def test_somebody_who_knows_and_has_no_session_left_still_gets_a_goodbye() -> None:
    facts = client(1, (), told_on=date(2026, 11, 2))
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert [problem.kind for problem in one.problems] == [ProblemKind.LAST_SESSION_MISSING]
    way = one.problems[0].ways[0]
    assert way.is_proposed
    assert uses(one)[-1][1][-1] == Purpose.GOODBYE
    assert only(plan([facts], setting(LAST_DAY), {facts.id: way.decision}, TODAY)).fits
    kept = Decision(kept={ProblemKind.LAST_SESSION_MISSING: "Moved abroad last week."})
    assert only(plan([facts], setting(LAST_DAY), {facts.id: kept}, TODAY)).fits


def test_too_few_meetings_are_filled_up() -> None:
    facts = client(1, weekly("2026-11-18 10:00", 3, weeks=2))
    (problem,) = only(plan([facts], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.TOO_FEW_MEETINGS
    way = problem.ways[0]
    assert (way.kind, len(way.added)) == (WayKind.ADD_MEETING, 1)
    assert way.notice.is_full


def test_a_telling_chosen_too_late_says_what_is_missing_and_offers_the_proposal() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6))
    chosen = {facts.id: Decision(telling_at=at("2026-12-07 14:00"))}
    one = only(plan([facts], setting(LAST_DAY), chosen, TODAY))
    (problem,) = one.problems
    assert problem.kind is ProblemKind.SHORT_NOTICE
    assert (problem.notice.days, problem.notice.days_short) == (14, 7)
    assert problem.ways[0].kind is WayKind.AS_PROPOSED


def test_a_chosen_meeting_that_was_cancelled_is_planned_again_at_once() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6))
    gone = {facts.id: Decision(telling_at=at("2026-11-20 14:00"))}
    one = only(plan([facts], setting(LAST_DAY), gone, TODAY))
    assert one.fits
    assert one.telling_on == date(2026, 11, 23)
    assert one.why[0].kind is ReasonKind.CHOSEN_IS_GONE


def test_not_just_before_an_absence_where_another_meeting_does() -> None:
    twice = (*weekly("2026-11-16 14:00", 6), *weekly("2026-11-19 14:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 20), date(2026, 11, 29)),))
    one = only(plan([client(1, twice)], where, {}, TODAY))
    assert one.fits
    assert one.telling_on == date(2026, 11, 30)
    assert ReasonKind.NOT_BEFORE_ABSENCE in [reason.kind for reason in one.why]


def test_who_carries_on_is_the_persons_choice_then_the_facts_then_the_settings() -> None:
    chosen, known = UUID(int=51), UUID(int=52)
    facts = client(1, weekly("2026-11-16 14:00", 6), carried_by=known)
    made = plan([facts], setting(LAST_DAY), {facts.id: Decision(carried_by=chosen)}, TODAY)
    assert only(made).carried_by == chosen
    assert only(plan([facts], setting(LAST_DAY), {}, TODAY)).carried_by == known
    nobody = client(2, weekly("2026-11-16 14:00", 6))
    assert only(plan([nobody], setting(LAST_DAY), {}, TODAY)).carried_by == STAYS
    assert only(made).person_id == LEAVER


def test_a_chosen_last_session_moves_the_window() -> None:
    facts = client(1, weekly("2026-11-09 14:00", 8))
    chosen = {facts.id: Decision(last_at=at("2026-12-14 14:00"))}
    one = only(plan([facts], setting(LAST_DAY), chosen, TODAY))
    assert one.last_on == date(2026, 12, 14)
    assert one.telling_on == date(2026, 11, 16)


def test_what_has_happened_gets_no_second_meeting() -> None:
    facts = client(
        1,
        weekly("2026-11-16 14:00", 3),
        told_on=date(2026, 11, 2),
        options_on=date(2026, 11, 9),
    )
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert one.fits
    assert uses(one) == [
        (date(2026, 11, 16), ["choice"]),
        (date(2026, 11, 23), ["handover"]),
        (date(2026, 11, 30), ["goodbye"]),
    ]


def test_after_the_choice_the_handover_comes_before_the_goodbye() -> None:
    facts = client(
        1,
        weekly("2026-11-16 14:00", 2),
        told_on=date(2026, 11, 2),
        options_on=date(2026, 11, 6),
        choice_on=date(2026, 11, 9),
    )
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert uses(one) == [(date(2026, 11, 16), ["handover"]), (date(2026, 11, 23), ["goodbye"])]


def test_who_is_not_in_the_plan_is_not_found() -> None:
    with pytest.raises(KeyError):
        plan([], setting(LAST_DAY), {}, TODAY).of(UUID(int=1))


def test_a_handover_without_a_free_hour_may_still_be_in_the_last_session() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 8))
    chosen = Decision(
        telling_at=at("2026-11-23 14:00"), handover_at=at("2026-12-28 14:00"), receives=Receives.YES
    )
    full = (Taken(at("2026-11-01 00:00"), at("2027-02-01 00:00")),)
    where = replace(setting(LAST_DAY, closed_days=HOLIDAYS), therapist_taken=full)
    (problem,) = only(plan([facts], where, {facts.id: chosen}, TODAY)).problems
    assert [way.kind for way in problem.ways] == [WayKind.HAND_OVER_IN_LAST, WayKind.OTHER_DATES]
    kept = replace(chosen, handover_at=problem.ways[0].decision.handover_at)
    assert only(plan([facts], where, {facts.id: kept}, TODAY)).fits


def test_a_telling_chosen_by_video_or_too_early_for_the_risk_look_is_seen() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6, Mode.VIDEO), wait_until=date(2026, 11, 20))
    chosen = {facts.id: Decision(telling_at=at("2026-11-16 14:00"))}
    one = only(plan([facts], setting(LAST_DAY), chosen, TODAY))
    assert [problem.kind for problem in one.problems] == [
        ProblemKind.RISK_SAYS_WAIT,
        ProblemKind.ONLY_BY_VIDEO,
    ]


def test_somebody_who_knows_without_a_free_hour_needs_a_reason_only() -> None:
    full = (Taken(at("2026-11-01 00:00"), at("2027-02-01 00:00")),)
    where = replace(setting(LAST_DAY), therapist_taken=full)
    one = only(plan([client(1, told_on=date(2026, 11, 2))], where, {}, TODAY))
    assert [way.kind for way in one.problems[0].ways] == [
        WayKind.KEEP_SHORT,
        WayKind.OTHER_DATES,
    ]


def test_who_carries_on_is_a_difference_too() -> None:
    facts = client(1, weekly("2026-11-16 14:00", 6))
    old = plan([facts], setting(LAST_DAY), {}, TODAY)
    new = plan([facts], setting(LAST_DAY), {facts.id: Decision(carried_by=UUID(int=5))}, TODAY)
    assert [found.change for found in differences(old, new)] == [Change.CARRIED_BY]


def test_somebody_who_comes_to_fit_is_a_difference() -> None:
    sorrel = client(1, weekly("2026-11-11 10:00", 5))
    where = setting(LAST_DAY, absences=(Days(date(2026, 11, 10), date(2026, 11, 19)),))
    old = plan([sorrel], where, {}, TODAY)
    new = plan([sorrel], setting(LAST_DAY), {}, TODAY)
    assert Change.FITS in [found.change for found in differences(old, new)]
    assert Change.UNFIT in [found.change for found in differences(new, old)]


def test_an_ended_client_is_still_somebodys_until_asked_after() -> None:
    facts = client(1, (), told_on=date(2026, 10, 1), last_held_on=date(2026, 11, 2))
    one = only(plan([facts], setting(LAST_DAY), {}, TODAY))
    assert one.fits
    assert one.date_on == date(2026, 11, 16)
    assert one.meetings == ()


def test_many_meetings_in_too_few_days_still_leave_no_meeting_in_the_window() -> None:
    days = ("2026-11-10", "2026-11-12", "2026-11-17", "2026-11-19", "2026-11-24")
    facts = client(1, tuple(meet(f"{day} 13:00") for day in days))
    (problem,) = only(plan([facts], setting(LAST_DAY), {}, TODAY)).problems
    assert problem.kind is ProblemKind.NO_MEETING_IN_WINDOW
    assert (problem.notice.days, problem.notice.meetings) == (14, 4)
    assert problem.ways[0].kind is WayKind.MOVE_LAST
    assert problem.ways[0].is_proposed
