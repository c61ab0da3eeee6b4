"""Whose an appointment is: by the words it carries, among the work somebody has. Pure: no clock, no database.

Nobody is invented and nothing is guessed: the code, the whole name or the whole known-as has to stand there, of one
piece of work alone. Where two fit, or none, a person says it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.names import folded

WORD = re.compile(r"\w+")
SHORTEST = 3  # letters: initials fit too many


@dataclass(frozen=True)
class Work:
    """One assignment by its key: the codes, names and known-as of who takes part."""

    key: UUID
    codes: Sequence[str] = ()
    names: Sequence[str] = ()
    known_as: Sequence[str] = ()


def works_named(words: str, works: Iterable[Work]) -> list[UUID]:
    """Return the work that `words` name: by code, else by name, else by known-as; several where several fit."""
    said = tokens(words)
    best: list[UUID] = []
    most = 0
    for work in works:
        strength = strength_of(said, work)
        if strength > most:
            best, most = [], strength
        if strength and strength == most:
            best.append(work.key)
    return best


def strength_of(said: Sequence[str], work: Work) -> int:
    """Return 3 for a code, 2 for a name, 1 for a known-as, 0 for nothing."""
    grades: Mapping[int, Sequence[str]] = {3: work.codes, 2: work.names, 1: work.known_as}
    for strength, called in grades.items():
        if any(stands_in(said, tokens(name)) for name in called):
            return strength
    return 0


def stands_in(said: Sequence[str], name: Sequence[str]) -> bool:
    """Say whether a whole name stands in what is said, one word after another or last name first."""
    if not name or sum(map(len, name)) < SHORTEST:
        return False
    orders = {tuple(name), tuple(name[-1:]) + tuple(name[:-1])}
    length = len(name)
    runs = {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}
    return bool(orders & runs)


def tokens(words: str) -> list[str]:
    return WORD.findall(folded(words))
