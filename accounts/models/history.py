"""History sealed: one line for each thing done or read, bound into seals that are signed.

Lines say who did what kind of act on which thing, when and from where, never what it says. They are what
a practice admin searches, and what a seal covers; made each minute by `accounts.operations.sealing`. All
keys are plain: history outlives what it speaks of.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import pgettext_lazy

from core.fields import short_text


class Seal(models.Model):
    """All lines since the seal before, and that seal, under one signature (decision 25).

    `digest` is SHA-256 over the seal's facts, its lines and the digest before it; `signature` is Ed25519 over
    `digest`, by a key that the database does not have. `snapshot` is PostgreSQL's: what was finished then is
    sealed by then, so a row that commits late is no forgery, and one slipped in later is found.
    """

    append_only = True
    rights: ClassVar[dict[str, str]] = {"app": "", "worker": "select, insert"}

    number = models.BigIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    cluster = models.CharField(max_length=40)
    snapshot = models.TextField()
    lines = models.PositiveBigIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    key = models.PositiveSmallIntegerField()
    signature = models.BinaryField()

    class Meta:
        constraints = [
            CheckConstraint(name="seals_are_counted_from_one", condition=Q(number__gte=1))
        ]

    def __str__(self) -> str:
        return f"Seal {self.number}"


class HistoryLine(models.Model):
    """One thing done or read. `hash` is that of the row in which history keeps it whole."""

    class Verb(models.TextChoices):
        INSERT = "insert", pgettext_lazy("history", "Added")
        UPDATE = "update", pgettext_lazy("history", "Changed")
        DELETE = "delete", pgettext_lazy("history", "Removed")
        READ = "read", pgettext_lazy("history", "Opened")

    append_only = True
    rights: ClassVar[dict[str, str]] = {"app": "", "worker": "select, insert"}

    number = models.BigIntegerField(primary_key=True)
    seal = models.BigIntegerField()
    shape = models.IntegerField(help_text="Which columns of which table: sight.history_shape.")
    key = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    request = models.UUIDField(null=True)
    address = short_text(45)
    task = short_text(80)
    verb = models.CharField(max_length=6, choices=Verb)
    thing = models.CharField(max_length=40)
    client = models.UUIDField(null=True)
    episode = models.UUIDField(null=True)
    departure = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    fields: Any = ArrayField(models.CharField(max_length=63), default=list)

    class Meta:
        constraints = [UniqueConstraint(fields=["shape", "key"], name="what_happened_has_one_line")]
        indexes = [
            models.Index(fields=["seal"]),
            models.Index(fields=["-at", "-number"]),
            models.Index(fields=["actor", "-at", "-number"]),
            models.Index(
                fields=["client", "-at"], condition=Q(client__isnull=False), name="line_of_client"
            ),
            models.Index(
                fields=["episode", "-at"],
                condition=Q(episode__isnull=False),
                name="line_of_episode",
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.number}"


class HeadSent(models.Model):
    """Up to which seal each place outside has been told."""

    rights: ClassVar[dict[str, str]] = {"app": "", "worker": "select, insert, update"}

    way = models.CharField(primary_key=True, max_length=10)
    number = models.BigIntegerField()
    at = models.DateTimeField(db_default=TransactionNow())

    def __str__(self) -> str:
        return f"{self.way} {self.number}"
