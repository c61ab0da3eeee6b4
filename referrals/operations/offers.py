"""Read what options offer: from their snapshot, or live, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from accounts.models import Practice
from caseload.models import Place
from referrals.cautions import Caution, Weighed, cautions_of
from referrals.models import ReferralOption, SearchEntry
from referrals.offers import Offer

# A service may be offered at one of its places, or wherever it is.
Entries = dict[tuple[UUID, UUID | None], SearchEntry]


def offers_of(
    options: Sequence[ReferralOption], *, on: date, live: bool = False
) -> dict[UUID, Offer]:
    """Return what each option offers, by its key; `live` ignores snapshots and looks again."""
    looked_up = [each for each in options if live or each.snapshot is None]
    entries = entries_of({each.service_id for each in looked_up if each.service_id})
    places = places_of({each.place_id for each in looked_up if each.place_id})
    offers = {}
    for each in options:
        if each.snapshot is not None and not live:
            offers[each.pk] = Offer.from_snapshot(each.snapshot)
        elif each.service_id:
            offers[each.pk] = offer_of_entry(entries[each.service_id, each.at_location_id])
        elif each.place_id:
            offers[each.pk] = offer_of_place(places[each.place_id], on=on)
    return offers


def weigh(
    options: Sequence[ReferralOption], *, on: date, asked: int | None = None
) -> list[Caution]:
    """Return what to know about these options, as the directory stands on `on`."""
    offers = offers_of(options, on=on, live=True)
    weighed = [Weighed(each.pk, offers[each.pk], str(each.why)) for each in options]
    if asked is None:
        asked = Practice.objects.current().options_asked
    return cautions_of(weighed, today=on, asked=asked)


def entries_of(services: set[UUID]) -> Entries:
    """Return the entries of these services by service and place; by service alone, the first place."""
    if not services:
        return {}
    found: Entries = {}
    there = SearchEntry.objects.for_list().filter(service__in=services)
    for entry in there.order_by("at_location__position", "at_location"):
        found[entry.service_id, entry.at_location_id] = entry
        found.setdefault((entry.service_id, None), entry)
    return found


def places_of(keys: set[UUID]) -> dict[UUID, Place]:
    there = Place.objects.select_related("therapist", "site").filter(pk__in=keys)
    return {each.pk: each for each in there} if keys else {}


def offer_of_entry(entry: SearchEntry) -> Offer:
    """Return what an entry offers; `entry` comes from `for_list()`, with the practice's own view."""
    overlay = getattr(entry.service, "overlay", None)
    avoided = overlay.why if overlay and overlay.do_not_refer else ""
    return replace(Offer.from_snapshot(entry.offer), do_not_refer=avoided)


def offer_of_place(place: Place, *, on: date) -> Offer:
    """Return what a colleague offers; nobody's name but theirs is in it."""
    ended = place.ends_on is not None and place.ends_on < on
    return Offer(
        kind="place",
        name=place.therapist.name,
        where=", ".join(filter(None, [place.site.name, place.site.address])) if place.site else "",
        languages=tuple(place.languages or place.therapist.languages_spoken),
        accepting="yes",
        checked_on=on,
        is_gone=ended or place.taken_since is not None,
        weekday=place.weekday,
        starts_at=place.starts_at,
        every_weeks=place.every_weeks,
    )
