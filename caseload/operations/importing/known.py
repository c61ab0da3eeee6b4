"""What earlier imports of the same source have made: the memory that makes a second run change nothing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from caseload.models import ImportedFrom, ImportRun

BATCH: Final = 1_000
Facts = dict[str, Any]
T = TypeVar("T")


def batches(things: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield `things` in lists of at most `size`."""
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch


def plain(facts: Facts) -> Facts:
    """Return facts as JSON keeps them, so that what was written can be compared with what stands now."""
    told: Facts = json.loads(json.dumps(facts, cls=DjangoJSONEncoder))
    return told


class Known:
    """The rows of one source that this practice knows, and how they were when they were last imported.

    `before` holds, sealed: `wrote`, what the import put there; `was`, what stood there before it; `hash`
    and `run`, the content and the import before; `found`, where the row was here already and only linked.
    """

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    def rows(self, source_type: str, source_ids: Sequence[str]) -> dict[str, ImportedFrom]:
        """Return what is known of these keys; one query."""
        found = ImportedFrom.objects.filter(
            source=self.run.source, source_type=source_type, source_id__in=source_ids
        )
        return {row.source_id: row for row in found}

    def keys(self, source_type: str, source_ids: Iterable[str]) -> dict[str, UUID]:
        """Return the rows that stand behind these keys."""
        return {
            key: row.object_id
            for batch in batches(source_ids)
            for key, row in self.rows(source_type, batch).items()
        }

    def taken(self, source_type: str) -> models.QuerySet[ImportedFrom, UUID]:
        """Return the rows that stand behind a key of this source already."""
        rows = ImportedFrom.objects.filter(source=self.run.source, source_type=source_type)
        return rows.values_list("object_id", flat=True)

    def remember(
        self, source_type: str, made: Iterable[tuple[str, str, models.Model, Facts]]
    ) -> None:
        """Note new rows: key, content hash, the row, and what to keep beside it."""
        ImportedFrom.objects.bulk_create(
            [
                ImportedFrom(
                    source=self.run.source,
                    source_type=source_type,
                    source_id=key,
                    content_hash=content,
                    object_type=row._meta.model_name or "",
                    object_id=row.pk,
                    run=self.run,
                    before=json.dumps(plain(kept)),
                )
                for key, content, row, kept in made
            ],
            batch_size=BATCH,
        )

    def update(self, row: ImportedFrom, content: str, was: Facts, wrote: Facts) -> None:
        """Note that a known row was changed by this import."""
        kept = {"wrote": wrote, "was": was, "hash": row.content_hash, "run": row.run_id}
        row.before = json.dumps(plain(kept))
        row.content_hash, row.run = content, self.run
        row.save()


def kept(row: ImportedFrom) -> Facts:
    """Return what was kept beside a row."""
    told: Facts = json.loads(row.before or "{}")
    return told
