"""Read what options offer: from their snapshot, or live, in a constant number of queries."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Practice
from caseload.models import Place
from referrals.cautions import Caution, Weighed, cautions_of
from referrals.models import (
    Phone,
    ReferralOption,
    Schedule,
    Service,
    ServiceAtLocation,
)
from referrals.offers import Offer, Opening


def offers_of(
    options: Sequence[ReferralOption], *, on: date, live: bool = False
) -> dict[UUID, Offer]:
    """Return what each option offers, by its key; `live` ignores snapshots and looks again."""
    looked_up = [each for each in options if live or each.snapshot is None]
    services = services_by_key({each.service_id for each in looked_up if each.service_id})
    places = places_by_key({each.place_id for each in looked_up if each.place_id})
    offers = {}
    for each in options:
        if each.snapshot is not None and not live:
            offers[each.pk] = Offer.from_snapshot(each.snapshot)
        elif each.service_id:
            offers[each.pk] = offer_of_service(services[each.service_id], each.at_location_id)
        elif each.place_id:
            offers[each.pk] = offer_of_place(places[each.place_id], on=on)
    return offers


def weigh(options: Sequence[ReferralOption], *, on: date) -> list[Caution]:
    """Return what to know about these options, as the directory stands on `on`."""
    offers = offers_of(options, on=on, live=True)
    weighed = [Weighed(each.pk, offers[each.pk], str(each.why)) for each in options]
    return cautions_of(weighed, today=on, asked=Practice.objects.current().options_asked)


def services_by_key(keys: set[UUID]) -> dict[UUID, Service]:
    return (
        {each.pk: each for each in Service.objects.for_page().filter(pk__in=keys)} if keys else {}
    )


def places_by_key(keys: set[UUID]) -> dict[UUID, Place]:
    there = Place.objects.select_related("therapist", "site").filter(pk__in=keys)
    return {each.pk: each for each in there} if keys else {}


def offer_of_service(service: Service, at_location: UUID | None = None) -> Offer:
    """Return what a service offers at one of its places, the first where none is named.

    `service` comes from `Service.objects.for_page()`, so that nothing is asked twice.
    """
    there = place_of(service, at_location)
    location = there.location if there else None
    room = next(iter(service.new_clients.all()), None)
    looked = [
        each.on for each in service.verifications.all() if each.outcome in ("confirmed", "changed")
    ]
    hidden = bool(location and location.is_confidential)
    overlay = getattr(service, "overlay", None)
    return Offer(
        kind="service",
        name=service.name,
        whose=service.organization.name if service.organization.name != service.name else "",
        what=service.description,
        where=address_of(there) if there and not hidden else "",
        phones=phones_of(service, there),
        website=service.url or service.organization.website,
        hours=hours_of(service, there),
        cost=service.fees_description,
        languages=languages_of(service, there),
        accepting=room.accepting if room else "unknown",
        accepting_on=room.on if room else None,
        wait=(room.note if room else "") or service.wait_time,
        checked_on=max(looked, default=None),
        organization=str(service.organization_id),
        is_confidential=hidden,
        do_not_refer=overlay.why if overlay and overlay.do_not_refer else "",
        is_gone=service.status in (Service.Status.INACTIVE, Service.Status.DEFUNCT),
        lang=service.lang,
    )


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


def place_of(service: Service, at_location: UUID | None) -> ServiceAtLocation | None:
    places = list(service.at_locations.all())
    return next((each for each in places if each.pk == at_location), places[0] if places else None)


def address_of(there: ServiceAtLocation) -> str:
    physical = [each for each in there.location.addresses.all() if each.address_type == "physical"]
    if physical:
        return physical[0].line
    return _("Online or by phone") if there.location.location_type == "virtual" else ""


def phones_of(service: Service, there: ServiceAtLocation | None) -> tuple[str, ...]:
    """Return the nearest numbers to speak to somebody: of the service here, the service, the place, the house."""
    nearest = [
        *([there.phones.all()] if there else []),
        service.phones.all(),
        *([there.location.phones.all()] if there else []),
        service.organization.phones.all(),
    ]
    for phones in nearest:
        if spoken := [phone_in_words(each) for each in phones if each.type != "fax"]:
            return tuple(spoken[:2])
    return ()


def phone_in_words(phone: Phone) -> str:
    said = phone.number
    if phone.extension and phone.extension not in phone.number:
        said += f" ({phone.extension})"
    return said


def hours_of(service: Service, there: ServiceAtLocation | None) -> tuple[Opening, ...]:
    own = [each for each in service.schedules.all() if not each.is_closed]
    at_the_place = (
        [each for each in there.location.schedules.all() if not each.is_closed] if there else []
    )
    return tuple(opening(each) for each in own or at_the_place)


def opening(schedule: Schedule) -> Opening:
    return Opening(
        tuple(schedule.weekdays), schedule.opens_at, schedule.closes_at, schedule.description
    )


def languages_of(service: Service, there: ServiceAtLocation | None) -> tuple[str, ...]:
    """Return codes where they are known, else the source's own names."""
    own = list(service.languages.all())
    spoken = own or (list(there.location.languages.all()) if there else [])
    return tuple(each.code or each.name for each in spoken)
