"""How far an import has come, said while its one transaction is still open."""

from time import monotonic
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from django.db import connection

SAY_EVERY: Final = 0.5  # seconds


class Stopped(Exception):
    """Somebody asked to stop."""


class Progress:
    """Writes `done` and `total` to a job over a connection of its own, and asks whether to stop.

    The import is one transaction: nothing that it writes can be seen before it ends.
    """

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self.own = connection.copy()
        self.said_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.own.close()

    def __call__(self, done: int, total: int) -> None:
        """Tell how far it is; raises `Stopped` where somebody asked for it."""
        if monotonic() - self.said_at < SAY_EVERY:
            return
        self.said_at = monotonic()
        with self.own.cursor() as cursor:
            cursor.execute(
                "update accounts_job set done = %s, total = %s where id = %s returning cancel_asked",
                [done, total, self.job_id],
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise Stopped
