"""What may stand in a log: where something failed and of which kind, never what it was about (R22).

The words of an exception may quote a row ("Failing row contains …", "invalid literal … 'Hazel'"). So a
traceback keeps its files, lines and functions and loses its words; a database error keeps its SQLSTATE and
the names of constraint, table and column, which are ours. Words are kept where the class promises that they
name nobody: `safe_to_log = True`.
"""

import copy
import logging
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import psycopg

ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class Wordless(logging.Formatter):
    """Writes log lines without the words of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        bare = copy.copy(record)
        bare.exc_text = None  # another formatter may have written it already
        bare.args = tuple(map(wordless, bare.args)) if isinstance(bare.args, tuple) else bare.args
        if isinstance(bare.args, Mapping) and "exc" in bare.args and bare.exc_info:
            bare.args = {
                **bare.args,
                "exc": kind_of(bare.exc_info),
            }  # Celery quotes it in its message
        return super().format(bare)

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 -- logging's name
        return "" if ei[1] is None else "\n".join(lines_of(ei[1]))


def wordless(argument: object) -> object:
    return said_of(argument) if isinstance(argument, BaseException) else argument


def kind_of(error: Any) -> str:
    found = error[1] if isinstance(error, tuple) else error
    return said_of(found) if isinstance(found, BaseException) else "an error"


def lines_of(error: BaseException) -> Iterator[str]:
    """Yield the traceback, the first cause first, as Python does."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from lines_of(before)
        yield "then:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    yield said_of(error)


def said_of(error: BaseException) -> str:
    """Return the kind of an error and what is known to name nobody."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if getattr(error, "safe_to_log", False):
        return f"{kind}: {error}"
    database = error if isinstance(error, psycopg.Error) else error.__cause__
    if not isinstance(database, psycopg.Error):
        return kind
    facts = database.diag
    names = [facts.constraint_name, facts.table_name, facts.column_name]
    known = [str(name) for name in (database.sqlstate, *names) if name]
    return f"{kind} ({', '.join(known)})" if known else kind
