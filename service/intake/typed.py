"""Typed columns → columns that are read further: of the exact type of their field, or of texts.

A value that its field does not take as it comes is *lost* here, which sends its record, and no other, to be read one by
one. So a record of a typed file is accepted and refused like the same record in JSON.
"""

from datetime import datetime
from typing import Any

import polars as pl
from marshmallow import fields

from service.intake.columns import column_type
from service.schemas.scalars import DECIMAL_PLACES, Amount, Boolean, Id, Integer, Text, Timestamp
from service.schemas.shapes import ListOf

TEXTS = (pl.String, pl.Categorical, pl.Enum)
EARLIEST_YEAR, LATEST_YEAR = 1000, 9998  # beyond, an offset may lead out of the calendar
ZONE_YEARS = (1971, 2036)  # within, the zone rules of all sources agree
PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def normalised(column: pl.Series, kind: fields.Field[Any], zone: str | None) -> pl.Series:
    """A column of the exact type of its field or of texts, null where a value was lost."""
    if column.dtype == pl.Null:
        return column.cast(pl.List(pl.String) if isinstance(kind, ListOf) else pl.String)
    if isinstance(column.dtype, TEXTS):
        return column.cast(pl.String)
    match kind:
        case ListOf():
            return column.cast(pl.List(pl.String)) if of_texts(column.dtype) else nothing(column, pl.List(pl.String()))
        case Timestamp():
            return in_utc(column, zone)
        case Amount():
            return amounts(column)
        case Integer():
            whole = integers(column)
            return without(whole, ~whole.is_between(kind.least, kind.most))
        case Boolean():
            return column if column.dtype == pl.Boolean else nothing(column)
        case Id() | Text():
            return integers(column).cast(pl.String)
    return nothing(column)


def lost(column: pl.Series, read: pl.Series) -> pl.Series:
    """Where a value is known and could not be read."""
    return known(column).is_not_null() & read.is_null()


def known(column: pl.Series) -> pl.Series:
    """The column with null for what is no value."""
    if column.dtype.is_float():
        return column.fill_nan(None)
    return column.cast(pl.String).replace("", None) if isinstance(column.dtype, TEXTS) else column


def nothing(column: pl.Series, kind: pl.DataType | None = None) -> pl.Series:
    """A column in which everything is lost."""
    return pl.Series(column.name, [None], kind or pl.String()).new_from_index(0, len(column))


def without(column: pl.Series, mask: pl.Series) -> pl.Series:
    """The column with null where a mask holds."""
    if not mask.any():
        return column
    return column.zip_with(~mask.fill_null(value=False), nothing(column, column.dtype))


def of_texts(kind: pl.DataType) -> bool:
    """Whether a type is a list of texts."""
    return isinstance(kind, pl.List) and (isinstance(kind.inner, TEXTS) or kind.inner == pl.Null)


def integers(column: pl.Series) -> pl.Series:
    """Whole numbers; of numbers with decimals those that have none."""
    if column.dtype.is_float() or isinstance(column.dtype, pl.Decimal):
        whole = column.cast(pl.Int64, strict=False)
        return without(whole, whole.cast(column.dtype, strict=False) != column)
    return column.cast(pl.Int64, strict=False) if column.dtype.is_integer() else nothing(column, pl.Int64())


def amounts(column: pl.Series) -> pl.Series:
    """Exact decimals of at least 0, or the texts of numbers that may not be exact."""
    if column.dtype.is_float():
        return known(column).cast(pl.String)
    if isinstance(column.dtype, pl.Decimal) and column.dtype.scale > DECIMAL_PLACES:
        return column.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    if not column.dtype.is_numeric():
        return nothing(column)
    number = column.cast(column_type(Amount()), strict=False)
    return without(number, (number < 0) | (number >= 10**18))


def in_utc(column: pl.Series, zone: str | None) -> pl.Series:
    """Instants in UTC. Days and times without a zone are read in the batch's own."""
    moments = column.cast(pl.Datetime("ms")) if column.dtype == pl.Date else column
    if not isinstance(moments.dtype, pl.Datetime):
        return nothing(column)
    moments = within_years(moments, EARLIEST_YEAR, LATEST_YEAR).dt.cast_time_unit("us")
    if isinstance(moments.dtype, pl.Datetime) and moments.dtype.time_zone:
        return moments.dt.convert_time_zone("UTC")
    if zone is None:
        return nothing(column)
    local = within_years(moments, *ZONE_YEARS)
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def within_years(moments: pl.Series, first: int, last: int) -> pl.Series:
    """Moments of some years; compared as numbers, since others may be no moments at all."""
    unit = moments.dtype.time_unit if isinstance(moments.dtype, pl.Datetime) else "us"
    per_second = PER_SECOND[unit]
    bounds = (datetime(year, 1, 1) for year in (first, last + 1))  # noqa: DTZ001  # only differences are taken
    start, end = (int((bound - datetime(1970, 1, 1)).total_seconds()) * per_second for bound in bounds)  # noqa: DTZ001
    ticks = moments.to_physical()
    return without(moments, (ticks < max(start, -(2**63))) | (ticks >= min(end, 2**63 - 1)))
