"""The guard of a bulk table: which records have only fields of fitting types, and which fields nobody asked for.

A bulk parser of texts lets an object pass as its own text and forgets unknown fields in silence; the guard sees both.
"""

import json
import re
from collections import Counter
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Annotated, Any

import msgspec
import polars as pl

from service.schemas.records import shape
from service.schemas.scalars import Scalar
from service.schemas.shapes import ListOf

LEARNABLE_FIELDS = 100
PLAIN_NAME = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]{1,128}')
BoundedInteger = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # beyond it the bulk parser gives up


class Guard:
    """Judges one table's records by type alone. `unknown` counts unknown fields of the records that fit.

    Whatever is nested where nothing should be is for the reader of single records, who knows how deep is too deep.

    An unknown field is learned when it is first met, so an export full of them is still read in bulk.
    """

    def __init__(self, table: str) -> None:
        self.unknown: Counter[str] = Counter()
        self._table = table
        self._learned: list[tuple[str, str]] = []
        self._decode = self._decoder()

    def fits(self, record: msgspec.Raw) -> bool:
        """Whether every field of a record is of a type it may come as."""
        try:
            found = self._decode(record)
        except (msgspec.MsgspecError, RecursionError):
            return self._learns(record) and self.fits(record)
        strange = [name for attribute, name in self._learned if getattr(found, attribute) is not msgspec.UNSET]
        if any(isinstance(getattr(found, attribute), (dict, list)) for attribute, _ in self._learned):
            return False
        self.unknown.update(strange)
        return True

    def _learns(self, record: msgspec.Raw) -> bool:
        """Whether a record had unknown fields that the guard now knows."""
        known = {name for _, name in self._learned} | shape(self._table).fields.keys()
        try:
            given = json.loads(bytes(record))
        except (ValueError, RecursionError):
            return False
        strange = given.keys() - known if isinstance(given, dict) else ()
        new = sorted(name for name in strange if PLAIN_NAME.fullmatch(name))
        room = LEARNABLE_FIELDS - len(self._learned)
        self._learned += [(f"unknown_{len(self._learned) + place}", name) for place, name in enumerate(new[:room])]
        self._decode = self._decoder()
        return bool(new[:room])

    def _decoder(self) -> Any:
        return decoder(self._table, tuple(self._learned))


@lru_cache(maxsize=64)
def decoder(table: str, learned: tuple[tuple[str, str], ...]) -> Any:
    """The decoder that refuses records of other types, or with fields neither asked for nor learned."""
    asked = [(name, kind | None, None) for name, kind in types(table).items()]
    further = [(attribute, Any, msgspec.UNSET) for attribute, _ in learned]
    struct = msgspec.defstruct(
        f"{table}_texts", [*asked, *further], rename=dict(learned) or None, forbid_unknown_fields=True, gc=False
    )
    return msgspec.json.Decoder(struct).decode


@cache
def types(table: str) -> dict[str, Any]:
    """Per field of a bulk table, the types its value may come as."""
    allowed: dict[str, Any] = {}
    for name, kind in shape(table).fields.items():
        if isinstance(kind, ListOf):
            allowed[name] = list[str]
        elif isinstance(kind, Scalar):
            accepted = [BoundedInteger if one is int else one for one in kind.accepts]
            allowed[name] = reduce(or_, accepted)
    return allowed


@cache
def text_schema(table: str) -> dict[str, pl.DataType]:
    """Per field of a bulk table, the column its texts are read into."""
    return {
        name: pl.List(pl.String()) if isinstance(kind, ListOf) else pl.String()
        for name, kind in shape(table).fields.items()
    }
