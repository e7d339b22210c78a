"""Places: where each field's column stands in the frame of its table, what it holds, and what stands there instead."""

from functools import cache
from typing import Any, NamedTuple

import polars as pl
from marshmallow import fields

from service.intake.columns import Reader, column_types, default_of, reader
from service.intake.home import Home
from service.intake.tables import PORTION, ROW
from service.schemas.records import shape


class Place(NamedTuple):
    """The place of one field. Columns of one `pile` are made together."""

    column: int
    name: str
    kind: fields.Field[Any]
    type: pl.DataType
    required: bool
    read: Reader
    pile: str


@cache
def places(table: str) -> list[Place]:
    """The places of a table, in the order of its fields; before them stands `row`."""
    return [
        place_of(column, name, kind, column_types(table)[name])
        for column, (name, kind) in enumerate(shape(table).fields.items(), 1)
    ]


def place_of(column: int, name: str, kind: fields.Field[Any], own: pl.DataType) -> Place:
    """The place of a field."""
    return Place(column, name, kind, own, kind.required or name in Home.fields, reader(kind), str(own))


@cache
def blank_portion(table: str) -> pl.DataFrame:
    """A full portion of a table of which nothing is known."""
    return pl.DataFrame([pl.Series(ROW, range(PORTION), dtype=pl.UInt32), *map(nothing, places(table))])


def nothing(place: Place) -> pl.Series:
    """A full portion of a column of which nothing is known."""
    if place.type == pl.Object:
        return pl.Series(place.name, [None] * PORTION, dtype=pl.Object)
    return pl.Series(place.name, [default_of(place.kind)], dtype=place.type).new_from_index(0, PORTION)


def blank(table: str, height: int) -> pl.DataFrame:
    """Some records of a table of which nothing is known."""
    whole = blank_portion(table)
    if height <= PORTION:
        return whole.slice(0, height)
    rows, *columns = whole.get_columns()
    return pl.DataFrame([pl.Series(ROW, range(height), dtype=rows.dtype), *(alike(one, height) for one in columns)])


def alike(column: pl.Series, height: int) -> pl.Series:
    """A column of so many equal values, of a full portion of them."""
    return column.slice(0, height) if height <= PORTION else column.new_from_index(0, height)
