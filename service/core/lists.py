"""Columns of lists of words: which list holds which."""

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray


class Held(NamedTuple):
    """The words of the lists in one column, each with the place of the list that holds it, of so many."""

    words: pl.Series
    holder: NDArray[Any]
    height: int

    @classmethod
    def of(cls, lists: pl.Series) -> "Held":
        """What a column of lists holds."""
        arrow = lists.to_arrow()
        bounds = arrow.offsets.to_numpy()
        words = pl.Series(values=arrow.values[bounds[0] : bounds[-1]])
        known = arrow.is_valid().to_numpy(zero_copy_only=False).repeat(np.diff(bounds))
        holder = np.arange(len(lists)).repeat(np.diff(bounds))
        return cls(words, np.where(known, holder, len(lists)), len(lists))

    def holding(self, word: str) -> NDArray[np.bool_]:
        """Where a list holds a word.

        >>> Held.of(pl.Series([["a"], None, [], ["b", "a"]])).holding("a").tolist()
        [True, False, False, True]
        """
        found = np.zeros(self.height + 1, dtype=bool)  # the last place is that of lists nobody knows
        found[self.holder[(self.words == word).to_numpy()]] = True
        return found[:-1]
