"""Reading a colleague's file in an emergency: why, for an hour, told to those it concerns, looked at afterwards."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models.clients import Client
from core.fields import uuid_key
from core.guard import NOBODY, READS, Guard, both, either, holding, mine, through
from core.history import tracked
from core.sealed import SealedTextField
from core.sight import opened_by

AN_HOUR: Final = timedelta(hours=1)
TO_LOOK_AT = through("id", "glasses_to_review")


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def visible_to(self, user: User) -> Self:
        """One's own, those of one's clients, and those one looks at afterwards."""
        return self.filter(
            Q(by=user)
            | Q(opened_by("worked_clients_of", "client_id", user))
            | Q(opened_by("glasses_to_review_of", "pk", user))
        )

    def editable_by(self, user: User) -> Self:
        """One's own: it can be ended, and nothing else about it changes."""
        return self.filter(by=user)

    def to_review_by(self, user: User) -> Self:
        """What `user` looks at, and nobody has decided yet."""
        return self.filter(opened_by("glasses_to_review_of", "pk", user), review=None)

    def running(self, at: datetime) -> Self:
        return self.filter(ended_at=None, until__gt=at)


@tracked
class BreakGlass(models.Model):
    """One person opened one file for an hour, to read. On screen: emergency access.

    Nobody changes or deletes it; `ended_at` is written once, by who opened it. PostgreSQL opens the client's
    identity, and the work in which they are alone, while it runs (`sight.broken_clients_of`).
    """

    append_only = True
    columns_to_change = ("ended_at",)

    guard = Guard(
        read=either(mine("by_id"), through("client_id", "worked_clients"), TO_LOOK_AT),
        insert=both(
            mine("by_id"),
            either(holding("therapist"), holding("supervisor")),
            # a breath of leeway: the moment that is signed is that of the transaction's beginning
            "\"at\" between sight.moment() - interval '1 minute' and sight.moment() + interval '1 minute'",
        ),
        update=mine("by_id"),
        delete=NOBODY,
        worker=READS,
        because="opens one file to read, for an hour, to who gives a reason; those it concerns are told",
    )

    id = uuid_key()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="broken_glass")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="broken_glass")
    reason = SealedTextField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["by", "-until"], condition=Q(ended_at=None), name="broken_glass"),
            models.Index(fields=["client", "-at"]),
        ]
        constraints = [
            CheckConstraint(
                name="broken_glass_lasts_an_hour", condition=Q(until=F("at") + AN_HOUR)
            ),
        ]

    def __str__(self) -> str:
        return f"Break glass {self.pk}"

    def runs(self, at: datetime) -> bool:
        """Say whether the file still stands open by it."""
        return self.ended_at is None and self.until > at


class BreakGlassReviewQuerySet(models.QuerySet["BreakGlassReview"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(break_glass__in=BreakGlass.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        """A look is never changed."""
        return self.none()


@tracked
class BreakGlassReview(models.Model):
    """What who leads says of it afterwards. The reviewer is never who opened the file."""

    class Decision(models.TextChoices):
        IN_ORDER = "in_order", pgettext_lazy("break glass", "In order")
        FOLLOW_UP = "follow_up", pgettext_lazy("break glass", "To be followed up")

    append_only = True

    guard = Guard(
        read="exists (select from caseload_breakglass g where g.id = break_glass_id)",
        insert=both(mine("by_id"), through("break_glass_id", "glasses_to_review")),
        worker=READS,
        because="who leads the work with the client; never who opened the file",
    )

    id = uuid_key()
    break_glass = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="review")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision)
    comment = SealedTextField()

    objects = BreakGlassReviewQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Look at {self.break_glass_id}"
