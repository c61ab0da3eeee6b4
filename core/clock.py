"""The one place that reads the clock.

Dates (notice, told on) are those of the practice's zone (decision 9), which the middleware and the
Celery base task activate. Rules and operations take `on=` or `at=` and never come here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """Return this instant, aware."""
    return _pretended.get() or timezone.now()


def today() -> date:
    """Return the practice's date."""
    return timezone.localdate(_pretended.get())


@contextmanager
def as_of(at: datetime) -> Iterator[None]:
    """Let everything inside happen at `at`: for the demonstration practice, which has a past to live through."""
    before = _pretended.set(at)
    try:
        yield
    finally:
        _pretended.reset(before)
