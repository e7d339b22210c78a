"""Frames: the typed records of a table, column by column, while they are still being read."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from service.core.tables import NO_WORD, UNKNOWN, Column, Mask, Numbers
from service.intake.tables import ROW


class Frame(NamedTuple):
    """Typed records; `row` is the position of each in the caller's table."""

    columns: dict[str, Column]
    height: int

    @property
    def rows(self) -> Numbers:
        """The positions."""
        return numbers(self.columns[ROW])

    def where(self, kept: Mask) -> "Frame":
        """The records of a mask."""
        truths = pl.Series(values=kept)
        return Frame(
            {
                name: column.filter(truths) if isinstance(column, pl.Series) else column[kept]
                for name, column in self.columns.items()
            },
            int(kept.sum()),
        )


def numbers(column: Column) -> Numbers:
    """A column that is one of numbers."""
    if isinstance(column, pl.Series):
        raise TypeError(column.name)
    return column


def part(column: Column, start: int, height: int) -> Column:
    """So many values of a column from one on."""
    return column.slice(start, height) if isinstance(column, pl.Series) else column[start : start + height]


def gaps(column: Column) -> Mask:
    """Where nothing is known."""
    if isinstance(column, pl.Series):
        gone: Mask = column.is_null().to_numpy() if column.has_nulls() else np.zeros(len(column), dtype=bool)
        return gone
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=bool)
    missing: Mask = column == (NO_WORD if column.dtype == np.int16 else UNKNOWN)
    return missing


def stacked(frames: list[Frame]) -> Frame:
    """One frame of several, which are used up column by column: no two copies of a table are held."""
    if len(frames) == 1:
        return frames[0]
    height = sum(frame.height for frame in frames)
    names, parts = list(frames[0].columns), [frame.columns for frame in frames]
    return Frame({name: joined([columns.pop(name) for columns in parts]) for name in names}, height)


def joined(parts: Sequence[Column]) -> Column:
    """One column of several."""
    texts = [part for part in parts if isinstance(part, pl.Series)]
    return pl.concat(texts, rechunk=True) if texts else np.concatenate(list(map(numbers, parts)))


def where_not(rows: Numbers, frame: Frame) -> Frame:
    """The records of a frame that do not stand at some positions."""
    return frame.where(~np.isin(frame.rows, rows))
