"""How old a check of a directory entry may be (R16). Pure: no clock, no database."""

from datetime import date, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

DUE_AFTER: Final = timedelta(days=180)
STALE_AFTER: Final = timedelta(days=365)


class Freshness(TextChoices):
    """Never stored: it is true of a day."""

    FRESH = "fresh", pgettext_lazy("fresh.fresh", "Checked")
    DUE = "due", pgettext_lazy("fresh.due", "Check due")
    STALE = "stale", pgettext_lazy("fresh.stale", "Stale")
    NEVER = "never", pgettext_lazy("fresh.never", "Never checked")


def freshness(checked_on: date | None, today: date) -> Freshness:
    """Return how fresh an entry is on `today` that a person last confirmed on `checked_on`.

    Due from the 181st day, stale from the 366th; an entry that nobody has confirmed was never checked.
    """
    if checked_on is None:
        return Freshness.NEVER
    age = today - checked_on
    if age > STALE_AFTER:
        return Freshness.STALE
    return Freshness.DUE if age > DUE_AFTER else Freshness.FRESH
