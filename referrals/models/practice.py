"""What the practice knows of the directory: checks, room for new people, its own view, its imports."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import Revisioned, short_text, uuid_key
from core.history import tracked
from referrals.models.details import exactly_one
from referrals.models.directory import Location, Organization, Service, ServiceAtLocation, Source


class Accepting(models.TextChoices):
    """Whether new clients are taken. Never assumed to be yes (domain.md)."""

    YES = "yes", pgettext_lazy("new.yes", "Yes")
    WAITLIST = "waitlist", pgettext_lazy("new.waitlist", "Waiting list")
    ASSESSMENT = "assessment", pgettext_lazy("new.assessment", "After a first talk")
    NO = "no", pgettext_lazy("new.no", "No")
    UNKNOWN = "unknown", pgettext_lazy("new.unknown", "Not known")


class NewClients(models.Model):
    """What a service said about new clients, as of a day; the newest row speaks."""

    append_only = True

    id = uuid_key()
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="new_clients")
    accepting = models.CharField(max_length=10, choices=Accepting)
    on = models.DateField()
    wait_days = models.PositiveSmallIntegerField(null=True, blank=True)
    note = short_text(300)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-recorded_at"]
        indexes = [models.Index(fields=["service", "-on", "-recorded_at"])]
        constraints = [
            CheckConstraint(
                name="a_person_or_a_source_says_so", condition=exactly_one("by", "source")
            )
        ]

    def __str__(self) -> str:
        return f"New clients {self.pk}"


class Verification(models.Model):
    """A person looked: what, when, by which means, and what came of it. Saving is not verifying (R16)."""

    append_only = True

    class Means(models.TextChoices):
        PHONE = "phone", pgettext_lazy("check", "By phone")
        EMAIL = "email", pgettext_lazy("check", "By e-mail")
        WEBSITE = "website", pgettext_lazy("check", "Website")
        VISIT = "visit", pgettext_lazy("check", "Visit")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CHANGED = "changed", _("Changed")
        UNREACHABLE = "unreachable", _("Not reached")
        CLOSED = "closed", _("No longer there")

    id = uuid_key()
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="verifications"
    )
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="verifications"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="verifications"
    )
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    means = models.CharField(max_length=8, choices=Means)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.CONFIRMED)
    fields_confirmed = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    note = short_text(300)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-recorded_at"]
        indexes = [models.Index(fields=["service", "-on"])]
        constraints = [
            CheckConstraint(
                name="a_check_is_of_one_thing",
                condition=exactly_one("service", "organization", "location"),
            )
        ]

    def __str__(self) -> str:
        return f"Verification {self.pk}"


@tracked
class LocalOverlay(Revisioned):
    """The practice's own view of a service; never exported."""

    id = uuid_key()
    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="overlay")
    is_preferred = models.BooleanField(default=False)
    do_not_refer = models.BooleanField(default=False)
    why = short_text(300)
    experience = models.TextField(blank=True, default="")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_on = models.DateField()

    class Meta:
        constraints = [
            CheckConstraint(
                name="do_not_refer_has_a_reason", condition=Q(do_not_refer=False) | ~Q(why="")
            ),
            CheckConstraint(
                name="nothing_is_preferred_and_avoided",
                condition=Q(do_not_refer=False) | Q(is_preferred=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Overlay {self.pk}"


class ShortlistQuerySet(models.QuerySet["Shortlist"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def editable_by(self, user: User) -> Self:
        return self.filter(user=user)


class Shortlist(models.Model):
    """A place that a therapist trusts; one list serves many clients (decision 16). Theirs alone."""

    id = uuid_key()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shortlist")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="shortlisted")
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    why = short_text(300)
    added_on = models.DateField()

    objects = ShortlistQuerySet.as_manager()

    class Meta:
        ordering = ["service__name", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["user", "service", "at_location"],
                name="a_place_is_on_a_shortlist_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"Shortlist {self.pk}"
