"""Who opened which client's record."""

from django.db import models

from accounts.models import User
from caseload.models.clients import Client
from core.fields import uuid_key


class ReadLog(models.Model):
    """Written while a page is read; nobody changes or deletes it.

    PostgreSQL adds a number, the transaction, its own clock and the context (accounts/journal), so that what
    was read is sealed with history.
    """

    append_only = True
    kept_log = True

    id = uuid_key()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Outlives the client, unchanged: taking back an import deletes clients, and evidence stays (ADR 0004).
    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, db_constraint=False, related_name="read_log"
    )
    page = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["client", "-at"])]

    def __str__(self) -> str:
        return f"Read {self.pk}"
