"""Columns: the type each field has in a typed table, what its column holds, and what stands where nothing is known."""

from functools import cache
from typing import Any

import numpy as np
import polars as pl
from marshmallow import fields

from service.core.tables import INSTANT, NO_WORD, UNKNOWN, Kind
from service.schemas.records import shape
from service.schemas.scalars import DECIMAL_PLACES, Amount, Boolean, Choice, Integer, Scalar, Timestamp
from service.schemas.shapes import Link, ListOf, link_shape

AMOUNT = pl.Decimal(38, DECIMAL_PLACES)
WORD = pl.Int16()
NOT_KNOWN = {np.dtype(np.int16): NO_WORD, np.dtype(np.int64): UNKNOWN}


@cache
def column_types(table: str) -> dict[str, pl.DataType]:
    """Per field of a table, the type of its column."""
    return {name: column_type(kind) for name, kind in shape(table).fields.items()}


@cache
def kinds(table: str) -> dict[str, Kind]:
    """Per field of a table, what its column holds."""
    return {name: kind_of(kind) for name, kind in shape(table).fields.items()}


def kind_of(kind: fields.Field[Any]) -> Kind:
    """What the column of a field holds."""
    match kind:
        case Choice():
            return Kind.WORD
        case Boolean():
            return Kind.TRUTH
        case Integer():
            return Kind.NUMBER
        case Timestamp():
            return Kind.INSTANT
        case Amount():
            return Kind.AMOUNT
        case Scalar():
            return Kind.TEXT
    return Kind.WORDS if choice_of(kind) else Kind.OBJECT


@cache
def words(table: str) -> dict[str, dict[str, int]]:
    """Per field of a table that is a word of a closed list, or a list of them, those words, each with its place."""
    of_words = {name: choice_of(kind) for name, kind in shape(table).fields.items()}
    return {name: numbered(choice) for name, choice in of_words.items() if choice}


def choice_of(kind: fields.Field[Any]) -> Choice | None:
    """The closed list that the words of a field are of."""
    inner = kind.inner if isinstance(kind, ListOf) else kind
    return inner if isinstance(inner, Choice) else None


def numbered(kind: Choice) -> dict[str, int]:
    """The words of a closed list, each with its place, by which columns hold them."""
    return {word: place for place, word in enumerate(kind.choices)}


def column_type(kind: fields.Field[Any]) -> pl.DataType:
    """The type of a field's column."""
    return WORD if isinstance(kind, Choice) else value_type(kind)


def value_type(kind: fields.Field[Any]) -> pl.DataType:
    """The type of a field's values, wherever they stand."""
    match kind:
        case ListOf():
            return pl.List(value_type(kind.inner))
        case fields.Nested() | Link():
            inner_shape = link_shape() if isinstance(kind, Link) else kind.schema
            return pl.Struct({name: value_type(inner) for name, inner in inner_shape.fields.items()})
        case Choice():
            return pl.Enum(kind.choices)
        case Boolean():
            return pl.Boolean()
        case Integer():
            return pl.Int64()
        case Amount():
            return AMOUNT
        case Timestamp():
            return INSTANT
        case fields.Raw():
            return pl.Object()
    return pl.String()


def default_of(kind: fields.Field[Any]) -> str | bool | int | None:
    """What a field that is not known reads as, as its column has it."""
    default = kind.load_default
    if not isinstance(default, (str, bool, int)):
        return None
    return numbered(kind)[str(default)] if isinstance(kind, Choice) else default


def blank_of(kind: fields.Field[Any]) -> Any:
    """What a field that is not known reads as, where columns of numbers have a number for it."""
    default, number = default_of(kind), number_type(kind)
    if default is not None or number not in NOT_KNOWN:
        return default
    return NOT_KNOWN[number]


def number_type(kind: fields.Field[Any]) -> np.dtype[Any] | None:
    """The type of a field's column where it is one of numbers, or of lists and objects; no text and no amount is."""
    match kind_of(kind):
        case Kind.WORD | Kind.WORDS | Kind.TRUTH:
            return np.dtype(np.int16)
        case Kind.NUMBER | Kind.INSTANT:
            return np.dtype(np.int64)
        case Kind.OBJECT:
            return np.dtype(object)
    return None
