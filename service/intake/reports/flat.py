"""A flat file → its header and lines as columns of texts. Knows no report."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from service.core.mappings import plain

LINE = "line"  # no plain name of a column: those of a report are told apart by `column_of`
DELIMITERS = "\t,;|"
FIRST_LINES = 10  # some downloads tell what they are above the header


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
                names = next(csv.reader([line], delimiter=delimiter)) if quoted else line.split(delimiter)
                yield Header(tuple(names), delimiter, quoted, number)
        if end < 0:
            return
        start = end + 1


def lines_of(text: str, header: Header) -> pl.DataFrame:
    """The lines below a header: a text column per plain name (the first of equals), and `line`, from 1.

    Lines without any text are passed over; short lines end in cells that are not known.
    """
    table = pl.read_csv(
        text.encode(errors="replace"),
        separator=header.delimiter,
        quote_char='"' if header.quoted else None,
        has_header=False,
        skip_rows=header.line + 1,
        new_columns=[f"column_{place}" for place in range(len(header.names))],
        schema={f"column_{place}": pl.String() for place in range(len(header.names))},
        truncate_ragged_lines=True,
        infer_schema=False,
        ignore_errors=True,
        raise_if_empty=False,
    )
    first: dict[str, str] = {}
    for place, name in enumerate(header.names):
        first.setdefault(plain(name), f"column_{place}")
    named = table.select(**{name: pl.col(column) for name, column in first.items() if name})
    numbered = named.with_row_index(LINE, header.line + 2)
    return numbered.filter(pl.any_horizontal(pl.col(first.keys() - {""}).str.strip_chars() != ""))
