"""States of an entry as chips and words; colour, sign and word together (face.md 3)."""

from datetime import date

from django.utils.translation import gettext as _

from core import dates
from core.parts import Chip, Kind
from referrals.freshness import Freshness, freshness
from referrals.models import Accepting
from referrals.offers import Offer, place_time_in_words

KINDS: dict[Freshness, Kind] = {
    Freshness.FRESH: "done",
    Freshness.DUE: "now",
    Freshness.STALE: "late",
    Freshness.NEVER: "wait",
}


def fresh_chip(checked_on: date | None, today: date) -> Chip:
    """Return how fresh an entry is, with the day of its last check."""
    fresh = freshness(checked_on, today)
    if checked_on is None:
        return Chip(KINDS[fresh], fresh.label)
    said = _("Checked %(when)s") if fresh is Freshness.FRESH else _("Last checked %(when)s")
    return Chip(KINDS[fresh], said % {"when": when(checked_on, today)})


def when(day: date, today: date) -> str:
    """Return “23 Nov”; further back the month and year are enough."""
    return dates.day_month(day, today) if day.year == today.year else dates.month(day)


def room_in_words(offer: Offer, today: date) -> str:
    """Return “Waiting list, about 6 weeks, as of 3 Nov” for the list of a therapist."""
    told = [str(Accepting(offer.accepting).label), offer.wait.rstrip(".")]
    if offer.accepting_on:
        told.append(_("as of %(when)s") % {"when": when(offer.accepting_on, today)})
    return ", ".join(filter(None, told))


def first_appointment(offer: Offer) -> str:
    """Return the same as a client would say it."""
    if offer.kind == "place":
        return _("Has a place for you: %(time)s") % {"time": place_time_in_words(offer)}
    said = {
        Accepting.YES: _("Has room"),
        Accepting.WAITLIST: _("Waiting list"),
        Accepting.ASSESSMENT: _("After a first talk"),
        Accepting.NO: _("No room now"),
        Accepting.UNKNOWN: _("Not known"),
    }[Accepting(offer.accepting)]
    return f"{said}, {offer.wait.rstrip('.')}" if offer.wait else said
