"""History by triggers: every insert, update and delete of a row that leads to a client is kept.

Sealed columns stay out of the event rows; their digests stand in (decision 6).
"""

from typing import Any

import pghistory
from django.db import models

from core.sealed import SealedTextField


def tracked(model: type[models.Model]) -> type[Any]:
    """Decorate a model so that PostgreSQL writes its history. Neither the app nor a person can skip it."""
    sealed = [field.name for field in model._meta.fields if isinstance(field, SealedTextField)]
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=sealed,
        meta={"app_label": model._meta.app_label},
    )
    return track(model)  # type: ignore[no-any-return]
