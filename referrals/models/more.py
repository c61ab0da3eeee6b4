"""The rest of HSDS 3.1: what a service covers, costs and has room for, and how things are classified."""

from django.db import models
from django.db.models import CheckConstraint, Q

from core.fields import short_text
from referrals.models.details import exactly_one
from referrals.models.directory import FromSource, Organization, Service, ServiceAtLocation


class ServiceArea(FromSource):
    """Where people may live who come."""

    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="areas"
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="areas"
    )
    name = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")
    extent = models.TextField(blank=True, default="")
    extent_type = short_text(40)
    uri = short_text(500)

    class Meta(FromSource.Meta):
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="an_area_is_of_one_service", condition=exactly_one("service", "at_location")
            ),
        ]

    def __str__(self) -> str:
        return f"Service area {self.pk}"


class CostOption(FromSource):
    """What it costs, for whom, when."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    option = models.TextField(blank=True, default="")
    currency = short_text(10)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    amount_description = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"Cost {self.pk}"


class Unit(FromSource):
    """What capacity is counted in."""

    name = short_text(200)
    scheme = short_text(200)
    identifier = short_text(200)
    uri = short_text(500)

    def __str__(self) -> str:
        return self.name


class ServiceCapacity(FromSource):
    """How much room there is, as of a moment."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="capacities")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    available = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    description = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"Capacity {self.pk}"


class OrganizationIdentifier(FromSource):
    """A number that somebody else knows the organisation by."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="identifiers"
    )
    identifier_scheme = short_text(200)
    identifier_type = short_text(200)
    identifier = short_text(200)

    def __str__(self) -> str:
        return f"Identifier {self.pk}"


class Taxonomy(FromSource):
    """A list of terms by which things are classified."""

    name = short_text(300)
    description = models.TextField(blank=True, default="")
    uri = short_text(500)
    version = short_text(80)

    def __str__(self) -> str:
        return self.name


class TaxonomyTerm(FromSource):
    """One term; `taxonomy` is what it says itself of the list it is from."""

    of_taxonomy = models.ForeignKey(
        Taxonomy, null=True, blank=True, on_delete=models.SET_NULL, related_name="terms"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    code = short_text(200)
    name = short_text(300)
    description = models.TextField(blank=True, default="")
    taxonomy = short_text(300)
    language = short_text(40)
    term_uri = short_text(500)

    def __str__(self) -> str:
        return self.name


class OfSomething(FromSource):
    """A row that belongs to a row of any kind: `of_id` is its key, `of_kind` its kind."""

    of_kind = short_text(80)
    of_id = models.UUIDField(null=True, blank=True)

    class Meta(FromSource.Meta):
        abstract = True


class Attribute(OfSomething):
    """A term, or a word, that something is classified by."""

    term = models.ForeignKey(
        TaxonomyTerm, null=True, blank=True, on_delete=models.SET_NULL, related_name="attributes"
    )
    link_entity = short_text(80)
    link_type = short_text(80)
    value = models.TextField(blank=True, default="")
    label = models.TextField(blank=True, default="")

    class Meta(OfSomething.Meta):
        indexes = [models.Index(fields=["of_id"], name="attributes_of_a_row")]
        constraints = [
            *OfSomething.Meta.constraints,
            CheckConstraint(name="an_attribute_is_of_something", condition=~Q(of_id=None)),
        ]

    def __str__(self) -> str:
        return f"Attribute {self.pk}"


class DirectoryObject(OfSomething):
    """An object that is kept and not edited (a program, a funding, metadata…), or a row of an unknown file."""

    type = models.CharField(max_length=80)

    class Meta(OfSomething.Meta):
        indexes = [
            models.Index(fields=["of_id"], name="objects_of_a_row"),
            models.Index(fields=["source", "type"], name="objects_by_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"
