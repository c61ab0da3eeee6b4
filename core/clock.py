"""The one place that reads the clock.

Dates (notice, told on) are those of the practice's zone (decision 9), which the middleware and the
Celery base task activate. Rules and operations take `on=` or `at=` and never come here.
"""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return this instant, aware."""
    return timezone.now()


def today() -> date:
    """Return the practice's date."""
    return timezone.localdate()
