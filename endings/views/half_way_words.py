"""What the plan page says of people who come from a spreadsheet half-way (decision 14)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.operations.imports import HalfWay
from core import dates
from endings.models import Ending

Known = Mapping[UUID, Sequence[HalfWay]]


@dataclass(frozen=True)
class Brought:
    """One person, and what the sheet says that has no place in the plan."""

    ending: Ending
    lines: Sequence[str]


def note_of(known: Known) -> str:
    """Return the one sentence above the plan; empty where nobody comes from a sheet."""
    count = sum(len(rows) for rows in known.values())
    if not count:
        return ""
    return ngettext(
        "%(count)s person comes from the spreadsheet half-way; what was recorded there stands.",
        "%(count)s people come from the spreadsheet half-way; what was recorded there stands.",
        count,
    ) % {"count": dates.number(count)}


def brought(known: Known, endings: Mapping[UUID, Ending], today: date) -> list[Brought]:
    """Return those of whom more is to be said, in the order of the plan."""
    said = (
        Brought(ending, list(dict.fromkeys(all_lines(ending, known[key], today))))
        for key, ending in endings.items()
        if key in known
    )
    return [one for one in said if one.lines]


def all_lines(ending: Ending, rows: Sequence[HalfWay], today: date) -> Iterator[str]:
    """Yield the lines of each row; what two rows say alike is said once by the caller."""
    for row in rows:
        yield from lines_of(ending, row, today)


def lines_of(ending: Ending, fact: HalfWay, today: date) -> Iterator[str]:
    """Yield what the sheet says and the plan does not: another day, options and a receiver in words."""
    if fact.told_on is not None and fact.told_on > today and ending.tell_plan_on != fact.told_on:
        yield _("Told on, in the spreadsheet: %(date)s. The plan has another day.") % {
            "date": dates.day(fact.told_on)
        }
    if fact.told_on is not None and fact.told_on <= today and not fact.told_mode:
        yield _("The spreadsheet does not say how: kept as you always meet. Correct it if not.")
    if fact.last_session_on is not None and ending.last_on != fact.last_session_on:
        yield _("Last session, in the spreadsheet: %(date)s. The plan has another day.") % {
            "date": dates.day(fact.last_session_on)
        }
    if fact.options:
        yield _("Options, in the spreadsheet: %(words)s") % {"words": fact.options}
    if fact.receiver:
        yield _("Receiver, in the spreadsheet: %(name)s") % {"name": fact.receiver}
