"""Meanings: what the values of a column mean, read all at once.

Whatever is refused here is read again one by one, so a column may refuse more than marshmallow does, never less.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields

from service.core.instants import number_of
from service.core.tables import NO_WORD
from service.intake.clean import says_what_it_means
from service.intake.columns import blank_of, choice_of, numbered
from service.intake.tables import TOO_DEEP
from service.intake.texts import REFUSED, Column, amounts, are_amounts, are_plain, ids, texts, without_refused
from service.schemas.scalars import Amount, Choice, Id, Reading, Scalar, Text, Timestamp, Wording, text_of
from service.schemas.shapes import Link, ListOf, is_blank, link_shape

Reader = Callable[[Sequence[Any], Reading], Column]
Glance = Callable[[Sequence[Any], Reading], bool]


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


def glance(kind: fields.Field[Any]) -> Glance | None:
    """What tells at once whether all of many values would be read as they stand, if anything does."""
    match kind:
        case Id():
            return lambda values, _: are_plain(values)
        case Text():
            return lambda values, reading: are_plain(values, reading.longest_text)
        case Amount():
            return lambda values, _: are_amounts(values)
    return None


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
    try:
        return by_meaning(keys, lambda value: bits(kind, places, value), NO_WORD)
    except TypeError:  # a list or an object stands where a word should
        return without_refused([bits(kind, places, value) for value in values], NO_WORD)


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
    meant = kind.read(value if isinstance(value, str) else text_of(value) or "")
    return REFUSED if isinstance(meant, Wording) else meant


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
