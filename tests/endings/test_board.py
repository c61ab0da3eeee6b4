"""The board of face.md 7, figure by figure."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from endings.board import Fact, Group, Lane, axis_of, board
from endings.board.geometry import Line, Span, closed_spans, signs_of
from endings.board.lane import group_of
from tests.core.gallery.departure import CLOSED, LANES, TODAY, board_of_marta, lane_named, on

A = date(2026, 11, 16)
AXIS = axis_of(TODAY)


# --- the axis ---------------------------------------------------------------------------------------
def test_the_axis_begins_on_the_monday_of_the_week_before_today() -> None:
    assert AXIS.first == A
    assert axis_of(A + timedelta(days=6)).first == A - timedelta(days=7)


def test_another_week_is_asked_for_by_any_of_its_days_and_nonsense_is_ignored() -> None:
    assert axis_of(TODAY, "2026-12-16").first == date(2026, 12, 14)
    assert axis_of(TODAY, "soon").first == A
    assert axis_of(TODAY, "0001-01-01").first == axis_of(TODAY, "9999-12-31").first == A


def test_earlier_and_later_move_by_four_weeks() -> None:
    view = board_of_marta()
    assert (view.earlier, view.later) == ("2026-10-19", "2026-12-14")


def test_days_have_edges_and_middles() -> None:
    assert AXIS.point(TODAY) == "13.393"
    assert AXIS.point(A) == "0.893"
    assert AXIS.point(A - timedelta(days=1)) is None
    assert AXIS.point(A + timedelta(days=56)) is None


def test_eight_mondays_are_named_and_every_second_one_may_leave() -> None:
    ticks = board_of_marta().ticks
    assert [tick.x for tick in ticks] == ["0", "12.5", "25", "37.5", "50", "62.5", "75", "87.5"]
    assert [tick.label for tick in ticks][:3] == ["16 Nov", "23 Nov", "30 Nov"]
    assert [tick.odd for tick in ticks] == [False, True] * 4


def test_today_is_left_out_where_it_is_not_among_the_weeks() -> None:
    assert board_of_marta(asked="2027-02-01").today_x is None


# --- closed days ------------------------------------------------------------------------------------
def test_closed_days_are_joined_over_a_weekend() -> None:
    thursday, friday, monday = date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 28)
    assert closed_spans([monday, friday, thursday, thursday]) == [(thursday, monday)]
    assert closed_spans([thursday, monday]) == [(thursday, thursday), (monday, monday)]


def test_a_closed_span_is_sunk_and_named() -> None:
    (span,) = board_of_marta().closed
    assert (span.x, span.width, span.middle, span.word) == ("67.857", "16.071", "75.893", "Closed")


def test_a_single_closed_day_has_no_room_for_its_word_but_is_said() -> None:
    view = board(LANES, today=TODAY, closed=[on(24, 12)])
    assert view.closed[0].word == ""
    assert "The practice is closed: 24 December." in view.sentence


def test_closed_days_under_the_pill_of_today_are_not_named_there() -> None:
    view = board(LANES, today=TODAY, closed=[TODAY + timedelta(days=n) for n in range(5)])
    assert view.closed[0].word == ""


def test_closed_days_elsewhere_are_not_drawn() -> None:
    view = board(LANES, today=TODAY, closed=[date(2027, 5, 3)])
    assert view.closed == ()
    assert "closed" not in view.sentence


# --- lanes ------------------------------------------------------------------------------------------
def test_the_window_is_eight_days_wide_and_clipped() -> None:
    assert lane_named("Wren").window == Span("12.5", "14.286")
    assert lane_named("Sorrel").window == Span("0", "5.357")
    assert lane_named("Rowan").window is None


def test_days_short_reach_to_the_end_of_the_day_told_or_planned() -> None:
    assert lane_named("Sorrel").short == Span("5.357", "12.5")
    assert lane_named("Wren").short is None


def test_days_short_reach_to_today_where_nothing_is_planned() -> None:
    sorrel = replace(LANES[0], told=None)
    assert board([sorrel], today=TODAY).lanes[0].short == Span("5.357", "8.929")


def test_the_time_to_process_is_dotted_until_somebody_has_been_told() -> None:
    assert lane_named("Wren").time == Line("13.393", "63.393", planned=True)
    assert lane_named("Plover").time == Line("6.25", "56.25", planned=False)
    assert lane_named("Rowan").time == Line("0", "0.893", planned=False)
    assert board([Lane(code="C-1", last=Fact(on(9, 12)))], today=TODAY).lanes[0].time is None


def test_signs_are_painted_with_the_telling_on_top() -> None:
    signs = lane_named("Wren").signs
    assert "".join(sign.letter for sign in signs) == "ohlt"
    assert {sign.y for sign in signs} == {"24"}


def test_signs_of_one_day_stand_above_each_other() -> None:
    signs = {sign.letter: sign for sign in lane_named("Maple").signs}
    assert (signs["t"].y, signs["o"].y) == ("12", "36")
    day = Fact(TODAY)
    three = Lane(code="C-1", told=day, options=day, last=day)
    assert [sign.y for sign in signs_of(three, AXIS)] == ["24", "36", "12"]
    four = replace(three, handover=day)
    assert len({sign.y for sign in signs_of(four, AXIS)}) == 4


def test_late_shows_before_done_before_planned() -> None:
    states = {lane.name: lane.signs[-1].state for lane in board_of_marta().lanes if lane.signs}
    assert (states["Plover"], states["Juniper"], states["Wren"]) == ("late", "done", "plan")


def test_a_sign_outside_the_weeks_is_not_drawn_but_said() -> None:
    rowan = lane_named("Rowan")
    assert [sign.letter for sign in rowan.signs] == ["l"]
    assert rowan.sentence == "Rowan. Told: 20 Oct. Last session, done: 16 Nov."


# --- groups -----------------------------------------------------------------------------------------
def test_the_groups_stand_in_the_order_of_urgency_and_by_the_next_act() -> None:
    found = [
        (str(group.heading), [lane.name for lane in group.lanes])
        for group in board_of_marta().groups
    ]
    assert found == [
        ("Needs a decision", ["Sorrel", "Plover"]),
        ("Tell this week", ["Otter", "Wren", "Lark", "Bramble"]),
        ("Told, on the way", ["Juniper", "Heron", "Maple"]),
        ("Window not open yet", ["Finch", "Wilhelmina-Antonina", "Teal"]),
        ("Ended", ["Rowan"]),
    ]


def test_an_empty_group_is_left_out() -> None:
    assert [group.key for group in board([LANES[2]], today=TODAY).groups] == [Group.TELL]


def test_nobody_without_a_date_is_called_fine() -> None:
    assert group_of(Lane(code="C-1"), TODAY) is Group.DECIDE


DAYS = st.none() | st.dates(date(2026, 9, 1), date(2027, 3, 1))
FACTS = st.none() | st.builds(
    Fact, on=st.dates(date(2026, 9, 1), date(2027, 3, 1)), done=st.booleans(), late=st.booleans()
)


@given(
    lanes=st.lists(
        st.builds(
            Lane,
            code=st.from_regex(r"C-[0-9]{4}", fullmatch=True),
            opens_on=DAYS,
            closes_on=DAYS,
            told=FACTS,
            options=FACTS,
            handover=FACTS,
            last=FACTS,
            days_short=st.integers(0, 30),
            needs_decision=st.booleans(),
            ended=st.booleans(),
        ),
        max_size=6,
    ),
    today=st.dates(date(2026, 10, 1), date(2027, 2, 1)),
)
def test_everybody_stands_once_and_nothing_leaves_the_plot(lanes: list[Lane], today: date) -> None:
    """R25: nobody is left out; every percent lies between 0 and 100."""
    view = board(lanes, today=today, closed=CLOSED)
    assert sorted(lane.name for lane in view.lanes) == sorted(lane.code for lane in lanes)
    for lane in view.lanes:
        for span in (lane.window, lane.short):
            if span:
                assert 0 <= float(span.x) < float(span.x) + float(span.width) <= 100.001
        if lane.time:
            assert 0 <= float(lane.time.x1) < float(lane.time.x2) <= 100
        assert all(0 < float(sign.x) < 100 for sign in lane.signs)
        assert lane.chip.label
        assert lane.sentence.endswith(".")


# --- cost -------------------------------------------------------------------------------------------
def lanes_of(html: str) -> list[str]:
    return re.findall(r'<li class="lane">.*?</li>', html, re.DOTALL)


def test_a_lane_costs_at_most_22_elements_and_1400_bytes() -> None:
    html = render_to_string("endings/_board.html", {"board": board_of_marta()})
    lanes = lanes_of(html)
    assert len(lanes) == len(LANES)
    for lane in lanes:
        assert len(re.findall(r"<(?:svg|use|rect|line|path|circle|text)\b", lane)) <= 22
        assert len(lane.encode()) <= 1400


def test_sixty_lanes_fit_into_a_hundred_kilobytes() -> None:
    many = [replace(LANES[3], code=f"C-{number}", name=f"Name {number}") for number in range(60)]
    html = render_to_string(
        "endings/_board.html", {"board": board(many, today=TODAY, closed=CLOSED)}
    )
    assert len(html.encode()) <= 99_000
    assert html.count("<symbol") == html.count('id="m-') + html.count('id="b-') + html.count(
        'id="i-'
    )


def test_lanes_hold_no_address_lookup_and_no_date_filter() -> None:
    for name in ("_board.html", "_board_table.html"):
        text = (Path(__file__).parents[2] / "templates" / "endings" / name).read_text()
        assert "{% url" not in text
        assert not re.search(r"\|(?:day|date|at|clock)", text)


def test_every_lane_of_the_table_is_there() -> None:
    html = render_to_string("endings/_board_table.html", {"board": board_of_marta()})
    assert html.count('<th scope="row">') == len(LANES)
    assert 'data-label="Notice window"' in html
