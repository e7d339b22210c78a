"""Columns: the type each field has in a typed table, and what the values of a column mean, read all at once.

Whatever is refused here is read again one by one, so a column may refuse more than marshmallow does, never less.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from marshmallow import ValidationError, fields

from service.core.instants import number_of
from service.core.tables import INSTANT, NO_WORD, UNKNOWN, Kind
from service.intake.clean import says_what_it_means
from service.intake.tables import TOO_DEEP
from service.intake.texts import REFUSED, Column, amounts, ids, texts, without_refused
from service.schemas.records import shape
from service.schemas.scalars import (
    DECIMAL_PLACES,
    Amount,
    Boolean,
    Choice,
    Id,
    Integer,
    Reading,
    Scalar,
    Text,
    Timestamp,
    text_of,
)
from service.schemas.shapes import Link, ListOf, is_blank, link_shape

AMOUNT = pl.Decimal(38, DECIMAL_PLACES)
WORD = pl.Int16()
NOT_KNOWN = {np.dtype(np.int16): NO_WORD, np.dtype(np.int64): UNKNOWN}
Reader = Callable[[Sequence[Any], Reading], Column]


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


def reader(kind: fields.Field[Any]) -> Reader:
    """What reads the values of a column: to the texts of texts and amounts, to whatever was given of instants."""
    blank = blank_of(kind)
    match kind:
        case Timestamp():
            return lambda values, _: Column(values)
        case Id():
            return lambda values, _: ids(values)
        case Text():
            return lambda values, reading: texts(values, reading.longest_text)
        case Amount():
            return lambda values, _: amounts(values)
        case Choice():
            known: dict[Any, Any] = {None: blank, "": blank, **numbered(kind)}
            return lambda values, _: by_meaning(values, lambda value: known.get(value, REFUSED), blank)
        case Scalar():
            return lambda values, _: by_meaning(values, lambda value: meaning(kind, value, blank), blank)
        case ListOf() if listed := choice_of(kind):
            return lambda values, _: lists(kind, numbered(listed), values)
    return lambda values, _: by_value(values, kind)


def by_value(values: Sequence[Any], kind: fields.Field[Any]) -> Column:
    """A column of lists and objects: as it stands where all of it means what it says, else read value by value."""
    if says_what_it_means(kind, [value for value in values if value is not None]):
        return Column([complete(kind, value) for value in values])
    return without_refused([nested_meaning(kind, value) for value in values])


def complete(kind: fields.Field[Any], value: Any) -> Any:
    """A list or object with every field of its shape."""
    if value is None:
        return None
    match kind:
        case ListOf():
            return [complete(kind.inner, one) for one in value]
        case fields.Nested() | Link():
            inner_shape = link_shape() if isinstance(kind, Link) else kind.schema
            return {name: complete(inner, value.get(name)) for name, inner in inner_shape.fields.items()}
    return value


def lists(kind: ListOf, places: Mapping[str, int], values: Sequence[Sequence[Any] | None]) -> Column:
    """A column of lists of words, each as a number with a bit for every word."""
    listed = list in set(map(type, values))
    keys = [tuple(value) if isinstance(value, list) else value for value in values] if listed else values
    return by_meaning(keys, lambda value: bits(kind, places, value), NO_WORD)


def bits(kind: ListOf, places: Mapping[str, int], value: Any) -> Any:
    """What one list of words means, or `REFUSED`."""
    found = nested_meaning(kind, list(value) if isinstance(value, tuple) else value)
    if found is None or found is REFUSED:
        return NO_WORD if found is None else found
    return with_bits(found, places)


def with_bits(listed: Sequence[str], places: Mapping[str, int]) -> int:
    """A list of words as a number with a bit for every word."""
    return sum({1 << places[word] for word in listed})


def as_held(kind: fields.Field[Any], value: Any) -> Any:
    """A value as marshmallow reads it, as columns of numbers, lists and objects hold it."""
    if choice := choice_of(kind):
        places = numbered(choice)
        return places[value] if isinstance(value, str) else with_bits(value, places)
    return number_of(value) if isinstance(kind, Timestamp) else complete(kind, value)


def meaning(kind: Scalar, value: Any, blank: Any) -> Any:
    """What one value means, or `REFUSED`."""
    if value is None or value == "":
        return blank
    try:
        return kind.read(value if isinstance(value, str) else text_of(value) or "")
    except ValidationError:
        return REFUSED


def by_meaning(values: Sequence[Hashable], meaning_of: Callable[[Any], Any], blank: Any = None) -> Column:
    """A column of few different values: each is read once."""
    meanings = Meanings(meaning_of)
    found = list(map(meanings.__getitem__, values))
    return without_refused(found, blank) if REFUSED in meanings.values() else Column(found)


class Meanings(dict[Any, Any]):
    """What values mean, each looked up when it is first met."""

    def __init__(self, meaning_of: Callable[[Any], Any]) -> None:
        super().__init__()
        self._meaning_of = meaning_of

    def __missing__(self, value: Any) -> Any:
        meaning = self[value] = self._meaning_of(value)
        return meaning


def nested_meaning(kind: fields.Field[Any], value: Any) -> Any:
    """What one list or object means, or `REFUSED`."""
    if is_blank(value, kind):
        return None
    try:
        return REFUSED if value is TOO_DEEP else complete(kind, kind.deserialize(value))
    except ValidationError:
        return REFUSED
