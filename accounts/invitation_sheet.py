"""A list of people to invite, as a spreadsheet gives it: read line by line, each with what is wrong in it.

Pure: text in, lines out. Columns are found by their heading in any of our languages; without headings they
are name, e-mail, roles, in this order. Lines are numbered as the spreadsheet numbers them, from 1.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_LINES = 500
MOST_LETTERS = 120
HEADINGS = {
    "name": {"name", "naam", "nome", "imię i nazwisko", "imię", "nazwisko"},
    "email": {"email", "e-mail", "mail", "e-mailadres", "adres e-mail", "indirizzo e-mail"},
    "roles": {"role", "roles", "rola", "rol", "rollen", "ruolo", "ruoli"},
}
BETWEEN_ROLES = re.compile(r"[,;/+|&]")


class Problem(models.TextChoices):
    """Why a line is not invited as it stands."""

    NO_NAME = "no_name", _("The name is missing.")
    LONG_NAME = "long_name", _("The name is longer than 120 letters.")
    NO_EMAIL = "no_email", _("This is no e-mail address.")
    TWICE = "twice", _("This address stands in an earlier line, too.")
    NO_ROLE = "no_role", _("The role is missing.")
    UNKNOWN_ROLE = "unknown_role", _("This role is not known here.")
    SIGNS_IN = "signs_in", _("Somebody with this e-mail can sign in already.")


@dataclass(frozen=True)
class Line:
    """One line of the sheet; `roles` are those that were understood."""

    number: int
    name: str
    email: str
    roles: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_sheet(
    text: str, roles: Mapping[str, str], known: frozenset[str] = frozenset()
) -> list[Line]:
    """Return the lines of `text`; empty ones are left out.

    `roles`: what a role is called, in small letters → the role. `known`: addresses, in small letters, of
    people who can sign in already.
    """
    rows = list(csv.reader(text.splitlines()[: MOST_LINES + 1], delimiter=delimiter_of(text)))
    columns = columns_of(rows[0]) if rows else None
    seen: set[str] = set()
    lines = []
    for number, row in enumerate(rows, start=1):
        if (number == 1 and columns) or not any(cell.strip() for cell in row):
            continue
        line = read_line(number, cells_of(row, columns), roles)
        wrong = [*line.problems, *clashes(line.email.lower(), seen, known)]
        seen.add(line.email.lower())
        lines.append(Line(number, line.name, line.email, line.roles, tuple(wrong)))
    return lines


def delimiter_of(text: str) -> str:
    """Return what parts the cells: whichever of tab, semicolon and comma the first line has most of."""
    first = text.splitlines()[0] if text.strip() else ""
    return max("\t;,", key=first.count)


def columns_of(row: Sequence[str]) -> dict[str, int] | None:
    """Return where each column stands, if `row` is a heading."""
    said = [cell.strip().lower() for cell in row]
    found = {
        column: place
        for column, words in HEADINGS.items()
        for place, word in enumerate(said)
        if word in words
    }
    return found if {"name", "email"} <= set(found) else None


def cells_of(row: Sequence[str], columns: Mapping[str, int] | None) -> dict[str, str]:
    places = columns or {"name": 0, "email": 1, "roles": 2}
    return {
        column: row[place].strip() if place < len(row) else "" for column, place in places.items()
    }


def read_line(number: int, cells: Mapping[str, str], roles: Mapping[str, str]) -> Line:
    said = [word.strip().lower() for word in BETWEEN_ROLES.split(cells.get("roles", ""))]
    words = [word for word in said if word]
    understood = tuple(dict.fromkeys(roles[word] for word in words if word in roles))
    line = Line(number, cells["name"], cells["email"], understood)
    wrong = tuple(problems_of(line, words, roles))
    return Line(number, line.name, line.email, understood, wrong)


def problems_of(line: Line, words: Sequence[str], roles: Mapping[str, str]) -> Iterator[Problem]:
    if not line.name:
        yield Problem.NO_NAME
    if len(line.name) > MOST_LETTERS:
        yield Problem.LONG_NAME
    try:
        validate_email(line.email)
    except ValidationError:
        yield Problem.NO_EMAIL
    if not words:
        yield Problem.NO_ROLE
    if any(word not in roles for word in words):
        yield Problem.UNKNOWN_ROLE


def clashes(email: str, seen: set[str], known: frozenset[str]) -> Iterator[Problem]:
    if email and email in seen:
        yield Problem.TWICE
    if email in known:
        yield Problem.SIGNS_IN
