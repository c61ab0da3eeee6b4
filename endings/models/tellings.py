"""Who must know, and how they were told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models import Client, InvolvedPerson, Session
from core.fields import uuid_key
from core.guard import READS, of_ending
from core.history import tracked
from core.sealed import SealedTextField
from endings.models.endings import Ending, OfAnEndingQuerySet


class Feeling(models.TextChoices):
    """One list of ten for both sides (decision 29); *nothing yet* stays last."""

    REJECTION = "rejected", _("rejection")
    RELIEF = "relief", _("relief")
    ANGER = "anger", _("anger")
    GUILT = "guilt", _("guilt")
    SADNESS = "sadness", _("sadness")
    FEAR = "fear", _("fear")
    SHAME = "shame", _("shame")
    PRIDE = "pride", _("pride")
    GRATITUDE = "gratitude", _("gratitude")
    NOTHING_YET = "numb", _("nothing yet")


@tracked
class PersonToTell(models.Model):
    """The client, or an involved person who must know. The ending is told when each of them is."""

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.CASCADE, related_name="people_to_tell")
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    involved = models.ForeignKey(
        InvolvedPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    must = models.BooleanField(default=True)

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                name="somebody_to_tell_is_a_client_or_an_involved_person",
                condition=Q(client__isnull=True, involved__isnull=False)
                | Q(client__isnull=False, involved__isnull=True),
            ),
            UniqueConstraint(
                fields=["ending", "client", "involved"],
                name="nobody_stands_twice_on_the_list",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Person to tell {self.pk}"


@tracked
class Telling(models.Model):
    """That somebody was told: when, how, by whom, in which words, and how they took it (R1, R4)."""

    append_only = True

    class How(models.TextChoices):
        ROOM = "in_person", pgettext_lazy("mode", "In person")
        VIDEO = "video", pgettext_lazy("mode", "Video")
        PHONE = "phone", pgettext_lazy("mode", "Phone")
        WRITING = "letter", pgettext_lazy("mode", "Letter")

    guard = of_ending()

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="tellings")
    person = models.ForeignKey(PersonToTell, on_delete=models.PROTECT, related_name="tellings")
    on = models.DateField()
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=10, choices=How, default=How.ROOM)
    is_usual_way = models.BooleanField(default=True)
    why_not_in_person = SealedTextField()
    present = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    as_planned = models.BooleanField(default=True)
    words = SealedTextField()
    shares_words = models.BooleanField(default=False)
    feelings = ArrayField(
        models.CharField(max_length=12, choices=Feeling), default=list, blank=True
    )
    reaction = SealedTextField()
    already_knew = models.BooleanField(default=False)
    already_knew_from = SealedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    # A version that says: it was not so. Two files were mistaken for each other, say.
    is_taken_back = models.BooleanField(default=False)
    taken_back_because = SealedTextField()

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "recorded_at"]
        constraints = [
            UniqueConstraint(
                fields=["person"], condition=Q(corrects=None), name="everybody_is_told_once"
            ),
            CheckConstraint(
                name="not_live_has_a_reason",
                condition=Q(how="in_person")
                | Q(how="video", is_usual_way=True)
                | Q(why_not_in_person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Telling {self.pk}"

    @property
    def is_in_person(self) -> bool:
        """Live video is in person for somebody who is always seen by video (R1)."""
        return self.how == self.How.ROOM or (self.how == self.How.VIDEO and self.is_usual_way)


@tracked
class NotToday(models.Model):
    """Why a meeting was not the moment: nobody is late for a missed session or a crisis."""

    append_only = True

    class Because(models.TextChoices):
        MISSED = "missed", _("The client did not come")
        CANCELLED = "cancelled", _("The session was cancelled")
        CRISIS = "crisis", _("Something else had to come first")
        RISK = "risk", _("A look at risk says wait")
        OTHER = "other", _("Another reason")

    guard = of_ending(READS)

    id = uuid_key()
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="not_todays")
    on = models.DateField()
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    because = models.CharField(max_length=10, choices=Because)
    note = SealedTextField()
    until = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = OfAnEndingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "recorded_at"]

    def __str__(self) -> str:
        return f"Not today {self.pk}"
