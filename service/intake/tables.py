"""What every format reader hands over: one table of texts per record type, not yet judged."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import polars as pl

from service.core.errors import Fault

ROW = "row"
TOO_DEEP: Final = object()  # stands for a record that is nested too deeply to be read


class Place(NamedTuple):
    """Where in a caller's file something stands, as far as its format can tell.

    Attributes:
        source: the name of the file.
        line: counts physical lines from 1, a header among them.
        column: the name of a column; a number where the text itself is broken there.
    """

    source: str | None = None
    line: int | None = None
    column: str | int | None = None


class Placed(NamedTuple):
    """A fault and where it stands."""

    fault: Fault
    place: Place = Place()


def nowhere(positions: Collection[int]) -> Mapping[int, Place]:
    """The places of records whose format has none."""
    return dict.fromkeys(positions, Place())


@dataclass(frozen=True, slots=True)
class Given:
    """One table as the caller gave it.

    `texts` has a text column per field and `row`, the position in the caller's table. `odd` are the positions that can
    only be read one by one (all of them where `texts` is None); `record(position)` is the caller's own record.
    `unknown` counts fields nobody asked for. `absent` are fields the source could not tell. `broken` are the faults of
    records that could not be read at all, which are neither in `texts` nor `odd`. `locate` tells where records stand; it
    may read the whole source again, so it is asked only about records at fault.
    """

    table: str
    texts: pl.DataFrame | None
    odd: list[int]
    record: Callable[[int], Any]
    unknown: Counter[str] = field(default_factory=Counter)
    absent: frozenset[str] = frozenset()
    broken: tuple[Placed, ...] = ()
    locate: Callable[[Collection[int]], Mapping[int, Place]] = nowhere

    @property
    def height(self) -> int:
        """How many records the caller gave."""
        return len(self.odd) + (0 if self.texts is None else self.texts.height) + len(self.broken)


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call: what stands beside the tables, the tables that are covered, and keys that are neither.

    `misfits` are tables that came as something else than a list. `faults` are those of whole files, `warnings` what a
    caller should know of how they were read.
    """

    top: Mapping[str, Any]
    tables: Mapping[str, Given]
    strangers: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()
    faults: tuple[Placed, ...] = ()
    warnings: tuple[Mapping[str, Any], ...] = ()

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
