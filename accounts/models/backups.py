"""What became of each backup: the proof that there is one, for the operations page and for `status`."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from core.fields import short_text, uuid_key

LATE_AFTER = timedelta(hours=26)  # one a day, and two hours for a night that was busy


class BackupQuerySet(models.QuerySet["Backup"]):
    def newest_first(self) -> "BackupQuerySet":
        return self.order_by("-made_at")


class Backup(models.Model):
    """One backup, tried once. Written by whoever made it, embedded or another tool, and never changed.

    It says nothing of a client, and not where it lies: a page is no place for paths.
    """

    append_only = True
    rights: ClassVar[dict[str, str]] = {"app": "select", "worker": "select, insert"}

    class Tool(models.TextChoices):
        OURS = "ours", "script/manage backup"
        OTHER = "other", "script/manage note_backup"

    id = uuid_key()
    made_at = models.DateTimeField()
    tool = models.CharField(max_length=8, choices=Tool, default=Tool.OURS)
    is_good = models.BooleanField(default=True)
    is_elsewhere = models.BooleanField(
        default=False, help_text="Not on the disk of the data alone."
    )
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    seconds = models.FloatField(default=0)
    said = short_text(300, help_text="Why it is not good.")

    objects = BackupQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-made_at"])]
        constraints = [
            models.CheckConstraint(
                name="a_backup_that_failed_says_why",
                condition=models.Q(is_good=True) | ~models.Q(said=""),
            )
        ]

    def __str__(self) -> str:
        return f"Backup {self.pk}"

    @property
    def megabytes(self) -> float:
        return self.size / 1_000_000

    def is_late(self, at: datetime) -> bool:
        return at - self.made_at > LATE_AFTER
