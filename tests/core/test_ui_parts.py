"""Icons, drawings, pages and their frame."""

import json
import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from lucide import IconDoesNotExist

from core.drawing import bar, gauge, percent
from tests.core.gallery import contexts, rendered

PAGES = list(contexts())


def written(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


# --- icons ------------------------------------------------------------------------------------------
def test_an_icon_is_silent_and_small() -> None:
    html = written('{% icon "check" %}')
    assert (
        html
        == '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 6 9 17l-5-5"/></svg>'
    )


def test_an_unknown_icon_is_a_mistake() -> None:
    with pytest.raises(IconDoesNotExist):
        written('{% icon "heart-emoji" %}')


def test_a_sprite_holds_an_icon_once_and_lanes_use_it() -> None:
    assert written('{% icon_symbol "check" %}').startswith(
        '<symbol id="i-check" viewBox="0 0 24 24"><path'
    )
    assert '<use href="#i-check"/>' in written('{% icon_use "check" %}')


# --- drawings ---------------------------------------------------------------------------------------
def test_the_gauge_of_the_design() -> None:
    drawn = gauge([("Clients", 17.5), ("Endings", 4.5), ("Coming to you", 1)], 22)
    assert drawn.limit_x == "78.571"
    assert [piece.kind for piece in drawn.pieces] == ["g1", "g2", "g3"]
    assert drawn.pieces[0].x == "0"
    assert drawn.over is not None
    assert (drawn.over.x, drawn.over.width, drawn.over.amount) == ("78.571", "3.571", 1)
    assert (drawn.total, drawn.end_anchor) == (23, "start")


def test_room_to_spare_has_nothing_over() -> None:
    assert gauge([("Clients", 12)], 22).over is None


def test_far_over_the_limit_stays_inside_the_drawing() -> None:
    drawn = gauge([("Clients", 60)], 22)
    assert drawn.end_anchor == "end"
    assert drawn.over is not None
    assert float(drawn.over.x) + float(drawn.over.width) <= 100


@given(
    parts=st.lists(st.floats(0, 200).map(lambda value: round(value, 1)), min_size=1, max_size=3),
    limit=st.integers(1, 60),
)
def test_no_gauge_leaves_its_bed(parts: list[float], limit: int) -> None:
    drawn = gauge([("x", part) for part in parts], limit)
    for piece in drawn.pieces:
        assert float(piece.x) >= 0
        assert float(piece.width) >= 0
        assert float(piece.x) + float(piece.width) <= 100.5


def test_the_bar_counts_everybody() -> None:
    drawn = bar(told=5, today=2, to_decide=1, later=8)
    assert drawn.total == 16
    assert [(piece.kind, piece.amount) for piece in drawn.pieces] == [
        ("b1", 5),
        ("b2", 2),
        ("b3", 1),
    ]
    assert bar(told=0, today=0, to_decide=0, later=0).pieces == ()


def test_percents_have_three_decimals_at_most() -> None:
    assert [percent(1, 3), percent(1, 8), percent(0, 5), percent(5, 5)] == [
        "33.333",
        "12.5",
        "0",
        "100",
    ]


# --- the page ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_style_script_or_handlers(page: str) -> None:
    html = rendered(page)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_heading_one_main_and_a_way_to_it(page: str) -> None:
    html = rendered(page)
    assert html.startswith("<!doctype html>")
    assert html.count("<h1") == 1
    assert '<a class="skip" href="#main">' in html
    assert re.search(r'<main id="main"[^>]* tabindex="-1"', html)


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_unique(page: str) -> None:
    found = re.findall(r'\sid="([^"]+)"', rendered(page))
    assert len(found) == len(set(found))


@pytest.mark.parametrize("page", PAGES)
def test_headings_skip_no_level(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", rendered(page))]
    assert all(after - before <= 1 for before, after in zip([1, *levels], levels, strict=False))


@pytest.mark.parametrize("page", PAGES)
def test_references_find_what_they_name(page: str) -> None:
    html = rendered(page)
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    named = re.findall(r'\saria-(?:labelledby|describedby)="([^"]+)"', html)
    used = re.findall(r'href="#([a-z]-[^"]+)"', html) + re.findall(r"url\(#([^)]+)\)", html)
    assert {one for names in named for one in names.split()} | set(used) <= ids


def test_an_optional_argument_may_be_left_out_of_every_component() -> None:
    """Nothing is asked for that is not there: a missing variable would show in the page."""
    for page in PAGES:
        assert "None" not in re.sub(r"<[^>]+>", "", rendered(page))


@pytest.mark.parametrize(
    ("theme", "attribute"),
    [("", ""), ("light", ' data-bs-theme="light"'), ("dark", ' data-bs-theme="dark"')],
)
def test_the_theme_is_the_persons(theme: str, attribute: str) -> None:
    assert f'<html lang="en"{attribute}>' in rendered("404.html", theme=theme)


def test_a_theme_we_do_not_have_is_not_written() -> None:
    assert "data-bs-theme" not in rendered("404.html", theme='dark" onload="x')


def test_the_language_of_the_page_is_said() -> None:
    assert '<html lang="nl">' in rendered("404.html", language="nl")
    assert '<html lang="pl"' in rendered("paper.html", language="en")


def test_a_form_that_was_not_taken_says_so_in_the_title() -> None:
    assert "<title>Error: Told in person – Linden Practice</title>" in rendered("fields.html?wrong")
    assert "<title>Told in person – Linden Practice</title>" in rendered("fields.html")


def test_a_form_carries_its_token_and_the_revision_it_has_read() -> None:
    html = rendered("409.html")
    assert 'name="_once"' in html
    assert '<input type="hidden" name="revision" value="4">' in html
    assert 'name="revision"' not in rendered("fields.html")


def test_htmx_injects_no_style_runs_no_script_and_keeps_no_page() -> None:
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", rendered("404.html"))
    assert found is not None
    config = json.loads(found[1])
    assert config["includeIndicatorStyles"] is False
    assert config["allowEval"] is False
    assert config["allowScriptTags"] is False
    assert config["historyCacheSize"] == 0  # decision 26: nothing in the browser's storage
    assert {"code": "409|422", "swap": True} in config["responseHandling"]


def test_the_page_of_a_failure_needs_neither_request_nor_practice() -> None:
    html = engines["django"].get_template("500.html").render({}, None)
    assert "Nothing was lost that was already saved" in html


def test_messages_say_what_was_done_and_how_it_is_meant() -> None:
    class Said(SimpleNamespace):
        def __str__(self) -> str:
            return self.text

    levels = {"success": "note done", "info": "note", "warning": "note now", "error": "note late"}
    for level, name in levels.items():
        html = written(
            '{% include "components/messages.html" %}',
            messages=[Said(level_tag=level, text="Saved.")],
        )
        assert f'<div class="{name}"' in html
        assert "Saved." in html


def test_the_pager_keeps_filters_and_leaves_numbers_out() -> None:
    html = rendered("parts.html")
    assert 'href="?sort=name&amp;page=6" rel="prev"' in html
    assert 'aria-current="page"><span class="visually-hidden">Page </span>7</a>' in html
    assert html.count('class="gap"') == 2


def test_one_page_needs_no_pager() -> None:
    page = Paginator(range(3), 10).page(1)
    assert (
        written(
            '{% include "components/pager.html" with page=page query=None only %}', page=page
        ).strip()
        == ""
    )


def test_a_closed_name_is_a_code_alone() -> None:
    html = written('{% include "components/who.html" with code="C-2058" url="#" only %}')
    assert html.strip() == '<a class="who" href="#">C-2058</a>'


def test_the_grave_act_of_a_confirmation_repeats_its_verb() -> None:
    html = rendered("confirm.html")
    assert '<button type="submit" class="btn btn-grave">Withdraw the departure</button>' in html
    assert '<a class="btn btn-text" href="#">Cancel</a>' in html
    with translation.override("en"):
        assert "Are you sure" not in html
