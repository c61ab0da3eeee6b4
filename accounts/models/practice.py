"""The practice that this installation serves, and its sites."""

from datetime import date
from decimal import Decimal
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q

from accounts.models.people import monday_to_friday
from core.fields import Revisioned, short_text, uuid_key
from core.history import tracked


def all_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


Row = TypeVar("Row", bound=models.Model)


class PracticeQuerySet(models.QuerySet["Practice"]):
    def current(self) -> "Practice":
        """Return the one practice; an installation without one answers as a fresh one in UTC."""
        return self.first() or Practice(name="Practice")


@tracked
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
    # Where public holidays are proposed from: an ISO country, and one of its parts where days differ.
    country = short_text(2)
    region = short_text(12)
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)
    # The load scale (R17): 1 is a usual client. What is proposed, never what is forced.
    weight_light = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal("0.5"))
    weight_heavy = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal(2))
    ending_weighs = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal("0.5"))
    usual_limit = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    # The agreed times (R2, R3, R15); practice policy, because law differs by country.
    notice_shortest = models.PositiveSmallIntegerField(default=21)
    notice_longest = models.PositiveSmallIntegerField(default=28)
    notice_meetings = models.PositiveSmallIntegerField(default=3)
    notice_spread = models.PositiveSmallIntegerField(default=14)
    options_asked = models.PositiveSmallIntegerField(default=2)
    follow_up_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    stays_with_leaver_text = models.TextField(blank=True, default="")
    # How long a file is kept: years after the last session, or after majority; the later of both.
    retention_years = models.PositiveSmallIntegerField(default=7)
    retention_after_majority = models.PositiveSmallIntegerField(default=3, db_default=3)
    majority_age = models.PositiveSmallIntegerField(default=18, db_default=18)
    # Whether nobody works here with a password alone; on, unless a practice admin says otherwise.
    second_factor_required = models.BooleanField(default=True, db_default=True)
    # After so long without anything happening, and after so long in all, one signs in again.
    idle_minutes = models.PositiveSmallIntegerField(default=15, db_default=15)
    signed_in_hours = models.PositiveSmallIntegerField(default=12, db_default=12)
    # What was typed and not sent is dropped when nobody has come back for it.
    drafts_kept_days = models.PositiveSmallIntegerField(default=30, db_default=30)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="one_installation_is_one_practice", condition=Q(id=1)),
            CheckConstraint(
                name="shortest_notice_is_not_longer_than_longest",
                condition=Q(notice_shortest__lte=models.F("notice_longest")),
            ),
            CheckConstraint(
                name="weights_are_never_negative",
                condition=Q(weight_light__gte=0) & Q(weight_heavy__gte=0) & Q(ending_weighs__gte=0),
            ),
            CheckConstraint(  # the warning comes two minutes before
                name="nobody_stays_signed_in_for_ever",
                condition=Q(idle_minutes__range=(5, 480)) & Q(signed_in_hours__range=(1, 24)),
            ),
            CheckConstraint(name="drafts_are_kept_a_day", condition=Q(drafts_kept_days__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class InUseQuerySet(models.QuerySet[Row]):
    """Rows that are ended, never deleted, because others point at them."""

    def in_use(self, day: date) -> Self:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day))

    def ended(self, day: date) -> Self:
        return self.filter(ended_on__lte=day)


@tracked
class Site(models.Model):
    """A place where the practice sees people; `ended_on` is the first day without it."""

    id = uuid_key()
    name = models.CharField(max_length=120)
    address = short_text(200)
    ended_on = models.DateField(null=True, blank=True)

    objects = InUseQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
