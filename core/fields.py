"""Columns that every app uses."""

import uuid
from typing import Any

from django.db import models


def uuid_key() -> "models.UUIDField[uuid.UUID, uuid.UUID]":
    """Return the primary key of every row: known before INSERT, and not to be guessed."""
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


def short_text(length: int = 120, **options: Any) -> "models.CharField[str, str]":
    """Return an optional one-line text."""
    return models.CharField(max_length=length, blank=True, default="", **options)


class Revisioned(models.Model):
    """An aggregate that two people may edit: a save names the revision it has read."""

    revision = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
