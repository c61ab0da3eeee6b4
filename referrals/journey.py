"""The way of a referral: HL7 SDOHCC's subset of FHIR Task statuses, as a table. Pure."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.errors import RuleBroken


class Status(TextChoices):
    """FHIR Task's codes with the words of the practice."""

    REQUESTED = "requested", pgettext_lazy("ref", "Chosen")
    IN_PROGRESS = "in-progress", pgettext_lazy("ref", "Contacted")
    ON_HOLD = "on-hold", pgettext_lazy("ref", "On the waiting list")
    ACCEPTED = "accepted", pgettext_lazy("ref", "Accepted")
    COMPLETED = "completed", pgettext_lazy("ref", "First visit kept")
    REJECTED = "rejected", pgettext_lazy("ref", "No place there")
    CANCELLED = "cancelled", pgettext_lazy("ref", "Not wanted")
    FAILED = "failed", pgettext_lazy("ref", "Did not arrive")
    ENTERED_IN_ERROR = "entered-in-error", pgettext_lazy("ref", "Entered by mistake")


class Outcome(TextChoices):
    """Why it came to this; apart from the status."""

    CONNECTED = "connected", _("Found a place")
    NOT_ELIGIBLE = "not_eligible", _("Not for this person")
    NO_CAPACITY = "no_capacity", _("No room there")
    COST = "cost", _("Cost")
    NO_RESPONSE = "no_response", _("No answer there")
    CHOSE_OTHER = "chose_other", _("Chose something else")
    DECLINED = "declined", _("Wants none of it now")
    UNREACHABLE = "unreachable", _("We could not reach the client")


_ONWARD: Final = frozenset(
    {
        Status.IN_PROGRESS,
        Status.ON_HOLD,
        Status.ACCEPTED,
        Status.COMPLETED,
        Status.REJECTED,
        Status.CANCELLED,
        Status.FAILED,
    }
)
OVER: Final = frozenset(
    {
        Status.COMPLETED,
        Status.REJECTED,
        Status.CANCELLED,
        Status.FAILED,
        Status.ENTERED_IN_ERROR,
    }
)
# What is over may be taken up again: a place that said no may ring back, and people change their minds.
NEXT: Final[dict[Status, frozenset[Status]]] = {
    Status.REQUESTED: _ONWARD,
    Status.IN_PROGRESS: _ONWARD - {Status.IN_PROGRESS},
    Status.ON_HOLD: _ONWARD - {Status.ON_HOLD},
    Status.ACCEPTED: _ONWARD - {Status.ACCEPTED},
    Status.COMPLETED: frozenset(),
    Status.REJECTED: frozenset({Status.IN_PROGRESS, Status.ON_HOLD, Status.ACCEPTED}),
    Status.CANCELLED: frozenset({Status.IN_PROGRESS}),
    Status.FAILED: frozenset({Status.IN_PROGRESS, Status.COMPLETED}),
    Status.ENTERED_IN_ERROR: frozenset(),
}


def moved(now: Status, to: Status) -> Status:
    """Return `to` if the way leads there; anything may turn out to be entered by mistake."""
    mistaken = to is Status.ENTERED_IN_ERROR and now is not Status.ENTERED_IN_ERROR
    if mistaken or to in NEXT[now]:
        return to
    raise RuleBroken(_("This referral cannot go there from where it is."))
