"""Readers of public service directories: one module per kind of source, one interface.

A new kind is a module with `finds(files)`, `about` and `read()`, and one entry in `READERS`.
"""

from pathlib import Path

from referrals.readers.hsds.reader import HsdsReader
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


def reader_for(path: Path, *, name: str = "", lang: str = "", region: str = "US") -> Reader | None:
    """Return the reader that knows what stands at `path` (a folder, one file, a zip); nothing if none does.

    `name`, `lang` and `region` say what HSDS does not: what the source is called, in which language it writes,
    and in which country a phone number without one rings. Raises `Unreadable` for a zip that cannot be opened.
    """
    files = tuple(sorted(path.glob("*.csv"))) if path.is_dir() else (path,)
    found = next((found for each in READERS if (found := each.finds(files))), None)
    return found or HsdsReader.at(path, name=name, lang=lang, region=region)
