"""The guard of a table in JSON: which records have only fields of fitting types, and which fields nobody asked for.

Fitting records are decoded a portion at a time, straight into the columns of the fields asked for.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache, reduce
from itertools import chain, compress
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from marshmallow import fields
from msgspec.structs import astuple

from service.intake.plain import is_shallow, plain_column
from service.intake.tables import Portion
from service.schemas.records import shape
from service.schemas.scalars import ID_LENGTH, Choice, Id, Scalar
from service.schemas.shapes import ListOf

BLOCK = 512  # records decoded at a time: they and their texts stay near the processor
LEARNABLE_FIELDS = 256
PLAIN_NAME = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]{1,128}')
BoundedInteger = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # beyond it no field can hold it
ShortText = Annotated[str, msgspec.Meta(max_length=ID_LENGTH)]  # a longer one may have spaces around it: read singly
Unnested = str | BoundedInteger | float | bool | msgspec.UnsetType | None


class Learned(NamedTuple):
    """A field that nobody asks for: its name, and whether lists, objects or immense numbers were met in it."""

    name: str
    is_wide: bool


class TooDeep(Exception):
    """A record is nested more deeply than is read."""


Unread = (msgspec.MsgspecError, RecursionError, TooDeep)


class Guard:
    """Judges one table's records by type alone. `unknown` counts unknown fields of the records that fit.

    Whatever is nested where nothing should be is for the reader of single records, who knows how deep is too deep.

    An unknown field is learned when it is first met, so an export full of them is still read in portions. `tag` is a
    key by which a record may name its table, which is no field.
    """

    def __init__(self, table: str, deepest: int, tag: str | None = None) -> None:
        self.unknown: Counter[str] = Counter()
        self._table = table
        self._deepest = deepest
        self._tag = tag
        self._learned: tuple[Learned, ...] = ()

    def portion(self, records: Sequence[msgspec.Raw], start: int) -> Portion:
        """The records of a table from a position on, column by column."""
        learned, lessons = None, 1
        while learned != self._learned:  # whatever is learned on the way widens every record
            learned = self._learned
            values, odd = self._read(records, start, learned, lessons)
            lessons *= 2
        rows: Sequence[int] = range(start, start + len(records))
        if odd:
            rows = sorted({*rows} - {*odd})
        kinds = shape(self._table).fields
        width = len(kinds) + len(self._learned)
        columns = [values[place::width] for place in range(width)]
        for each, column in zip(self._learned, columns[len(kinds) :], strict=True):
            given = len(column) - column.count(msgspec.UNSET)
            self.unknown.update({each.name: given} if given else {})
        read = {
            name: plain_column(column, self._deepest - 1) if wire_type(kind) is msgspec.Raw and any(column) else column
            for (name, kind), column in zip(kinds.items(), columns[: len(kinds)], strict=True)
        }
        return Portion(self._table, rows, read, odd)

    def _read(
        self, records: Sequence[msgspec.Raw], start: int, learned: tuple[Learned, ...], lessons: int
    ) -> tuple[list[Any], list[int]]:
        """The values of the records that fit, one after the other, and the positions of the others.

        Once so many records have taught something, the rest is left for when it is known.
        """
        values: list[Any] = []
        odd: list[int] = []
        for first in range(0, len(records), BLOCK):
            block = records[first : first + BLOCK]
            try:
                values.extend(self._values(block, learned))
            except Unread:
                fitting: list[bool] = []
                for record in block:
                    fitting.append(self._fits(record, learned))
                    lessons -= not fitting[-1] and self._learned != learned
                    if not lessons:
                        return values, odd
                values.extend(self._values(list(compress(block, fitting)), learned))
                odd += [start + first + place for place, fits in enumerate(fitting) if not fits]
        return values, odd

    def _values(self, block: Sequence[msgspec.Raw], learned: tuple[Learned, ...]) -> Iterator[Any]:
        """The values of some records, one after the other; refused as a whole where a record does not fit."""
        found = decoder(self._table, self._tag, learned).decode(b"[" + b",".join(block) + b"]")
        for place, each in enumerate(learned):
            if each.is_wide and not all(is_shallow(getattr(one, own_name(place)), self._deepest - 1) for one in found):
                raise TooDeep
        return chain.from_iterable(map(astuple, found))  # no tuple outlives its record: nothing to collect

    def _fits(self, record: msgspec.Raw, learned: tuple[Learned, ...]) -> bool:
        """Whether every field of a record is of a type it may come as; what is new in one that does not is learned."""
        try:
            self._values([record], learned)
        except Unread:
            self._learn(record)
            return False
        return True

    def _learn(self, record: msgspec.Raw) -> None:
        """Learns the unknown fields of a record, and which of them hold more than a plain value."""
        known = shape(self._table).fields.keys() | {self._tag}
        try:
            given = json.loads(bytes(record))
        except (ValueError, RecursionError):
            return
        strange = given.keys() - known if isinstance(given, dict) else set()
        wide = {name for name in strange if is_wide(given[name])}
        before = {each.name: each.is_wide for each in self._learned}
        new = sorted(name for name in strange - before.keys() if PLAIN_NAME.fullmatch(name))
        names = [*before, *new[: LEARNABLE_FIELDS - len(before)]]
        self._learned = tuple(Learned(name, before.get(name, False) or name in wide) for name in names)


@lru_cache(maxsize=64)
def decoder(table: str, tag: str | None, learned: tuple[Learned, ...]) -> msgspec.json.Decoder[list[msgspec.Struct]]:
    """The decoder that refuses records of other types or tables, or with fields neither asked for nor learned."""
    asked = [(name, wire_type(kind), None) for name, kind in shape(table).fields.items()]
    further = [
        (own_name(place), msgspec.Raw if each.is_wide else Unnested, msgspec.UNSET)
        for place, each in enumerate(learned)
    ]
    names = {own_name(place): each.name for place, each in enumerate(learned)}
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
