"""From a choice to a first visit, and asking after (R15)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Assignment, Client, Episode
from caseload.models.episodes import OfAnAssignmentQuerySet
from core.fields import Revisioned, uuid_key
from core.guard import READS, Guard, both, either, mine, of_work, through
from core.history import tracked
from core.sealed import SealedTextField
from core.sight import opened_by
from referrals.journey import OVER, Outcome, Status
from referrals.models.options import Choice, ReferralOption


class ReferralQuerySet(OfAnAssignmentQuerySet["Referral"]):
    def open(self) -> Self:
        """Referrals that may still lead somewhere."""
        return self.exclude(status__in=OVER)


@tracked
class Referral(Revisioned):
    """One chosen option on its way. Status is FHIR Task's; what came of it is the outcome."""

    class Contact(models.TextChoices):
        CLIENT = "client", _("The client gets in touch")
        PRACTICE = "practice", _("We get in touch, as agreed with the client")

    guard = of_work()

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="referrals")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="referrals")
    choice = models.ForeignKey(Choice, on_delete=models.PROTECT, related_name="referrals")
    option = models.ForeignKey(ReferralOption, on_delete=models.PROTECT, related_name="referrals")
    status = models.CharField(max_length=20, choices=Status, default=Status.REQUESTED)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, default="")
    contact = models.CharField(max_length=8, choices=Contact, default=Contact.CLIENT)
    agreed_on = models.DateField(null=True, blank=True)
    began_on = models.DateField()
    began_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["option"],
                condition=~Q(status__in=["cancelled", "entered-in-error"]),
                name="one_referral_per_chosen_option",
            ),
            CheckConstraint(
                name="practice_gets_in_touch_only_when_agreed",
                condition=Q(contact="client") | Q(agreed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Referral {self.pk}"


@tracked
class ReferralMove(models.Model):
    """One step of a referral: who said so, when, and what it came to."""

    append_only = True

    class SaidBy(models.TextChoices):
        CLIENT = "client", pgettext_lazy("said by", "The client")
        PROVIDER = "provider", pgettext_lazy("said by", "The place itself")
        STAFF = "staff", pgettext_lazy("said by", "Somebody here")

    guard = of_work()

    id = uuid_key()
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="moves")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, default="")
    said_by = models.CharField(max_length=8, choices=SaidBy, default=SaidBy.CLIENT)
    note = SealedTextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = OfAnAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"Move {self.pk}"


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the work, and whoever was asked to follow it up."""
        return self.filter(opened_by("assignments_of", "assignment_id", user) | Q(owner=user))

    def editable_by(self, user: User) -> Self:
        return self.filter(opened_by("own_assignments_of", "assignment_id", user) | Q(owner=user))

    def still_open(self) -> Self:
        return self.filter(done_on=None, dropped_on=None)

    def due_by(self, day: date) -> Self:
        return self.still_open().filter(due_on__lte=day)

    def in_order(self) -> Self:
        return self.order_by("due_on", "pk")


@tracked
class FollowUp(Revisioned):
    """Somebody asks, on a day, whether the client arrived (R15, R25)."""

    class Arrived(models.TextChoices):
        YES = "yes", pgettext_lazy("arrived", "Arrived")
        NOT_YET = "not_yet", pgettext_lazy("arrived", "Not yet")
        ELSEWHERE = "elsewhere", pgettext_lazy("arrived", "Somewhere else")
        NO = "no", pgettext_lazy("arrived", "Wants nothing now")
        UNKNOWN = "unknown", pgettext_lazy("arrived", "Not reached")

    guard = Guard(
        read=either(through("assignment_id", "assignments"), mine("owner_id")),
        insert=both(
            either(
                through("assignment_id", "own_assignments"),
                through("assignment_id", "followed_up"),
            ),
            through("client_id", "clients"),
        ),
        update=either(through("assignment_id", "own_assignments"), mine("owner_id")),
        fixed=("assignment_id", "client_id", "episode_id"),
        worker=READS,
        because="gives identity to who asks after: planned by who did the work, of a client whom they know",
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="follow_ups")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="follow_ups")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="follow_ups")
    referral = models.ForeignKey(
        Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="follow_ups")
    days_after = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Arrived, blank=True, default="")
    note = SealedTextField()
    what_now = SealedTextField()
    dropped_on = models.DateField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "due_on"])]
        constraints = [
            CheckConstraint(
                name="asking_after_says_who_when_and_what",
                condition=Q(done_on=None, done_by=None, outcome="")
                | (Q(done_on__isnull=False, done_by__isnull=False) & ~Q(outcome="")),
            ),
            CheckConstraint(
                name="nobody_asks_after_and_drops_it",
                condition=Q(done_on=None) | Q(dropped_on=None),
            ),
            UniqueConstraint(
                fields=["client", "assignment", "days_after"],
                condition=Q(days_after__isnull=False, dropped_on=None),
                name="each_follow_up_is_planned_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up {self.pk}"
