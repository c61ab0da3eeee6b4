"""Proof that a reminder was raised, what its person did with it, and into whose hands it was given."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import uuid_key
from core.guard import READS, Guard, Worker, either, mine
from reminders.occasions import Occasion

PUT_OFF_FREELY = 2  # times; then a reason is asked for


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User) -> Self:
        """One's own; nobody reads another person's inbox."""
        return self.filter(person=user)

    def editable_by(self, user: User) -> Self:
        return self.filter(person=user)

    def standing(self, at: datetime) -> Self:
        """Not closed by its fact, not done by hand, not resting until tomorrow."""
        awake = Q(snoozed_until=None) | Q(snoozed_until__lte=at)
        return self.filter(awake, closed_at=None, done_at=None)


class Reminder(models.Model):
    """It was raised, to whom, about what; whether it still stands is asked of the facts (decision 10)."""

    guard = Guard(
        read=mine("person_id"),
        update=mine("person_id"),
        worker=Worker(reads=True, writes=("insert", "update")),
    )

    class Because(models.TextChoices):
        """Why something is put off once more: a choice, so that nothing of a client is written here."""

        WAITS = "waits", _("I wait for somebody’s answer")
        NOT_HERE = "not_here", _("The client was not here")
        AWAY = "away", _("I was not at work")
        FIRST = "first", _("Something else had to come first")
        CAN_WAIT = "can_wait", _("It can wait")

    id = uuid_key()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    occasion = models.CharField(max_length=32)
    about = models.UUIDField()
    due_on = models.DateField()
    is_late = models.BooleanField(default=False)
    is_escalation = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    rested = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often it was put off
    rested_because = models.CharField(
        max_length=8, choices=Because, blank=True, default="", db_default=""
    )
    done_at = models.DateTimeField(null=True, blank=True)  # by hand, where no fact closes it
    closed_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # put into a mail, once

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "raised_at"]
        indexes = [
            models.Index(fields=["person", "closed_at", "due_on"]),
            models.Index(fields=["occasion"], condition=Q(closed_at=None), name="reminders_open"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["person", "occasion", "about", "due_on"],
                name="one_reminder_per_person_occasion_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"Reminder {self.pk}"

    @property
    def may_wait(self) -> bool:
        """Whether tomorrow is not too late: it is, on the last day of full notice."""
        return not (self.occasion == Occasion.LAST_CHANCE and self.is_escalation)

    @property
    def asks_why(self) -> bool:
        """Whether it was put off so often that the next time needs a reason."""
        return self.rested >= PUT_OFF_FREELY

    def is_aside(self, at: datetime) -> bool:
        """Say whether it rests until tomorrow, or was done by hand."""
        rests = self.snoozed_until is not None and self.snoozed_until > at
        return rests or self.done_at is not None


class HandedOnQuerySet(models.QuerySet["HandedOn"]):
    def visible_to(self, user: User) -> Self:
        """What one has handed on, and what one was handed."""
        return self.filter(Q(by=user) | Q(to=user))

    def editable_by(self, user: User) -> Self:
        """The same: one takes back, the other gives back."""
        return self.visible_to(user)

    def standing(self) -> Self:
        return self.filter(taken_back_at=None)


class HandedOn(models.Model):
    """A reminder that a person has put into a colleague's hands; it opens nothing to them.

    It names the reminder by what makes it one, because the colleague cannot read another person's inbox.
    """

    guard = Guard(
        read=either(mine("by_id"), mine("to_id")),
        insert=mine("by_id"),
        update=either(mine("by_id"), mine("to_id")),
        fixed=("by_id", "to_id", "about", "occasion", "due_on"),
        worker=READS,
        because="gives no sight: the deputy has theirs by the absence",
    )

    id = uuid_key()
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="handed_on")
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="was_handed")
    occasion = models.CharField(max_length=32)
    about = models.UUIDField()
    due_on = models.DateField()
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = HandedOnQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["by", "occasion", "about", "due_on"],
                condition=Q(taken_back_at=None),
                name="one_thing_is_in_one_pair_of_hands",
            ),
            CheckConstraint(name="nobody_hands_on_to_themselves", condition=~Q(by=F("to"))),
        ]

    def __str__(self) -> str:
        return f"Handed on {self.pk}"
