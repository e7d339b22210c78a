"""Columns: the type each field has in a typed table, and the bulk cast of a text column to it.

A bulk cast may refuse more than marshmallow does, never less: what it refuses is read again one by one.
"""

from functools import cache
from typing import Any

import polars as pl
from marshmallow import fields

from service.core.tables import INSTANT
from service.schemas.records import shape
from service.schemas.scalars import (
    BOOLEAN,
    CLOCK,
    CONTROL,
    CURRENCY,
    DATE,
    DECIMAL,
    DECIMAL_PLACES,
    ID_LENGTH,
    INTEGER,
    OFFSET,
    SPACES,
    Amount,
    Boolean,
    Choice,
    Currency,
    Id,
    Integer,
    Reading,
    Scalar,
    Text,
    Timestamp,
)
from service.schemas.shapes import Link, ListOf, link_shape

CANONICAL_INSTANT = r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$"
ANY_INSTANT = rf"^(?<date>{DATE})(?:[T ](?<clock>{CLOCK})(?<offset>{OFFSET})?)?$"
EARLIEST_YEAR, LATEST_YEAR = 1000, 9998  # beyond, an offset may lead out of the calendar
ZONE_YEARS = (1971, 2036)  # within, the zone rules of all sources agree


@cache
def column_types(table: str) -> dict[str, pl.DataType]:
    """Per field of a table, the type of its column."""
    return {name: column_type(kind) for name, kind in shape(table).fields.items()}


def column_type(kind: fields.Field[Any]) -> pl.DataType:
    """The column type of one field."""
    match kind:
        case ListOf():
            return pl.List(column_type(kind.inner))
        case fields.Nested() | Link():
            inner_shape = link_shape() if isinstance(kind, Link) else kind.schema
            return pl.Struct({name: column_type(inner) for name, inner in inner_shape.fields.items()})
        case Choice():
            return pl.Enum(kind.choices)
        case Boolean():
            return pl.Boolean()
        case Integer():
            return pl.Int64()
        case Amount():
            return pl.Decimal(38, DECIMAL_PLACES)
        case Timestamp():
            return INSTANT
        case fields.Raw():
            return pl.Object()
    return pl.String()


def known_text(name: str, kind: fields.Field[Any]) -> pl.Expr:
    """The text column with null wherever the text means *not known*."""
    if not isinstance(kind, Scalar):
        return pl.col(name)
    text = pl.col(name).str.strip_chars(SPACES) if kind.trimmed else pl.col(name)
    return pl.when(text != "").then(text).alias(name)


def bulk_cast(name: str, kind: fields.Field[Any], reading: Reading) -> pl.Expr:
    """The typed column of a known text column, null where the text is refused."""
    text = pl.col(name)
    match kind:
        case ListOf():
            typed = text.cast(column_type(kind), strict=False)
            return pl.when(~typed.list.eval(pl.element().is_null()).list.any()).then(typed).alias(name)
        case Choice():
            return text.cast(column_type(kind), strict=False)
        case Boolean():
            return pl.when(whole(text, BOOLEAN)).then(text == "true").alias(name)
        case Integer():
            number = text.str.replace(r"\..*$", "").cast(pl.Int64, strict=False)
            return pl.when(whole(text, INTEGER) & number.is_between(kind.least, kind.most)).then(number).alias(name)
        case Amount():
            number = text.cast(column_type(kind), strict=False)
            return pl.when(whole(text, DECIMAL) & (number >= 0)).then(number).alias(name)
        case Timestamp():
            instant = text.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False, time_unit="us", time_zone="UTC")
            return pl.when(text.str.contains(CANONICAL_INSTANT)).then(instant).alias(name)
        case Currency():
            return pl.when(whole(text, CURRENCY)).then(text).alias(name)
        case Id():
            short = text.str.len_chars() <= ID_LENGTH
            return pl.when(short & ~text.str.contains(CONTROL)).then(text).alias(name)
        case Text():
            return pl.when(text.str.len_chars() <= reading.longest_text).then(text).alias(name)
    raise TypeError(kind)


def whole(text: pl.Expr, pattern: str) -> pl.Expr:
    """Whether a pattern fits the whole text."""
    return text.str.contains(f"^(?:{pattern})$")


def bulk_instant(name: str, reading: Reading) -> pl.Expr:
    """Any timestamp text as an instant: with offset, with fraction, without seconds, in the batch's own zone."""
    groups = pl.col(name).str.extract_groups(ANY_INSTANT)
    clock = groups.struct.field("clock").fill_null("00:00")
    seconds = pl.when(clock.str.len_bytes() == len("00:00")).then(clock + ":00").otherwise(clock)
    local = (groups.struct.field("date") + "T" + seconds).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
    )
    offset = groups.struct.field("offset")
    minutes = pl.when(offset == "Z").then(0).otherwise(
        (offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + offset.str.slice(4, 2).cast(pl.Int64, strict=False))
        * pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    )  # fmt: skip
    with_offset = (local - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    if reading.zone is None:
        return pl.when(local.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(with_offset).alias(name)
    in_zone = local.dt.replace_time_zone(str(reading.zone), ambiguous="earliest", non_existent="null")
    agreed = pl.when(local.dt.year().is_between(*ZONE_YEARS)).then(in_zone.dt.convert_time_zone("UTC"))
    instant = pl.when(offset.is_null()).then(agreed).otherwise(with_offset)
    return pl.when(local.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(instant).alias(name)
