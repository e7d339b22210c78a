"""Typed columns of Polars → columns as tables hold them: of numbers, or of lists and objects."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from service.core.tables import INSTANT, NO_WORD, Numbers


def numbers_of(column: pl.Series) -> Numbers:
    """A typed column as whole numbers."""
    match column.dtype:
        case pl.Int16():
            return words_of(column)
        case pl.Boolean():
            return words_of(column.cast(pl.Int8))
        case pl.List(inner=pl.Enum()):
            return bits_of(column)
        case pl.List() | pl.Struct() | pl.Object():
            return objects(column.to_list())
    return column.cast(INSTANT).to_numpy().view(np.int64)  # as instants: what is not known is the least number there is


def objects(values: Sequence[Any]) -> Numbers:
    """A column of lists and objects."""
    return np.fromiter(values, dtype=object, count=len(values))


def words_of(column: pl.Series) -> Numbers:
    """The numbers of words, as far as they are known."""
    numbers: Numbers = (column.fill_null(NO_WORD) if column.has_nulls() else column).to_numpy().astype(np.int16)
    return numbers


def bits_of(lists: pl.Series) -> Numbers:
    """Lists of words, each as a number with a bit for every word.

    >>> bits_of(pl.Series([["b"], None, [], ["b", "a"]], dtype=pl.List(pl.Enum(["a", "b"])))).tolist()
    [2, -1, 0, 3]
    """
    arrow = lists.to_arrow()
    bounds = arrow.offsets.to_numpy()
    bits = 1 << arrow.values[bounds[0] : bounds[-1]].indices.to_numpy().astype(np.int16)
    found = np.zeros(len(lists), dtype=np.int16)
    np.bitwise_or.at(found, np.arange(len(lists)).repeat(np.diff(bounds)), bits)
    found[~arrow.is_valid().to_numpy(zero_copy_only=False)] = NO_WORD
    return found
