"""History by triggers: every insert, update and delete of a row with meaning is kept.

Sealed columns stay out of the event rows; their digests stand in (decision 6). Only triggers write here
(accounts/journal), and each row says who acted, in which request and from where (core/occasion).
"""

from collections.abc import Callable
from typing import Any

import pghistory
from django.db import models

from core.sealed import SealedTextField


def tracked(model: type[models.Model]) -> type[Any]:
    """Decorate a model so that PostgreSQL writes its history. Neither the app nor a person can skip it."""
    return tracked_but()(model)


def tracked_but(*left_out: str) -> Callable[[type[models.Model]], type[Any]]:
    """Decorate like `tracked`, and keep the fields named out of history (a password, a code's digest)."""

    def track(model: type[models.Model]) -> type[Any]:
        fields = model._meta.fields
        sealed = [field.name for field in fields if isinstance(field, SealedTextField)]
        kept = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=[*sealed, *left_out],
            meta={"app_label": model._meta.app_label},
        )
        return kept(model)  # type: ignore[no-any-return]

    return track


def is_event(model: type[models.Model]) -> bool:
    """Say whether a model is the history of another."""
    return hasattr(model, "pgh_tracked_model")
