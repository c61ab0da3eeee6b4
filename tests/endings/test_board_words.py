"""What the board says in words: state, next act, every date in one sentence."""

from datetime import date

import pytest
from django.utils import translation

from core.parts import Chip
from endings.board import Fact, Lane, board
from tests.core.gallery.departure import TODAY, board_of_marta, lane_named, on


def words(lane, today=TODAY):
    shown = board([lane], today=today).lanes[0]
    return shown.chip.kind, str(shown.chip.label), shown.note


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
