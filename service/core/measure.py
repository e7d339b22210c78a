"""Counting: one edition over one table → exact whole numbers per seller, window and group. No edge of a level here.

The records an edition looks at become *marks*: one row each, with what it is left out for, whether it is counted, and
what it weighs. Everything else is sums over marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl

from service.core.conditions import Expressions
from service.core.countings import Also, Counting, Window
from service.core.relations import Related, key_of
from service.core.windows import INSTANT, Days, constant, days_of

IN_TOTAL = -1


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of one window and group: whole numbers of records, or of what they weigh.

    `also` are the further measures of the counting. Of an average, `counted` is the sum and `total` the number.
    """

    days: Days
    group: str | None
    counted: int
    total: int
    parts: tuple[int, ...] = ()
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """The marks of one counting and, per seller, its slices: over all first, then groups; windows short to long."""

    counting: Counting
    windows: tuple[Days, ...]
    marks: pl.DataFrame
    slices: Mapping[int, list[Slice]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day of a question and the zone whose days count."""

    day: date
    zone: ZoneInfo

    def days(self, window: Window) -> Days:
        """The days of a window."""
        return days_of(window, self.day, self.zone)


def measure(counting: Counting, related: Related, sellers: pl.Series | None, calendar: Calendar) -> Measured:
    """Counts one counting for some sellers (all where None) as of a day."""
    windows = sorted(counting.within, key=lambda window: window.days)
    spans = [days for window in windows for days in spans_of(window, calendar)]
    marks = marked(counting, related, sellers, spans)
    days = tuple(spans_of(window, calendar)[-1] for window in windows)  # what a seller without records is asked about
    return Measured(counting, days, marks, sliced(counting, marks, calendar))


def spans_of(window: Window, calendar: Calendar) -> list[Days]:
    """The days a window may span: its own, and those that stand in for it."""
    own = calendar.days(window)
    return [own, calendar.days(Window(window.otherwise, window.lag))] if window.needs else [own]


def sliced(counting: Counting, marks: pl.DataFrame, calendar: Calendar) -> dict[int, list[Slice]]:
    """Per seller the slices of some marks."""
    slices: dict[int, list[Slice]] = {}
    for grouped in groupings(counting):
        for window in sorted(counting.within, key=lambda window: window.days):
            for seller, found in chosen(counting, marks, window, calendar, grouped=grouped):
                slices.setdefault(seller, []).append(found)
    return slices


def groupings(counting: Counting) -> list[bool]:
    """Whether to sum over all records, over groups of them, or both."""
    return [False] * (counting.group_by is None or counting.over_all) + [True] * (counting.group_by is not None)


def chosen(
    counting: Counting, marks: pl.DataFrame, window: Window, calendar: Calendar, *, grouped: bool
) -> Iterator[tuple[int, Slice]]:
    """The figures of one window, or of the one that stands in for it where it holds too little."""
    own, *instead = spans_of(window, calendar)
    if not instead:
        yield from summed(counting, marks, own, grouped=grouped)
        return
    enough = {seller for seller, one in summed(counting, marks, own, grouped=False) if one.total >= window.needs}
    for days in (own, *instead):
        for seller, one in summed(counting, marks, days, grouped=grouped):
            if (seller in enough) == (days is own):
                yield seller, one


def marked(counting: Counting, related: Related, sellers: pl.Series | None, spans: Sequence[Days]) -> pl.DataFrame:
    """The marks of all records dated within the spans."""
    records = related.tables.get(counting.of)
    if records is None:
        return pl.DataFrame(schema=mark_columns(counting))
    asked = expressions(counting, related, related.now)
    dated = pl.col(counting.by)
    looked_at = (dated >= constant(min(days.start for days in spans))) & (
        dated < constant(max(days.end for days in spans))
    )
    if sellers is not None:
        looked_at &= pl.col("seller").is_in(sellers.implode())
    kept = records.filter(looked_at).filter(asked.of(counting.only))
    return latest(counting, kept).select(mark_expressions(counting, asked))


def expressions(counting: Counting, related: Related, as_of: pl.Expr) -> Expressions:
    """The conditions of a counting over its table."""
    return Expressions(counting.of, related.tables, as_of, {part.name: part.counts for part in counting.parts})


def latest(counting: Counting, records: pl.DataFrame) -> pl.DataFrame:
    """The latest record (of equals, that with the greatest id) per the first known of the fields that ask for it."""
    if not counting.latest_per:
        return records
    known = [pl.concat_str(pl.lit(f"{name} "), pl.col(name)) for name in (*counting.latest_per, key_of(counting.of))]
    ordered = records.with_columns(same=pl.coalesce(known)).sort(counting.by, key_of(counting.of))
    return ordered.unique(["seller", "same"], keep="last", maintain_order=True)


def mark_columns(counting: Counting) -> dict[str, pl.DataType]:
    """The columns of marks, for a table nobody gave."""
    flags = {name: pl.Boolean() for name in flag_names(counting)}
    own = {"seller": pl.UInt32(), "row": pl.UInt32(), "at": INSTANT, "group": pl.String()}
    also = {f"also_{place}": pl.String() for place in range(len(counting.also))}
    return {**own, "left": pl.Int8(), "weight": pl.Int64(), **flags, **also}


def flag_names(counting: Counting) -> list[str]:
    """The columns that say whether a record is counted, over all and in each part."""
    return ["counted", *(f"part_{place}" for place in range(len(counting.parts)))]


def mark_expressions(counting: Counting, asked: Expressions) -> list[pl.Expr]:
    """What a mark says of a record."""
    group = pl.col(counting.group_by) if counting.group_by else pl.lit(None, dtype=pl.String)
    conditions = [counting.counts, *(part.counts for part in counting.parts)]
    weighed = counting.weigh or counting.average
    return [
        pl.col("seller", "row"),
        pl.col(counting.by).alias("at"),
        group.alias("group"),
        left_out_place(counting, asked).alias("left"),
        (pl.col(weighed) if weighed else pl.lit(1, dtype=pl.Int64)).alias("weight"),
        *(asked.of(one).alias(name) for name, one in zip(flag_names(counting), conditions, strict=True)),
        *(also_expression(also, asked).alias(f"also_{place}") for place, also in enumerate(counting.also)),
    ]


def left_out_place(counting: Counting, asked: Expressions) -> pl.Expr:
    """The place of the first reason a record is left out for."""
    left = pl.lit(IN_TOTAL, dtype=pl.Int8)
    for place in range(len(counting.leaves_out) - 1, -1, -1):
        left = pl.when(asked.of(counting.leaves_out[place].when)).then(pl.lit(place, dtype=pl.Int8)).otherwise(left)
    return left


def also_expression(also: Also, asked: Expressions) -> pl.Expr:
    """What a further measure counts of a record: a value that must differ, or the record itself; else null."""
    what = pl.col(also.distinct) if also.distinct else pl.col("row")
    return pl.when(asked.of(also.when)).then(what.cast(pl.String))


def summed(counting: Counting, marks: pl.DataFrame, days: Days, *, grouped: bool) -> Iterator[tuple[int, Slice]]:
    """Per seller the figures of one window, of all records or group by group."""
    within = marks.filter((pl.col("at") >= constant(days.start)) & (pl.col("at") < constant(days.end)))
    if grouped:
        within = within.filter(pl.col("group").is_not_null())
    flags, also = flag_names(counting), [f"also_{place}" for place in range(len(counting.also))]
    sums = within.group_by(["seller", "group"] if grouped else ["seller"]).agg(sums_of(counting, flags, also))
    ordered = sums.sort("group") if grouped else sums.with_columns(group=None)
    parts_end = 1 + len(flags)
    for seller, group, *figures in ordered.select("seller", "group", "total", *flags, *also).rows():
        total, counted, *_ = figures
        yield seller, Slice(days, group, counted, total, tuple(figures[2:parts_end]), tuple(figures[parts_end:]))


def sums_of(counting: Counting, flags: list[str], also: list[str]) -> list[pl.Expr]:
    """The sums over the marks that are not left out."""
    inside = pl.col("left") == IN_TOTAL
    weight = pl.col("weight")
    counted = [weight.filter(inside & pl.col(flag)).sum().alias(flag) for flag in flags]
    total = weight.filter(inside).sum().alias("total")
    if counting.average:
        counted[0], total = weight.filter(inside).sum().alias("counted"), inside.sum().cast(pl.Int64).alias("total")
    return [total, *counted, *(pl.col(name).filter(inside).drop_nulls().n_unique().alias(name) for name in also)]
