"""The table of access in words: role × table × verb × road (`manage.py show_access`, docs/access.md)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps

from core.guard import EVERYBODY, NOBODY, SOMEBODY, VERBS, Worker
from core.policies import HISTORY, Table, has_table, table_of

BEGIN, END = "<!-- show_access: begin -->", "<!-- show_access: end -->"
HEADINGS = ("table", "read", "add", "change", "remove", "worker", "why")
# What a condition asks → how it is said. Anything else is said as “by rule”.
PHRASES = (
    (
        re.compile(r"exists \(select from (\w+).*?sight\.(own_\w+)\(\)\)::uuid\[\]\)\)"),
        r"\2 of \1",
    ),
    (re.compile(r'"(\w+)" = any \(\(select sight\.(\w+)\(\)\)::uuid\[\]\)'), r"\2"),
    (re.compile(r'"(\w+)" = \(select sight\.actor\(\)\)'), r"\1 oneself"),
    (
        re.compile(r"\(select sight\.actor\(\)\) in \(r\.reviewer_id, r\.second_reviewer_id\)"),
        "reviewer",
    ),
    (re.compile(r"\(select sight\.holds\('(\w+)'\)\)"), r"\1"),
    (re.compile(r"sight\.has_led\(.*?, \"client_id\"\)"), "has led"),
    (
        re.compile(r"exists \(select from caseload_filerequest r .*?\(select sight\.actor\(\)\)\)"),
        "who asked",
    ),
    (re.compile(r"sight\.(may_\w+|is_new_client)\([^()]*\)"), r"\1"),
    (
        re.compile(r"exists \(select from caseload_place p .*?\(select sight\.actor\(\)\)\)"),
        "own place",
    ),
    (re.compile(r"exists \(select from (\w+)[^()]*and reviewer\)"), "reviewer"),
    (re.compile(r"exists \(select from (\w+) [^()]*\)"), r"who sees \1"),
)


@dataclass(frozen=True)
class Row:
    """One table: the app's roads by verb, what the worker may, and why."""

    table: str
    roads: tuple[str, str, str, str]
    worker: str
    because: str


def rows() -> list[Row]:
    """Return every guarded table, and its history, in the order of the apps."""
    return list(each_row())


def each_row() -> Iterator[Row]:
    for model in apps.get_models(include_auto_created=True):
        table = table_of(model)
        if table.guard is not None and table.guard is not HISTORY and has_table(model):
            yield row_of(table)


def row_of(table: Table) -> Row:
    assert table.guard is not None  # noqa: S101 -- asked of guarded tables alone
    verbs = table.verbs_of_app()
    roads = [in_words(table.guard.condition(verb)) if verb in verbs else "" for verb in VERBS]
    select, insert, update, delete = roads
    if table.append_only and table.columns_to_change:
        update = (
            f"{in_words(table.guard.condition('update'))}: {', '.join(table.columns_to_change)}"
        )
    return Row(
        table.name,
        (select, insert, update, delete),
        worker_in_words(table.guard.worker),
        table.guard.because,
    )


def in_words(condition: str) -> str:
    """Return the roads that a condition names."""
    if condition in (NOBODY, EVERYBODY, SOMEBODY):
        return {NOBODY: "", EVERYBODY: "everybody", SOMEBODY: "whoever acts"}[condition]
    said = condition
    for asks, words in PHRASES:
        said = asks.sub(words, said)
    return re.sub(r"\(([\w ]+)\)", r"\1", said)


def worker_in_words(worker: Worker) -> str:
    read = "everything" if worker.opens else "unsealed columns" if worker.reads else "keys"
    return ", ".join([read, *worker.writes])


def open_tables() -> list[tuple[str, str]]:
    """Return the tables that are open as a whole to the app, with the app they belong to."""
    return sorted(
        (model._meta.db_table, model._meta.app_label)
        for model in apps.get_models(include_auto_created=True)
        if has_table(model) and table_of(model).guard is None and table_of(model).verbs_of_app()
    )


def document(table: Iterable[Row]) -> str:
    """Return the whole as Markdown."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += [
        "| " + " | ".join([f"`{row.table}`", *row.roads, row.worker, row.because]) + " |"
        for row in table
    ]
    names = ", ".join(f"`{name}`" for name, _app in open_tables())
    return (
        "\n".join([*lines, "", f"Open, because no road leads from there to a client: {names}."])
        + "\n"
    )


def in_document(text: str, told: str) -> str:
    """Return `text` with the table between its marks."""
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n{told}{END}{after}"
