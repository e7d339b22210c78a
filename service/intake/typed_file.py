"""A Parquet or Arrow file → one table of typed columns and texts."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial

import polars as pl
import pyarrow as pa
from polars.exceptions import PanicException, PolarsError

from service.intake.cells import Cells
from service.intake.columnar import Columns, is_text, plain, read_arrow, read_parquet
from service.intake.parts import Part, Unreadable, require_columns, require_once
from service.intake.tables import Given, Limits, Place
from service.intake.typed import lost, normalised
from service.intake.unfolded import is_told, require_bounded
from service.schemas.records import shape
from service.schemas.scalars import Scalar

READERS: Mapping[str, Callable[[bytes | memoryview, Collection[str], Limits], Columns]] = {
    "parquet": read_parquet,
    "arrow": read_arrow,
}
VIEWS_REACH = 2**31  # the bytes of texts that views can tell apart
# whatever pyarrow raises of damaged bytes; memory and numbers run over where lengths are made up
FAILURES = (pa.ArrowException, OSError, EOFError, ValueError, KeyError, NotImplementedError, MemoryError, OverflowError)


def read_typed(part: Part, limits: Limits, zone: str | None) -> Given:
    """The table a typed file holds.

    Args:
        part: the file.
        limits: how much it may hold.
        zone: the IANA name of the zone that times without one are read in.

    Raises:
        Unreadable: it is damaged, has columns of types that are not read here, or lacks one that must be there.
        TooManyRecords, TooLarge: it holds more than the limits.
    """
    kinds = shape(part.table).fields
    try:
        names, table = READERS[part.kind or ""](part.content, kinds.keys(), limits)
        require_once(part, names, None)
        absent = require_columns(part, names, None)
        table.validate(full=True)
        given = in_columns(part, table, limits, zone)
    except FAILURES:
        raise Unreadable([part.fault("unreadable_file", f"The file is not sound {part.kind}.")]) from None
    except (PolarsError, PanicException):
        raise Unreadable([part.fault("unreadable_file", "The file holds values that cannot be read.")]) from None
    unknown = Counter({name: table.num_rows for name in names if name not in kinds and table.num_rows})
    return replace(given, unknown=unknown, absent=absent, locate=partial(places_of, part.source))


def in_columns(part: Part, table: pa.Table, limits: Limits, zone: str | None) -> Given:
    """The records of a table, column by column."""
    kinds = shape(part.table).fields
    flat = [column.name for column in table.schema if is_read(column.type)]
    others = [column for column in table.schema if column.name not in flat]
    if wrong := [each.name for each in others if isinstance(kinds[each.name], Scalar) or not is_told(each.type)]:
        detail = "Columns of this type are not read; expected texts, numbers, booleans, instants or lists of texts."
        raise Unreadable(part.fault("unsupported_type", detail, None, name) for name in wrong)
    require_bounded(table, limits)
    nested = {column.name: whole(table[column.name]).to_pylist() for column in others}
    given = columns_of(table.select(flat))
    read = {column.name: normalised(column, kinds[column.name], zone) for column in given}
    refused = {
        column.name: lost(column, read[column.name]).arg_true().to_list()
        for column in given
        if read[column.name].null_count() > column.null_count()
    }
    columns = {**{column.name: column for column in given}, **nested}
    cells = Cells(part.table, columns, range(table.num_rows), limits.nesting, read, refused)
    return Given(part.table, cells, [], cells.record)


def columns_of(table: pa.Table) -> list[pl.Series]:
    """The columns of a table as Polars has them, without a copy where there need be none."""
    return [pl.Series(column.name, pl.from_arrow(in_views(whole(table[column.name])))) for column in table.schema]


def whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column, safe to read."""
    return pa.chunked_array([plain(chunk) for chunk in column.chunks or [pa.nulls(0, column.type)]])


def in_views(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with its texts as views, which is how Polars holds them: Arrow makes these three times as quickly."""
    return column.cast(pa.string_view()) if is_text(column.type) and column.nbytes < VIEWS_REACH else column


def is_read(kind: pa.DataType) -> bool:
    """Whether columns of a type can be read."""
    types = pa.types
    inner = kind.value_type if types.is_dictionary(kind) or types.is_list(kind) or types.is_large_list(kind) else kind
    inner = inner.value_type if types.is_dictionary(inner) else inner
    tests = (
        types.is_string, types.is_large_string, types.is_string_view, types.is_boolean, types.is_integer,
        types.is_floating, types.is_decimal128, types.is_timestamp, types.is_date, types.is_null,
    )  # fmt: skip
    return any(test(inner) for test in tests)


def places_of(source: str, positions: Collection[int]) -> dict[int, Place]:
    """Where records of a typed file stand: it has no lines."""
    return dict.fromkeys(positions, Place(source))
