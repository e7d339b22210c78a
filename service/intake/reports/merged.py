"""Several reports of one call → one table per record type: one record per id, and what nobody could tell."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

import polars as pl

from service.core.mappings import WHOLE
from service.intake.reports.fold import key_of, newest_first
from service.intake.reports.records import Records
from service.schemas.records import shape
from service.schemas.shapes import ListOf

HOME = frozenset({"seller_id", "marketplace"})


class Reported(NamedTuple):
    """A table that reports fill: a text column per field and `line`; the fields that not every record has told."""

    rows: pl.DataFrame
    absent: frozenset[str]


def tables_of(found: Iterable[Records]) -> dict[str, Reported]:
    """The tables that some reports fill together."""
    several: dict[str, list[Records]] = {}
    for one in found:
        several.setdefault(one.filling.table, []).append(one)
    return {table: reported(table, records) for table, records in several.items()}


def reported(table: str, several: Sequence[Records]) -> Reported:
    """One table, its records once each."""
    key = key_of(several[0].filling)
    rows = newest_first(pl.concat([one.rows for one in several], how="diagonal"), key)
    absent = shape(table).fields.keys() - told_of_all(several, key) - HOME
    partial = {WHOLE} if any(one.filling.partial for one in several) else set()
    return Reported(in_shape(rows, table), frozenset(absent | partial))


def in_shape(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """A column for every field; a field that needs another says nothing without it."""
    fields = shape(table).fields
    texts = rows.select(
        "line",
        *(pl.col(name) if name in rows.columns else nothing(name, table) for name in fields),
    )
    return texts.with_columns(
        pl.when(pl.col(needed).is_not_null()).then(pl.col(name)).alias(name)
        for name, needed in shape(table).needs.items()
    )


def nothing(name: str, table: str) -> pl.Expr:
    """The column of a field that no report tells."""
    kind = pl.List(pl.String()) if isinstance(shape(table).fields[name], ListOf) else pl.String()
    return pl.lit(None, dtype=kind).alias(name)


def told_of_all(several: Sequence[Records], key: str | None) -> frozenset[str]:
    """The fields that are told of every record by one report or another."""
    if key is None or len(several) == 1:
        return reduce(frozenset.intersection, [one.told for one in several])
    ids = pl.concat([one.rows.select(key, place=pl.lit(place)) for place, one in enumerate(several)])
    together = ids.group_by(key).agg(pl.col("place").unique().sort())["place"].unique().to_list()
    told = [reduce(frozenset.union, [several[place].told for place in places]) for places in together]
    return reduce(frozenset.intersection, told or [one.told for one in several])
