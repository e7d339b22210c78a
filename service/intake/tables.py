"""What every format reader hands over: the records of each table as columns, a portion at a time, not yet judged."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

import polars as pl

ROW = "row"
PORTION = 4096  # records read at a time: few enough to stay near the processor, many enough to be worth the calls
TOO_DEEP: Final = object()  # stands for a record that is nested too deeply to be read

Values = Sequence[Any] | pl.Series


class Portion(NamedTuple):
    """Some records of one table, column by column.

    `rows` are their positions in the caller's table. A field without a column is not known for any of them; `odd` are
    positions met on the way that can only be read one by one.
    """

    table: str
    rows: Sequence[int]
    columns: Mapping[str, Values]
    odd: Sequence[int] = ()


class Source(Protocol):
    """A table that is read a portion at a time."""

    @property
    def height(self) -> int:
        """How many records it has."""

    def portions(self) -> Iterator[Portion]:
        """Its records, at most `PORTION` at a time."""


@dataclass(frozen=True, slots=True)
class Given:
    """One table as the caller gave it.

    `texts` has `row`, the position in the caller's table, and a column per field: of texts, or already of the field's
    own type; a field without a column is not known. `odd` are the positions that can only be read one by one (all of
    them where `texts` is None); `record(position)` is the caller's own record. `unknown` counts fields nobody asked
    for, once the portions are read; `absent` names those the source could not tell. `foreign` knows records in a form
    of somebody else, which are set aside.
    """

    table: str
    texts: pl.DataFrame | Source | None
    odd: list[int]
    record: Callable[[int], Any]
    unknown: Counter[str] = field(default_factory=Counter)
    absent: frozenset[str] = frozenset()
    foreign: Callable[[Any], bool] | None = None

    @property
    def height(self) -> int:
        """How many records the caller gave."""
        return len(self.odd) + (0 if self.texts is None else self.texts.height)

    def portions(self) -> Iterator[Portion]:
        """Every record that need not be read one by one."""
        match self.texts:
            case None:
                return
            case pl.DataFrame() as frame:
                for part in frame.iter_slices(PORTION):
                    columns = {series.name: series for series in part if series.name != ROW}
                    yield Portion(self.table, part[ROW].to_list(), columns)
            case source:
                yield from source.portions()


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
