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
    """Every row that says something. A row of empty cells is none; one with broken quotes ends with its line."""
    csv.field_size_limit(LONGEST_CELL)
    lines = list(StringIO(text, newline=""))
    begun = 0
    while begun < len(lines):
        first = begun
        reader = csv.reader(map(lines.__getitem__, range(first, len(lines))), delimiter=separator, strict=True)
        try:
            for cells in reader:
                if any(cells):
                    yield Row(begun + 1, cells)
                begun = first + reader.line_num
        except csv.Error:
            yield Row(begun + 1, None)
            begun += 1  # a quote that is never closed swallows every line that follows: each is read for itself


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
