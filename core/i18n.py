"""The catalogues of the four languages: where they live and how they are compiled.

Babel compiles them, so that no machine needs gettext installed. `compile_catalogues` needs no settings:
script/server and the tests call it before Django starts.
"""

import os
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "pl", "nl", "it")
ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"

_TWO_FORMS = "nplurals=2; plural=(n != 1);"
# Polish and Dutch are the very formulas of Django's own catalogues: equal ones are merged into one.
PLURAL_FORMS = {
    "en": _TWO_FORMS,
    "pl": (
        "nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : "
        "n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3);"
    ),
    "nl": _TWO_FORMS,
    "it": _TWO_FORMS,
}


def catalogue_path(language: str, *, folder: Path = LOCALE) -> Path:
    """Return where the .po file of `language` stands under `folder`."""
    return folder / language / "LC_MESSAGES" / "django.po"


def header(language: str) -> str:
    """Return the head of a .po file: no dates and no names, so that two branches do not collide."""
    return (
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"\n\n'
    )


def empty_catalogue(language: str) -> Catalog:
    """Return a catalogue without messages that has Django's plural forms, not Babel's."""
    return read_po(BytesIO(header(language).encode()), locale=language)


def read_catalogue(path: Path, language: str) -> Catalog:
    """Read one .po file; a file that is not there yet is an empty catalogue."""
    if not path.exists():
        return empty_catalogue(language)
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def compile_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Compile every .po that is newer than its .mo; return the .mo files written.

    Each is replaced in one move: a process that starts meanwhile reads the old one or the new one, whole.
    """
    return [
        _compile(path, language)
        for language in LANGUAGES
        if (path := catalogue_path(language, folder=folder)).exists() and _is_newer(path)
    ]


def _is_newer(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns <= path.stat().st_mtime_ns


def _compile(path: Path, language: str) -> Path:
    compiled = path.with_suffix(".mo")
    unfinished = compiled.with_suffix(f".mo.{os.getpid()}")
    try:
        with unfinished.open("wb") as target:
            write_mo(target, read_catalogue(path, language))
        unfinished.replace(compiled)
    finally:
        unfinished.unlink(missing_ok=True)
    return compiled
