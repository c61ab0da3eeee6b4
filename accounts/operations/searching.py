"""What a practice admin asks of history: who did what kind of act on which thing, never what it says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

FOUND = (
    "select * from sight.history(%(who)s, %(code)s, %(since)s, %(until)s, %(before)s, %(how_many)s)"
)


@dataclass(frozen=True)
class Question:
    """By whom, about which client's code, from when until before when; empty asks for all."""

    who: UUID | None = None
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Act:
    """One line of history: `kind` is a model's name, `fields` what an update changed."""

    number: int
    at: datetime
    actor: str
    address: str
    task: str
    verb: str
    kind: str
    codes: list[str]
    person: str
    fields: list[str]


def search_history(question: Question, *, before: int | None, how_many: int) -> list[Act]:
    """Return what was done, the newest first, older than line `before`; the actor must be a practice admin.

    PostgreSQL checks that, and leaves out what hangs on a departure's draft (sight.history).
    """
    said = {**vars(question), "before": before, "how_many": how_many}
    with connection.cursor() as cursor:
        cursor.execute(FOUND, said)
        return [Act(*row) for row in cursor.fetchall()]
