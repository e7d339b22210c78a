"""What every format reader hands over: the records of each table as columns, a portion at a time, not yet judged."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

import polars as pl

from service.core.errors import Fault

ROW = "row"
PORTION = 4096  # objects read at a time: few enough to stay near the processor, many enough to be worth the calls
TOO_DEEP: Final = object()  # stands for a record that is nested too deeply to be read

Values = Sequence[Any] | pl.Series


class Portion(NamedTuple):
    """Some records of one table, column by column.

    `rows` are their positions in the caller's table. A field without a column is not known for any of them; `own` tells
    what the caller's own records at some places of the portion say for a field. `odd` are positions met on the way that
    can only be read one by one. `refused` are per field the places of records whose value is of no type that the field
    may come as. `strange` are names of fields nobody asked for that some of the records may have.
    """

    table: str
    rows: Sequence[int]
    columns: Mapping[str, Values]
    own: Callable[[str, Sequence[int]], Sequence[Any]]
    odd: Sequence[int] = ()
    refused: Mapping[str, Sequence[int]] = MappingProxyType({})
    strange: Collection[str] = ()


class Source(Protocol):
    """A table that is read a portion at a time."""

    @property
    def height(self) -> int:
        """How many records it has."""

    def portions(self) -> Iterator[Portion]:
        """Its records, a portion at a time."""


class Foreign(Protocol):
    """What knows records in a form of somebody else."""

    def knows(self, record: Any) -> bool:
        """Whether a record is in such a form."""

    def may_know(self, names: Collection[str]) -> bool:
        """Whether a record could be that has no other fields than these."""


class Place(NamedTuple):
    """Where in a caller's file something stands, as far as its format can tell.

    Attributes:
        source: the name of the file.
        line: counts physical lines from 1, the header's among them.
        column: the name of a column; a number where the text itself is broken there.
    """

    source: str | None = None
    line: int | None = None
    column: str | int | None = None


class Placed(NamedTuple):
    """A fault and where it stands."""

    fault: Fault
    place: Place = Place()


def values_at(columns: Mapping[str, Values], name: str, places: Sequence[int]) -> Sequence[Any]:
    """The values of a column at some places; None where there is no such column."""
    values = columns.get(name)
    if isinstance(values, pl.Series):
        return values.gather([*places]).to_list()
    return [None if values is None else values[place] for place in places]


def nowhere(positions: Collection[int]) -> Mapping[int, Place]:
    """The places of records whose format has none."""
    return dict.fromkeys(positions, Place())


def own_name(position: int, field: str) -> str:  # where every record calls its fields the same
    """The name of a field where a source calls it as we do."""
    return field


class Report(NamedTuple):
    """A marketplace's own report, as delivered: the name of the file, fit to be shown, and its bytes."""

    source: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """One table as the caller gave it.

    `texts` has `row`, the position in the caller's table, and a column per field: of texts, or already of the field's
    own type; a field without a column is not known. `odd` are the positions that can only be read one by one (all of
    them where `texts` is None); `record(position)` is the caller's own record. `unknown` counts fields nobody asked
    for, once the portions are read; `absent` names those the source could not tell. `broken` are the faults of records
    that could not be read at all, which are neither in `texts` nor `odd`. `locate` tells where records stand; it may
    read the whole source again, so it is asked only about records at fault. `foreign` knows records in a form of
    somebody else, which are set aside; `column` is what the source calls a field of a record.
    """

    table: str
    texts: pl.DataFrame | Source | None
    odd: list[int]
    record: Callable[[int], Any]
    unknown: Counter[str] = field(default_factory=Counter)
    absent: frozenset[str] = frozenset()
    broken: tuple[Placed, ...] = ()
    locate: Callable[[Collection[int]], Mapping[int, Place]] = nowhere
    foreign: Foreign | None = None
    column: Callable[[int, str], str] = own_name

    @property
    def height(self) -> int:
        """How many records the caller gave."""
        return len(self.odd) + (0 if self.texts is None else self.texts.height) + len(self.broken)

    def portions(self) -> Iterator[Portion]:
        """Every record that need not be read one by one."""
        match self.texts:
            case None:
                return
            case pl.DataFrame() as frame:
                columns = {series.name: series for series in frame if series.name != ROW}
                yield Portion(self.table, frame[ROW].to_list(), columns, partial(values_at, columns))
            case source:
                yield from source.portions()


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call: what stands beside the tables, the tables that are covered, and keys that are neither.

    `misfits` are tables that came as something else than a list. `faults` are those of whole files, `warnings` what a
    caller should know of how they were read. `reports` are marketplaces' own, still to be read.
    """

    top: Mapping[str, Any]
    tables: Mapping[str, Given]
    strangers: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()
    faults: tuple[Placed, ...] = ()
    warnings: tuple[Mapping[str, Any], ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def records(self) -> int:
        """How many records the caller gave."""
        return sum(given.height for given in self.tables.values())


class Limits(NamedTuple):
    """How much a call may hold.

    Attributes:
        records: over all tables.
        nesting: levels in a record.
        text: characters in a text.
        decompressed: bytes of a body or file once decompressed.
        ratio: times a compressed body may grow.
    """

    records: int = 1_000_000
    nesting: int = 32
    text: int = 100_000
    decompressed: int = 512 * 1024 * 1024
    ratio: int = 200


class TooLarge(Exception):
    """A call exceeds a limit: `limit` is decompressed or ratio, `most` what is taken."""

    def __init__(self, limit: str, most: int) -> None:
        self.limit, self.most = limit, most
        super().__init__(limit)


class TooManyRecords(Exception):
    """The tables of a call hold more records together than the service takes."""
