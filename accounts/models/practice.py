"""The practice that this installation serves, and its sites."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q

from core.fields import Revisioned, short_text, uuid_key


def all_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


class PracticeQuerySet(models.QuerySet["Practice"]):
    def current(self) -> "Practice":
        """Return the one practice; an installation without one answers as a fresh one in UTC."""
        return self.first() or Practice(name="Practice")


class Practice(Revisioned):
    """One installation is one practice (domain.md)."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    languages = ArrayField(models.CharField(max_length=5), default=all_languages)
    emergency_text = short_text(200)
    contact_name = short_text(120)
    contact_phone = short_text(40)
    contact_hours = short_text(80)
    # The agreed times (R2, R3, R15); practice policy, because law differs by country.
    notice_shortest = models.PositiveSmallIntegerField(default=21)
    notice_longest = models.PositiveSmallIntegerField(default=28)
    notice_meetings = models.PositiveSmallIntegerField(default=3)
    notice_spread = models.PositiveSmallIntegerField(default=14)
    options_asked = models.PositiveSmallIntegerField(default=2)
    follow_up_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    stays_with_leaver_text = models.TextField(blank=True, default="")
    retention_years = models.PositiveSmallIntegerField(default=10)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="one_installation_is_one_practice", condition=Q(id=1)),
            CheckConstraint(
                name="shortest_notice_is_not_longer_than_longest",
                condition=Q(notice_shortest__lte=models.F("notice_longest")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Site(models.Model):
    """A place where the practice sees people."""

    id = uuid_key()
    name = models.CharField(max_length=120)
    address = short_text(200)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
