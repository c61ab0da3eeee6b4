"""Reminders that were raised, messages that are claimed and sent, ticks that do it, and calendar feeds."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import Revisioned, short_text, uuid_key
from core.guard import EVERYBODY, NOBODY, READS, Guard, Worker, either, holding, mine
from core.history import tracked
from reminders.occasions import Occasion
from reminders.offsets import BOUNDS, NAMES, Offsets

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


class ReminderPolicyQuerySet(models.QuerySet["ReminderPolicy"]):
    def current(self) -> "ReminderPolicy":
        """Return what the practice has set, or what is usual where it has set nothing."""
        return self.first() or ReminderPolicy(pk=1)


def days(name: str) -> "models.PositiveSmallIntegerField[int, int]":
    """Return the column of one offset."""
    usual = getattr(Offsets(), name)
    return models.PositiveSmallIntegerField(default=usual, db_default=usual)


@tracked
class ReminderPolicy(Revisioned):
    """How many days before or after a fact the practice reminds (`reminders.offsets`); one row."""

    guard = Guard(read=EVERYBODY, write=holding("practice_admin"), worker=READS)

    id = models.SmallAutoField(primary_key=True)
    before_window = days("before_window")
    leads_after = days("leads_after")
    admin_after = days("admin_after")
    options_after = days("options_after")
    choice_after = days("choice_after")
    overdue_after = days("overdue_after")
    before_handover = days("before_handover")
    before_last = days("before_last")
    close_first = days("close_first")
    close_second = days("close_second")
    close_late = days("close_late")
    check_again = days("check_again")
    before_break_ends = days("before_break_ends")

    objects = ReminderPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="one_policy_of_reminders", condition=Q(id=1)),
            CheckConstraint(
                name="offsets_stay_within_their_bounds",
                condition=Q(
                    *(
                        (f"{name}__range", (bounds.fewest, bounds.most))
                        for name, bounds in BOUNDS.items()
                    )
                ),
            ),
            CheckConstraint(
                name="closing_is_asked_for_in_order",
                condition=Q(close_first__lt=F("close_second"), close_second__lt=F("close_late")),
            ),
        ]

    def __str__(self) -> str:
        return "Policy of reminders"

    @property
    def offsets(self) -> Offsets:
        return Offsets(**{name: getattr(self, name) for name in NAMES})


class MessageQuerySet(models.QuerySet["Message"]):
    """Mails; whose they are their guard says."""


class Message(models.Model):
    """A mail that is claimed with a lease and a token, sent with a stable Message-ID, and marked."""

    class Kind(models.TextChoices):
        DIGEST = "digest", "digest"
        ESCALATION = "escalation", "escalation"
        INVITATION = "invitation", "invitation"
        REVIEW = "review", "review"
        DIRECTORY = "directory", "directory"

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("message.state", "Waiting")
        CLAIMED = "claimed", pgettext_lazy("message.state", "On its way")
        SENT = "sent", pgettext_lazy("message.state", "Sent")
        FAILED = "failed", pgettext_lazy("message.state", "Failed")
        DROPPED = "dropped", pgettext_lazy("message.state", "No longer needed")

    class Fault(models.TextChoices):
        """Why a mail has not gone out, or not yet; the mail server's own words are never kept (R22)."""

        LATER = "later", pgettext_lazy("mail.fault", "The mail server says: not now")
        NO_SUCH_PERSON = "no_person", pgettext_lazy("mail.fault", "The address does not exist")
        REFUSED = "refused", pgettext_lazy("mail.fault", "The mail server does not take this mail")
        SLOW = "slow", pgettext_lazy("mail.fault", "The mail server did not answer in time")
        HUNG_UP = "hung_up", pgettext_lazy("mail.fault", "The connection was lost midway")
        AWAY = "away", pgettext_lazy("mail.fault", "The mail server cannot be reached")
        BOUNCED = "bounced", pgettext_lazy("mail.fault", "It came back")
        TOO_LATE = "too_late", pgettext_lazy("mail.fault", "Its time was over")
        OURS = "ours", pgettext_lazy("mail.fault", "It could not be written; the log says why")

    guard = Guard(
        read=either(mine("person_id"), holding("practice_admin")),
        worker=Worker(reads=True, writes=("insert", "update")),
        because="a practice admin reads whether mail goes out; no client is in it",
    )

    id = uuid_key()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=12, choices=Kind)
    key = short_text(64)
    day = models.DateField()
    send_after = models.DateTimeField()
    useful_until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True, blank=True, default=None)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=9, choices=Fault, blank=True, default="", db_default="")
    last_error = short_text(200)  # a reply code, or the kind of fault
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["send_after"], condition=Q(state__in=["waiting", "claimed"]), name="to_send"
            )
        ]
        constraints = [
            UniqueConstraint(
                fields=["person", "kind", "key", "day"], name="one_message_per_person_kind_and_day"
            ),
            CheckConstraint(
                name="what_was_sent_says_when",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"


class Tick(models.Model):
    """When a worker was last through with raising, writing and sending; one row for each worker."""

    id = uuid_key()
    worker = models.CharField(max_length=120, unique=True)  # as Celery calls it: name and machine
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0)
    fault = short_text(80)  # kinds of exceptions

    class Meta:
        ordering = ["worker"]

    def __str__(self) -> str:
        return f"Tick {self.pk}"


class Examination(models.Model):
    """What `reminders_doctor` found: counts, so that they can stand where nobody's work is seen."""

    id = uuid_key()
    at = models.DateTimeField()
    unsent = models.PositiveIntegerField()  # mails that should have gone out
    expired = (
        models.PositiveIntegerField()
    )  # claims whose holder died and that nobody has taken over
    missing = models.PositiveIntegerField()  # what stands by the facts and was not raised
    left_over = models.PositiveIntegerField()  # what was raised and no longer stands
    silent = models.PositiveIntegerField()  # workers whose last tick is too long ago

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["-at"])]

    def __str__(self) -> str:
        return f"Examination {self.pk}"

    @property
    def is_well(self) -> bool:
        return not (self.unsent or self.expired or self.missing or self.left_over or self.silent)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def editable_by(self, user: User) -> Self:
        """One's own."""
        return self.filter(person=user)

    def standing(self) -> Self:
        """Feeds whose address opens, as long as their person may come in."""
        return self.filter(ended_at=None)


class CalendarFeed(models.Model):
    """A secret address at which a person's calendar asks for their bookings; only its digest is kept."""

    guard = Guard(
        read=EVERYBODY,
        write=mine("person_id"),
        delete=NOBODY,
        fixed=("person_id", "digest"),
        worker=Worker(reads=True, writes=("update",)),
        because="asked before anybody acts: by whoever has the address, of which a digest stands here",
    )

    id = uuid_key()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # What it held when it was last asked for, as a digest, and since when: for conditional requests.
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="one_calendar_feed_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"Calendar feed {self.pk}"


class FeedRead(models.Model):
    """A calendar has asked: when, from where. Its person sees it; after ninety days it is forgotten."""

    append_only = True

    guard = Guard(
        read=mine("person_id"),
        insert=mine("person_id"),
        worker=Worker(writes=("delete",)),
    )

    id = uuid_key()
    feed = models.ForeignKey(CalendarFeed, on_delete=models.CASCADE, related_name="reads")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["feed", "-at"])]

    def __str__(self) -> str:
        return f"Read of a calendar feed {self.pk}"
