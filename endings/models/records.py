"""What the other playbooks write down: the sheet of a step, attempts to reach somebody, a look back of one's own."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Session
from core.fields import Revisioned, short_text, uuid_key
from core.guard import READS, Guard, both, either, mine, of_ending, through
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.endings import Ending, OfAnEndingQuerySet
from endings.workflow import Step


@tracked
class StepRecord(models.Model):
    """A step that was taken, with its answers as JSON by the names of its questions (`workflow.sheets`)."""

    append_only = True

    guard = of_ending(READS)

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="step_records")
    step = models.CharField(max_length=20, choices=Step)
    on = models.DateField()
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answers = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["ending", "step"])]

    def __str__(self) -> str:
        return f"Step {self.pk}"


@tracked
class OutreachAttempt(models.Model):
    """One try to reach a client who stays away, over a way they agreed to, and what came of it (R12)."""

    append_only = True

    class Outcome(models.TextChoices):
        REACHED = "reached", pgettext_lazy("outreach", "Reached")
        MESSAGE = "message", pgettext_lazy("outreach", "Message left, no details")
        NO_ANSWER = "no_answer", pgettext_lazy("outreach", "No answer")
        NOT_WANTED = "not_wanted", pgettext_lazy("outreach", "Wants no contact")

    class By(models.TextChoices):
        PHONE = "phone", pgettext_lazy("channel", "Phone")
        EMAIL = "email", pgettext_lazy("channel", "E-mail")
        LETTER = "letter", pgettext_lazy("channel", "Letter")
        VISIT = "visit", pgettext_lazy("channel", "A visit")

    guard = of_ending(READS)

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="attempts")
    on = models.DateField()
    channel = models.CharField(max_length=6, choices=By)
    outcome = models.CharField(max_length=10, choices=Outcome)
    without_consent_because = short_text(200)
    note = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "recorded_at"]
        indexes = [models.Index(fields=["ending", "on"])]

    def __str__(self) -> str:
        return f"Attempt {self.pk}"


class DebriefQuerySet(models.QuerySet["Debrief"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and what was shared with one for as long as it is."""
        return self.filter(Q(by=user) | Q(shared_with=user))

    def editable_by(self, user: User) -> Self:
        return self.filter(by=user)


@tracked
class Debrief(Revisioned):
    """What an ending left in who worked: their own alone, unless they share it (R11).

    That there is one is a step of the ending; what stands in it is in no record, copy or figure.
    """

    guard = Guard(
        read=either(mine("by_id"), mine("shared_with_id")),
        insert=both(mine("by_id"), through("ending_id", "endings")),
        update=mine("by_id"),
        delete=mine("by_id"),
        fixed=("by_id", "ending_id"),
        because="private to who wrote it; shared with one person by a deliberate act that can be taken back",
    )

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="debriefs")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="debriefs")
    feelings = SealedTextField(help_text="Values of Feeling, separated by spaces.")
    words = SealedTextField()
    on = models.DateField()
    shared_with = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = DebriefQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["ending", "by"], name="one_look_back_of_each"),
            CheckConstraint(
                name="shared_with_whom_and_when_go_together",
                condition=Q(shared_with=None, shared_at=None)
                | Q(shared_with__isnull=False, shared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Debrief {self.pk}"
