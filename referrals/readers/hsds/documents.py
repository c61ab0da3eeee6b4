"""JSON as HSDS is sent in: an object, a list, a page, lines, objects one after another, tables in one document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import ijson

from referrals.readers.hsds.older import table_of
from referrals.readers.hsds.shapes import shapes
from referrals.readers.tables import Unreadable

ROOTS: Final = (
    "service",
    "organization",
    "service_at_location",
    "location",
    "taxonomy_term",
    "taxonomy",
    "program",
    "contact",
    "phone",
    "address",
    "schedule",
)
PAGE: Final = "contents"
BOMS: Final = (b"\xef\xbb\xbf",)
DEEPEST: Final = 5000
Found = tuple[int, str, Any]  # number of the object in the file, kind, the object


def looks_like_json(path: Path) -> bool:
    return first_sign(path) in {b"{", b"["}


def first_sign(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(4096)
    for bom in BOMS:
        head = head.removeprefix(bom)
    return head.lstrip()[:1]


class Shallow:
    """A file to be read once, which refuses to go deeper than any directory does.

    The parser keeps the path of every open bracket, so that its memory would grow with the square of the depth.
    """

    def __init__(self, path: Path) -> None:
        self.file, self.depth = path.open("rb"), 0
        self.file.seek(3 if self.file.read(3) in BOMS else 0)

    def __enter__(self) -> "Shallow":
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        opens = piece.count(b"{") + piece.count(b"[")
        closes = piece.count(b"}") + piece.count(b"]")
        if self.depth + opens - closes > DEEPEST:
            raise ValueError("This goes too deep.")
        self.depth = max(0, self.depth + opens - closes)
        return piece


class Document:
    """One JSON file. Objects come one at a time, whatever the size of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name_says = kind_by_name(path)

    def objects(self) -> Iterator[Found]:
        """Yield every object with its kind. Raises `Unreadable` where the text is no JSON from there on."""
        number = 0
        try:
            for number, (name, value) in enumerate(self.values(), 1):
                kind = kind_of(value, kind_named(name) or self.name_says)
                yield number, kind, value
        except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Unreadable(self.path.name, number + 1, "no_json") from error

    def tables(self) -> list[str]:
        """Return the names of tables in one document; none where objects hold each other."""
        try:
            lists = self.lists() if first_sign(self.path) == b"{" else []
        except (ijson.JSONError, ValueError):
            return []  # said where it is read
        return [] if PAGE in lists else lists

    def values(self) -> Iterator[tuple[str, Any]]:
        """Yield objects with the name of the list in which they stand, if it has one."""
        if first_sign(self.path) == b"[":
            yield from (("", each) for each in self.items("item"))
            return
        lists = self.lists()
        if not lists:
            yield from (("", each) for each in self.items(""))
            return
        for name in lists:
            yield from ((name, each) for each in self.items(f"{name}.item"))

    def items(self, prefix: str) -> Iterator[Any]:
        with self.opened() as file:
            yield from ijson.items(file, prefix, use_float=True, multiple_values=True)

    def lists(self) -> list[str]:
        """Return the names of the lists of a page, or of tables in one document; none for a plain object."""
        names: list[str] = []
        with self.opened() as file:
            name = ""
            for prefix, event, value in ijson.parse(file, use_float=True, multiple_values=True):
                if prefix == "" and event == "map_key":
                    name = value
                elif event == "start_array" and prefix == name:
                    names.append(name)
                elif prefix == "" and event == "end_map":
                    break
        if PAGE in names:
            return [PAGE, *(each for each in names if each != PAGE and table_of(each))]
        tables = [each for each in names if table_of(each)]
        return tables if tables and not self.is_object(names) else []

    def is_object(self, lists: list[str]) -> bool:
        """Say whether the first object is one thing with lists in it, not tables in one document."""
        with self.opened() as file:
            plain = {
                prefix
                for prefix, event, _value in ijson.parse(file, multiple_values=True)
                if "." not in prefix and event in {"string", "number", "boolean"}
            }
        return "id" in plain or not lists

    def opened(self) -> "Shallow":
        return Shallow(self.path)


def kind_by_name(path: Path) -> str:
    """Return the kind that a file, or the folder it is in, is named after."""
    stem = path.stem.removesuffix("_full").removesuffix("_list")
    return kind_named(stem) or kind_named(path.parent.name)


def kind_named(name: str) -> str:
    found = table_of(name) if name and name != PAGE else None
    return found[0] if found else ""


def kind_of(value: Any, named: str = "") -> str:
    """Return what an object is: by the members it has, else by its name; nothing if it is none of ours."""
    if not isinstance(value, dict):
        return ""
    best = max(ROOTS, key=lambda kind: (fit(kind, value), -ROOTS.index(kind)))
    if named and fit(named, value) >= fit(best, value) - 1:
        return named
    return best if fit(best, value) >= 2 and ("id" in value or "name" in value) else ""


def fit(kind: str, value: dict[str, Any]) -> int:
    """Return how many members a kind explains, less those it would need and does not find."""
    shape = shapes()[kind]
    known = {*shape.scalars, *shape.slots}
    lacking = sum(name not in value for name in shape.required if name != "description")
    return len(known & set(value)) - lacking
