"""The directory, options and referrals, for every test. Rows are created as the app's role.

ServiceFactory()                            found by search, at one place with an address and a phone
ServiceFactory(name="…", city="…", phone="…", point=(51.1, 17.0), hidden=True, online=True)
checked(service, days_ago=3, accepting="yes")   somebody looked; what they heard about new clients
OptionSetFactory()                          of an assignment: `assignment=`, `therapist=`, `client=`
OptionFactory(option_set=…, service=… | place=…)   on the list; `why="…"`
FollowUpFactory(assignment=…)
"""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from caseload.models import Assignment
from core.clock import now, today
from referrals.models import (
    Accepting,
    Address,
    FollowUp,
    Location,
    NewClients,
    OptionSet,
    Organization,
    Phone,
    ReferralOption,
    Service,
    ServiceAtLocation,
    Shortlist,
    Verification,
)
from referrals.operations.search_entries import refresh_search
from tests.accounts.factories import UserFactory
from tests.caseload.factories import AssignmentFactory


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda number: f"House {number}")
    lang = "en"


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda number: f"Corner {number}")
    lang = "en"


class ServiceFactory(DjangoModelFactory):
    """A service that is in the search; `place=False` for one without any place."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda number: f"Talks {number}")
    description = "Somebody to talk to."
    status = Service.Status.ACTIVE
    lang = "en"

    @classmethod
    def _create(cls, model_class: type[Service], *args: Any, **facts: Any) -> Service:
        where = {
            name: facts.pop(name, default)
            for name, default in (
                ("place", True),
                ("city", "Breslau"),
                ("postal_code", "50-001"),
                ("street", "12 Harbour Street"),
                ("phone", "71 555 01 02"),
                ("point", None),
                ("hidden", False),
                ("online", False),
            )
        }
        service: Service = super()._create(model_class, *args, **facts)
        if where["place"]:
            put_somewhere(service, where)
        refresh_search([service.pk])
        return service


def put_somewhere(service: Service, where: dict[str, Any]) -> None:
    latitude, longitude = where["point"] or (None, None)
    location = LocationFactory.create(
        organization=service.organization,
        latitude=latitude,
        longitude=longitude,
        is_confidential=where["hidden"],
        location_type=Location.Kind.VIRTUAL if where["online"] else Location.Kind.PHYSICAL,
    )
    ServiceAtLocation.objects.create(service=service, location=location)
    if not where["online"]:
        Address.objects.create(
            location=location,
            address_1=where["street"],
            city=where["city"],
            postal_code=where["postal_code"],
        )
    if where["phone"]:
        Phone.objects.create(service=service, number=where["phone"], type="voice")


def checked(
    service: Service,
    *,
    days_ago: int = 3,
    accepting: str | None = "yes",
    by: User | None = None,
    wait: str = "",
    outcome: Verification.Outcome = Verification.Outcome.CONFIRMED,
) -> Service:
    """Let somebody have looked at a service `days_ago` days before the clock's today."""
    by = by or UserFactory.create(roles=["directory_admin"])
    on = today() - timedelta(days=days_ago)
    Verification.objects.create(
        service=service, on=on, by=by, means=Verification.Means.PHONE, outcome=outcome
    )
    if accepting:
        NewClients.objects.create(
            service=service, accepting=Accepting(accepting), on=on, by=by, note=wait
        )
    refresh_search([service.pk])
    return service


class ShortlistFactory(DjangoModelFactory):
    class Meta:
        model = Shortlist

    user = factory.SubFactory(UserFactory)
    service = factory.SubFactory(ServiceFactory)
    at_location = factory.LazyAttribute(lambda row: row.service.at_locations.first())
    added_on = factory.LazyFunction(today)


class OptionSetFactory(DjangoModelFactory):
    class Meta:
        model = OptionSet

    opened_on = factory.LazyFunction(today)

    @classmethod
    def _adjust_kwargs(cls, **facts: Any) -> dict[str, Any]:
        therapist, client = facts.pop("therapist", None), facts.pop("client", None)
        work: Assignment = facts.pop("assignment", None) or AssignmentFactory.create(
            therapist=therapist or UserFactory.create(), client=client
        )
        taking_part = work.episode.participations.select_related("client").order_by("pk")[0]
        return {
            "assignment": work,
            "episode": work.episode,
            "client": client or taking_part.client,
            "opened_by": work.therapist,
            **facts,
        }


class OptionFactory(DjangoModelFactory):
    """A service on a client's list, with a reason; `place=` for a colleague's place instead."""

    class Meta:
        model = ReferralOption

    option_set = factory.SubFactory(OptionSetFactory)
    client = factory.SelfAttribute("option_set.client")
    episode = factory.SelfAttribute("option_set.episode")
    assignment = factory.SelfAttribute("option_set.assignment")
    place = None
    service = factory.Maybe("place", None, factory.SubFactory(ServiceFactory))
    at_location = factory.LazyAttribute(
        lambda row: row.service.at_locations.first() if row.service else None
    )
    why = "It is round the corner, and they speak your language."
    position = factory.Sequence(lambda number: number)
    added_at = factory.LazyFunction(now)
    added_by = factory.SelfAttribute("assignment.therapist")


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = FollowUp

    assignment = factory.SubFactory(AssignmentFactory)
    episode = factory.SelfAttribute("assignment.episode")
    client = factory.LazyAttribute(
        lambda row: row.assignment.episode.participations.order_by("pk")[0].client
    )
    owner = factory.SelfAttribute("assignment.therapist")
    days_after = 14
    due_on = factory.LazyFunction(today)
