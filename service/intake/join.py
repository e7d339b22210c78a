"""Several sources of one table → one table, as if their records had come in one list."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

import polars as pl

from service.intake.tables import ROW, Call, Given, Place, Placed


def joined(several: Sequence[Given]) -> Given:
    """One table of several sources, in their order; what one of them could not tell is not known of the whole."""
    first = several[0]
    if len(several) == 1:
        return first
    starts = [0, *accumulate(given.height for given in several)]
    parts = list(zip(starts, several, strict=False))
    texts = [moved(given.texts, start) for start, given in parts if given.texts is not None]
    return Given(
        first.table,
        pl.concat(alike(texts)) if texts else None,
        [start + position for start, given in parts for position in given.odd],
        partial(record_of, parts),
        sum((given.unknown for given in several), Counter[str]()),
        frozenset[str]().union(*(given.absent for given in several if given.height)),
        tuple(shifted(placed, given.table, start) for start, given in parts for placed in given.broken),
        partial(places_of, parts),
        column=partial(column_of, parts),
    )


def moved(texts: pl.DataFrame, start: int) -> pl.DataFrame:
    """The same columns, their rows counted from another start."""
    return texts.with_columns((pl.col(ROW) + start).cast(pl.UInt32))


def alike(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Frames whose columns have one type each: where they differ, their texts."""
    names = frames[0].columns
    differing = [name for name in names if len({frame.schema[name] for frame in frames}) > 1]
    return [frame.select(names).with_columns(as_text(frame[name]) for name in differing) for frame in frames]


def as_text(column: pl.Series) -> pl.Series:
    """A typed column as the texts it would have come as."""
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return column.cast(pl.List(pl.String) if column.dtype == pl.List else pl.String)


def source_of(parts: Sequence[tuple[int, Given]], position: int) -> tuple[int, Given]:
    """Where a source begins that holds a position, and the source."""
    return next((start, given) for start, given in reversed(parts) if start <= position)


def record_of(parts: Sequence[tuple[int, Given]], position: int) -> Any:
    """The caller's own record."""
    start, given = source_of(parts, position)
    return given.record(position - start)


def places_of(parts: Sequence[tuple[int, Given]], positions: Collection[int]) -> Mapping[int, Place]:
    """Where records stand, each in its own source."""
    found: dict[int, Place] = {}
    for start, given in parts:
        own = [position - start for position in positions if source_of(parts, position)[0] == start]
        found |= {start + position: place for position, place in given.locate(own).items()} if own else {}
    return found


def column_of(parts: Sequence[tuple[int, Given]], position: int, field: str) -> str:
    """What the source of a record calls a field."""
    start, given = source_of(parts, position)
    return given.column(position - start, field)


def shifted(placed: Placed, table: str, start: int) -> Placed:
    """The fault of a record, counted from another start."""
    _, _, position, *rest = placed.fault.pointer.split("/")
    pointer = "/".join(["", table, str(int(position) + start), *rest])
    return placed._replace(fault=replace(placed.fault, pointer=pointer))


def assembled(beside: Call, several: Iterable[Given], faults: Iterable[Placed] = ()) -> Call:
    """One call of what stands beside the tables and of all their sources."""
    sources: dict[str, list[Given]] = {table: [given] for table, given in beside.tables.items()}
    for given in several:
        sources.setdefault(given.table, []).append(given)
    tables = {table: joined(givens) for table, givens in sources.items()}
    return replace(beside, tables=tables, faults=(*beside.faults, *faults))
