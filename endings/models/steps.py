"""What stays, the last session, closing, and what was offered and not wanted."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Session
from core.fields import Revisioned, uuid_key
from core.guard import READS, of_ending
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.endings import Ending, OfAnEndingQuerySet
from endings.workflow import Step


@tracked
class NotWanted(models.Model):
    """Offered and not wanted: this completes the step (domain.md)."""

    append_only = True

    guard = of_ending(READS)

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="not_wanted")
    step = models.CharField(max_length=20, choices=Step)
    on = models.DateField()
    note = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["ending", "step"],
                condition=Q(corrects=None),
                name="a_step_is_not_wanted_once",
            )
        ]

    def __str__(self) -> str:
        return f"Not wanted {self.pk}"


@tracked
class Consolidation(Revisioned):
    """What stays: gains in the client's words, what may pull back, and the way back (R9)."""

    guard = of_ending()

    id = uuid_key()
    ending = models.OneToOneField(Ending, on_delete=models.PROTECT, related_name="consolidation")
    work_done = SealedTextField()
    proud_of = SealedTextField()
    supporters = SealedTextField()
    next_wishes = SealedTextField()
    contingencies = SealedTextField()
    way_back = SealedTextField()
    therapist_words = SealedTextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfAnEndingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Consolidation {self.pk}"


@tracked
class Gain(models.Model):
    """What has changed, as the client says it."""

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="gains")
    words = SealedTextField()
    position = models.PositiveSmallIntegerField(default=0)

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"Gain {self.pk}"


@tracked
class Trigger(models.Model):
    """What may pull back, how it is noticed, what helps then, and when that was tried out."""

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="triggers")
    words = SealedTextField()
    sign = SealedTextField()
    strategy = SealedTextField()
    rehearsed_on = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"Trigger {self.pk}"


@tracked
class LastSession(models.Model):
    """The last session was held: nothing new, look back, say thank you, say goodbye (R7)."""

    append_only = True

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="last_sessions")
    on = models.DateField()
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["ending"], condition=Q(corrects=None), name="one_last_session")
        ]

    def __str__(self) -> str:
        return f"Last session {self.pk}"


@tracked
class Closure(models.Model):
    """The file is closed: how it went, seen from both sides. From now on it is read, not changed."""

    append_only = True

    class Outcome(models.TextChoices):
        GOOD_END = "good_end", pgettext_lazy("closure", "It came to a good end")
        PARTLY = "partly", pgettext_lazy("closure", "Partly; something stayed open")
        BROKEN_OFF = "broken_off", pgettext_lazy("closure", "It broke off")
        GOES_ON = "goes_on", pgettext_lazy("closure", "The work goes on with somebody else")

    guard = of_ending()

    id = uuid_key()
    ending = models.OneToOneField(Ending, on_delete=models.PROTECT, related_name="closure")
    outcome = models.CharField(max_length=12, choices=Outcome)
    client_view = SealedTextField()
    client_view_missing_because = SealedTextField()
    therapist_view = SealedTextField()
    summary = SealedTextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    kept_until = models.DateField(null=True, blank=True)

    objects = OfAnEndingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Closure {self.pk}"


@tracked
class ClosureAddendum(models.Model):
    """A line added after closing; the closing itself stays as it was."""

    append_only = True

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="addenda")
    text = SealedTextField(help_text=_("Added after closing."))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"Addendum {self.pk}"
