"""The board of face.md 7, figure by figure."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.parts import Chip
from endings.board import Fact, Group, Lane, axis_of, board
from endings.board.geometry import Line, Span, closed_spans, signs_of
from endings.board.lane import group_of
from tests.core.gallery.departure import CLOSED, LANES, TODAY, board_of_marta, on

A = date(2026, 11, 16)
AXIS = axis_of(TODAY)


def lane_named(name, view=None):
    return next(lane for lane in (view or board_of_marta()).lanes if lane.name == name)


def words(lane, today=TODAY):
    shown = board([lane], today=today).lanes[0]
    return shown.chip.kind, str(shown.chip.label), shown.note


# --- the axis ---------------------------------------------------------------------------------------
def test_the_axis_begins_on_the_monday_of_the_week_before_today() -> None:
    assert AXIS.first == A
    assert axis_of(A + timedelta(days=6)).first == A - timedelta(days=7)


def test_another_week_is_asked_for_by_any_of_its_days_and_nonsense_is_ignored() -> None:
    assert axis_of(TODAY, "2026-12-16").first == date(2026, 12, 14)
    assert axis_of(TODAY, "soon").first == A
    assert axis_of(TODAY, "0001-01-01").first == date.min


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


# --- words ------------------------------------------------------------------------------------------
WINDOW = {"opens_on": on(16, 11), "closes_on": on(23, 11)}


@pytest.mark.parametrize(
    ("facts", "today", "said"),
    [
        (
            WINDOW | {"told": Fact(on(23, 11))},
            on(23, 11),
            ("now", "Last day for full notice", "Tell: today."),
        ),
        (
            WINDOW | {"told": Fact(on(18, 11))},
            on(18, 11),
            ("now", "Tell today", "Window closes: Mon 23 Nov."),
        ),
        (
            WINDOW | {"told": Fact(on(19, 11))},
            on(17, 11),
            ("now", "Tell by 23 Nov", "Tell: Thu 19 Nov. Window closes: Mon 23 Nov."),
        ),
        (
            WINDOW | {"last_chance_on": on(18, 11)},
            on(18, 11),
            ("now", "Last day for full notice", "Window closes: Mon 23 Nov."),
        ),
        (WINDOW, on(24, 11), ("late", "Window has closed", "")),
        (WINDOW | {"days_short": 1}, on(24, 11), ("late", "1 day short", "")),
        (
            WINDOW | {"days_short": 7, "needs_decision": True},
            on(24, 11),
            ("late", "7 days short", ""),
        ),
        (WINDOW | {"told": Fact(on(19, 11))}, on(15, 11), ("wait", "Opens tomorrow", "")),
        (
            {"opens_on": on(18, 11), "closes_on": on(25, 11), "told": Fact(on(19, 11))},
            on(16, 11),
            ("wait", "Opens Wed 18 Nov", "Tell: Thu 19 Nov."),
        ),
        (WINDOW, on(2, 11), ("wait", "Opens 16 Nov", "")),
        ({}, on(2, 11), ("late", "No date yet", "")),
        (
            WINDOW | {"told": Fact(on(17, 11), done=True, late=True), "last": Fact(on(14, 12))},
            on(23, 11),
            ("late", "Not in person", "Last session: Mon 14 Dec."),
        ),
        (
            WINDOW | {"told": Fact(on(17, 11), done=True), "options": Fact(on(24, 11))},
            on(23, 11),
            ("done", "Told", "Options: tomorrow."),
        ),
        (
            WINDOW
            | {
                "told": Fact(on(17, 11), done=True),
                "options": Fact(on(20, 11)),
                "last": Fact(on(14, 12)),
            },
            on(23, 11),
            ("info", "Options are open", "Last session: Mon 14 Dec."),
        ),
        (
            WINDOW
            | {
                "told": Fact(on(17, 11), done=True),
                "options": Fact(on(23, 11)),
                "handover": Fact(on(7, 12)),
            },
            on(23, 11),
            ("info", "Options today", "Handover: Mon 7 Dec."),
        ),
        (
            WINDOW
            | {
                "told": Fact(on(17, 11), done=True),
                "handover": Fact(on(7, 12)),
                "last": Fact(on(4, 1)),
            },
            on(23, 11),
            ("meet", "Handover: 7 Dec", "Last session: Mon 4 Jan 2027."),
        ),
        (
            WINDOW | {"told": Fact(on(17, 11), done=True), "last": Fact(on(14, 12))},
            on(14, 12),
            ("now", "Last session today", ""),
        ),
        (WINDOW | {"told": Fact(on(17, 11), done=True)}, on(14, 12), ("done", "Told", "")),
        (
            {"ended": True, "told": Fact(on(20, 10), done=True)},
            on(23, 11),
            ("done", "Closed", "Told: Tue 20 Oct."),
        ),
        ({"ended": True}, on(23, 11), ("done", "Closed", "")),
    ],
)
def test_a_lane_says_its_state_and_its_next_act(
    facts: dict, today: date, said: tuple[str, str, str]
) -> None:
    assert words(Lane(code="C-1", name="Wren", **facts), today) == said


def test_words_of_ones_own_come_first() -> None:
    plover = lane_named("Plover")
    assert plover.chip == Chip("late", "Told by video", "video")
    assert plover.icon == "video"
    assert plover.note == "Reason given. Anneke has not seen it yet."


def test_one_sentence_holds_every_date() -> None:
    assert lane_named("Wren").sentence == (
        "Wren. Notice window: 23 to 30 Nov. Tell, planned: 23 Nov. Options, planned: 30 Nov. "
        "Handover, planned: 14 Dec. Last session, planned: 21 Dec."
    )
    assert lane_named("Sorrel").sentence.endswith("7 days short.")
    assert "Told, late, or not in person: 19 Nov" in lane_named("Plover").sentence
    assert "Tell, late: 25 Nov" in lane_named("Sorrel").sentence


def test_a_closed_name_shows_the_code_alone() -> None:
    shown = board([Lane(code="C-2058")], today=TODAY).lanes[0]
    assert (shown.name, shown.code) == ("C-2058", "")
    assert shown.sentence.startswith("C-2058.")


def test_the_axis_is_said_in_words() -> None:
    view = board_of_marta()
    assert view.sentence == (
        "Eight weeks: 16 November to 10 January. Today: Monday 23 November. The practice is closed: 24 December to 1 January."
    )
    assert view.weeks == "16 Nov to 10 Jan"
    assert view.as_of == "As of: Monday 23 November 2026"


@pytest.mark.parametrize(
    ("language", "weeks", "tick"),
    [
        ("pl", "16 lis – 10 sty", "16 lis"),
        ("nl", "16 nov t/m 10 jan", "16 nov"),
        ("it", "16 nov – 10 gen", "16 nov"),
    ],
)
def test_the_board_writes_dates_in_the_readers_language(
    language: str, weeks: str, tick: str
) -> None:
    with translation.override(language):
        view = board_of_marta()
    assert (view.weeks, view.ticks[0].label) == (weeks, tick)


def test_the_table_twin_has_every_date_and_how_it_stands() -> None:
    sorrel, maple, rowan = (lane_named(name) for name in ("Sorrel", "Maple", "Rowan"))
    assert (sorrel.window_text, sorrel.told.day, sorrel.told.aside) == (
        "11 to 18 Nov",
        "25 Nov",
        "late",
    )
    assert (maple.told.day, maple.told.aside, maple.handover.aside) == ("20 Nov", "", "planned")
    assert (rowan.window_text, rowan.options.day, rowan.last.day) == ("–", "–", "16 Nov")
    assert lane_named("Finch").last.day == "4 Jan 2027"


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
