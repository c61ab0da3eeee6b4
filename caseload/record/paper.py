"""A record on paper: a tagged PDF (PDF/UA-1) that says everything the JSON says, in sentences of field and value."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, pgettext

from core import dates

TEMPLATE: Final = Path(__file__).parent.parent / "papers" / "record.typ"
KEY: Final = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def record_paper(record: Mapping[str, Any], language: str) -> bytes:
    """Return the PDF, in the language that is active."""
    content = {
        "lang": language,
        "title": pgettext("record", "What we keep about you"),
        "practice": record["practice"],
        "intro": pgettext(
            "record",
            "This is everything, as it was written down. The same stands in the file beside this one,"
            " in a form that other programs can read.",
        ),
        "parts": [part_of(part) for part in record["parts"]],
    }
    compiler = typst.Compiler(
        TEMPLATE,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"record": json.dumps(content, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def part_of(part: Mapping[str, Any]) -> dict[str, Any]:
    model = apps.get_model(part["table"])
    rows = [list(lines_of(model, row)) for row in part["rows"]]
    return {"title": part["title"], "rows": [row for row in rows if row]}


def lines_of(model: type[models.Model], row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield field and value; keys and what is empty say nothing to a person."""
    for name, value in row.items():
        text = in_words(model._meta.get_field(name), value)
        if text:
            yield {"term": term_of(model._meta.get_field(name)), "said": text}


def term_of(field: Any) -> str:
    """Return what a field is called."""
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def in_words(field: Any, value: Any) -> str:
    if value in (None, "", [], {}, False) or KEY.match(str(value)):
        return ""
    if value is True:
        return gettext("Yes")
    if isinstance(value, list):
        return ", ".join(filter(None, (in_words(field, each) for each in value)))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    if choices := dict(getattr(field, "flatchoices", ())):
        return str(choices.get(value, value))
    return day_or_text(field, str(value))


def day_or_text(field: Any, value: str) -> str:
    kind = field.get_internal_type()
    if kind == "DateField" and (day := parse_date(value)):
        return dates.whole_date(day)
    if kind == "DateTimeField" and (instant := parse_datetime(value)):
        return f"{dates.whole_date(instant)}, {dates.clock(instant)}"
    return value
