"""What became of a backup, written into the practice's own database for the operations page and `status`."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import psycopg

NOTE = """
insert into accounts_backup (id, made_at, tool, is_good, is_elsewhere, size, seconds, said)
values (gen_random_uuid(), %(made_at)s, %(tool)s, %(is_good)s, %(is_elsewhere)s, %(size)s, %(seconds)s, %(said)s)
"""
LAST = "select max(made_at) from accounts_backup where is_good and tool = 'ours'"
LONGEST_REASON = 300  # characters, as the column


@dataclass(frozen=True)
class Taken:
    """A backup that was tried; `said` is why it is not good. Bytes, seconds."""

    made_at: datetime
    said: str = ""
    tool: Literal["ours", "other"] = "ours"
    size: int = 0
    seconds: float = 0
    is_elsewhere: bool = False


def note(url: str, taken: Taken) -> None:
    """Note a backup by the worker's address `url`.

    Data of an earlier release, which a backup is taken of before they are brought up to date, have no
    such table: then nothing is noted.
    """
    row = {**asdict(taken), "said": taken.said[:LONGEST_REASON], "is_good": not taken.said}
    with (
        suppress(psycopg.errors.UndefinedTable),
        psycopg.connect(url, autocommit=True) as connection,
    ):
        connection.execute(NOTE, row)


def last_good(url: str) -> datetime | None:
    """Return when the last good backup of ours was made."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(LAST).fetchone()
    moment: datetime | None = row[0] if row else None
    return moment
