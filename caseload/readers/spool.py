"""A list that does not grow in memory: beyond some megabytes it goes on in an unnamed temporary file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Generic, TypeVar

from caseload.readers.problems import Place
from caseload.readers.records import GoalRecord, Mode, Outcome, SessionRecord, Status

IN_MEMORY: Final = 8 * 1024 * 1024
T = TypeVar("T", SessionRecord, GoalRecord)


def place(value: Any) -> Place:
    return Place(*value)


def day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


OPENED: Final[dict[str, Callable[[Any], Any]]] = {
    "place": place,
    "clients": tuple,
    "therapists": tuple,
    "starts_at": datetime.fromisoformat,
    "ends_at": datetime.fromisoformat,
    "set_on": day,
    "status": Status,
    "mode": Mode,
    "outcome": Outcome,
}


class Spool(Generic[T]):
    """Records in the order in which they came; one writer, then as many readings as needed."""

    def __init__(self, kind: type[T]) -> None:
        self.kind: type[T] = kind
        self.names = [each.name for each in fields(kind)]
        self.file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed by close()
        self.length = 0

    def __len__(self) -> int:
        return self.length

    def add(self, record: T) -> None:
        told = [plain(getattr(record, name)) for name in self.names]
        self.file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        self.length += 1

    def __iter__(self) -> Iterator[T]:
        self.file.seek(0)
        for line in self.file:
            told = zip(self.names, json.loads(line), strict=True)
            yield self.kind(**{name: opened(name, value) for name, value in told})

    def close(self) -> None:
        self.file.close()


def plain(value: Any) -> Any:
    if isinstance(value, Place):
        return [value.file, value.line]
    return value.isoformat() if isinstance(value, date) else value


def opened(name: str, value: Any) -> Any:
    return OPENED[name](value) if name in OPENED else value
