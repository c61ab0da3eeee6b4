"""Messages that are claimed and sent, ticks that do it, and calendar feeds."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import short_text, uuid_key
from core.guard import EVERYBODY, NOBODY, Guard, Worker, either, holding, mine


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
