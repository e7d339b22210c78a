"""A text with separators, row by row: where each row stands, and which rows are broken.

The slow reader. It is asked where the bulk parser gives up, and for the lines of records that are at fault.
"""

import csv
from collections.abc import Collection, Iterator
from io import StringIO
from typing import NamedTuple

from service.intake.tables import Place

LONGEST_CELL = 2**31 - 1


class Row(NamedTuple):
    """The cells of a row, None where its quotes are broken, and the line it begins on, counted from 1."""

    line: int
    cells: list[str] | None


def rows(text: str, separator: str) -> Iterator[Row]:
    """Every row that says something. A row of empty cells is none."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, None)
            continue
        if any(cells):
            yield Row(line, cells)


def lines_of(text: bytes, separator: str, source: str, positions: Collection[int]) -> dict[int, Place]:
    """Where some records stand; the first row is the header."""
    wanted, last = set(positions), max(positions, default=-1)
    found = {}
    for position, row in enumerate(rows(text.decode(), separator), -1):
        if position in wanted:
            found[position] = Place(source, row.line)
        if position >= last:
            break
    return found
