"""CSV files and pasted spreadsheets: what separates the cells, where the header is, row after row."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from caseload.readers.columns import DAYS, Layout, guess_columns
from caseload.readers.dates import ISO, SHORT, Order, order_in
from caseload.readers.files import LONGEST_LINE, Checked, first_sign, opened
from caseload.readers.labels import Column
from caseload.readers.problems import FileUnreadable, Level, Place, Problem, Unusable

# The limit belongs to the whole process, and the directory's reader needs wide cells: say the same here.
csv.field_size_limit(16 << 20)

DELIMITERS: Final = "\t;,|"
LOOKED_AT: Final = 50

Cells = dict[Column, str]

MOST_COLUMNS: Final = 500  # each is a field of the form that asks what it means


def guess_layout(path: Path) -> Layout:
    """Return how `path` is to be read, as far as it can be seen; a person may change it.

    Raises `FileUnreadable` where it is no spreadsheet at all.
    """
    if first_sign(path) in "{[":
        raise FileUnreadable("not_fhir", file=path.name)
    lines = [each for each in islice(text_lines(path), LOOKED_AT) if each.strip()]
    delimiter = guess_delimiter(lines)
    first = next(split(lines, delimiter), [])
    if len(first) > MOST_COLUMNS:
        raise FileUnreadable("unreadable", file=path.name, line=1)
    columns = guess_columns(first)
    if not any(columns):
        return Layout((None,) * len(first), delimiter, has_header=False)
    layout = Layout(columns, delimiter)
    return replace(layout, order=date_order(path, layout))


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, each with its end; refuses what is not UTF-8."""
    with opened(path) as file:
        checked = Checked(file, path.name)
        for line in checked.pieces(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise FileUnreadable("unreadable", file=path.name, line=checked.line)
            yield line.decode()


def guess_delimiter(lines: Sequence[str]) -> str:
    """Return the character that cuts most lines into the same number of cells, more than one."""

    def weight(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in split(lines, delimiter) if row)
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        return (rows / widths.total(), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=weight)


def split(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """Yield rows up to the first that is none; enough for a guess."""
    with suppress(csv.Error):
        yield from csv.reader(lines, delimiter=delimiter)


def rows(path: Path, layout: Layout) -> Iterator[tuple[Place, list[str]] | Problem]:
    """Yield the rows under the header with the line on which each begins; blank ones as skipped."""
    before_header = layout.has_header
    for place, row in raw_rows(path, layout):
        if row is None:
            yield Problem(Level.REJECTED, place, "not_a_row")
        elif not any(cell.strip() for cell in row):
            yield Problem(Level.SKIPPED, place, "blank")
        elif before_header:
            before_header = False
        else:
            yield place, row


def raw_rows(path: Path, layout: Layout) -> Iterator[tuple[Place, list[str] | None]]:
    """Yield every row as it stands, None where its quotation marks do not match.

    A sheet that stops inside a quotation, or in the middle of its last line, is refused: it was cut off.
    """
    lines = LastLine(text_lines(path))
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    narrow = width = 0
    while True:
        place = Place(path.name, reader.line_num + 1)
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as refusal:
            if "unexpected end" in str(refusal):
                raise FileUnreadable("truncated", file=path.name, line=place.line) from None
            yield place, None
            continue
        width = width or len(row)
        if len(row) < width and lines.is_cut_off() and not narrow:
            raise FileUnreadable("truncated", file=path.name, line=place.line)
        narrow += len(row) < width
        yield place, row


class LastLine:
    """Lines, and whether the newest one was left without its end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.last = lines, ""

    def __iter__(self) -> "LastLine":
        return self

    def __next__(self) -> str:
        self.last = next(self.lines)
        return self.last

    def is_cut_off(self) -> bool:
        return not self.last.endswith(("\n", "\r"))


def cells_of(row: Sequence[str], layout: Layout) -> Cells:
    """Return the cells of a row by what they mean; a cell beyond the header is refused."""
    if any(cell.strip() for cell in row[len(layout.columns) :]):
        raise Unusable("missing_columns")
    named = zip(layout.columns, row, strict=False)
    return {column: cell.strip() for column, cell in named if column}


def date_order(path: Path, layout: Layout) -> Order | None:
    """Return which number comes first in the dates of the whole sheet, None where there is nothing to ask."""
    return order_in(day_cells(path, layout, DAYS))


def unsure_column(path: Path, layout: Layout) -> Column:
    """Return the first column whose dates may be read in two ways."""
    present = [each for each in layout.columns if each in DAYS]
    unsure = (each for each in present if order_in(day_cells(path, layout, [each])) is Order.UNSURE)
    return next(each for each in unsure if each)


def day_cells(path: Path, layout: Layout, columns: Collection[Column]) -> Iterator[str]:
    indexes = [index for index, column in enumerate(layout.columns) if column in columns]
    for found in rows(path, layout):
        if not isinstance(found, Problem):
            yield from (found[1][index] for index in indexes if index < len(found[1]))


def looks_like(path: Path, layout: Layout) -> list[str]:
    """Return for each column what fills its first cells: `days`, `numbers`, `words` or `nothing`.

    For the page on which a person says what is what; no value is shown there (decision 7).
    """
    first = islice(
        (each for each in rows(path, layout) if not isinstance(each, Problem)), LOOKED_AT
    )
    columns: list[list[str]] = [[] for _column in layout.columns]
    for _place, row in first:
        for found, cell in zip(columns, row, strict=False):
            found.append(cell.strip())
    return [shape(cells) for cells in columns]


def shape(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell]
    if not filled:
        return "nothing"
    if all(ISO.fullmatch(cell) or SHORT.fullmatch(cell) for cell in filled):
        return "days"
    return "numbers" if all(cell.isdigit() for cell in filled) else "words"


def header(path: Path, layout: Layout) -> list[str]:
    """Return the words over the columns; empty where the sheet has none."""
    if not layout.has_header:
        return [""] * len(layout.columns)
    found = (row for _place, row in raw_rows(path, layout) if row and any(row))
    return next(found, [])
