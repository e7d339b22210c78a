"""Several reports of one call → one table per record type: one record per id, and what nobody could tell."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

import polars as pl

from service.core.mappings import WHOLE
from service.intake.reports.fold import key_of, newest_first
from service.intake.reports.records import Records
from service.schemas.records import shape

HOME = frozenset({"seller_id", "marketplace"})


class Reported(NamedTuple):
    """A table that reports fill.

    `rows` has a text column per field told, `line`, and `part`: which of `several` a record is from. `absent` are the
    fields that not every record has told.
    """

    rows: pl.DataFrame
    absent: frozenset[str]
    several: Sequence[Records]


def tables_of(found: Iterable[Records]) -> dict[str, Reported]:
    """The tables that some reports fill together."""
    several: dict[str, list[Records]] = {}
    for one in found:
        several.setdefault(one.filling.table, []).append(one)
    return {table: reported(table, records) for table, records in several.items()}


def reported(table: str, several: Sequence[Records]) -> Reported:
    """One table, its records once each."""
    key = key_of(several[0].filling)
    frames = [one.rows.with_columns(part=pl.lit(part, dtype=pl.UInt32)) for part, one in enumerate(several)]
    rows = newest_first(pl.concat(frames, how="diagonal"), key)
    absent = shape(table).fields.keys() - told_of_all(several, key) - HOME
    partial = {WHOLE} if any(one.filling.partial for one in several) else set()
    return Reported(without_the_needy(rows, table), frozenset(absent | partial), several)


def without_the_needy(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """The rows without what says nothing where it stands alone: an amount without its currency."""
    needs = {name: needed for name, needed in shape(table).needs.items() if name in rows.columns}
    alone = [name for name, needed in needs.items() if needed not in rows.columns]
    return rows.drop(alone).with_columns(
        pl.when(pl.col(needed).is_not_null()).then(pl.col(name)).alias(name)
        for name, needed in needs.items()
        if name not in alone
    )


def told_of_all(several: Sequence[Records], key: str | None) -> frozenset[str]:
    """The fields that are told of every record by one report or another."""
    if key is None or len(several) == 1 or not all(key in one.rows.columns for one in several):
        return reduce(frozenset.intersection, [one.told for one in several])
    ids = pl.concat([one.rows.select(key, place=pl.lit(place)) for place, one in enumerate(several)])
    together = ids.group_by(key).agg(pl.col("place").unique().sort())["place"].unique().to_list()
    told = [reduce(frozenset.union, [several[place].told for place in places]) for places in together]
    return reduce(frozenset.intersection, told or [one.told for one in several])
