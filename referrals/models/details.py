"""What belongs to an organisation, a service or a place: addresses, phones, hours, languages."""

from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from core.fields import short_text
from referrals.models.directory import (
    FromSource,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
)


def exactly_one(*names: str) -> Q:
    """Return the condition that one of the columns is filled and the others are not."""
    only = ({f"{name}__isnull": name != filled for name in names} for filled in names)
    return reduce(or_, (Q(**each) for each in only))


class Address(FromSource):
    class Kind(models.TextChoices):
        PHYSICAL = "physical", _("Physical")
        POSTAL = "postal", _("Postal")
        VIRTUAL = "virtual", _("Virtual")

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="addresses")
    address_type = models.CharField(max_length=10, choices=Kind, default=Kind.PHYSICAL)
    attention = short_text(300)
    address_1 = short_text(300)
    address_2 = short_text(300)
    city = short_text(120)
    region = short_text(120)
    state_province = short_text(120)
    postal_code = short_text(20)
    country = short_text(60)

    class Meta(FromSource.Meta):
        ordering = ["address_type", "position", "pk"]

    def __str__(self) -> str:
        return f"Address {self.pk}"

    @property
    def line(self) -> str:
        """The address in one line, without what is missing."""
        town = " ".join(filter(None, [self.state_province, self.postal_code]))
        return ", ".join(filter(None, [self.address_1, self.address_2, self.city, town]))


class Contact(FromSource):
    """A person to ask for, as the source names them."""

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    name = short_text(200)
    title = short_text(200)
    department = short_text(200)
    email = short_text(254)

    class Meta(FromSource.Meta):
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="a_contact_belongs_somewhere",
                condition=exactly_one("organization", "service", "location", "at_location"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phone(FromSource):
    """A number as written; `e164` only where it parses, and nothing is ever dropped."""

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    number = models.CharField(max_length=120)
    e164 = short_text(20)
    extension = short_text(20)
    type = short_text(40)
    description = short_text(200)

    class Meta(FromSource.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="a_phone_belongs_somewhere",
                condition=exactly_one(
                    "organization", "service", "location", "at_location", "contact"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Schedule(FromSource):
    """When it is open: parsed where that is certain, else in words."""

    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="schedules"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="schedules"
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="schedules"
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_closed = models.BooleanField(default=False)
    description = models.TextField(blank=True, default="")

    class Meta(FromSource.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="hours_belong_to_a_service_or_a_place",
                condition=exactly_one("service", "location", "at_location"),
            ),
        ]

    def __str__(self) -> str:
        return f"Schedule {self.pk}"


class Language(FromSource):
    """A language that is spoken there; the name is the source's, the code only where it is certain."""

    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="languages"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="languages"
    )
    phone = models.ForeignKey(
        Phone, null=True, blank=True, on_delete=models.CASCADE, related_name="languages"
    )
    name = models.CharField(max_length=120)
    code = short_text(16)
    note = short_text(200)

    class Meta(FromSource.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="a_language_is_spoken_somewhere",
                condition=exactly_one("service", "location", "phone"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
