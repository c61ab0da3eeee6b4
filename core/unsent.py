"""What a person has typed into a long form and not sent (decision 26), for whoever draws the form again.

Fields, revisions and hand-written boxes ask here; where drafts are kept, and that they are sealed, is known
to `accounts.drafts`, which gives each request a way to read the one of its page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.utils.datastructures import MultiValueDict


@dataclass(frozen=True)
class Typed:
    """The values of a form by their names, as a browser would send them, and when they were kept."""

    values: MultiValueDict[str, str]
    saved_at: datetime


Read = Callable[[], Typed | None]
_read: ContextVar[Read | None] = ContextVar("unsent", default=None)


def typed() -> Typed | None:
    """Return what was typed on this page before and not sent, or None. The first call may ask the database."""
    read = _read.get()
    return read() if read else None


@contextmanager
def found_by(read: Read) -> Iterator[None]:
    """Let everything inside find what `read` returns."""
    before = _read.set(read)
    try:
        yield
    finally:
        _read.reset(before)
