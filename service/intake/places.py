"""Places: what the column of each field of a table holds, how it is read, and what stands there instead."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from marshmallow import fields

from service.core.tables import Column
from service.intake.columns import blank_of, column_types, default_of, number_type
from service.intake.frames import part
from service.intake.home import Home
from service.intake.meanings import Glance, Reader, as_held, glance, reader
from service.intake.tables import PORTION
from service.schemas.records import shape
from service.schemas.scalars import Timestamp


class Place(NamedTuple):
    """The place of one field. Columns of one `pile` are made together; `number` is the type of one of numbers.

    Where there is a `glance`, values are read only if it does not tell of the whole pile that they stand as they read.
    """

    name: str
    kind: fields.Field[Any]
    type: pl.DataType
    number: np.dtype[Any] | None
    required: bool
    read: Reader
    glance: Glance | None
    pile: str


@cache
def places(table: str) -> list[Place]:
    """The places of a table, in the order of its fields."""
    return [place_of(name, kind, column_types(table)[name]) for name, kind in shape(table).fields.items()]


def place_of(name: str, kind: fields.Field[Any], own: pl.DataType) -> Place:
    """The place of a field."""
    number = number_type(kind)
    look = None if name == "marketplace" else glance(kind)  # it may be told by many names
    pile = str(own) if number is None or isinstance(kind, Timestamp) else str(number)
    pile = type(kind).__name__ if look else pile
    return Place(name, kind, own, number, kind.required or name in Home.fields, reader(kind), look, pile)


@cache
def blank_portion(table: str) -> dict[str, Column]:
    """A full portion of a table of which nothing is known."""
    return {place.name: nothing(place) for place in places(table)}


def nothing(place: Place) -> Column:
    """A full portion of a column of which nothing is known."""
    if place.number is not None:
        return np.full(PORTION, blank_of(place.kind), dtype=place.number)
    return pl.Series(place.name, [default_of(place.kind)], dtype=place.type).new_from_index(0, PORTION)


def blank(place: Place, table: str, height: int) -> Column:
    """A column of so many records of which nothing is known."""
    return alike(blank_portion(table)[place.name], height)


def as_column(place: Place, values: Sequence[Any]) -> Column:
    """A column of values as marshmallow reads them."""
    if place.number is None:
        return pl.Series(values=values, dtype=place.type)
    unknown = blank_of(place.kind)
    held = (unknown if value is None else as_held(place.kind, value) for value in values)
    return np.fromiter(held, dtype=place.number, count=len(values))


def alike(column: Column, height: int) -> Column:
    """A column of so many equal values, of a full portion of them."""
    if height <= PORTION:
        return part(column, 0, height)
    return column.new_from_index(0, height) if isinstance(column, pl.Series) else np.repeat(column[:1], height)
