"""Steps: how each record adds to and leaves the figures of coming days, without asking day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from service.core.clauses import AS_OF, Test, walk
from service.core.conditions import Expressions
from service.core.countings import Counting, Window
from service.core.measure import IN_TOTAL, expressions, groupings, latest, mark_expressions
from service.core.relations import Related

HORIZON = 365
DAY = timedelta(days=1)
OPPOSITE = pl.lit(-1, dtype=pl.Int64)


@dataclass(frozen=True, slots=True)
class Moments:
    """The coming days that matter: `days[k]` is the day k whole days after the question, k from `first` to `last`."""

    related: Related
    zone: ZoneInfo
    days: list[date]
    first: int
    last: int


class Span(NamedTuple):
    """What a step adds to: a window of a counting (or the one that stands in for it), over all or of one group."""

    counting: int
    window: int
    stands_in: bool
    grouped: bool
    group: str | None


class Step(NamedTuple):
    """What changes for a seller from one day on."""

    seller: int
    day: int
    span: Span
    total: int
    counted: int
    records: int
    also: tuple[str | None, ...]


def steps(place: int, counting: Counting, sellers: list[int], moments: Moments) -> Iterator[Step]:
    """Every step of one counting for some sellers, in no order."""
    marks = states(counting, sellers, moments)
    also = [f"also_{number}" for number in range(len(counting.also))]
    sums = [pl.col("total", "counted").sum(), pl.len().alias("n")]
    for window_place, window in enumerate(sorted(counting.within, key=lambda window: window.days)):
        for stands_in, one in enumerate([window, Window(window.otherwise, window.lag)] if window.needs else [window]):
            moved = within_window(marks, one, moments)
            for grouped in sorted({*groupings(counting), *([False] if window.needs else [])}):
                by = ["seller", "day", "sign", *(["group"] if grouped else []), *also]
                kept = moved.filter(pl.col("group").is_not_null()) if grouped else moved
                for row in kept.group_by(by).agg(sums).iter_rows(named=True):
                    span = Span(place, window_place, bool(stands_in), grouped, row["group"] if grouped else None)
                    values = tuple(row[name] for name in also)
                    yield Step(
                        row["seller"], row["day"], span, row["total"], row["counted"], row["sign"] * row["n"], values
                    )


def states(counting: Counting, sellers: list[int], moments: Moments) -> pl.DataFrame:
    """The marks of the sellers' records, one row for each stretch of days (`day` to `until`) they stay the same."""
    related = moments.related
    records = related.tables.get(counting.of)
    if records is None:
        return pl.DataFrame(schema=STATE_COLUMNS | {f"also_{n}": pl.String for n in range(len(counting.also))})
    some = pl.Series(sellers, dtype=pl.UInt32)
    now = expressions(counting, related, related.now)
    own = records.filter(pl.col("seller").is_in(some.implode()) & pl.col(counting.by).is_not_null())
    if counting.latest_per:
        own = latest(counting, own.filter(now.of(counting.only)))
    asked = expressions(counting, related, pl.col("moment"))
    stretches = stretched(own, counting, moments).filter(asked.of(counting.only))
    marks = stretches.select(*mark_expressions(counting, asked), "day", "until").filter(pl.col("left") == IN_TOTAL)
    weight = pl.col("weight")
    counted = weight if counting.average else weight * pl.col("counted").cast(pl.Int64)
    total = pl.lit(1, dtype=pl.Int64) if counting.average else weight
    local = pl.col("at").dt.convert_time_zone(str(moments.zone)).dt.date()
    return marks.with_columns(counted=counted, total=total, date=local, group=pl.col("group").cast(pl.String))


STATE_COLUMNS: dict[str, Any] = {
    "seller": pl.UInt32,
    "group": pl.String,
    "day": pl.Int64,
    "until": pl.Int64,
    "date": pl.Date,
    "total": pl.Int64,
    "counted": pl.Int64,
}


def stretched(records: pl.DataFrame, counting: Counting, moments: Moments) -> pl.DataFrame:
    """The records, once for each stretch of days between the instants at which their conditions may change."""
    first, last = moments.first, moments.last
    ahead = [
        ((instant - moments.related.now).dt.total_microseconds() // (DAY // timedelta(microseconds=1))).cast(pl.Int64)
        for instant in turning_points(counting, expressions(counting, moments.related, moments.related.now))
    ]
    turns = [pl.lit(first, dtype=pl.Int64), *ahead, *(turn + 1 for turn in ahead)]
    days = pl.concat_list(turns).list.eval(pl.element().filter(pl.element().is_between(first, last)).unique().sort())
    rows = records.with_columns(day=days).explode("day")
    following = pl.col("day").shift(-1).over("row")
    moment = moments.related.now + pl.duration(days=pl.col("day"))
    return rows.with_columns(until=(following - 1).fill_null(last), moment=moment)


def turning_points(counting: Counting, asked: Expressions) -> list[pl.Expr]:
    """The instants at which a condition of the counting may change as time goes by."""
    conditions = [counting.only, counting.counts, *(one.when for one in counting.leaves_out)]
    conditions += [part.counts for part in counting.parts] + [one.when for one in counting.also]
    tests = [test for one in conditions for test in walk(one) if isinstance(test, Test)]
    turning = []
    for test in tests:
        if test.field == AS_OF:
            turning.append(asked.column(test.of) + pl.lit(test.value) if test.of else asked.column(test.value))
        elif test.value == AS_OF:
            turning.append(asked.column(test.field))
    return turning


def within_window(marks: pl.DataFrame, window: Window, moments: Moments) -> pl.DataFrame:
    """What marks add to a window, and take away again, on which day."""
    days = pl.Series(moments.days)
    enters = days.search_sorted(marks["date"] + timedelta(days=window.lag), side="left").cast(pl.Int64)
    last_day = marks["date"] + timedelta(days=window.lag + window.days - 1)
    leaves = days.search_sorted(last_day, side="right").cast(pl.Int64)
    inside = marks.with_columns(
        day=pl.max_horizontal("day", enters.alias("enters")),
        end=pl.min_horizontal(pl.col("until") + 1, leaves.alias("leaves")),
    ).filter(pl.col("day") < pl.col("end"))
    arriving = inside.with_columns(sign=pl.lit(1, dtype=pl.Int64))
    leaving = inside.with_columns(
        day="end", total=pl.col("total") * OPPOSITE, counted=pl.col("counted") * OPPOSITE, sign=OPPOSITE
    )
    return pl.concat([arriving, leaving]).filter(pl.col("day") <= moments.last)
