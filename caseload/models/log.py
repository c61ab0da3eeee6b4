"""Who opened which client's record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from caseload.models.clients import Client
from caseload.models.glass import BreakGlass
from core.fields import uuid_key
from core.guard import Guard, mine, through


class ReadLog(models.Model):
    """Written while a page is read; nobody changes or deletes it.

    PostgreSQL adds a number, the transaction, its own clock and the context (accounts/journal), so that what
    was read is sealed with history.
    """

    append_only = True
    kept_log = True

    guard = Guard(
        read=through("client_id", "clients"),
        insert=mine("by_id"),
        because="whoever opens a record is written down, in their own name",
    )

    id = uuid_key()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Outlives the client, unchanged: taking back an import deletes clients, and evidence stays (ADR 0004).
    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, db_constraint=False, related_name="read_log"
    )
    page = models.CharField(max_length=80)
    # Set by PostgreSQL where the reader has broken glass for this client just now.
    break_glass = models.ForeignKey(
        BreakGlass,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="readings",
    )

    class Meta:
        indexes = [models.Index(fields=["client", "-at"])]

    def __str__(self) -> str:
        return f"Read {self.pk}"


ROADS: dict[str, str | Promise] = {
    "works": "",
    "deputy": pgettext_lazy("assign", "Stands in"),
    "supervision": _("Supervision"),
    "receiver": _("Takes over"),
    "glass": _("Emergency access"),
}


@dataclass(frozen=True)
class Reading:
    """That somebody opened a file on one day: how often, when last, and by which right."""

    reader: str
    at: datetime
    times: int
    road: str | Promise


class LatestReadings(models.Func):
    """The newest readings of the client in the row, as JSON: a page that has the row needs no further question."""

    function = "sight.readings_of"
    template = "(select jsonb_agg(r) from %(function)s(%(expressions)s, 0) r)"
    output_field = models.JSONField()


def latest_readings(said: list[dict[str, Any]] | None) -> list[Reading]:
    """Return what `LatestReadings` gave."""
    return [
        Reading(
            row["reader"],
            datetime.fromisoformat(row["at"]),
            row["times"],
            ROADS.get(row["road"], ""),
        )
        for row in said or []
    ]


def readings_of(client: UUID, *, how_many: int, after: int = 0) -> list[Reading]:
    """Return who opened a client's file, the newest first; nothing for whom the file is not open to.

    Asked of PostgreSQL, which knows every assignment and absence and not only those the reader may see.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from sight.readings_of(%s, %s, %s)", [client, how_many, after])
        found = cursor.fetchall()
    return [Reading(who, at, times, ROADS.get(road, "")) for who, at, times, road in found]
