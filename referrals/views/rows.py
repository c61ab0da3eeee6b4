"""What pages show of an entry: plain values for a row, a leaf, or one of several ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from caseload.models import Place
from core import dates
from core.parts import Chip, Fact, Side
from referrals.cautions import Caution
from referrals.chips import first_appointment, fresh_chip, room_in_words
from referrals.models import ReferralOption, SearchEntry
from referrals.offers import Offer, hours_in_words, place_time_in_words
from referrals.operations.offers import offer_of_entry, offer_of_place
from referrals.spoken import language_name

NO_BREAK_HYPHEN, NO_BREAK_SPACE = "\u2011", "\u00a0"


@dataclass(frozen=True)
class Hit:
    """One row of a list of entries."""

    service: UUID
    at_location: UUID | None
    offer: Offer
    where: str
    room: str
    hours: str
    languages: str
    chip: Chip
    avoided: str = ""
    preferred: bool = False
    is_kept: bool = False
    is_listed: bool = False


@dataclass(frozen=True)
class Colleague:
    """One free place of a colleague."""

    place: UUID
    offer: Offer
    time: str
    languages: str
    is_listed: bool


@dataclass(frozen=True)
class Shown:
    """One option on the therapist's page."""

    option: ReferralOption
    offer: Offer
    subtitle: str
    facts: Sequence[Fact]
    chip: Chip | None
    cautions: Sequence[Caution]


def hits_of(
    entries: Iterable[SearchEntry],
    *,
    today: date,
    kept: set[tuple[UUID, UUID | None]],
    listed: set[tuple[UUID, UUID | None]],
) -> list[Hit]:
    """Return rows for entries from `for_list()`; `kept` and `listed` are pairs of service and place."""
    return [hit_of(entry, today, kept, listed) for entry in entries]


def hit_of(
    entry: SearchEntry,
    today: date,
    kept: set[tuple[UUID, UUID | None]],
    listed: set[tuple[UUID, UUID | None]],
) -> Hit:
    offer, key = offer_of_entry(entry), (entry.service_id, entry.at_location_id)
    overlay = getattr(entry.service, "overlay", None)
    return Hit(
        service=entry.service_id,
        at_location=entry.at_location_id,
        offer=offer,
        where=where_in_words(offer, getattr(entry, "distance_km", None)),
        room=room_in_words(offer, today),
        hours=hours_in_words(offer.hours),
        languages=spoken_in_words(offer),
        chip=fresh_chip(offer.checked_on, today),
        avoided=offer.do_not_refer,
        preferred=bool(overlay and overlay.is_preferred),
        is_kept=key in kept,
        is_listed=key in listed,
    )


def where_in_words(offer: Offer, distance_km: float | None = None) -> str:
    """Return the address, or why there is none, and how far it is."""
    if offer.is_confidential:
        where = _("Address is confidential")
    else:
        where = offer.where or (_("Online or by phone") if offer.is_virtual else "")
    if distance_km is None:
        return where
    far = dates.number(round(distance_km, 1 if distance_km < 10 else 0))
    return f"{where} ({far} km)" if where else f"{far} km"


def colleagues_of(places: Iterable[Place], *, today: date, listed: set[UUID]) -> list[Colleague]:
    """Return rows for free places with their therapist and site."""
    offers = [(place.pk, offer_of_place(place, on=today)) for place in places]
    return [
        Colleague(
            place=key,
            offer=offer,
            time=place_time_in_words(offer),
            languages=spoken_in_words(offer),
            is_listed=key in listed,
        )
        for key, offer in offers
    ]


def shown(option: ReferralOption, offer: Offer, cautions: Sequence[Caution], today: date) -> Shown:
    """Return one option with everything that the therapist's page says of it."""
    facts: list[Fact] = [
        (_("Where"), where_in_words(offer)),
        (_("Phone"), ", ".join(offer.phones)),
        (_("Open"), hours_in_words(offer.hours)),
        (_("When"), place_time_in_words(offer)),
        (_("New clients"), room_in_words(offer, today) if offer.kind == "service" else ""),
        (_("Cost"), offer.cost),
        (_("Languages"), spoken_in_words(offer)),
        (_("Offered"), dates.day(option.offered_on, today) if option.offered_on else ""),
    ]
    return Shown(
        option=option,
        offer=offer,
        subtitle=subtitle_of(offer),
        facts=[fact for fact in facts if fact[1]],
        chip=fresh_chip(offer.checked_on, today) if offer.kind == "service" else None,
        cautions=[each for each in cautions if option.pk in each.about],
    )


def subtitle_of(offer: Offer) -> str:
    if offer.kind == "place":
        return _("A colleague in this practice")
    return offer.whose or offer.what


def spoken_in_words(offer: Offer) -> str:
    return ", ".join(language_name(each) for each in offer.languages)


def side_of(option: ReferralOption, offer: Offer, today: date) -> Side:
    """Return an option as the client sees it: the same five rows for each, in *you*."""
    chip = fresh_chip(offer.checked_on, today) if offer.kind == "service" else None
    where = where_in_words(offer)
    if offer.phones and not offer.is_confidential:
        number = offer.phones[0].replace("-", NO_BREAK_HYPHEN).replace(" ", NO_BREAK_SPACE)
        where = ", ".join(filter(None, [where, number]))
    rows: list[Fact] = [
        (_("Why for you"), str(option.why)),
        (_("Where"), where),
        (_("First appointment"), first_appointment(offer)),
        (_("Cost"), offer.cost),
        (_("Languages"), spoken_in_words(offer)),
    ]
    return Side(f"o-{option.pk}", offer.name, subtitle_of(offer), rows, chip)
