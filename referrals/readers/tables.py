"""CSV as it is found: with or without a mark, UTF-8 or the old Windows code, any line end, ragged rows."""

import csv
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CODES = ("utf-8-sig", "cp1252")
BLOCK = 1 << 20
csv.field_size_limit(min(sys.maxsize, 16 << 20))


class Unreadable(Exception):
    """A file cannot be read from `line` on; `code` names the sentence in readers/remarks.py."""

    def __init__(self, file: str, line: int, code: str) -> None:
        super().__init__(f"{file}:{line}: {code}")
        self.file, self.line, self.code = file, line, code


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name, stripped. `spill` are cells beyond the header."""

    line: int
    cells: dict[str, str]
    spill: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def rest(self, *used: str) -> dict[str, str]:
        """Return the filled cells that nobody has used, to be kept in `extra`."""
        return {name: text for name, text in self.cells.items() if text and name not in used}


def code_of(path: Path) -> str:
    """Return the first code in which the whole file can be read; raises `Unreadable`."""
    for code in CODES:
        if _decodes(path, code):
            return code
    raise Unreadable(path.name, 1, "unknown_code")


def _decodes(path: Path, code: str) -> bool:
    decoder = getincrementaldecoder(code)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def header_of(path: Path) -> tuple[str, ...]:
    """Return the column names; nothing for a file that is empty or no table."""
    try:
        with path.open(encoding=code_of(path), newline="") as file:
            reader = csv.reader(file, delimiter=delimiter_of(path))
            return tuple(name.strip() for name in next(reader, ()))
    except (csv.Error, Unreadable, OSError):
        return ()


def delimiter_of(path: Path) -> str:
    """Return what stands between the cells of the header: a comma, unless another sign is there more often."""
    with path.open(encoding=code_of(path), newline="") as file:
        header = file.readline(1 << 16)
    return max(",;\t|", key=header.count)


def rows(path: Path, *, verbatim: bool = False, delimiter: str = ",") -> Iterator[Row]:
    """Yield the rows of a table, without the empty ones; `line` counts from 1, the header being line 1.

    Blanks and line ends inside a cell become one blank, unless it is to be kept `verbatim`.
    """
    with path.open(encoding=code_of(path), newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        begins = 1
        try:
            header = [name.strip() for name in next(reader, ())]
            if not header:
                raise Unreadable(path.name, 1, "empty_file")
            begins = reader.line_num + 1
            for cells in reader:
                texts = cells if verbatim else [plain(cell) for cell in cells]
                if any(text.strip() for text in texts):
                    named = dict(zip(header, texts, strict=False))
                    yield Row(begins, named, tuple(filter(None, texts[len(header) :])))
                begins = reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(path.name, begins, "no_table") from error


def plain(cell: str) -> str:
    return " ".join(cell.replace("\0", " ").split())
