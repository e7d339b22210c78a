"""A Parquet or Arrow file → one table of typed columns and texts."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa
from marshmallow import fields
from polars.exceptions import PanicException, PolarsError

from service.intake.columnar import Columns, plain, plain_type, read_arrow, read_parquet
from service.intake.parts import Part, Unreadable, require_columns, shown_name
from service.intake.tables import ROW, Given, Limits, Place
from service.intake.typed import lost, normalised, record_of
from service.schemas.records import BULK, shape
from service.schemas.shapes import ListOf

Kinds = Mapping[str, fields.Field[Any]]


READERS: Mapping[str, Callable[[bytes, Collection[str], Limits], Columns]] = {
    "parquet": read_parquet,
    "arrow": read_arrow,
}
FAILURES = (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError, MemoryError, OverflowError)


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
        require_once(part, names)
        absent = require_columns(part, names, None)
        table.validate(full=True)
        read = in_columns if part.table in BULK else one_by_one
        given = read(part, table, kinds, zone)
    except FAILURES:
        raise Unreadable([part.fault("unreadable_file", f"The file is not sound {part.kind}.")]) from None
    except (PolarsError, PanicException):
        raise Unreadable([part.fault("unreadable_file", "The file holds values that cannot be read.")]) from None
    unknown = Counter({name: table.num_rows for name in names if name not in kinds and table.num_rows})
    return replace(given, unknown=unknown, absent=absent, locate=partial(places_of, part.source))


def require_once(part: Part, names: list[str]) -> None:
    """Refuses two columns of one name."""
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        detail = "Two columns have this name."
        raise Unreadable(part.fault("duplicate_column", detail, None, shown_name(name)) for name in repeated)


def in_columns(part: Part, table: pa.Table, kinds: Kinds, zone: str | None) -> Given:
    """A bulk table, column by column."""
    if wrong := [column.name for column in table.schema if not is_read(column.type)]:
        detail = "Columns of this type are not read; expected texts, numbers, booleans, instants or lists of texts."
        raise Unreadable(part.fault("unsupported_type", detail, None, name) for name in wrong)
    frame = columns_of(table)
    read = [normalised(column, kinds[column.name], zone) for column in frame]
    missing = [blank_column(name, kind, frame.height) for name, kind in kinds.items() if name not in frame.columns]
    rows = pl.Series(ROW, range(frame.height), dtype=pl.UInt32)
    texts = pl.DataFrame([*read, *missing, rows]).select(*kinds, ROW)
    gone = pl.DataFrame(list(map(lost, frame, read))).select(gone=pl.any_horizontal(pl.all()))["gone"]
    odd = rows.filter(gone).to_list() if gone.any() else []

    def record(position: int) -> dict[str, Any]:
        return record_of(frame.row(position, named=True), kinds)

    return Given(part.table, texts.filter(~gone) if odd else texts, odd, record)


def columns_of(table: pa.Table) -> pl.DataFrame:
    """The columns of a table as Polars has them, without a copy where there need be none."""
    whole = {
        column.name: pa.chunked_array(map(plain, table[column.name].chunks) or [pa.nulls(0)], plain_type(column.type))
        for column in table.schema
    }
    frame = pl.from_arrow(pa.table(whole), rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame


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


def blank_column(name: str, kind: fields.Field[Any], height: int) -> pl.Series:
    """A column that a file does not have."""
    return pl.Series(name, [None], pl.List(pl.String) if isinstance(kind, ListOf) else pl.String).new_from_index(
        0, height
    )


def one_by_one(part: Part, table: pa.Table, kinds: Kinds, _: str | None) -> Given:
    """A table of records that are read one by one."""
    records = table.to_pylist()
    return Given(part.table, None, list(range(len(records))), lambda position: record_of(records[position], kinds))


def places_of(source: str, positions: Collection[int]) -> dict[int, Place]:
    """Where records of a typed file stand: it has no lines."""
    return dict.fromkeys(positions, Place(source))
