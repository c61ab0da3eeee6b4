"""The options sheet: one tagged A4 page in the client's language, set by typst (PDF/UA-1)."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.utils import translation
from django.utils.translation import pgettext

from accounts.models import Practice
from core import dates
from referrals.models import Accepting
from referrals.offers import Offer, hours_in_words, place_time_in_words
from referrals.spoken import language_name

TEMPLATE: Final = Path(__file__).parent / "papers" / "options_sheet.typ"
SIZES: Final = (12.0, 11.0, 10.5, 10.0, 9.5)  # points; the first that fits on one page
REGIONS: Final = {"en": "GB", "pl": "PL", "nl": "NL", "it": "IT"}
FILE_NAMES: Final = {"en": "sheet.pdf", "pl": "karta.pdf", "nl": "blad.pdf", "it": "foglio.pdf"}
# Polish leaves no single letter at the end of a line.
ALONE: Final = re.compile(r"(?<!\w)([aiouwzAIOUWZ]) ")


@dataclass(frozen=True)
class Told:
    """One option and why it is right for this person, in the order of the list."""

    offer: Offer
    why: str


@dataclass(frozen=True)
class Sheet:
    """What the paper says, apart from its own words."""

    on: date
    options: Sequence[Told]
    language: str
    is_discreet: bool = False


def options_sheet(sheet: Sheet, practice: Practice) -> bytes:
    """Return the PDF. The letters get smaller, to 9.5 points, until everything fits on one page."""
    with translation.override(sheet.language):
        content = content_of(sheet, practice)
    told = json.dumps(content, ensure_ascii=False)
    tried = (set_in_type(told, size) for size in SIZES)
    fitting = next((each for each in tried if pages_of(each) == 1), None) or set_in_type(
        told, SIZES[-1]
    )
    made = fitting.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


def set_in_type(sheet: str, size: float) -> typst.Compiler:
    """Set the sheet; only the fonts of the wheel are used, so that it looks the same everywhere."""
    inputs = {"sheet": sheet, "size": str(size)}
    return typst.Compiler(TEMPLATE, font_paths=fonts(), ignore_system_fonts=True, sys_inputs=inputs)


def pages_of(compiler: typst.Compiler) -> int:
    """Ask the sheet itself, which knows how many pages it became."""
    return int(json.loads(compiler.query("<pages>", field="value", one=True)))


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def said(english: str) -> str:
    """Return a sentence of the paper in the language that is active."""
    return pgettext("options sheet", english)


def content_of(sheet: Sheet, practice: Practice) -> dict[str, Any]:
    """Return the sheet as plain values, in the language that is active."""
    content = {
        "lang": sheet.language,
        "region": REGIONS[sheet.language],
        "title": said("Places and people you could turn to"),
        "intro": said(
            "We talked about these on %(date)s. They were chosen with you in mind."
            " You do not have to choose any of them, and you do not have to choose today."
        )
        % {"date": dates.whole_date(sheet.on)},
        "options": [option_of(each, sheet) for each in sheet.options],
        "call_title": said("What may help when you call."),
        "call": said(
            "You only need to say: “I was given your name. Do you have room?”"
            " You do not have to explain more."
        ),
        "choice_title": said("My choice"),
        "choice_hint": said("Tick what fits, and bring this page next time if you like."),
        "answers": answers(),
        "after": said("May we ask you in a few weeks how it went?"),
        "after_answers": [
            {"label": said("yes, like this:"), "room": True},
            {"label": said("no"), "room": False},
        ],
        "foot": list(foot(practice)),
    }
    return kept_together(content) if sheet.language == "pl" else content


def kept_together(content: Any) -> Any:
    """Put a no-break space after every Polish word of one letter."""
    if isinstance(content, str):
        return ALONE.sub("\\1\u00a0", content)
    if isinstance(content, list):
        return [kept_together(each) for each in content]
    if isinstance(content, dict):
        return {name: kept_together(each) for name, each in content.items()}
    return content


def answers() -> list[dict[str, Any]]:
    return [
        {"label": said("one of these:"), "room": True},
        {"label": said("more than one"), "room": False},
        {"label": said("something of my own:"), "room": True},
        {"label": said("none of these"), "room": False},
        {"label": said("I want to wait"), "room": False},
    ]


def foot(practice: Practice) -> Iterator[str]:
    if practice.contact_name and practice.contact_phone:
        line = said("Questions? Call %(contact)s.")
        told = [practice.contact_name, practice.contact_phone, practice.contact_hours]
        yield line % {"contact": ", ".join(filter(None, told))}
    if practice.emergency_text:
        line = said("If you need somebody at once: %(emergency)s.")
        yield line % {"emergency": practice.emergency_text.rstrip(".")}


def option_of(told: Told, sheet: Sheet) -> dict[str, Any]:
    offer = told.offer
    lines = discreet_lines(offer) if sheet.is_discreet else lines_of(told)
    return {
        "name": name_of(offer),
        "lang": offer.lang or sheet.language,
        "lines": [{"term": term, "said": text, "lang": lang} for term, text, lang in lines if text],
    }


def name_of(offer: Offer) -> str:
    return f"{offer.name} – {offer.whose}" if offer.whose else offer.name


def lines_of(told: Told) -> Iterator[tuple[str, str, str]]:
    """Yield term, text and the text's own language; an empty text drops its line."""
    offer = told.offer
    if offer.kind == "place":
        yield "", said("A colleague in this practice"), ""
    yield "", offer.what, offer.lang
    yield said("Why this one:"), told.why, ""
    yield said("Where:"), where_of(offer), offer.lang
    if offer.kind == "place":
        yield said("When:"), place_time_in_words(offer), ""
    yield from discreet_lines(offer)
    yield said("Cost:"), offer.cost, offer.lang
    yield said("Languages:"), ", ".join(language_name(each) for each in offer.languages), ""
    if offer.kind == "service":
        yield said("New people:"), room_in_words(offer), ""
        if offer.checked_on:
            yield said("We last checked this on:"), dates.whole_date(offer.checked_on), ""


def discreet_lines(offer: Offer) -> Iterator[tuple[str, str, str]]:
    """Yield the number and when somebody answers; a confidential place's is given in person."""
    if offer.phones and not offer.is_confidential:
        told = [", ".join(offer.phones), hours_in_words(offer.hours)]
        yield said("Phone:"), ", ".join(filter(None, told)), ""


def where_of(offer: Offer) -> str:
    return "" if offer.is_confidential else offer.where


def room_in_words(offer: Offer) -> str:
    if offer.accepting == Accepting.UNKNOWN:
        return offer.wait
    return ", ".join(filter(None, [str(Accepting(offer.accepting).label).lower(), offer.wait]))
