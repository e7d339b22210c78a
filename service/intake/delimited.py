"""A csv or tsv file → one table of texts: in bulk, or row by row where the bulk parser gives up."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError

from service.core.errors import Fault
from service.intake.cells import SEPARATOR, value_of
from service.intake.header import Header, read_header
from service.intake.parts import Part, require_columns
from service.intake.rows import lines_of, rows
from service.intake.tables import ROW, Given, Limits, Place, Placed, TooManyRecords
from service.schemas.records import BULK, shape
from service.schemas.shapes import ListOf


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: a text column per known field, the positions of its rows, and rows that are broken."""

    table: str
    cells: pl.DataFrame
    positions: list[int] | None
    broken: tuple[Placed, ...] = ()

    def record(self, position: int) -> dict[str, Any]:
        """One record as JSON would have it."""
        index = position if self.positions is None else bisect_left(self.positions, position)
        kinds = shape(self.table).fields
        return {name: value_of(cell, kinds[name]) for name, cell in self.cells.row(index, named=True).items()}


def read_delimited(part: Part, text: bytes, limits: Limits) -> Given:
    """The table a file with separators holds.

    Raises:
        Unreadable: it has no header, two columns of one name, or lacks a column that must be there.
        TooManyRecords: it holds more than the limit.
    """
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")  # as old spreadsheets end their lines
    header = read_header(part, text)
    absent = require_columns(part, header.names, header.line)
    sheet = in_bulk(part.table, text, header) or row_by_row(part, text, header)
    height = sheet.cells.height + len(sheet.broken)
    if height > limits.records:
        raise TooManyRecords
    unknown = Counter({name: height for name in header.names if name and name not in shape(part.table).fields})
    positions = range(height) if sheet.positions is None else sheet.positions
    bulk = part.table in BULK
    return Given(
        part.table,
        texts(sheet, positions) if bulk else None,
        [] if bulk else list(positions),
        sheet.record,
        +unknown if height else Counter(),
        absent,
        sheet.broken,
        partial(lines_of, text, header.separator, part.source),
    )


def in_bulk(table: str, text: bytes, header: Header) -> Sheet | None:
    """The file as the bulk parser reads it, or None where it gives up."""
    columns = {f"{place}": pl.String() for place in range(len(header.names))}
    ended = text if text.endswith(b"\n") else text + b"\n"  # or a cell too many in the last line is lost in silence
    try:
        cells = pl.read_csv(
            ended, separator=header.separator, has_header=False, schema=columns, skip_lines=header.lines,
            raise_if_empty=False, quote_char='"' if b'"' in text else None,
        )  # fmt: skip
    except (PolarsError, PanicException):
        return None
    if blank(cells).any():
        cells = cells.filter(~blank(cells))
    return Sheet(table, known_columns(table, cells, header), None)


def blank(cells: pl.DataFrame) -> pl.Series:
    """Which rows say nothing."""
    first = cells.to_series(0)
    if not first.null_count() and (first.str.len_bytes() > 0).all():
        return pl.Series([False])
    empty = [pl.col(name).is_null() | (pl.col(name) == "") for name in cells.columns]
    return cells.select(blank=pl.all_horizontal(empty))["blank"]


def known_columns(table: str, cells: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The columns that are fields of the table, under their names."""
    places = {name: f"{place}" for place, name in enumerate(header.names)}
    return cells.select(pl.col(places[name]).alias(name) for name in shape(table).fields if name in places)


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
    return Sheet(part.table, known_columns(part.table, cells, header), positions, tuple(broken))


def texts(sheet: Sheet, positions: Collection[int]) -> pl.DataFrame:
    """The text columns of a bulk table and where each row stood."""
    columns = [column_of(name, kind, sheet.cells.columns) for name, kind in shape(sheet.table).fields.items()]
    return sheet.cells.select(columns).with_columns(pl.Series(ROW, positions, dtype=pl.UInt32))


def column_of(name: str, kind: Any, there: list[str]) -> pl.Expr:
    """One text column; of lists, the texts of their entries."""
    if not isinstance(kind, ListOf):
        return pl.col(name) if name in there else pl.lit(None, dtype=pl.String()).alias(name)
    if name not in there:
        return pl.lit(None, dtype=pl.List(pl.String())).alias(name)
    text = pl.col(name)
    return pl.when(text != "").then(text.str.split(SEPARATOR)).alias(name)
