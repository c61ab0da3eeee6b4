"""Readers of public service directories: one module per kind of source, one interface.

A new kind is a module with `finds(files)`, `about` and `read()`, and one entry in `READERS`.
"""

from pathlib import Path

from referrals.readers.ohana import OhanaReader
from referrals.readers.samhsa import SamhsaReader
from referrals.readers.tables import Unreadable
from referrals.readers.things import (
    BELOW,
    POINTS_TO,
    About,
    Kind,
    Line,
    Reader,
    Remark,
    Thing,
    Weight,
)

READERS = (OhanaReader, SamhsaReader)

__all__ = [
    "BELOW",
    "POINTS_TO",
    "About",
    "Kind",
    "Line",
    "Reader",
    "Remark",
    "Thing",
    "Unreadable",
    "Weight",
    "reader_for",
]


def reader_for(path: Path) -> Reader | None:
    """Return the reader that knows what stands at `path` (a folder or one file); nothing if none does."""
    files = tuple(sorted(path.glob("*.csv"))) if path.is_dir() else (path,)
    return next((found for each in READERS if (found := each.finds(files))), None)
