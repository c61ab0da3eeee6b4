"""Rules of the house that a guide alone would not keep."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("config", "core", "accounts", "caseload", "referrals", "endings", "reminders", "desk")
TOOLS = ("script", "benchmarks")
PYTHON = sorted(
    path
    for folder in (*APPS, *TOOLS)
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BANNED_NAMES = re.compile(r"(^|/)(utils?|helpers?|services|managers?)\.py$")
INLINE = re.compile(
    r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short_and_well_named(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    assert not BANNED_NAMES.search(path.as_posix())


def lengths(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of every function, its head and docstring among them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, node.name


def test_functions_stay_short() -> None:
    """The figures of quality.md: half of all at most 8 lines, nine of ten at most 22, none over 60."""
    found = [
        (lines, f"{path.relative_to(ROOT)}: {name}")
        for path in PYTHON
        for lines, name in lengths(path.read_text())
    ]
    lines = [count for count, _where in found]
    assert statistics.median(lines) <= 8
    assert statistics.quantiles(lines, n=10)[-1] <= 22
    assert [where for count, where in found if count > 60] == []


def test_the_lines_of_a_function_are_counted() -> None:
    assert list(lengths("def a():\n    return 1\n")) == [(2, "a")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert INLINE.search(text) is None


def test_the_check_sees_an_inline_handler() -> None:
    assert INLINE.search('<a href="#" onclick="x()">') is not None


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_titles_name_nobody(path: Path) -> None:
    """Browsers keep history: no client name or code in a title (R22)."""
    for title in re.findall(
        r"{% block title %}(.*?){% endblock", path.read_text(), flags=re.DOTALL
    ):
        assert not re.search(r"known_as|\.called|\.name\b(?!.*practice)|\.code\b", title)


def posts(path: Path) -> bool:
    """Say whether a part holds a form that needs the token, itself or through what it includes."""
    text = path.read_text()
    inside = re.findall(r'{% include "([^"]+)"', text)
    return "{% csrf_token %}" in text or any(
        posts(ROOT / "templates" / name) for name in inside if "/_" in name
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_part_that_posts_gets_the_token(path: Path) -> None:
    """`only` takes the CSRF token away, and Django's test client would not notice."""
    for name, rest in re.findall(r'{% include "([^"]+)"([^%]*)%}', path.read_text()):
        if " only" in rest and posts(ROOT / "templates" / name):
            assert "csrf_token=csrf_token" in rest, f"{path.name} includes {name}"
