"""Files as streams of rows: Bulk Data lines and Bundle entries, one at a time, whatever the size."""

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import ijson

from caseload.readers.problems import FileUnreadable, Level, Place, Problem

LONGEST_LINE: Final = 16 * 1024 * 1024
PIECE: Final = 64 * 1024
DEEPEST: Final = 10_000
CASELOAD_BUNDLES: Final = frozenset({"transaction", "batch", "collection", "searchset"})
READ_HERE: Final = frozenset({".ndjson", ".json", ".csv", ".tsv"})

Row = tuple[Place, Any]


def files_of(path: Path) -> list[Path]:
    """Return the files to import: `path` itself, or what its folder holds, in the order of names."""
    if not path.exists():
        raise FileUnreadable("not_found", file=path.name)
    if path.is_file():
        return [path]
    found = sorted(
        each for each in path.iterdir() if each.is_file() and each.suffix.lower() in READ_HERE
    )
    if not found:
        raise FileUnreadable("empty_folder", file=path.name)
    return found


class Checked:
    """A binary file that is read once, counts its lines, and refuses what is not UTF-8."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name, self.line, self.depth = file, name, 0, 0
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def pieces(self, limit: int = PIECE) -> Iterator[bytes]:
        """Yield lines, in parts of at most `limit` bytes; `line` is that of the part just yielded."""
        ended = True
        while piece := self.file.readline(limit):
            self.line += ended
            self.check(piece)
            ended = piece.endswith(b"\n")
            yield piece
        self.check(b"", final=True)

    def nests_deeply(self, piece: bytes) -> bool:
        """Say whether JSON may go deeper here than any resource does.

        The parser keeps the path of every open bracket, so its memory would grow with the square of the
        depth. Brackets inside texts are counted too: the limit is far above what they add up to.
        """
        opens = piece.count(b"{") + piece.count(b"[")
        deep = self.depth + opens > DEEPEST
        self.depth = max(0, self.depth + opens - piece.count(b"}") - piece.count(b"]"))
        return deep

    def check(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self.decoder.decode(piece, final)
        except UnicodeDecodeError:
            code = "truncated" if final else "not_utf8"  # within a letter: cut off
            raise FileUnreadable(code, file=self.name, line=self.line) from None


def opened(path: Path) -> IO[bytes]:
    """Open `path` after a look at its first bytes; a file without content is refused."""
    try:
        file = path.open("rb")
    except OSError:
        raise FileUnreadable("not_readable", file=path.name) from None
    head = file.read(4)
    if head[:2] in {b"\x1f\x8b", b"PK", b"BZ"} or head == b"\xfd7zX":
        file.close()
        raise FileUnreadable("compressed", file=path.name)
    file.seek(3 if head[:3] == codecs.BOM_UTF8 else 0)
    return file


def first_sign(path: Path) -> str:
    """Return the first character of `path` that is not blank; an empty file is refused."""
    with opened(path) as file:
        while piece := file.read(PIECE):
            if said := piece.strip():
                return chr(said[0])
    raise FileUnreadable("empty", file=path.name)


def resource_rows(path: Path) -> Iterator[Row | Problem]:
    """Yield the resources of a FHIR file as `(place, (full url, resource))`, or what is wrong with a line."""
    if first_sign(path) != "{":
        raise FileUnreadable("not_fhir", file=path.name)
    if top_level(path, "resourceType") == "Bundle":
        kind = top_level(path, "type")
        if kind not in CASELOAD_BUNDLES:
            raise FileUnreadable("bundle_type", file=path.name, what=str(kind)[:40])
        return bundle_rows(path)
    if top_level(path, "transactionTime"):
        return iter(())  # the manifest of a Bulk Data export
    if spans_lines(path):
        raise FileUnreadable("not_fhir", file=path.name)
    return line_rows(path)


def spans_lines(path: Path) -> bool:
    """Say whether the first object goes on in the second line, as no Bulk Data file has it."""
    with opened(path) as file:
        first, second = (file.readline(LONGEST_LINE).strip() for _line in range(2))
    return bool(second) and not first.endswith(b"}") and not second.startswith(b"{")


def top_level(path: Path, key: str) -> Any:
    """Return what the first object of the file says under `key`, without building the object.

    Numbers are read as floats: a whole one of more than 4300 digits, which Python refuses, ends the process
    in ijson 3.6, and an exponent without end is an error that nobody expects.
    """
    found: Any = ijson.sendable_list()
    parser = ijson.items_coro(found, key, use_float=True, multiple_values=True)
    with opened(path) as file:
        checked = Checked(file, path.name)
        try:
            for piece in checked.pieces():
                feed(parser, piece, checked)
                if found:
                    return found[0]
        except FileUnreadable:
            return None  # reading the rows will say which one
    return None


def line_rows(path: Path) -> Iterator[Row | Problem]:
    """Yield the lines of a Bulk Data file."""
    with opened(path) as file:
        checked = Checked(file, path.name)
        longer = False
        for piece in checked.pieces(LONGEST_LINE):
            whole = piece.endswith(b"\n") or len(piece) < LONGEST_LINE
            if not longer and piece.strip():
                yield line_row(piece, Place(path.name, checked.line), whole=whole)
            longer = not whole


def line_row(line: bytes, place: Place, *, whole: bool) -> Row | Problem:
    """Return one line as a row. A file that stops in the middle of its last line is refused."""
    if not whole:
        return Problem(Level.REJECTED, place, "too_long")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        if not line.endswith(b"\n"):
            raise FileUnreadable("truncated", file=place.file, line=place.line) from None
        return Problem(Level.REJECTED, place, "not_json")
    if not isinstance(found, dict):
        return Problem(Level.REJECTED, place, "not_an_object")
    return place, ("", found)


def bundle_rows(path: Path) -> Iterator[Row | Problem]:
    """Yield the entries of a Bundle as they arrive; it is never held as a whole."""
    entries: Any = ijson.sendable_list()
    parser = ijson.items_coro(entries, "entry.item", use_float=True, multiple_values=True)
    with opened(path) as file:
        checked = Checked(file, path.name)
        begins = 0
        for piece in checked.pieces():
            begins = begins or checked.line
            feed(parser, piece, checked)
            for entry in entries:
                yield entry_row(entry, Place(path.name, begins))
                begins = checked.line
            if entries and piece.rstrip(b" \t\r\n,").endswith(b"}") and piece.endswith(b"\n"):
                begins = 0  # the next entry begins on a line of its own
            del entries[:]
        finish(parser, checked)


def feed(parser: Any, piece: bytes, checked: Checked) -> None:
    if checked.nests_deeply(piece):
        raise FileUnreadable("unreadable", file=checked.name, line=checked.line)
    try:
        parser.send(piece)
    except (ijson.JSONError, UnicodeDecodeError, StopIteration):
        raise FileUnreadable("unreadable", file=checked.name, line=checked.line) from None


def finish(parser: Any, checked: Checked) -> None:
    """Close the stream; a Bundle that has not ended by now was cut off."""
    try:
        parser.close()
    except (ijson.JSONError, StopIteration):
        raise FileUnreadable("truncated", file=checked.name, line=checked.line) from None


def entry_row(entry: Any, place: Place) -> Row | Problem:
    """Return one entry of a Bundle as a row."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict):
        return Problem(Level.REJECTED, place, "not_an_object")
    url = entry.get("fullUrl")
    return place, (url if isinstance(url, str) else "", resource)


def every_row(paths: Iterable[Path]) -> Iterator[Row | Problem]:
    """Yield the resources of several files, one after the other."""
    for path in paths:
        yield from resource_rows(path)
