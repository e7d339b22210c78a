"""What every format reader hands over: one table of texts per record type, not yet judged."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import polars as pl

ROW = "row"
TOO_DEEP: Final = object()  # stands for a record that is nested too deeply to be read


@dataclass(frozen=True, slots=True)
class Given:
    """One table as the caller gave it.

    `texts` has a text column per field and `row`, the position in the caller's table. `odd` are the positions that can
    only be read one by one (all of them where `texts` is None); `record(position)` is the caller's own record.
    `unknown` counts fields nobody asked for. `absent` are the fields that this source could not tell.
    """

    table: str
    texts: pl.DataFrame | None
    odd: list[int]
    record: Callable[[int], Any]
    unknown: Counter[str] = field(default_factory=Counter)
    absent: frozenset[str] = frozenset()

    @property
    def height(self) -> int:
        """How many records the caller gave."""
        return len(self.odd) + (0 if self.texts is None else self.texts.height)


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call: what stands beside the tables, the tables that are covered, and keys that are neither.

    `misfits` are tables that came as something else than a list. `reports` are marketplaces' own, as delivered.
    """

    top: Mapping[str, Any]
    tables: Mapping[str, Given]
    strangers: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()
    reports: tuple[bytes, ...] = ()

    @property
    def records(self) -> int:
        """How many records the caller gave."""
        return sum(given.height for given in self.tables.values())


class Limits(NamedTuple):
    """How much a call may hold: records over all tables, levels of nesting in a record, characters in a text."""

    records: int = 1_000_000
    nesting: int = 32
    text: int = 100_000


class TooManyRecords(Exception):
    """The tables of a call hold more records together than the service takes."""
