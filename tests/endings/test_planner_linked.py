"""People who know each other hear of a departure on the same day (R26)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from endings.planner import (
    ClientFacts,
    Mode,
    ProblemKind,
    ReasonKind,
    Taken,
    WayKind,
    plan,
)
from tests.endings.planning import at, client, setting, weekly

TODAY = date(2026, 11, 9)
LAST_DAY = date(2027, 1, 8)


def linked_with_a_video_client() -> list[ClientFacts]:
    """One is met on Mondays; the other only by video, on Tuesdays."""
    one = client(1, weekly("2026-11-16 14:00", 6), linked=frozenset({UUID(int=2)}))
    return [one, client(2, weekly("2026-11-17 13:00", 6, Mode.VIDEO))]


def test_linked_clients_hear_it_on_one_day() -> None:
    one = client(1, weekly("2026-11-16 14:00", 6), linked=frozenset({UUID(int=2)}))
    other = client(2, weekly("2026-11-16 16:00", 7))
    made = plan([one, other], setting(LAST_DAY), {}, TODAY)
    assert {client.telling_on for client in made.fits} == {date(2026, 11, 30)}, "in both windows"
    assert all(
        ReasonKind.WITH_LINKED in [reason.kind for reason in client.why] for client in made.fits
    )


def test_linked_clients_on_different_weekdays_get_an_extra_session_on_one_day() -> None:
    one = client(1, weekly("2026-11-16 14:00", 6), linked=frozenset({UUID(int=2)}))
    other = client(2, weekly("2026-11-17 16:00", 6))
    made = plan([one, other], setting(LAST_DAY), {}, TODAY)
    (apart,) = made.needs_decision
    (problem,) = apart.problems
    assert problem.kind is ProblemKind.LINKED_APART
    assert problem.others == (one.id,)
    first, keep, _ = problem.ways
    taken = plan([one, other], setting(LAST_DAY), {apart.id: first.decision}, TODAY)
    assert not taken.needs_decision
    assert len({client.telling_on for client in taken.fits}) == 1
    kept = replace(keep.decision, kept={ProblemKind.LINKED_APART: "They no longer meet."})
    with_reason = plan([one, other], setting(LAST_DAY), {apart.id: kept}, TODAY)
    assert not with_reason.needs_decision
    assert not with_reason.of(other.id).kept[0].needs_supervisor


def test_when_somebody_they_know_has_been_told_they_hear_it_next() -> None:
    told = client(1, weekly("2026-11-16 14:00", 6), told_on=date(2026, 11, 6))
    other = client(2, weekly("2026-11-10 16:00", 8), linked=frozenset({told.id}))
    one = plan([told, other], setting(LAST_DAY), {}, TODAY).of(other.id)
    assert one.telling_on == date(2026, 11, 10)
    assert {ReasonKind.EARLY, ReasonKind.LINKED_KNOWS} <= {reason.kind for reason in one.why}


def test_a_group_is_told_in_one_meeting() -> None:
    group = UUID(int=99)
    members = [client(n, weekly("2026-11-16 14:00", 6), group=group) for n in (1, 2, 3)]
    made = plan(members, setting(LAST_DAY), {}, TODAY)
    assert {one.telling_on for one in made.fits} == {date(2026, 11, 23)}


def test_an_extra_telling_lies_on_the_day_on_which_linked_people_hear() -> None:
    people = linked_with_a_video_client()
    alone = replace(people[1], meetings=())
    (apart,) = plan([people[0], alone], setting(LAST_DAY), {}, TODAY).needs_decision
    assert apart.telling_on == date(2026, 11, 23)


def test_where_that_day_is_full_another_one_is_taken() -> None:
    people = linked_with_a_video_client()
    alone = replace(people[1], meetings=())
    full = (Taken(at("2026-11-23 00:00"), at("2026-11-24 00:00")),)
    where = replace(setting(LAST_DAY), therapist_taken=full)
    (apart,) = plan([people[0], alone], where, {}, TODAY).needs_decision
    assert apart.telling_on != date(2026, 11, 23)
    assert apart.problems[0].ways[0].notice.is_full


def test_linked_people_whose_day_is_full_may_be_told_apart_with_a_reason() -> None:
    one = client(1, weekly("2026-11-16 14:00", 6), linked=frozenset({UUID(int=2)}))
    other = client(2, weekly("2026-11-17 16:00", 6))
    full = (Taken(at("2026-11-23 00:00"), at("2026-11-24 00:00")),)
    where = replace(setting(LAST_DAY), therapist_taken=full)
    (apart,) = plan([one, other], where, {}, TODAY).needs_decision
    assert [way.kind for way in apart.problems[0].ways] == [
        WayKind.KEEP_APART,
        WayKind.OTHER_DATES,
    ]


def test_of_three_who_know_each_other_two_may_still_share_a_day() -> None:
    first = client(1, weekly("2026-11-16 14:00", 6), linked=frozenset({UUID(int=2), UUID(int=3)}))
    tuesdays = client(2, weekly("2026-11-17 16:00", 6))
    also_mondays = client(3, weekly("2026-11-16 16:00", 6))
    made = plan([first, tuesdays, also_mondays], setting(LAST_DAY), {}, TODAY)
    assert [one.id for one in made.needs_decision] == [tuesdays.id]


def test_an_extra_session_on_their_day_is_not_offered_where_it_would_be_short() -> None:
    first = client(1, weekly("2026-11-16 14:00", 8), linked=frozenset({UUID(int=2)}))
    other = client(2, weekly("2026-11-17 16:00", 4))
    (apart,) = plan([first, other], setting(LAST_DAY), {}, TODAY).needs_decision
    assert [way.kind for way in apart.problems[0].ways] == [
        WayKind.KEEP_APART,
        WayKind.OTHER_DATES,
    ]
