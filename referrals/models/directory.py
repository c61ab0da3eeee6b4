"""The directory after HSDS 3.1 (Open Referral): organisations, their services, and where these are.

What a source says and we have no column for stays in `extra`, word for word.
"""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from core.fields import short_text, uuid_key
from referrals.models.written import AsWritten


class Source(models.Model):
    """Where entries come from, and under which licence."""

    class Kind(models.TextChoices):
        SAMHSA = "samhsa", "SAMHSA"
        OHANA = "ohana", "Ohana"
        MANUAL = "manual", _("Entered by hand")
        HSDS_JSON = "hsds-json", _("HSDS as JSON")
        HSDS_CSV = "hsds-csv", _("HSDS as tables")
        CSV_MAP = "csv-map", _("A table with columns of its own")

    id = uuid_key()
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MANUAL)
    licence = short_text(200)
    url = short_text(300)
    lang = short_text(16)
    mapping = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text=_("Which column is which."),
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FromSource(models.Model):
    """A row of the directory: which source it came from, as what, and what we could not place.

    `said` is the HSDS object word for word, its members in their order (readers/hsds/nesting.py); nothing for
    a row of a source that is no HSDS. Columns are what we make of it, with what was corrected by hand.
    `born_in` is the import that made the row.
    """

    id = uuid_key()
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    original_id = short_text(200)
    content_hash = short_text(64, editable=False)
    extra = models.JSONField(default=dict, blank=True)
    key_order = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    said = AsWritten(null=True, blank=True, editable=False)
    is_root = models.BooleanField(default=False, db_default=False, editable=False)
    lang = short_text(16)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    born_in = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            UniqueConstraint(
                fields=["source", "original_id"],
                name="%(app_label)s_%(class)s_of_a_source_is_known_once",
            )
        ]


class Organization(FromSource):
    """Somebody who offers services."""

    name = models.CharField(max_length=300)
    alternate_name = short_text(300)
    description = models.TextField(blank=True, default="")
    email = short_text(254)
    website = short_text(500)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )

    class Meta(FromSource.Meta):
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    def open_for_offers(self) -> Self:
        """Services that still exist, as far as their source knows."""
        return self.exclude(status__in=[Service.Status.INACTIVE, Service.Status.DEFUNCT])

    def for_page(self) -> Self:
        """What one service's page shows besides its entries."""
        return self.select_related("organization", "source", "overlay")


class Service(FromSource):
    """What somebody can turn to."""

    class Status(models.TextChoices):
        """HSDS; a source that says nothing leaves it empty."""

        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")
        DEFUNCT = "defunct", _("Defunct")
        TEMPORARILY_CLOSED = "temporarily closed", _("Temporarily closed")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="services"
    )
    name = models.CharField(max_length=300)
    alternate_name = short_text(300)
    description = models.TextField(blank=True, default="")
    url = short_text(500)
    email = short_text(254)
    status = short_text(20, choices=Status)
    interpretation_services = models.TextField(blank=True, default="")
    application_process = models.TextField(blank=True, default="")
    fees_description = models.TextField(blank=True, default="")
    wait_time = models.TextField(blank=True, default="")
    accreditations = models.TextField(blank=True, default="")
    eligibility_description = models.TextField(blank=True, default="")
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    assured_on = models.DateField(null=True, blank=True)
    alert = models.TextField(blank=True, default="")

    objects = ServiceQuerySet.as_manager()

    class Meta(FromSource.Meta):
        ordering = ["name", "pk"]
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="youngest_is_not_older_than_oldest",
                condition=Q(minimum_age=None)
                | Q(maximum_age=None)
                | Q(minimum_age__lte=models.F("maximum_age")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Location(FromSource):
    """A place, by post or on the screen. A confidential one never shows where it is, anywhere."""

    class Kind(models.TextChoices):
        PHYSICAL = "physical", _("Physical")
        POSTAL = "postal", _("Postal")
        VIRTUAL = "virtual", _("Online or by phone")

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="locations"
    )
    location_type = models.CharField(max_length=10, choices=Kind, default=Kind.PHYSICAL)
    name = short_text(300)
    alternate_name = short_text(300)
    description = models.TextField(blank=True, default="")
    transportation = models.TextField(blank=True, default="")
    url = short_text(500)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_confidential = models.BooleanField(default=False)

    class Meta(FromSource.Meta):
        constraints = [
            *FromSource.Meta.constraints,
            CheckConstraint(
                name="a_point_has_latitude_and_longitude",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceAtLocation(FromSource):
    """One service at one place."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="services_here")
    description = models.TextField(blank=True, default="")

    class Meta(FromSource.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *FromSource.Meta.constraints,
            UniqueConstraint(fields=["service", "location"], name="a_service_is_at_a_place_once"),
        ]

    def __str__(self) -> str:
        return f"Service at location {self.pk}"
