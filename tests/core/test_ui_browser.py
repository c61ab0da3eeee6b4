"""Every part of the face in a real browser: axe finds nothing, nothing scrolls sideways, nothing breaks the CSP.

The normal tier looks at each page in four pairings, so that each language, theme and width is seen; the
long tier looks at all of them.
"""

from io import BytesIO
from itertools import product

import pytest
from pypdf import PdfReader

from tests.core.axe import findings
from tests.core.gallery import ADDRESS, contexts, rendered, serve

pytestmark = pytest.mark.browser

PAGES = list(contexts())
PAIRINGS = [("en", "light", 360), ("pl", "dark", 1280), ("nl", "dark", 360), ("it", "light", 1280)]
ALL = list(product(("en", "pl", "nl", "it"), ("light", "dark")))
WIDTHS = (360, 1280)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HIDDEN_UNDER = """() => [...document.querySelectorAll('.btn, .chip, .navlink, .tabbar a, .pick, h1, h2, h3')]
    .filter(one => one.offsetParent && !one.matches('.visually-hidden') && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def show(page, name, **how):
    """Open one page of the gallery; return what the browser complained about."""
    complaints = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    serve(page, rendered(name, **how))
    page.goto(f"{ADDRESS}/")
    page.wait_for_load_state("load")
    return [said for said in complaints if "does not conform to the required format" not in said]


def look_at(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert findings(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    assert page.evaluate(HIDDEN_UNDER) == []


@pytest.mark.parametrize(("language", "theme", "width"), PAIRINGS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(page, name, language, theme, width):
    assert show(page, name, language=language, theme=theme) == []
    look_at(page, width)


@pytest.mark.long
@pytest.mark.parametrize(("language", "theme"), ALL)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_anywhere(page, name, language, theme):
    assert show(page, name, language=language, theme=theme) == []
    for width in WIDTHS:
        look_at(page, width)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways(page, name):
    show(page, name, language="it")
    for width in (320, 768, 992, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) == 0, width


def test_bootstrap_loses_against_every_rule_of_the_theme(page):
    show(page, "parts.html", theme="light")
    colour = page.locator(".btn-primary").first.evaluate(
        "one => getComputedStyle(one).backgroundColor"
    )
    assert colour == "rgb(29, 96, 87)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 244, 238)"


def test_the_device_decides_where_the_person_has_not(page):
    page.emulate_media(color_scheme="dark")
    show(page, "404.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 26)"


def test_every_control_is_reached_and_shows_its_focus(page):
    show(page, "fields.html")
    asked = page.locator("a:visible, button:visible, summary:visible").count()
    seen = set()
    for _ in range(asked + 40):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const one = document.activeElement; const ring = one.closest('.pick') || one;
            return [one.outerHTML.slice(0, 90), getComputedStyle(ring).outlineStyle, getComputedStyle(ring).outlineWidth] }"""
        )
        seen.add(tuple(found))
    assert any("Save the telling" in html or "btn-primary" in html for html, _, _ in seen)
    ringless = [
        html
        for html, style, width in seen
        if not html.startswith("<body") and (style == "none" or width == "0px")
    ]
    assert ringless == []


def test_the_skip_link_leads_to_the_content(page):
    show(page, "parts.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_error_summary_is_focused_and_leads_to_the_field(page):
    show(page, "fields.html?wrong")
    assert "errors" in page.evaluate("document.activeElement.className")
    page.get_by_role("link", name="What you said:").click()
    assert page.evaluate("document.activeElement.id") == "id_said"


def test_a_group_is_heard_with_its_name_hint_and_error(page):
    show(page, "fields.html?wrong")
    field = page.get_by_role("textbox", name="Why not in person")
    said = field.evaluate(
        "one => one.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText)"
    )
    assert said == [
        "One sentence is enough. Your supervisor reads it.",
        "Say why it was by phone. It can be recorded either way.",
    ]
    assert page.get_by_role("radiogroup", name="When").count() == 1


def test_the_whole_surface_of_a_pick_is_its_target(page):
    show(page, "fields.html")
    pick = page.locator(".pick", has_text="Another day")
    box = pick.bounding_box()
    assert box["height"] >= 44
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + 4)
    assert pick.locator("input").is_checked()


def test_a_slow_save_says_so_beside_the_button_and_keeps_its_words(page):
    show(page, "fields.html")
    page.evaluate(
        """() => { const form = document.querySelector('main form');
        form.addEventListener('submit', event => event.preventDefault()); form.requestSubmit(); }"""
    )
    assert page.locator(".saving").text_content() == ""
    page.wait_for_timeout(600)
    assert page.locator(".saving").text_content() == "Saving…"
    assert page.locator(".savebar .btn-primary").inner_text() == "Save the telling"


@pytest.mark.parametrize("status", [409, 422])
def test_htmx_swaps_what_was_not_taken_and_leads_to_it(page, status):
    asks = 'data-hx-post="/save" data-hx-target="#main" data-hx-select="#main" data-hx-swap="outerHTML"'
    html = rendered("fields.html").replace(
        '<form method="post" novalidate>', f'<form method="post" novalidate {asks}>'
    )
    serve(page, html, answers={"/save": (status, rendered("fields.html?wrong"))})
    page.goto(f"{ADDRESS}/")
    page.get_by_role("button", name="Save the telling").click()
    page.locator(".errors").wait_for()
    page.wait_for_function("document.activeElement.matches('.errors')")
    assert page.title().startswith("Error: ")
    assert page.locator("#main").count() == 1
    stored = page.evaluate(
        "({...localStorage, ...sessionStorage})"
    )  # where one is; no page, no draft
    assert stored == {"htmx-current-path-for-history": "/"}
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_everything_is_there_without_javascript(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    show(page, "fields.html?wrong")
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_role("textbox", name="Why not in person").is_visible()
    page.unroute_all()
    show(page, "board.html")
    assert page.locator("[data-print]").count() == 1
    assert not page.locator("[data-print]").is_visible()
    context.close()


def test_printing_is_offered_where_it_works(page):
    show(page, "board.html")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    assert page.title() == "printed"


@pytest.mark.parametrize(
    ("name", "size", "pages"),
    [
        ("board.html", (842, 595), 2),
        ("board.html?table", (842, 595), 2),
        ("paper.html", (595, 842), 1),
    ],
)
def test_boards_print_on_a4_landscape_and_options_on_one_page(page, name, size, pages):
    show(page, name, theme="dark")
    printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(printed) <= pages
    for sheet in printed:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == size


def test_paper_is_light_and_has_no_navigation(page):
    show(page, "board.html", theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for part in (".rail", ".topbar", ".tabbar", ".views", ".lane a.noprint"):
        assert not page.locator(part).first.is_visible()
    assert page.locator(".printonly").is_visible()


def test_signs_stand_where_the_geometry_puts_them(page):
    """The plot keeps the full width of its column; a sign's middle is x percent of it."""
    show(page, "board.html")
    lane = page.locator(".lane", has_text="Wren")
    track = lane.locator(".track").bounding_box()
    sign = lane.locator("use.mk-l").bounding_box()
    wanted = track["x"] + track["width"] * 0.63393
    assert abs(sign["x"] + sign["width"] / 2 - wanted) < 3
    today = lane.locator("use[href='#b-today']").bounding_box()
    assert abs(today["x"] + today["width"] / 2 - (track["x"] + track["width"] * 0.13393)) < 2


def test_the_first_page_is_light_over_the_wire(page):
    """At most 150 KB (quality.md), here before compression of what is sent once."""
    import gzip

    sizes = {}
    page.on(
        "response", lambda answer: sizes.__setitem__(answer.url, len(gzip.compress(answer.body())))
    )
    show(page, "board.html")
    assert all(url.startswith(ADDRESS) for url in sizes)
    assert sum(sizes.values()) <= 150_000
