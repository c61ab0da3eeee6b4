"""Keep the catalogues of the four languages in step with the source: a tool of development.

English is the msgid; its catalogue repeats it, unless somebody wrote other words there. A key of the translators'
files is the msgid, or `context + "\\x04" + msgid` as gettext itself writes it.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from core.extraction import extract_messages
from core.i18n import (
    LANGUAGES,
    LOCALE,
    ROOT,
    catalogue_path,
    empty_catalogue,
    header,
    read_catalogue,
)

Forms = tuple[str, ...]
Words = dict[str, dict[str, Forms]]
"""Language → key → its forms: one, or as many as the language has plural forms."""

TRANSLATED = LANGUAGES[1:]
CONTEXT_END = "\x04"
PLURAL_COLUMNS = {
    "en": ("one", "other"),
    "pl": ("one", "few", "many", "other"),
    "nl": ("one", "other"),
    "it": ("one", "other"),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")
_MARKUP = re.compile(r"</?[a-z][^>]*>")


def english(message: Message) -> Forms:
    """Return the msgid of a message, with its plural if it is counted."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> Forms:
    """Return what stands in the catalogue: one string, or every plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def key(message: Message) -> str:
    """Return the name of a message in translators' files."""
    before = f"{message.context}{CONTEXT_END}" if message.context else ""
    return before + english(message)[0]


def messages_of(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages of a catalogue, without its head."""
    return (message for message in catalogue if message.id)


def is_translated(message: Message, catalogue: Catalog) -> bool:
    """Say whether every form that the language needs is there."""
    needed = catalogue.num_plurals if message.pluralizable else 1
    return len(forms(message)) == needed and all(forms(message))


def flaw(message: Message, written: Forms) -> str:
    """Say in which way `written` does not fit its message; empty if it does.

    A plural form may leave the number out, but may bring in nothing that the English does not have.
    """
    source = english(message)
    allowed = [sorted(_PLACEHOLDER.findall(text)) for text in source]
    markup = [sorted(_MARKUP.findall(text)) for text in source]
    for text in written:
        if sorted(_PLACEHOLDER.findall(text)) not in allowed:
            return f"other placeholders than the English: {text}"
        if sorted(_MARKUP.findall(text)) not in markup:
            return f"other markup than the English: {text}"
        if text != text.strip() and source[0] == source[0].strip():
            return f"space at an end: {text!r}"
    return ""


def update_catalogues(
    *, corrections: Words, memory: Words, root: Path = ROOT, folder: Path = LOCALE
) -> dict[str, Catalog]:
    """Write the .po files of all languages anew: every message of the source under `root`, none besides.

    A translation is kept word for word unless `corrections` has another; an empty one is filled from `memory`.
    Nothing is guessed from likeness.
    """
    source = extract_messages(root)
    catalogues = {}
    for language in LANGUAGES:
        path = catalogue_path(language, folder=folder)
        ways = (
            corrections.get(language, {}),
            words_of(read_catalogue(path, language)),
            memory.get(language, {}),
        )
        catalogues[language] = _translated(source, language=language, ways=ways)
        _write(catalogues[language], path=path, language=language)
    return catalogues


def words_of(catalogue: Catalog) -> dict[str, Forms]:
    """Return what a catalogue says: key → forms."""
    return {key(message): forms(message) for message in messages_of(catalogue)}


def _translated(source: Catalog, *, language: str, ways: Iterable[Mapping[str, Forms]]) -> Catalog:
    fresh = empty_catalogue(language)
    for message in messages_of(source):
        needed = fresh.num_plurals if message.pluralizable else 1
        candidates = [way.get(key(message), ()) for way in ways]
        if language == "en":
            candidates.append(english(message))
        fitting = (found for found in candidates if len(found) == needed and all(found))
        string = next(fitting, ("",) * needed)
        fresh.add(
            message.id,
            string if message.pluralizable else string[0],
            locations=message.locations,
            flags=message.flags,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return fresh


def _write(catalogue: Catalog, *, path: Path, language: str) -> None:
    """Write a file only if it changes: an untouched one need not be compiled again."""
    text = header(language).encode() + _body(catalogue)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != text:
        path.write_bytes(text)


def _body(catalogue: Catalog) -> bytes:
    """Return the messages, sorted, unwrapped and without line numbers: a diff shows words that changed."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return buffer.getvalue().rstrip(b"\n") + b"\n"


def missing(catalogues: Mapping[str, Catalog]) -> dict[str, Message]:
    """Return, by key, the messages that at least one language does not have yet."""
    return {
        key(message): message
        for catalogue in catalogues.values()
        for message in messages_of(catalogue)
        if not is_translated(message, catalogue)
    }


def for_translators(messages: Iterable[Message]) -> str:
    """Return a JSON file to be filled: key → a list with Polish, Dutch and Italian, in this order.

    A counted message has a list of plural forms for each language.
    """
    empty: dict[str, list[object]] = {}
    for message in messages:
        counted = [[""] * len(PLURAL_COLUMNS[language]) for language in TRANSLATED]
        empty[key(message)] = [*counted] if message.pluralizable else [""] * len(TRANSLATED)
    return json.dumps(empty, ensure_ascii=False, indent=1)


def words_from_json(path: Path) -> Words:
    """Read a file that `for_translators` gave and somebody filled.

    A fourth entry is English: other words than the msgid, where that is a framework's and not in our tone.
    """
    filled = json.loads(path.read_text(encoding="utf-8"))
    words: Words = {language: {} for language in LANGUAGES}
    for name, translations in filled.items():
        for language, found in zip((*TRANSLATED, "en"), translations, strict=False):
            words[language][name] = (found,) if isinstance(found, str) else tuple(found)
    return words


def words_from_memory(folder: Path) -> Words:
    """Read strings written elsewhere: `microcopy.csv` and `plurals.csv`, with a column for each language.

    A string is found under its context (`plan.draft`, also as `plan` or `plan.state`), and under its English alone
    if it has one translation only.
    """
    rows = [*_rows(folder / "microcopy.csv"), *_plural_rows(folder / "plurals.csv")]
    words: Words = {language: {} for language in TRANSLATED}
    for context, english, translations in rows:
        same = {tuple(other.items()) for _, text, other in rows if text == english}
        kind = context.partition(".")[0]
        names = [f"{place}{CONTEXT_END}{english}" for place in (context, kind, f"{kind}.state")]
        names += [english] if len(same) == 1 else []
        for language in TRANSLATED:
            words[language].update(dict.fromkeys(names, translations[language]))
    return words


def _rows(path: Path) -> list[tuple[str, str, dict[str, Forms]]]:
    with path.open(encoding="utf-8", newline="") as source:
        return [
            (row["key"], row["en"], {language: (row[language],) for language in TRANSLATED})
            for row in csv.DictReader(source)
        ]


def _plural_rows(path: Path) -> list[tuple[str, str, dict[str, Forms]]]:
    with path.open(encoding="utf-8", newline="") as source:
        return [
            (
                row["key"],
                row["en_one"],
                {language: _counted(row, language) for language in TRANSLATED},
            )
            for row in csv.DictReader(source)
        ]


def _counted(row: Mapping[str, str], language: str) -> Forms:
    return tuple(row[f"{language}_{form}"] for form in PLURAL_COLUMNS[language])
