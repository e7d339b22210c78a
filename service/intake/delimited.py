"""A csv or tsv file → one table of texts: in bulk, or row by row where the bulk parser gives up."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, NamedTuple

import polars as pl
import re2
from polars.exceptions import PanicException, PolarsError

from service.core.errors import Fault
from service.intake.cells import Cells
from service.intake.header import Header, read_header
from service.intake.parts import Part, require_columns
from service.intake.rows import lines_of, rows
from service.intake.tables import Given, Limits, Place, Placed, TooManyRecords
from service.schemas.records import shape

CELLS = r'(?:(?:"(?:[^"]|"")*"|[^"{0}\r\n][^{0}\r\n]*)?[{0}\r\n])*'  # each with what ends it; quoted ones hold anything
SEPARATOR_LINE = re.compile(rb"sep=.(?=\r?\n)", re.IGNORECASE)  # told to Excel, and seen from the header as well


class Sheet(NamedTuple):
    """What a file holds: a text column per column, the positions of its rows, and rows that are broken."""

    cells: pl.DataFrame
    positions: Sequence[int]
    broken: tuple[Placed, ...] = ()


def read_delimited(part: Part, text: bytes, limits: Limits) -> Given:
    """The table a file with separators holds.

    Raises:
        Unreadable: it has no header, two columns of one name, or lacks a column that must be there.
        TooManyRecords: it holds more than the limit.
    """
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")  # as old spreadsheets end their lines
    if says_separator := SEPARATOR_LINE.match(text):
        text = text[says_separator.end() :]  # an empty line is left of it, so that lines are counted as before
    header = read_header(part, text)
    absent = require_columns(part, header.names, header.line)
    sheet = in_bulk(text, header) or row_by_row(part, text, header)
    height = len(sheet.positions) + len(sheet.broken)
    if height > limits.records:
        raise TooManyRecords
    kinds = shape(part.table).fields
    known = {name: sheet.cells.to_series(place) for place, name in enumerate(header.names) if name in kinds}
    cells = Cells(part.table, known, sheet.positions, limits.nesting)

    def record(position: int) -> Any:
        return cells.record(bisect_left(sheet.positions, position))

    return Given(
        part.table,
        cells,
        [],
        record,
        unknown_columns(header, kinds, sheet.cells),
        absent,
        sheet.broken,
        partial(lines_of, text, header.separator, part.source),
    )


def unknown_columns(header: Header, kinds: Collection[str], cells: pl.DataFrame) -> Counter[str]:
    """The columns nobody asks for; one without a name or a cell that says something is none."""
    if cells.is_empty():
        return Counter()
    strange = [(place, name) for place, name in enumerate(header.names) if name not in kinds]
    return Counter(
        {name: cells.height for place, name in strange if name or cells.to_series(place).null_count() < cells.height}
    )


def in_bulk(text: bytes, header: Header) -> Sheet | None:
    """The file as the bulk parser reads it, or None where it gives up."""
    columns = {f"{place}": pl.String() for place in range(len(header.names))}
    ended = text if text.endswith(b"\n") else text + b"\n"  # or a cell too many in the last line is lost in silence
    if has_broken_quotes(ended, header.separator):
        return None
    try:
        cells = pl.read_csv(
            ended, separator=header.separator, has_header=False, schema=columns, skip_lines=header.lines,
            raise_if_empty=False, quote_char='"' if b'"' in text else None,
        )  # fmt: skip
    except (PolarsError, PanicException):
        return None
    if blank(cells).any():
        cells = cells.filter(~blank(cells))
    return Sheet(cells, range(cells.height))


def has_broken_quotes(text: bytes, separator: str) -> bool:
    """Whether the quotes of some cell are broken: the bulk parser would drop them, and read on in whatever follows."""
    return b'"' in text and not re2.fullmatch(CELLS.format(re.escape(separator)).encode(), text)


def blank(cells: pl.DataFrame) -> pl.Series:
    """Which rows say nothing."""
    first = cells.to_series(0)
    if not first.null_count() and (first.str.len_bytes() > 0).all():
        return pl.Series([False])
    empty = [pl.col(name).is_null() | (pl.col(name) == "") for name in cells.columns]
    return cells.select(blank=pl.all_horizontal(empty))["blank"]


def row_by_row(part: Part, text: bytes, header: Header) -> Sheet:
    """The same, slowly, with a fault for each row that is broken."""
    width = len(header.names)
    sound: list[list[str]] = []
    positions: list[int] = []
    broken = []
    several = rows(text.decode(), header.separator)
    next(several)
    for position, row in enumerate(several):
        if row.cells is not None and not any(row.cells[width:]):
            sound.append((row.cells + [""] * width)[:width])
            positions.append(position)
            continue
        pointer, place = f"/{part.table}/{position}", Place(part.source, row.line)
        if row.cells is None:
            broken.append(Placed(Fault(pointer, "broken_quotes", "The quotes of this row are broken."), place))
        else:
            fault = Fault(pointer, "extra_cell", "The row has more cells than the header.")
            broken.append(Placed(fault, place._replace(column=width + 1)))
    schema = {f"{place}": pl.String() for place in range(width)}
    cells = pl.DataFrame(sound, schema=schema, orient="row")
    return Sheet(cells, positions, tuple(broken))
