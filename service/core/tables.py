"""Tables as they are counted: columns of whole numbers in numpy; texts stay in Polars and are fetched for few records.

An instant is its microseconds since 1970, a word of a closed list its place there, yes and no are 1 and 0. A list of
such words is a number with a bit for each place.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import reduce
from itertools import accumulate, pairwise
from operator import and_, or_
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from service.core.instants import moment_of

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]
Column = Numbers | pl.Series

FEW = 32  # so many times fewer values than there are, and no more, are fetched one by one
UNKNOWN = -(2**63)  # a number nobody knows
NO_WORD = -1  # a word, or a yes or no, nobody knows


class Kind(Enum):
    """What a field holds, and so how its column holds it."""

    WORD = auto()
    WORDS = auto()
    TRUTH = auto()
    NUMBER = auto()
    INSTANT = auto()
    TEXT = auto()
    AMOUNT = auto()
    OBJECT = auto()


Words = Mapping[str, Mapping[str, int]]
NO_WORDS: Mapping[str, int] = {}
INSTANT = pl.Datetime("us", "UTC")


class Table:
    """The records of one table.

    Args:
        columns: the typed columns by field: of numbers (or lists and objects), or of texts and decimals.
        kinds: what the fields hold.
        words: per field of words of a closed list, those words, each with its number.
        height: how many records there are.
    """

    def __init__(self, columns: Mapping[str, Column], kinds: Mapping[str, Kind], words: Words, height: int) -> None:
        self.height = height
        self._words = words
        self._columns = {name: column for name, column in columns.items() if isinstance(column, pl.Series)}
        self._kinds = kinds
        self._numbers = {name: column for name, column in columns.items() if not isinstance(column, pl.Series)}
        self._lists: dict[str, list[Any]] = {}
        self._numbered: dict[str, tuple[Numbers, list[str]]] = {}
        self._whole: Table | None = None  # the table this is a part of,
        self._rows: Numbers | None = None  # which of its records these are,
        self._places: Numbers | None = None  # and where they stand in the columns

    def __contains__(self, name: str) -> bool:
        return name in self._kinds

    def kind(self, name: str) -> Kind:
        """What a field holds."""
        return self._kinds[name]

    def numbers(self, name: str) -> Numbers:
        """A column of whole numbers; `UNKNOWN` or `NO_WORD` where nobody knows."""
        if (found := self._numbers.get(name)) is None:
            if self._whole is None:
                raise KeyError(name)
            found = self._numbers[name] = self._whole.numbers(name)[self._rows]
        return found

    def words(self, name: str) -> Mapping[str, int]:
        """The words of a closed list, each with its number."""
        return self._words.get(name, NO_WORDS)

    def known(self, name: str) -> Mask:
        """Where a field is known."""
        known: Mask
        match self._kinds[name]:
            case Kind.WORD | Kind.WORDS | Kind.TRUTH:
                known = self.numbers(name) >= 0
            case Kind.NUMBER | Kind.INSTANT:
                known = self.numbers(name) != UNKNOWN
            case Kind.OBJECT:
                known = np.array([value is not None for value in self.numbers(name)], dtype=bool)
            case _:
                column = self._columns[name]
                # what is known equals itself: nine times as quick to ask as `is_not_null`
                known = self._picked(column == column) if column.has_nulls() else ~np.zeros(self.height, dtype=bool)  # noqa: PLR0124
        return known

    def is_among(self, name: str, values: Collection[Any]) -> Mask:
        """Where a field is one of some values, or a list that holds one."""
        match self._kinds[name]:
            case Kind.WORD:
                column, places = self.numbers(name), self._words[name]
                return any_of([column == places[one] for one in values])
            case Kind.TRUTH | Kind.NUMBER:
                column = self.numbers(name)
                return any_of([column == int(one) for one in values])
            case Kind.WORDS:
                column, places = self.numbers(name), self._words[name]
                return any_of([(column > 0) & ((column >> places[one]) % 2 == 1) for one in values])
            case Kind.OBJECT:
                return np.array([bool(set(values) & {*(listed or ())}) for listed in self.numbers(name)], dtype=bool)
            case kind:
                wanted = [one if kind is Kind.AMOUNT else str(one) for one in values]
                return any_of([self._picked(self._columns[name] == one) for one in wanted])

    def shares(self, name: str, texts: Collection[str]) -> Mask:
        """Where a text is one of many."""
        return self._picked(self._columns[name].is_in(texts))

    def compares(self, name: str, comparison: Callable[[Any, Any], Any], value: Any) -> Mask:
        """Where a decimal compares with a value."""
        return self._picked(comparison(self._columns[name], value))

    def texts(self, name: str, rows: Numbers | None = None) -> list[Any]:
        """The values of a field that is no number, of some records or all."""
        if name not in self._columns:
            own = self.numbers(name)
            return list(own if rows is None else own[rows])
        places = self._at(rows)
        if (found := self._lists.get(name)) is None:
            whole = self._columns[name]
            if places is not None and FEW * (len(places) + FEW) < len(whole):
                return whole[places].to_list()
            found = self._lists[name] = whole.to_list()
        return found if places is None else [found[place] for place in places.tolist()]

    def column(self, name: str, rows: Numbers | None = None) -> pl.Series:
        """The same as a column of Polars."""
        return self._columns[name] if (places := self._at(rows)) is None else self._columns[name][places]

    def numbered(self, name: str) -> tuple[Numbers, list[str]]:
        """A number for each text of a field, `NO_WORD` where nobody knows; and the text of each number, in order."""
        if name not in self._numbered:
            numbers, texts = numbered(self._columns[name])
            ordered = sorted(texts)
            place_of = dict(zip(ordered, range(len(ordered)), strict=True))
            places = np.array([*map(place_of.__getitem__, texts), NO_WORD])  # the last is that of no text
            self._numbered[name] = places[numbers], ordered
        numbers, texts = self._numbered[name]
        return numbers if self._places is None else numbers[self._places], texts

    def _at(self, rows: Numbers | None) -> Numbers | None:
        """Where some records, or all, stand in the columns; None where all do, in this order."""
        return rows if self._places is None else self._places if rows is None else self._places[rows]

    def take(self, rows: Numbers) -> "Table":
        """Some records, in this order."""
        return self._changed(height=len(rows), _numbers={}, _whole=self, _rows=rows, _places=self._at(rows))

    def where(self, mask: Mask) -> "Table":
        """The records of a mask."""
        return self if np.count_nonzero(mask) == self.height else self.take(mask.nonzero()[0])

    def laid_over(self, **columns: NDArray[Any]) -> "Table":
        """The same records with some columns of numbers changed or added."""
        return self._changed(_numbers={**self._numbers, **columns})

    def without_texts(self, name: str, mask: Mask) -> "Table":
        """The same records with a text forgotten where a mask says so."""
        places = mask.nonzero()[0] if self._places is None else self._places[mask]
        column = self._columns[name].clone().scatter(places, None)
        return self._changed(_columns={**self._columns, name: column}, _lists={}, _numbered={})

    def _changed(self, **own: Any) -> "Table":
        table = object.__new__(Table)
        table.__dict__ = {**self.__dict__, **own}
        return table

    def records(self) -> Iterator[dict[str, Any]]:
        """The records as plain values, in their order."""
        columns = [self.plain(name) for name in self._kinds]
        return (dict(zip(self._kinds, values, strict=True)) for values in zip(*columns, strict=True))

    def plain(self, name: str) -> list[Any]:
        """A column as plain values, None where nobody knows."""
        match self._kinds[name]:
            case Kind.WORD:
                words = [*self._words[name], None]
                return [words[number] for number in self.numbers(name)]
            case Kind.WORDS:
                listed = self._words[name].items()
                return [
                    None if bits < 0 else [word for word, place in listed if bits >> place & 1]
                    for bits in self.numbers(name).tolist()
                ]
            case Kind.TRUTH:
                return [None if number == NO_WORD else bool(number) for number in self.numbers(name)]
            case Kind.NUMBER:
                return [None if number == UNKNOWN else number for number in self.numbers(name).tolist()]
            case Kind.INSTANT:
                return [None if number == UNKNOWN else moment_of(number) for number in self.numbers(name).tolist()]
        return self.texts(name)

    def _picked(self, found: pl.Series) -> Mask:
        mask: Mask = found.cast(pl.UInt8).to_numpy() == 1  # neither no nor unknown
        return mask if self._places is None else mask[self._places]


def numbered(texts: pl.Series) -> tuple[Numbers, list[str]]:
    """A number for each text, equal for equal texts, `NO_WORD` where there is none; and the text of each number.

    >>> numbers, texts = numbered(pl.Series(["b", "a", None, "b"]))
    >>> [texts[number] if number >= 0 else None for number in numbers]
    ['b', 'a', None, 'b']
    """
    if not len(texts) or (not texts.has_nulls() and (texts == texts[0]).all()):
        return np.zeros(len(texts), dtype=np.int64), texts.head(1).to_list()
    numbers, found = encoded(texts)
    return numbers, found.to_pylist()


def encoded(texts: pl.Series) -> tuple[Numbers, Any]:
    """The same with the text of each number in an array of Arrow: where there are many, Python needs them rarely."""
    found = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    places = found.indices.to_numpy(zero_copy_only=False)  # decimals where there is none for some
    numbers = (np.where(np.isnan(places), NO_WORD, places) if found.null_count else places).astype(np.int64)
    return numbers, found.dictionary


def shared_out(values: Numbers, heights: Iterable[int]) -> list[Numbers]:
    """The values of several tables one after the other, table by table."""
    return [values[first:end] for first, end in pairwise(accumulate(heights, initial=0))]


def any_of(masks: Iterable[Mask]) -> Mask:
    """Where one of some masks holds."""
    first, *others = masks
    return reduce(or_, others, first) if others else first


def all_of(masks: Iterable[Mask]) -> Mask:
    """Where all of some masks hold."""
    first, *others = masks
    return reduce(and_, others, first) if others else first
