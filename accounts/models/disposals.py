"""What stays of a file that was disposed of: that it was, by whom, and what history is missing since."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q

from core.fields import uuid_key


class DisposalCertificate(models.Model):
    """Two people had a file wiped. No content: code, days, who, how many rows of each table.

    All keys are plain, because what they name is gone. `wiped` lists the rows of history that were removed,
    by table; `signature` is Ed25519 over all of it, by the key that signs seals, which the database does not
    have. So verifying history knows these gaps, and nobody can excuse another one.
    """

    append_only = True
    rights: ClassVar[dict[str, str]] = {"app": "select", "worker": "select, insert"}

    id = uuid_key()
    client = models.UUIDField(unique=True)
    code = models.CharField(max_length=12, editable=False)
    kept_until = models.DateField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    agreed_by = models.UUIDField()
    agreed_at = models.DateTimeField()
    disposed_at = models.DateTimeField()
    counts: Any = models.JSONField(help_text="Rows removed, by model.")
    wiped: Any = models.JSONField(help_text="Rows of history removed, by table.")
    key = models.PositiveSmallIntegerField()
    signature = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["-disposed_at"])]
        constraints = [
            CheckConstraint(
                name="nobody_disposes_of_a_file_alone", condition=~Q(asked_by=F("agreed_by"))
            )
        ]

    def __str__(self) -> str:
        return f"Certificate {self.pk}"

    @property
    def rows(self) -> int:
        """How many rows were removed."""
        return sum(self.counts.values())
