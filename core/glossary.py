"""The page of words: docs/glossary.md is written from docs/glossary.csv, so that both say the same."""

import csv
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from core.i18n import ROOT

TABLE = ROOT / "docs" / "glossary.csv"
PAGE = ROOT / "docs" / "glossary.md"

_HEAD = """# Glossary

Noun → model → the words on screen, in all four languages. The model name is the name in code, in URLs and in tests.
Written by `script/glossary` from `glossary.csv`: change that one. In a cell with several words, separated by `;`, the
order is the same in all four languages. *Never* lists words that a reader could take amiss, and why.
"""
_COLUMNS = {
    "term": "noun",
    "model": "model",
    "en": "English",
    "pl": "Polish",
    "nl": "Dutch",
    "it": "Italian",
    "notes": "gender, plural",
    "never": "never",
}


def glossary_page(table: Path = TABLE) -> str:
    """Return the page: one Markdown table for each section of `table`, in its order."""
    with table.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    sections = groupby(rows, key=lambda row: row["section"])
    return "\n".join([_HEAD, *(_section(title, found) for title, found in sections)])


def _section(title: str, rows: Iterable[dict[str, str]]) -> str:
    lines = [f"## {title}", "", _line(_COLUMNS.values()), _line("---" for _ in _COLUMNS)]
    lines += [_line(_cell(name, row[name]) for name in _COLUMNS) for row in rows]
    return "\n".join([*lines, ""])


def _cell(name: str, text: str) -> str:
    if name == "model" and text:
        return ", ".join(f"`{model}`" for model in text.split(", "))
    return text.replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
