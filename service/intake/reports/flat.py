"""A flat file → its header and lines as columns of texts. Knows no report."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

import polars as pl
from polars.exceptions import PanicException, PolarsError

from service.core.mappings import plain

LINE = "line"  # no plain name of a column: those of a report are told apart by `column_of`
DELIMITERS = "\t,;|"
FIRST_LINES = 10  # some downloads tell what they are above the header


class Garbled(Exception):
    """A report that cannot be read as what it begins as; the words are ours."""


class Header(NamedTuple):
    """The names of a header, how they are parted, whether cells are quoted, and the line it stands on (from 0)."""

    names: tuple[str, ...]
    delimiter: str
    quoted: bool
    line: int

    @property
    def plain_names(self) -> frozenset[str]:
        """The names without case, spaces and signs."""
        return frozenset(map(plain, self.names))


def headers(text: str) -> Iterator[Header]:
    """Every way in which the first lines may be a header."""
    start = 0
    for number in range(FIRST_LINES):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].rstrip("\r")
        for delimiter in DELIMITERS:
            if delimiter in line:
                quoted = delimiter != "\t" or '"' in line
                if names := cells_of(line, delimiter, quoted=quoted):
                    yield Header(names, delimiter, quoted, number)
        if end < 0:
            return
        start = end + 1


def cells_of(line: str, delimiter: str, *, quoted: bool) -> tuple[str, ...]:
    """The cells of a line; none where its quotes do not fit."""
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter)) if quoted else line.split(delimiter))
    except csv.Error:
        return ()


def lines_of(text: str, header: Header) -> pl.DataFrame:
    """The lines below a header: a text column per plain name (the first of equals), and `line`, from 1.

    Lines without any text are passed over; short lines end in cells that are not known.

    Raises:
        Garbled: the quotes of its cells do not fit.
    """
    table = in_bulk(text, header)
    if table is None:
        table = line_by_line(text, header)
    first: dict[str, str] = {}
    for place, name in enumerate(header.names):
        first.setdefault(plain(name), f"column_{place}")
    named = table.select(**{name: pl.col(column) for name, column in first.items() if name and name != LINE})
    numbered = named.with_row_index(LINE, header.line + 2)
    return numbered.filter(pl.any_horizontal(pl.col(named.columns).str.strip_chars() != ""))


def columns(header: Header) -> dict[str, pl.DataType]:
    """A column of texts per name of a header."""
    return {f"column_{place}": pl.String() for place in range(len(header.names))}


def in_bulk(text: str, header: Header) -> pl.DataFrame | None:
    """The cells as the bulk parser reads them, or None where it gives up."""
    try:
        return pl.read_csv(
            text.encode(errors="replace"),
            separator=header.delimiter,
            quote_char='"' if header.quoted else None,
            has_header=False,
            skip_lines=header.line + 1,
            schema=columns(header),
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )
    except (PolarsError, PanicException):
        return None


def line_by_line(text: str, header: Header) -> pl.DataFrame:
    """The same, slowly and with more patience."""
    below = text.split("\n", header.line + 1)[-1]
    width = len(header.names)
    try:
        rows = list(csv.reader(StringIO(below, newline=""), delimiter=header.delimiter))
    except csv.Error:
        raise Garbled("The quotes of the report do not fit.") from None
    whole = [[*row, *[None] * width][:width] for row in rows]
    return pl.DataFrame(whole, schema=columns(header), orient="row")
