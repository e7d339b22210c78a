"""Counting: one edition over one table → exact whole numbers per seller, window and group. No edge of a level here.

The records an edition looks at become *marks*: one row each, with what it is left out for, whether it is counted, and
what it weighs. Everything else is sums over marks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl

from service.core.cards import Counting
from service.core.conditions import Expressions
from service.core.relations import Related, key_of
from service.core.windows import Days, days_of

IN_TOTAL = -1
OVER_ALL = "over_all"


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of one window and group: whole numbers of records, or of what they weigh."""

    days: Days
    group: str | None
    counted: int
    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The marks of one counting and, per seller, its slices: over all first, then groups; windows short to long."""

    counting: Counting
    windows: tuple[Days, ...]
    marks: pl.DataFrame
    slices: Mapping[int, list[Slice]]


def measure(counting: Counting, related: Related, sellers: pl.Series | None, day: date, zone: ZoneInfo) -> Measured:
    """Counts one counting for some sellers (all where None) as of a day."""
    ordered = sorted(counting.within, key=lambda window: window.days)
    windows = tuple(days_of(window, day, zone) for window in ordered)
    marks = marked(counting, related, sellers, windows)
    slices: dict[int, list[Slice]] = {}
    for grouped in groupings(counting):
        for days in windows:
            for seller, found in summed(counting, marks, days, grouped):
                slices.setdefault(seller, []).append(found)
    return Measured(counting, windows, marks, slices)


def groupings(counting: Counting) -> list[bool]:
    """Whether to sum over all records, over groups of them, or both."""
    return [False] * (counting.group_by is None or counting.over_all) + [True] * (counting.group_by is not None)


def marked(counting: Counting, related: Related, sellers: pl.Series | None, windows: Iterable[Days]) -> pl.DataFrame:
    """The marks of all records dated within the windows."""
    records = related.tables.get(counting.of)
    columns = mark_columns(counting)
    if records is None:
        return pl.DataFrame(schema=columns)
    spans = list(windows)
    dated = pl.col(counting.by)
    looked_at = (dated >= min(days.start for days in spans)) & (dated < max(days.end for days in spans))
    if sellers is not None:
        looked_at &= pl.col("seller").is_in(sellers.implode())
    tables = {**related.tables, counting.of: records.filter(looked_at)}
    asked = Expressions(counting.of, tables, pl.lit(related.as_of), {part.name: part.counts for part in counting.parts})
    return tables[counting.of].filter(asked.of(counting.only)).select(mark_expressions(counting, asked))


def mark_columns(counting: Counting) -> dict[str, pl.DataType]:
    """The columns of marks, for a table nobody gave."""
    parts = {f"part_{place}": pl.Boolean() for place in range(len(counting.parts))}
    own = {"seller": pl.UInt32(), "row": pl.UInt32(), "at": pl.Datetime("us", "UTC"), "group": pl.String()}
    return {**own, "left": pl.Int8(), "counted": pl.Boolean(), "weight": pl.Int64(), **parts}


def mark_expressions(counting: Counting, asked: Expressions) -> list[pl.Expr]:
    """What a mark says of a record."""
    left = pl.lit(IN_TOTAL, dtype=pl.Int8)
    for place in range(len(counting.leaves_out) - 1, -1, -1):
        held = asked.of(counting.leaves_out[place].when)
        left = pl.when(held).then(pl.lit(place, dtype=pl.Int8)).otherwise(left)
    group = pl.col(counting.group_by) if counting.group_by else pl.lit(None, dtype=pl.String)
    return [
        pl.col("seller", "row"),
        pl.col(counting.by).alias("at"),
        group.alias("group"),
        left.alias("left"),
        asked.of(counting.counts).alias("counted"),
        (pl.col(counting.weigh) if counting.weigh else pl.lit(1, dtype=pl.Int64)).alias("weight"),
        *(asked.of(part.counts).alias(f"part_{place}") for place, part in enumerate(counting.parts)),
    ]


def summed(counting: Counting, marks: pl.DataFrame, days: Days, grouped: bool) -> Iterable[tuple[int, Slice]]:
    """Per seller the figures of one window, of all records or group by group."""
    within = marks.filter((pl.col("at") >= days.start) & (pl.col("at") < days.end))
    if grouped:
        within = within.filter(pl.col("group").is_not_null())
    kept = pl.col("weight").filter(pl.col("left") == IN_TOTAL)
    flags = ("counted", *(f"part_{place}" for place in range(len(counting.parts))))
    sums = within.group_by(["seller", "group"] if grouped else ["seller"]).agg(
        kept.sum().alias("total"),
        *(kept.filter(pl.col(flag).filter(pl.col("left") == IN_TOTAL)).sum().alias(flag) for flag in flags),
    )
    if grouped:
        sums = sums.sort("group")
    for row in sums.iter_rows(named=True):
        parts = tuple(row[flag] for flag in flags[1:])
        yield row["seller"], Slice(days, row["group"] if grouped else None, row["counted"], row["total"], parts)


@dataclass(frozen=True, slots=True)
class Records:
    """The records behind a figure: ids oldest first, all of them, as one column value."""

    ids: pl.Series
    total: int

    def first(self, count: int) -> list[str]:
        """The first so many ids."""
        return self.ids.head(count).to_list()


NO_RECORDS = Records(pl.Series(dtype=pl.String), 0)


def evidence(
    measured: Measured, related: Related, headlines: Mapping[int, Slice], *, counted_hurt: bool
) -> tuple[dict[int, Records], dict[int, dict[int, Records]]]:
    """The records behind each seller's headline: those that hurt, and those left out by reason.

    `counted_hurt` says whether the counted records are the bad ones, or those of the total that are not counted.
    """
    marks = measured.marks
    if len(measured.windows) > 1 or measured.counting.group_by:
        marks = of_headlines(marks, headlines)
    inside = pl.col("left") == IN_TOTAL
    hurt = marks.filter(inside & (pl.col("counted") if counted_hurt else ~pl.col("counted")))
    against = {seller: found for (seller,), found in listed(hurt, measured, related, ["seller"])}
    left: dict[int, dict[int, Records]] = {}
    if measured.counting.leaves_out:
        for (seller, place), found in listed(marks.filter(~inside), measured, related, ["seller", "left"]):
            left.setdefault(seller, {})[place] = found
    return against, left


def of_headlines(marks: pl.DataFrame, headlines: Mapping[int, Slice]) -> pl.DataFrame:
    """The marks within each seller's headline window and group."""
    if marks.is_empty():
        return marks
    chosen = pl.DataFrame(
        [(seller, found.days.start, found.days.end, found.group) for seller, found in headlines.items()],
        schema={"seller": pl.UInt32, "start": marks.schema["at"], "end": marks.schema["at"], "chosen": pl.String},
        orient="row",
    )
    inside = (pl.col("at") >= pl.col("start")) & (pl.col("at") < pl.col("end"))
    meant = pl.col("chosen").is_null() | (pl.col("group").cast(pl.String) == pl.col("chosen"))
    return marks.join(chosen, on="seller").filter(inside & meant.fill_null(value=False))


def listed(
    marks: pl.DataFrame, measured: Measured, related: Related, by: list[str]
) -> Iterable[tuple[tuple[int, ...], Records]]:
    """Ids of records, oldest first and then by id, per seller (and reason)."""
    if marks.is_empty():
        return
    ids = related.tables[measured.counting.of][key_of(measured.counting.of)]
    ordered = marks.select(*by, "at", id=ids.gather(marks["row"])).sort("at", "id")
    found = ordered.group_by(by, maintain_order=True).agg("id")
    for place, key in enumerate(found.select(by).iter_rows()):
        yield key, Records(found["id"][place], len(found["id"][place]))
