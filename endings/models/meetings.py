"""The meeting of three, what corrects it, and who confirms it (R14)."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.models import Session
from core.fields import Revisioned, uuid_key
from core.guard import READS, Guard, either, through
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.endings import Ending
from endings.models.handovers import HandoverInvitation, ReceivedQuerySet


class HandoverSessionQuerySet(ReceivedQuerySet["HandoverSession"]):
    receiver = "invitation__receiver"


class HandoverCorrectionQuerySet(models.QuerySet["HandoverCorrection"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(handover__in=HandoverSession.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(handover__in=HandoverSession.objects.editable_by(user))

    def received_by(self, user: User) -> Self:
        return self.filter(handover__in=HandoverSession.objects.received_by(user))


@tracked
class HandoverSession(Revisioned):
    """The meeting of three: outgoing, incoming, client in one room, with an agenda."""

    guard = Guard(
        read=either(through("ending_id", "endings"), through("id", "handovers")),
        insert=through("ending_id", "own_endings"),
        update=either(through("ending_id", "own_endings"), through("id", "own_handovers")),
        fixed=("ending_id", "invitation_id"),
        worker=READS,
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="handover_sessions")
    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="handover")
    invitation = models.ForeignKey(
        HandoverInvitation, on_delete=models.PROTECT, related_name="handover_sessions"
    )
    agenda = SealedTextField()
    agreed_points = SealedTextField()
    held_on = models.DateField(null=True, blank=True)
    held_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    next_meeting_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)

    objects = HandoverSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="a_held_handover_says_who_and_when",
                condition=Q(held_on__isnull=True, held_by__isnull=True)
                | Q(held_on__isnull=False, held_by__isnull=False),
            ),
            UniqueConstraint(
                fields=["ending"],
                condition=Q(cancelled_on=None),
                name="one_meeting_of_three_is_planned",
            ),
        ]

    def __str__(self) -> str:
        return f"Handover session {self.pk}"

    @property
    def newest_correction(self) -> "HandoverCorrection | None":
        """The correction that stands now; None where the first record does."""
        rows = list(self.corrections.all())
        corrected = {row.corrects_id for row in rows}
        return next((row for row in rows if row.pk not in corrected), None)

    @property
    def as_it_stands(self) -> "HandoverSession | HandoverCorrection":
        """The row whose day, agreed points and next meeting are true now."""
        return self.newest_correction or self


@tracked
class HandoverCorrection(models.Model):
    """What was recorded of a meeting of three, said anew or taken back; the first version stays readable."""

    append_only = True

    guard = Guard(
        read=through("handover_id", "handovers"), insert=through("handover_id", "own_handovers")
    )

    id = uuid_key()
    handover = models.ForeignKey(
        HandoverSession, on_delete=models.PROTECT, related_name="corrections"
    )
    held_on = models.DateField()
    agreed_points = SealedTextField()
    next_meeting_on = models.DateField(null=True, blank=True)
    is_taken_back = models.BooleanField(default=False)
    taken_back_because = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = HandoverCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            UniqueConstraint(
                fields=["handover"],
                condition=Q(corrects=None),
                name="a_meeting_of_three_is_corrected_line_by_line",
            )
        ]

    def __str__(self) -> str:
        return f"Handover correction {self.pk}"


@tracked
class SignOff(models.Model):
    """Each of the three confirms what was agreed; what is corrected is confirmed anew."""

    append_only = True

    class Who(models.TextChoices):
        OUTGOING = "outgoing", _("Outgoing")
        INCOMING = "incoming", _("Incoming")
        CLIENT = "client", _("Client")

    guard = Guard(
        read=through("handover_id", "handovers"), insert=through("handover_id", "own_handovers")
    )

    id = uuid_key()
    handover = models.ForeignKey(
        HandoverSession, on_delete=models.PROTECT, related_name="sign_offs"
    )
    correction = models.ForeignKey(
        HandoverCorrection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sign_offs",
        help_text="The version that was confirmed; none for the first one.",
    )
    who = models.CharField(max_length=8, choices=Who)
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["handover", "correction", "who"],
                name="everybody_signs_off_each_version_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Sign-off {self.pk}"
