"""What the search reads: one row per service and place, rebuilt by `operations.search_entries`."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q, UniqueConstraint

from core.fields import short_text, uuid_key
from referrals.models.directory import Service, ServiceAtLocation
from referrals.models.practice import Accepting


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def for_list(self) -> Self:
        """What a list of results shows."""
        return self.select_related(
            "service__overlay",
        ).defer("words", "plain")


class SearchEntry(models.Model):
    """A service at a place (or a service without one) as words, folded text, a point, and an offer.

    `offer` is what lists, options and papers say of it (referrals/offers.py). A confidential place has
    no town, code, point or address here, so that no search can find where it is.
    """

    id = uuid_key()
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="entries")
    at_location = models.OneToOneField(
        ServiceAtLocation, null=True, on_delete=models.CASCADE, related_name="entry"
    )
    lang = short_text(16)
    words = SearchVectorField()
    plain = models.TextField(default="")
    city = short_text(120)
    region = short_text(120)
    postal_code = short_text(20)
    languages = ArrayField(models.CharField(max_length=16), default=list)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_open = models.BooleanField(default=True)
    accepting = models.CharField(max_length=10, choices=Accepting, default=Accepting.UNKNOWN)
    accepting_on = models.DateField(null=True)
    checked_on = models.DateField(null=True)
    offer = models.JSONField(default=dict)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            # A short list of pending entries: the search right after an import is as fast as any other.
            GinIndex(fields=["words"], name="entries_by_word", gin_pending_list_limit=1024),
            GinIndex(
                fields=["plain"],
                name="entries_by_letters",
                opclasses=["gin_trgm_ops"],
                gin_pending_list_limit=1024,
            ),
            GinIndex(fields=["languages"], name="entries_by_language"),
            models.Index(fields=["latitude", "longitude"], name="entries_by_point"),
            models.Index(fields=["postal_code"], name="entries_by_postal_code"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["service"],
                condition=Q(at_location=None),
                name="a_service_without_a_place_is_found_once",
            )
        ]

    def __str__(self) -> str:
        return f"Entry {self.pk}"
