"""Several sources of one table → one table, as if their records had come in one list."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Any

from service.intake.tables import Call, Given, Place, Placed, Portion

Part = tuple[int, Given]  # a source, and the position its records begin at


@dataclass(frozen=True, slots=True)
class Joined:
    """The records of several sources, one source after the other."""

    parts: Sequence[Part]
    unknown: Counter[str]

    @property
    def height(self) -> int:
        """How many records there are that need not be read one by one."""
        return sum(given.texts.height for _, given in self.parts if given.texts is not None)

    def portions(self) -> Iterator[Portion]:
        """The portions of every source, their positions counted through."""
        for start, given in self.parts:
            for rows, portion in ((portion.rows, portion) for portion in given.portions()):
                moved = (
                    range(rows.start + start, rows.stop + start) if isinstance(rows, range) else from_start(rows, start)
                )
                yield portion._replace(rows=moved, odd=from_start(portion.odd, start))
            self.unknown.update(given.unknown)


def joined(several: Sequence[Given]) -> Given:
    """One table of several sources, in their order; what one of them could not tell is not known of the whole."""
    if len(several) == 1:
        return several[0]
    starts = accumulate((given.height for given in several), initial=0)
    parts = list(zip(starts, several, strict=False))
    unknown: Counter[str] = Counter()
    return Given(
        several[0].table,
        Joined(parts, unknown),
        [start + position for start, given in parts for position in given.odd],
        partial(record_of, parts),
        unknown,
        frozenset[str]().union(*(given.absent for given in several if given.height)),
        tuple(moved(placed, start) for start, given in parts for placed in given.broken),
        partial(places_of, parts),
        column=partial(column_of, parts),
    )


def from_start(positions: Iterable[int], start: int) -> list[int]:
    """Positions counted from another start."""
    return [position + start for position in positions]


def source_of(parts: Sequence[Part], position: int) -> Part:
    """The source that holds a position."""
    return next(part for part in reversed(parts) if part[0] <= position)


def record_of(parts: Sequence[Part], position: int) -> Any:
    """The caller's own record."""
    start, given = source_of(parts, position)
    return given.record(position - start)


def places_of(parts: Sequence[Part], positions: Collection[int]) -> Mapping[int, Place]:
    """Where records stand, each in its own source."""
    found: dict[int, Place] = {}
    for start, given in parts:
        own = [position - start for position in positions if source_of(parts, position)[1] is given]
        found |= {start + position: place for position, place in given.locate(own).items()} if own else {}
    return found


def column_of(parts: Sequence[tuple[int, Given]], position: int, field: str) -> str:
    """What the source of a record calls a field."""
    start, given = source_of(parts, position)
    return given.column(position - start, field)


def moved(placed: Placed, start: int) -> Placed:
    """The fault of a record, counted from another start."""
    _, table, position, *rest = placed.fault.pointer.split("/")
    pointer = "/".join(["", table, str(int(position) + start), *rest])
    return placed._replace(fault=placed.fault._replace(pointer=pointer))


def assembled(beside: Call, several: Iterable[Given], faults: Iterable[Placed] = ()) -> Call:
    """One call of what stands beside the tables and of all their sources."""
    sources: dict[str, list[Given]] = {table: [given] for table, given in beside.tables.items()}
    for given in several:
        sources.setdefault(given.table, []).append(given)
    tables = {table: joined(givens) for table, givens in sources.items()}
    return replace(beside, tables=tables, faults=(*beside.faults, *faults))
