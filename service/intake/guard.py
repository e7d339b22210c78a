"""The guard of a table in JSON: which records have only fields of fitting types, and which fields nobody asked for.

Fitting records are decoded a portion at a time, straight into the columns of the fields asked for. What does not fit is
learned when it is first met: so an export full of it is still read in portions.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache, partial, reduce
from itertools import chain, compress
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from marshmallow import fields
from msgspec.structs import astuple

from service.intake.plain import is_shallow, plain_column
from service.intake.tables import Portion, values_at
from service.schemas.records import shape
from service.schemas.scalars import ID_LENGTH, Choice, Id, Scalar
from service.schemas.shapes import ListOf

BLOCK = 512  # records decoded at a time: they and their texts stay near the processor
LEARNABLE_FIELDS = 256
SEVERAL = 32  # records with a value of another type that are read one by one before all values of the field are loose
PLAIN_NAME = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]{1,128}')
BoundedInteger = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # beyond it no field can hold it
ShortText = Annotated[str, msgspec.Meta(max_length=ID_LENGTH)]  # a longer one may have spaces around it: read singly
Unnested = str | BoundedInteger | float | bool | msgspec.UnsetType | None


class Learned(NamedTuple):
    """A field that nobody asks for: its name, and whether lists, objects or immense numbers were met in it."""

    name: str
    is_wide: bool


class Taught(NamedTuple):
    """What a guard has learned: fields nobody asks for, and fields of which values of other types were met."""

    fields: tuple[Learned, ...] = ()
    loose: frozenset[str] = frozenset()


class TooDeep(Exception):
    """A record is nested more deeply than is read."""


Unread = (msgspec.MsgspecError, RecursionError, TooDeep)


class Guard:
    """Judges one table's records by type alone. `unknown` counts unknown fields of the records that fit.

    Whatever is nested too deeply is for the reader of single records. `tag` is a key by which a record may name its
    table, which is no field.
    """

    def __init__(self, table: str, deepest: int, tag: str | None = None) -> None:
        self.unknown: Counter[str] = Counter()
        self._table = table
        self._deepest = deepest
        self._tag = tag
        self._taught = Taught()
        self._misfits: Counter[str] = Counter()

    def portion(self, records: Sequence[msgspec.Raw], start: int) -> Portion:
        """The records of a table from a position on, column by column."""
        taught, lessons = None, 1
        while taught != self._taught:  # whatever is learned on the way widens every record
            taught = self._taught
            values, odd = self._read(records, start, taught, lessons)
            lessons *= 2
        rows: Sequence[int] = range(start, start + len(records))
        if odd:
            rows = sorted({*rows} - {*odd})
        kinds = shape(self._table).fields
        width = len(kinds) + len(self._taught.fields)
        columns = [values[place::width] for place in range(width)]
        for each, column in zip(self._taught.fields, columns[len(kinds) :], strict=True):
            given = len(column) - column.count(msgspec.UNSET)
            self.unknown.update({each.name: given} if given else {})
        own: dict[str, Sequence[Any]] = {}
        read: dict[str, Sequence[Any]] = {}
        refused: dict[str, list[int]] = {}
        for (name, kind), column in zip(kinds.items(), columns[: len(kinds)], strict=True):
            is_raw = wire_type(kind) is msgspec.Raw or name in self._taught.loose
            read[name] = own[name] = plain_column(column, self._deepest - 1) if is_raw and any(column) else column
            if name in self._taught.loose:
                read[name], refused[name] = fitting(own[name], wire_type(kind))
        strange = [each.name for each in self._taught.fields]
        return Portion(self._table, rows, read, partial(values_at, own), odd, refused, strange)

    def _read(
        self, records: Sequence[msgspec.Raw], start: int, taught: Taught, lessons: int
    ) -> tuple[list[Any], list[int]]:
        """The values of the records that fit, one after the other, and the positions of the others.

        Once so many records have taught something, the rest is left for when it is known.
        """
        values: list[Any] = []
        odd: list[int] = []
        for first in range(0, len(records), BLOCK):
            block = records[first : first + BLOCK]
            try:
                values.extend(self._values(block, taught))
            except Unread:
                fits: list[bool] = []
                for record in block:
                    fits.append(self._fits(record, taught))
                    lessons -= not fits[-1] and self._taught != taught
                    if not lessons:
                        return values, odd
                values.extend(self._values(list(compress(block, fits)), taught))
                odd += [start + first + place for place, one in enumerate(fits) if not one]
        return values, odd

    def _values(self, block: Sequence[msgspec.Raw], taught: Taught) -> Iterator[Any]:
        """The values of some records, one after the other; refused as a whole where a record does not fit."""
        found = decoder(self._table, self._tag, taught).decode(b"[" + b",".join(block) + b"]")
        for place, each in enumerate(taught.fields):
            if each.is_wide and not all(is_shallow(getattr(one, own_name(place)), self._deepest - 1) for one in found):
                raise TooDeep
        return chain.from_iterable(map(astuple, found))  # no tuple outlives its record: nothing to collect

    def _fits(self, record: msgspec.Raw, taught: Taught) -> bool:
        """Whether every field of a record is of a type it may come as; what is new in one that does not is learned."""
        try:
            self._values([record], taught)
        except Unread:
            self._learn(record)
            return False
        return True

    def _learn(self, record: msgspec.Raw) -> None:
        """Learns the unknown fields of a record, which of them hold more than a plain value, and fields that misfit."""
        kinds = shape(self._table).fields
        try:
            given = json.loads(bytes(record))
        except (ValueError, RecursionError):
            return
        if not isinstance(given, dict):
            return
        self._misfits.update(name for name in given if name in kinds and not is_of(given[name], wire_type(kinds[name])))
        loose = [name for name, times in self._misfits.items() if times >= SEVERAL]
        strange = given.keys() - kinds.keys() - {self._tag}
        wide = {name for name in strange if is_wide(given[name])}
        before = {each.name: each.is_wide for each in self._taught.fields}
        new = sorted(name for name in strange - before.keys() if PLAIN_NAME.fullmatch(name))
        names = [*before, *new[: LEARNABLE_FIELDS - len(before)]]
        learned = tuple(Learned(name, before.get(name, False) or name in wide) for name in names)
        self._taught = Taught(learned, self._taught.loose.union(loose))


@lru_cache(maxsize=64)
def decoder(table: str, tag: str | None, taught: Taught) -> msgspec.json.Decoder[list[msgspec.Struct]]:
    """The decoder that refuses records of other types or tables, or with fields neither asked for nor learned."""
    asked = [
        (name, msgspec.Raw if name in taught.loose else wire_type(kind), None)
        for name, kind in shape(table).fields.items()
    ]
    further = [
        (own_name(place), msgspec.Raw if each.is_wide else Unnested, msgspec.UNSET)
        for place, each in enumerate(taught.fields)
    ]
    names = {own_name(place): each.name for place, each in enumerate(taught.fields)}
    struct = msgspec.defstruct(
        f"{table}_record",
        [*asked, *further],
        rename=names or None,
        tag_field=tag,
        tag=table if tag else None,
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(list[struct])  # type: ignore[valid-type]  # made here, of the table's own fields


def is_wide(value: Any) -> bool:
    """Whether a value is more than one text or number that some field could hold."""
    return isinstance(value, (dict, list)) or (isinstance(value, int) and not -(2**63) <= value < 2**63)


def is_of(value: Any, kind: Any) -> bool:
    """Whether a value is of a type that a field may come as; whatever stays bytes is."""
    if kind is msgspec.Raw:
        return True
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def fitting(values: Sequence[Any], kind: Any) -> tuple[Sequence[Any], list[int]]:
    """Values as they come when decoded as a type, None in place of those of another, and the places of these."""
    with suppress(msgspec.ValidationError):
        return msgspec.convert(values, list[kind]), []
    alone = alone_in(kind)
    wrong = [place for place, value in enumerate(values) if not is_of([value], alone)]
    misfits = frozenset(wrong)
    fit = [None if place in misfits else value for place, value in enumerate(values)]
    return msgspec.convert(fit, list[kind]), wrong


@cache
def alone_in(kind: Any) -> Any:
    """A list of one value of a type, told by a class: what is no class is looked up anew for every value."""
    return msgspec.defstruct("Alone", [("value", kind)], array_like=True)


def own_name(place: int) -> str:
    """What a learned field is called in our own records."""
    return f"unknown_{place}"


@cache
def wire_type(kind: fields.Field[Any]) -> Any:
    """The types a field's value may come as; what is nested stays bytes."""
    if isinstance(kind, ListOf) and isinstance(kind.inner, Choice):
        return tuple[wire_type(kind.inner), ...] | None  # type: ignore[misc]  # a type made while running
    if isinstance(kind, Choice):
        return Literal["", *kind.choices] | None  # one object a word, however often it is told
    if isinstance(kind, Id):
        return ShortText | BoundedInteger | None
    if isinstance(kind, Scalar):
        return reduce(or_, [BoundedInteger if one is int else one for one in kind.accepts]) | None
    return msgspec.Raw
