"""What somebody may know without a road to the rows: asked of PostgreSQL, which asks who is acting."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import User
from core.clock import today


@dataclass(frozen=True)
class File:
    """What a page of a file says of it. `open` names the tables in which something is still open."""

    id: UUID
    code: str
    name: str
    known_as: str
    born_on: date | None
    registered_on: date
    kept_until: date | None
    on_legal_hold: bool
    open: list[str]

    def is_due(self, on: date) -> bool:
        """Say whether the time for keeping it was over before `on`."""
        return self.kept_until is not None and self.kept_until < on


@dataclass(frozen=True)
class DueFile:
    """One line of the list of files whose time is over."""

    id: UUID
    code: str
    kept_until: date
    on_legal_hold: bool
    is_asked: bool


@dataclass(frozen=True)
class WaitedLately:
    """Somebody who waits no longer, for two weeks on the list of whoever was named for them."""

    id: UUID
    called: str
    code: str
    since: date
    ended_on: date
    ended_why: str
    named_person: str


def waited_lately() -> list[WaitedLately]:
    """Return those whose waiting has ended of late and who may be put back by whoever is acting."""
    return [WaitedLately(*row) for row in asked("select * from sight.waited_lately()")]


def let_wait_again(entry: UUID) -> bool:
    """Take back the end of an entry that is among them; False for any other."""
    return bool(asked("select sight.let_wait_again(%s)", entry)[0][0])


def former_client(name: str, born_on: date) -> UUID | None:
    """Return the key of the one closed file with this whole name and date of birth; nothing of one that is open."""
    found: UUID | None = asked("select sight.former_client(%s, %s)", name, born_on)[0][0]
    return found


def let_former_take_part(episode: UUID, name: str, born_on: date, on: date) -> bool:
    """Let that person take part in work that whoever is acting has just begun, with nobody in it."""
    said = (uuid4(), episode, name, born_on, on)
    return bool(asked("select sight.let_former_take_part(%s, %s, %s, %s, %s)", *said)[0][0])


def file_of(client: UUID) -> File | None:
    """Return a file; None for whoever is acting and neither keeps records nor leads who worked with the client."""
    rows = asked("select * from sight.file_of(%s)", client)
    return File(*rows[0]) if rows else None


def file_with_code(code: str) -> UUID | None:
    """Return the key of the file with a reference code, under the same condition."""
    found: UUID | None = asked("select sight.file_with_code(%s)", code)[0][0]
    return found


def files_due(*, how_many: int, after: int = 0) -> list[DueFile]:
    """Return files whose time is over, the longest first; none for who keeps no records."""
    return [
        DueFile(*row) for row in asked("select * from sight.files_due(%s, %s)", how_many, after)
    ]


def join_files(request: UUID) -> str:
    """Join what two people have agreed to; return why not: "joined" (one is already) or "together" (in one work)."""
    return str(asked("select sight.join_files(%s)", request)[0][0])


def take_files_apart(request: UUID) -> None:
    """Undo a joining: what moved goes back, what came since stays."""
    asked("select sight.take_files_apart(%s)", request)


def has_led(client: UUID, person: User) -> bool:
    """Say whether `person` leads somebody who works, or worked, with a client."""
    rows = asked("select sight.has_led(%s, %s, %s)", person.pk, today(), client)
    return bool(rows[0][0])


def asked(question: str, *about: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, about)
        rows: list[Any] = cursor.fetchall()
        return rows
